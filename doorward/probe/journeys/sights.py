"""An answer in, what a person sees in it out. Source: RFC 9110 §15.4, and the pages in tests/probe."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from doorward.probe.exchange import Answer
from doorward.probe.forms import Page

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CSRF_STATUS = frozenset({400, 403, 419})
_CSRF_WORDS = re.compile(r"csrf|cross.site request|out of date|(?:page|form)(?: has)? expired", re.IGNORECASE)
_ERROR_TITLE = re.compile(
    r"(?:\d{3}\W+)?(?:error|(?:internal )?server error|application error|bad gateway|bad request|forbidden"
    r"|unauthori[sz]ed|service unavailable|temporarily unavailable|gateway time-?out|something went wrong"
    r"|an (?:unexpected |internal )?error(?: has)? occurred|(?:w?h?oops|sorry)\W.{0,80}|we(?:'|’| a)re sorry.{0,80}"
    r"|(?:page )?not found|access denied|error: .{0,80})(?:\W+\d{3})?\W*",
    re.IGNORECASE,
)
# An answer for programs, where a person would see a page: `{"error": "…"}`.
_ERROR_JSON = re.compile(r"\s*\{[^{}]{0,400}\"(?:error|errors|exception|traceback)\"\s*:\s*[^\sfn]", re.IGNORECASE)


class Sight(StrEnum):
    """What an answer shows."""

    REDIRECT = "redirect"
    NAME_FORM = "name-form"
    SIGN_IN_FORM = "sign-in-form"
    CODE_FORM = "code-form"
    CONSENT_FORM = "consent-form"
    PASSED_ON = "passed-on"
    PAGE = "page"
    ERROR_PAGE = "error-page"
    GARBLED_PAGE = "garbled-page"
    CSRF_PAGE = "csrf-page"
    HTTP_ERROR = "http-error"


def redirects(answer: Answer) -> bool:
    """Whether the answer leads elsewhere."""
    return answer.status in _REDIRECTS and bool(answer.header("location"))


@dataclass(frozen=True, slots=True)
class Attention:
    """What may be asked at this point of a sign-in, so that a form is taken for it though it does not quite say so: a
    name (elsewhere it may be for a newsletter), a password alone (a change of address), a code (a voucher), a yes."""

    name: bool = False
    password: bool = False
    code: bool = False
    consent: bool = False


def sight(answer: Answer, page: Page, attention: Attention) -> Sight:
    """What the answer shows."""
    if redirects(answer):
        return Sight.REDIRECT
    form = _form(page, attention) if answer.status < 500 else None
    if form is not None:
        return form
    if answer.status in _CSRF_STATUS and (answer.status == 419 or _CSRF_WORDS.search(answer.text)):
        return Sight.CSRF_PAGE
    if not 200 <= answer.status < 300:
        return Sight.HTTP_ERROR
    if answer.is_garbled:
        return Sight.GARBLED_PAGE
    if shows_error(answer, page):
        return Sight.ERROR_PAGE
    return Sight.CONSENT_FORM if attention.consent and page.consent_form is not None else Sight.PAGE


def shows_error(answer: Answer, page: Page) -> bool:
    """Whether a page that was answered with 200 tells people of an error all the same."""
    said = (page.title, *page.headings[:1])
    return any(_ERROR_TITLE.fullmatch(words) for words in said) or _ERROR_JSON.match(answer.text) is not None


def _form(page: Page, attention: Attention) -> Sight | None:
    if page.sign_in_form is not None or (attention.password and page.password_form is not None):
        return Sight.SIGN_IN_FORM
    code = page.code_form.code_field if page.code_form is not None else None
    if code is not None and (attention.code or code.says_code):
        return Sight.CODE_FORM
    name = page.name_form.name_field if page.name_form is not None else None
    if name is not None and (attention.name or name.says_name):
        return Sight.NAME_FORM
    return Sight.PASSED_ON if page.passed_on_form is not None else None
