"""What requests need beside sessions and people, asked of the project's own code: can it be had, and does it fit?

Run in the child process, after the project's Django has started. Each part that is lacking is told with who needs it:
`request` = every request, `page` = the sign-in page, `form` = whoever is shown it or sends it, `people` = whoever has a
session or an account, `sign-in` = whoever signs in, `provider` = whoever goes there, `administration` = all its pages.
Nothing is drawn or served; templates are looked for and read.
"""

from __future__ import annotations

import re
import time
from functools import partial
from typing import Any, Callable  # noqa: UP035 — older interpreters read this file too

_MESSAGES = "django.contrib.messages.middleware.MessageMiddleware"
# Storages that keep messages in a signed cookie.
_SIGNED_MESSAGES = ("fallback.FallbackStorage", "cookie.CookieStorage")
# A file that Django's own administration names on its sign-in page.
_OF_ADMINISTRATION = "admin/css/base.css"


class Lacking:
    """Collects what is lacking; each part is asked for by itself, so that one failure hides no other."""

    def __init__(self, settings: Any, attempt: Any, why: Any) -> None:
        self.settings, self.attempt, self.why = settings, attempt, why
        self.told: list[dict[str, str]] = []

    def ask(self, is_signed_in_by_page: bool) -> list[dict[str, str]]:
        """Every part; the sign-in page only where people have one of Django's kind."""
        self.request()
        self.people()
        if is_signed_in_by_page:
            self.page()
        return self.told

    def tried(self, need: str, setting: str, value: str, function: Callable[[], Any]) -> Any:
        """What the function gives; None after noting who needs it and why it cannot be had."""
        found, error = self.attempt(function)
        why = None if error is None else self.why(error)
        if why is not None:
            self.told.append({"need": need, "setting": setting, "value": value, "why": why})
        return found

    def named(self, need: str, setting: str, dotted: Any) -> None:
        """A class by its path."""
        from django.utils.module_loading import import_string  # noqa: PLC0415 — the project's Django

        self.tried(need, setting, str(dotted), partial(import_string, dotted))

    def request(self) -> None:
        """Where messages are kept and how they are signed, the pages that are left out of the redirect."""
        if _MESSAGES in self.settings.MIDDLEWARE:
            storage = str(self.settings.MESSAGE_STORAGE)
            self.named("request", "MESSAGE_STORAGE", storage)
            if storage.endswith(_SIGNED_MESSAGES):
                self.named("request", "SIGNING_BACKEND", self.settings.SIGNING_BACKEND)
        for pattern in self.settings.SECURE_REDIRECT_EXEMPT:
            self.tried("request", "SECURE_REDIRECT_EXEMPT", str(pattern), partial(re.compile, pattern))
        header = self.settings.SECURE_PROXY_SSL_HEADER
        if header:
            self.tried("request", "SECURE_PROXY_SSL_HEADER", "", partial(_pair, header))

    def people(self) -> None:
        """Who says which database is asked, and how long a session lives: seconds, not a span and no text."""
        age = self.settings.SESSION_COOKIE_AGE
        self.tried("sign-in", "SESSION_COOKIE_AGE", str(age), lambda: time.time() + age)
        for router in self.settings.DATABASE_ROUTERS:
            if isinstance(router, str):
                self.named("people", "DATABASE_ROUTERS", router)

    def page(self) -> None:
        """The language, the templates and the form of the sign-in page, and the way back from a provider."""
        from django.forms.renderers import get_default_renderer  # noqa: PLC0415 — the project's Django

        self.tried("page", "LANGUAGE_CODE", str(self.settings.LANGUAGE_CODE), self.translated)
        self.tried("form", "FORM_RENDERER", str(self.settings.FORM_RENDERER), get_default_renderer)
        back = getattr(self.settings, "OIDC_AUTHENTICATION_CALLBACK_URL", None)
        if back:
            self.tried("provider", "OIDC_AUTHENTICATION_CALLBACK_URL", str(back), partial(_reversed, back))
        name = self.attempt(self.template_name)[0]
        if not name:
            return
        need = "administration" if str(name).startswith("admin/") else "page"
        template = self.tried(need, "TEMPLATES", str(name), partial(_template, name))
        engine = getattr(getattr(template, "backend", None), "engine", None)
        if engine is not None:
            self.tried(need, "TEMPLATES", "", lambda: engine.template_context_processors)
        if need == "administration" and not self.settings.DEBUG:
            self.tried(need, "STORAGES", "staticfiles", _static)

    def translated(self) -> None:
        """Django has no words of its own without the files of the language that it falls back to."""
        from django.utils import translation  # noqa: PLC0415 — the project's Django

        if self.settings.USE_I18N:
            with translation.override(self.settings.LANGUAGE_CODE):
                translation.gettext("Password")

    def template_name(self) -> Any:
        """The template of the sign-in page, where that is a view of Django's kind; of the administration's else."""
        from django.shortcuts import resolve_url  # noqa: PLC0415 — the project's Django
        from django.urls import Resolver404, resolve, reverse  # noqa: PLC0415

        try:
            view = resolve(str(resolve_url(self.settings.LOGIN_URL)).partition("?")[0]).func
        except Resolver404:
            site = getattr(resolve(reverse("admin:login")).func, "__self__", None)
            return getattr(site, "login_template", None) or "admin/login.html"
        return getattr(view, "view_initkwargs", {}).get("template_name") or getattr(
            getattr(view, "view_class", None), "template_name", None
        )


def _pair(header: Any) -> None:
    name, value = header
    if not (isinstance(name, str) and isinstance(value, str)):
        raise ValueError("a header's name and its value are wanted")


def _reversed(name: str) -> str:
    from django.urls import reverse  # noqa: PLC0415 — the project's Django

    return reverse(name)


def _template(name: str) -> Any:
    from django.template.loader import get_template  # noqa: PLC0415 — the project's Django

    return get_template(name)


def _static() -> str:
    from django.contrib.staticfiles.storage import staticfiles_storage  # noqa: PLC0415 — the project's Django

    return str(staticfiles_storage.url(_OF_ADMINISTRATION))
