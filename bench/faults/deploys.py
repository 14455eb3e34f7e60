"""Broken deploys: the code that the school runs is replaced by a later release of it, and that one is faulty."""

from __future__ import annotations

from bench.faults.edit import replace
from bench.faults.fault import Do, Fault
from bench.faults.stage import Stage


def deploy(path: str, before: str, after: str, *services: str) -> Do:
    """An injection that ships a release in which this text of a file reads otherwise."""

    def inject(stage: Stage) -> None:
        file = stage.release / "school" / path
        text = file.read_text(encoding="utf-8")
        if before not in text:
            raise ValueError(f"{path} has no {before!r}")
        replace(file, text.replace(before, after, 1))
        (stage.release / "RELEASE").write_text("1.1.0\n")
        for service in services:
            stage.reload(service)

    return inject


def _deploy(name: str, what: str, inject: Do) -> Fault:
    return Fault(name, ("deploy",), what, inject)


_SIGN_IN = "        response = super().form_valid(form)\n"
FAULTS = (
    _deploy(
        "deploy-raises-at-sign-in",
        "a view raises after the right password",
        deploy("auth/views.py", _SIGN_IN, _SIGN_IN + '        form.get_user().profile["nick"]\n', "auth"),
    ),
    _deploy(
        "deploy-raises-at-callback",
        "the portal raises on the way back",
        deploy(
            "portal/sign_in/views.py", "    account = presence.account_of(claims)\n", "    account = None\n", "portal"
        ),
    ),
    _deploy(
        "deploy-syntax-error",
        "a module does not even compile: no worker starts",
        deploy("portal/sign_in/presence.py", "def ", "def def ", "portal"),
    ),
    _deploy(
        "deploy-template-missing",
        "a page needs a template that was not shipped",
        deploy("auth/views.py", '"auth/sign_in.html"', '"auth/sign_in_new.html"', "auth"),
    ),
    _deploy(
        "deploy-slow-view",
        "a new look-up takes four seconds at each sign-in",
        deploy("auth/views.py", _SIGN_IN, "        __import__('time').sleep(4)\n" + _SIGN_IN, "auth"),
    ),
    _deploy(
        "deploy-refuses-sessions",
        "the guard of sessions refuses everybody",
        deploy("auth/binding.py", "return Verdict.HOLDS if kept else", "return Verdict.HOLDS if not kept else", "auth"),
    ),
    _deploy(
        "deploy-column-missing",
        "the code needs a column that no migration made",
        deploy(
            "auth/models.py",
            "    USERNAME_FIELD",
            '    nickname = models.CharField(max_length=40, default="")\n\n    USERNAME_FIELD',
            "auth",
        ),
    ),
)
