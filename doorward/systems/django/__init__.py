"""Any Django project: its settings module is read by the project's own interpreter."""

from __future__ import annotations

import re

from doorward.systems import System
from doorward.systems.django.log import LOG
from doorward.systems.django.reader import read
from doorward.systems.django.sessions import DjangoSessions
from doorward.systems.django.tally import tally_of

_SIGNS = re.compile(rb"^\s*(INSTALLED_APPS|MIDDLEWARE|ROOT_URLCONF|SECRET_KEY|DATABASES)\s*[+:=]", re.MULTILINE)


def sniff(name: str, content: bytes) -> bool:
    """Whether the file is a Django settings module: Python that sets what only Django asks for."""
    return name.endswith(".py") and bool(_SIGNS.search(content))


SYSTEM = System(
    kind="django",
    title="Django project",
    read=read,
    log=LOG,
    tally=lambda options: tally_of(LOG, options),
    sessions=DjangoSessions(),
    sniff=sniff,
)
