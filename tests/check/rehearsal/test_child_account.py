"""A project with its own kind of account: people sign in by mail, and an account must belong to a school."""

from __future__ import annotations

from pathlib import Path

from doorward.check.rehearsal import Outcome, Pages, Plan, Reason, rehearse
from doorward.model.finding import What
from doorward.systems import Target
from tests.check.rehearsal.site_project import candidate, make

MODELS = """\
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class School(models.Model):
    slug = models.SlugField(unique=True)
    opened_on = models.DateField()


class Member(AbstractBaseUser):
    address = models.EmailField(unique=True)
    kind = models.CharField(max_length=1, choices=[("", "none"), ("p", "pupil")])
    number = models.PositiveIntegerField(unique=True)
    born_on = models.DateField()
    school = models.ForeignKey(School, on_delete=models.CASCADE)
    joined_at = models.DateTimeField(auto_now_add=True)
    is_active = models.BooleanField(default=False)
    objects = BaseUserManager()
    USERNAME_FIELD = "address"
    REQUIRED_FIELDS = ["born_on", "school"]
"""


def test_people_who_sign_in_by_mail_are_rehearsed(tmp_path: Path) -> None:
    project = make(tmp_path / "project")
    app = project / "members"
    app.mkdir()
    (app / "__init__.py").touch()
    (app / "models.py").write_text(MODELS)
    (project / "people.sqlite3").unlink()
    own = "INSTALLED_APPS = [*INSTALLED_APPS, 'members']\nAUTH_USER_MODEL = 'members.Member'\n"
    own += "DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\n"
    old = Target("django", candidate(project, own, "by_mail"), project)
    new = Target("django", candidate(project, own + "SESSION_COOKIE_NAME = 'sid'"), project)
    found = rehearse(Plan(old, new, Pages("/account/")))
    assert found.broken == (What.EXISTING_SESSION,)
    assert found.probes[4].old == Outcome(Reason.OK)
