"""The table of a sign-in: where the person stands, what is seen there, and what is done."""

from __future__ import annotations

from enum import StrEnum

from doorward.probe.exchange import Ending
from doorward.probe.journeys.sights import Sight


class Phase(StrEnum):
    """Where the person stands; also the names of the steps."""

    OPENING = "open"
    NAMED = "user-name"
    POSTED = "sign-in"
    CODED = "one-time-code"
    SIGNING_IN = "after-sign-in"
    RETURNING = "return"


class Move(StrEnum):
    """What the journey does next, where it does not end."""

    FOLLOW = "follow"
    GIVE_NAME = "give-name"
    FILL_IN = "fill-in"
    GIVE_CODE = "give-code"
    CONSENT = "consent"
    PASS_ON = "pass-on"
    ARRIVE = "arrive"
    FINISH = "finish"
    REPORT_STATUS = "report-status"


# Rules for editing: every phase has every sight; a Move goes on, an Ending ends. The next phase is in `NEXT_PHASE`.
_ALWAYS: dict[Sight, Move | Ending] = {
    Sight.REDIRECT: Move.FOLLOW,
    Sight.PASSED_ON: Move.PASS_ON,
    Sight.ERROR_PAGE: Ending.ERROR_PAGE,
    Sight.GARBLED_PAGE: Ending.UNREADABLE,
    Sight.CSRF_PAGE: Move.REPORT_STATUS,
    Sight.HTTP_ERROR: Move.REPORT_STATUS,
}
MOVES: dict[Phase, dict[Sight, Move | Ending]] = {
    Phase.OPENING: _ALWAYS
    | {
        Sight.NAME_FORM: Move.GIVE_NAME,
        Sight.SIGN_IN_FORM: Move.FILL_IN,
        Sight.CODE_FORM: Ending.NO_FORM,
        Sight.CONSENT_FORM: Ending.NO_FORM,
        Sight.PAGE: Ending.NO_FORM,
    },
    Phase.NAMED: _ALWAYS
    | {
        Sight.NAME_FORM: Ending.WRONG_NAME,
        Sight.SIGN_IN_FORM: Move.FILL_IN,
        Sight.CODE_FORM: Ending.NO_FORM,
        Sight.CONSENT_FORM: Ending.NO_FORM,
        Sight.PAGE: Ending.NO_FORM,
        Sight.CSRF_PAGE: Ending.CSRF_REFUSED,
    },
    Phase.POSTED: _ALWAYS
    | {
        # The form in direct answer to the password is a no to the password; the form after a yes is another story.
        Sight.NAME_FORM: Ending.WRONG_PASSWORD,
        Sight.SIGN_IN_FORM: Ending.WRONG_PASSWORD,
        Sight.CODE_FORM: Move.GIVE_CODE,
        Sight.CONSENT_FORM: Move.CONSENT,
        Sight.PAGE: Move.ARRIVE,
        Sight.CSRF_PAGE: Ending.CSRF_REFUSED,
    },
    Phase.CODED: _ALWAYS
    | {
        Sight.NAME_FORM: Ending.SENT_BACK,
        Sight.SIGN_IN_FORM: Ending.SENT_BACK,
        Sight.CODE_FORM: Ending.WRONG_CODE,
        Sight.CONSENT_FORM: Move.CONSENT,
        Sight.PAGE: Move.ARRIVE,
        Sight.CSRF_PAGE: Ending.CSRF_REFUSED,
    },
    Phase.SIGNING_IN: _ALWAYS
    | {
        Sight.NAME_FORM: Ending.SENT_BACK,
        Sight.SIGN_IN_FORM: Ending.SENT_BACK,
        Sight.CODE_FORM: Move.GIVE_CODE,
        Sight.CONSENT_FORM: Move.CONSENT,
        Sight.PAGE: Move.ARRIVE,
    },
    Phase.RETURNING: _ALWAYS
    | {
        Sight.NAME_FORM: Ending.SENT_BACK,
        Sight.SIGN_IN_FORM: Ending.SENT_BACK,
        Sight.CODE_FORM: Ending.SENT_BACK,
        Sight.CONSENT_FORM: Move.FINISH,
        Sight.PAGE: Move.FINISH,
    },
}
NEXT_PHASE: dict[tuple[Phase, Move], Phase] = {
    (Phase.OPENING, Move.GIVE_NAME): Phase.NAMED,
    (Phase.OPENING, Move.FILL_IN): Phase.POSTED,
    (Phase.NAMED, Move.FILL_IN): Phase.POSTED,
    (Phase.POSTED, Move.FOLLOW): Phase.SIGNING_IN,
    (Phase.POSTED, Move.GIVE_CODE): Phase.CODED,
    (Phase.POSTED, Move.CONSENT): Phase.SIGNING_IN,
    (Phase.POSTED, Move.PASS_ON): Phase.SIGNING_IN,
    (Phase.POSTED, Move.ARRIVE): Phase.RETURNING,
    (Phase.CODED, Move.FOLLOW): Phase.SIGNING_IN,
    (Phase.CODED, Move.CONSENT): Phase.SIGNING_IN,
    (Phase.CODED, Move.PASS_ON): Phase.SIGNING_IN,
    (Phase.CODED, Move.ARRIVE): Phase.RETURNING,
    (Phase.SIGNING_IN, Move.GIVE_CODE): Phase.CODED,
    (Phase.SIGNING_IN, Move.ARRIVE): Phase.RETURNING,
}
EXPECTED: dict[Phase, str] = {
    Phase.OPENING: "a sign-in form that is sent by POST, with one user name and one password",
    Phase.NAMED: "the user name is known, and the password is asked for",
    Phase.POSTED: "the right password is accepted",
    Phase.CODED: "the right one-time code is accepted",
    Phase.SIGNING_IN: "signed in, at the page asked for",
    Phase.RETURNING: "still signed in when coming back with the same cookies from another address",
}
