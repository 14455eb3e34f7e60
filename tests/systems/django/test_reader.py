"""Any project's settings are read by its own interpreter: places, secrets, failures, and bounded time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from doorward import check
from doorward.errors import InputInvalid
from doorward.model.configuration import Configuration
from doorward.model.fact import SigningKey, Store
from doorward.systems import Target
from doorward.systems.django.reader import read


def _project(folder: Path, text: str, **files: str) -> Target:
    (folder / "conf.py").write_text(text)
    for name, content in files.items():
        (folder / f"{name}.py").write_text(content)
    return Target("django", "conf", folder)


def _read(folder: Path, text: str, **files: str) -> Configuration:
    return read(_project(folder, text, **files))


def test_a_fresh_project_has_nothing_above_a_note(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "django", "startproject", "fresh", str(tmp_path)], check=True)
    found = check.findings(read(Target("django", "fresh.settings", tmp_path)))
    assert not check.worst_reaches(found, "latent"), check.render(found, (), "text")


def test_settings_have_the_line_where_they_are_written(tmp_path: Path) -> None:
    text = (
        'SECRET_KEY = "k"\nDATABASES = {\n    "default": {\n        "ENGINE": "django.db.backends.sqlite3",\n    }\n}\n'
    )
    configuration = _read(tmp_path, text)
    setting = configuration.setting("DATABASES.default.ENGINE")
    assert setting is not None
    assert (setting.where.path, setting.where.line) == ("conf.py", 4)


def test_a_star_imported_setting_has_its_place_in_the_other_module(tmp_path: Path) -> None:
    configuration = _read(tmp_path, "from common import *\n", common='\nSECRET_KEY = "k"\nSESSION_COOKIE_NAME = "x"\n')
    cookie = configuration.setting("SESSION_COOKIE_NAME")
    assert cookie is not None
    assert (cookie.where.path, cookie.where.line) == ("common.py", 3)


def test_a_computed_setting_has_line_zero(tmp_path: Path) -> None:
    configuration = _read(tmp_path, 'SECRET_KEY = "k"\nglobals()["SESSION_COOKIE_NAME"] = "x"\n')
    cookie = configuration.setting("SESSION_COOKIE_NAME")
    assert cookie is not None
    assert cookie.where.line == 0


def test_a_module_that_raises_gives_class_message_and_line(tmp_path: Path) -> None:
    error = _read(tmp_path, 'SECRET_KEY = "k"\n\nraise RuntimeError("the moon is wrong")\n').start_error
    assert error is not None
    assert (error.kind, error.message) == ("RuntimeError", "the moon is wrong")
    assert (error.where.path, error.where.line) == ("conf.py", 3)


def test_a_module_that_does_not_parse_gives_its_line(tmp_path: Path) -> None:
    error = _read(tmp_path, 'SECRET_KEY = "k"\nDEBUG = = 1\n').start_error
    assert error is not None
    assert (error.kind, error.where.line) == ("SyntaxError", 2)


@pytest.mark.parametrize("ending", ["import sys\nsys.exit(3)", "import os\nos._exit(3)"])
def test_a_module_that_ends_the_process_is_a_start_error(tmp_path: Path, ending: str) -> None:
    assert _read(tmp_path, ending).start_error is not None


def test_a_missing_dependency_is_named(tmp_path: Path) -> None:
    error = _read(tmp_path, "import a_package_that_nobody_has\n").start_error
    assert error is not None
    assert error.dependency == "a_package_that_nobody_has"


def test_a_hanging_module_is_ended(tmp_path: Path) -> None:
    error = read(_project(tmp_path, "import threading\n\nthreading.Event().wait()\n"), limit_s=1.0).start_error
    assert error is not None
    assert (error.kind, error.where.path, error.where.line) == ("TimeLimit", "conf.py", 3)


def test_a_module_that_hangs_in_another_one_is_traced_to_that_line(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import threading\n\n\ndef secret():\n    threading.Event().wait()\n")
    target = _project(tmp_path, "import slow\n\nSECRET_KEY = slow.secret()\n")
    error = read(target, limit_s=1.0).start_error
    assert error is not None
    assert (error.where.path, error.where.line) == ("slow.py", 5)


def test_a_variable_that_the_project_asks_for_in_its_own_words_is_named(tmp_path: Path) -> None:
    text = (
        'import os\nSECRET_KEY = os.environ.get("DOORWARD_TEST_KEY_NOT_SET")\n'
        'if not SECRET_KEY:\n    raise RuntimeError("DOORWARD_TEST_KEY_NOT_SET is missing")\n'
    )
    configuration = _read(tmp_path, text)
    assert configuration.start_error is None
    assert [key.digest for key in configuration.facts_of(SigningKey)] == [None]


def test_a_name_that_nobody_asked_the_environment_for_is_no_variable(tmp_path: Path) -> None:
    error = _read(tmp_path, 'raise RuntimeError("SECRET_KEY is missing")\n').start_error
    assert error is not None
    assert error.unset == ()


def test_a_password_in_a_setting_of_sessions_is_not_shown(tmp_path: Path) -> None:
    text = 'SECRET_KEY = "k"\nSESSION_REDIS = {"host": "cache", "password": "of-the-cache"}\n'
    shown = {setting.pointer: setting.shown for setting in _read(tmp_path, text).settings}
    assert shown["SESSION_REDIS.host"] == "cache"
    assert str(shown["SESSION_REDIS.password"]).startswith("digest:")


def test_an_app_that_does_not_exist_is_a_start_error(tmp_path: Path) -> None:
    error = _read(tmp_path, 'SECRET_KEY = "k"\nINSTALLED_APPS = ["nobody"]\n').start_error
    assert error is not None
    assert error.dependency == "nobody"


def test_an_app_that_opens_a_database_at_the_start_is_left_unknown(tmp_path: Path) -> None:
    (tmp_path / "eager").mkdir()
    (tmp_path / "eager/__init__.py").write_text("")
    (tmp_path / "eager/apps.py").write_text(
        "from django.apps import AppConfig\n\n\nclass Eager(AppConfig):\n    name = 'eager'\n\n    def ready(self):\n"
        "        from django.db import connection\n        connection.ensure_connection()\n"
    )
    text = (
        'SECRET_KEY = "k"\nINSTALLED_APPS = ["eager.apps.Eager"]\n'
        'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "never.sqlite3"}}\n'
    )
    assert _read(tmp_path, text).start_error is None
    assert not (tmp_path / "never.sqlite3").exists()


def test_what_the_project_prints_is_not_taken_for_the_answer(tmp_path: Path) -> None:
    configuration = _read(tmp_path, 'print("{}")\nSECRET_KEY = "k"\n')
    assert configuration.start_error is None
    assert configuration.facts


def test_a_secret_of_the_environment_stays_unknown(tmp_path: Path) -> None:
    configuration = _read(tmp_path, 'import os\nSECRET_KEY = os.environ["DOORWARD_TEST_KEY_NOT_SET"]\n')
    assert configuration.start_error is None
    assert [key.digest for key in configuration.facts_of(SigningKey)] == [None]


def test_a_variable_without_which_nothing_can_be_said_is_named(tmp_path: Path) -> None:
    text = 'import os\nSECRET_KEY = "k"\nEMAIL_PORT = int(os.environ["DOORWARD_TEST_PORT_NOT_SET"])\n'
    error = _read(tmp_path, text).start_error
    assert error is not None
    assert error.unset == ("DOORWARD_TEST_PORT_NOT_SET",)


def test_equal_keys_have_equal_digests_and_others_have_not(tmp_path: Path) -> None:
    first = _read(tmp_path, 'SECRET_KEY = "one"\n').facts_of(SigningKey)
    same = _read(tmp_path, 'SECRET_KEY = "o" + "ne"\n').facts_of(SigningKey)
    other = _read(tmp_path, 'SECRET_KEY = "two"\n').facts_of(SigningKey)
    assert first[0].digest == same[0].digest != other[0].digest


def test_a_database_below_the_project_is_the_same_in_two_checkouts(tmp_path: Path) -> None:
    text = (
        'from pathlib import Path\nSECRET_KEY = "k"\nINSTALLED_APPS = ["django.contrib.sessions"]\n'
        'MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]\n'
        'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(__file__).parent / "d"}}\n'
    )
    places = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        places |= {store.place for store in _read(tmp_path / name, text).facts_of(Store)}
    assert len(places) == 1


def test_a_settings_file_outside_the_project_is_loaded_as_a_copy(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    copy = tmp_path / "settings-of-yesterday.py"
    copy.write_text('SECRET_KEY = "k"\nSESSION_COOKIE_NAME = "x"\n')
    configuration = read(Target("django", str(copy), tmp_path / "project"))
    cookie = configuration.setting("SESSION_COOKIE_NAME")
    assert cookie is not None
    assert (cookie.shown, cookie.where.line) == ("x", 2)


@pytest.mark.parametrize("name", ["nowhere.settings", "nowhere.py"])
def test_a_target_that_does_not_exist_is_wrong_use(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputInvalid):
        read(Target("django", name, tmp_path))


def test_an_interpreter_that_does_not_exist_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match="cannot be run"):
        read(Target("django", "conf", tmp_path, python=str(tmp_path / "no-python")))
