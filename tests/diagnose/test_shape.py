"""Each client, browser, network and provider beside all others, counted from events."""

from __future__ import annotations

from datetime import timedelta

from doorward.diagnose.observations import Part
from doorward.diagnose.shape import parts
from doorward.model.sign_in import Kind, Outcome, Reason, SignInEvent
from tests.entries import T0


def token(number: int, client: str | None, reason: Reason = Reason.OK, person: str | None = None) -> SignInEvent:
    """One answer of the provider to a client."""
    outcome = Outcome.SUCCESS if reason is Reason.OK else Outcome.FAILURE
    at = T0 + timedelta(seconds=number)
    return SignInEvent(at, "auth", Kind.TOKEN, outcome, reason, client=client, person=person)


def test_a_part_is_counted_beside_all_others_and_its_own_past() -> None:
    before = [token(-n, "library") for n in range(1, 9)]
    during = [token(n, "library", Reason.TOKEN_REFUSED) for n in range(6)] + [token(n, "portal") for n in range(20)]
    found = {part.value: part for part in parts(before, during)}
    assert found["library"] == Part("client", "library", 6, 6, 0, 20, 0, 8)
    assert (found["portal"].failed, found["portal"].failed_elsewhere) == (0, 6)


def test_people_who_are_signed_in_and_sent_by_no_known_client_are_a_part_of_their_own() -> None:
    during = [token(n, None, Reason.TOKEN_REFUSED, f"p{n}") for n in range(6)]
    strangers = [token(n, None, Reason.TOKEN_REFUSED) for n in range(9)]
    found = parts([], [*during, *strangers, *(token(n, "portal") for n in range(20))])
    assert [(part.value, part.failed, part.seen) for part in found] == [("that is not known", 6, 6), ("portal", 0, 20)]
