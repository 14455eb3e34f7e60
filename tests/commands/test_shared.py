"""How commands end when something is wrong."""

from __future__ import annotations

import pytest
import typer

from doorward.commands.shared import reported
from doorward.errors import (
    ActionRefused,
    DoorwardError,
    InputInvalid,
    LogBroken,
    Problem,
    StoreUnavailable,
    SystemUnreachable,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputInvalid((Problem("a", "is wrong"), Problem("b", "is wrong too"))), 2),
        (SystemUnreachable("it does not answer"), 3),
        (ActionRefused("not approved"), 1),
        (LogBroken("line 3 was changed"), 1),
        (StoreUnavailable("it is locked"), 70),
    ],
)
def test_the_exit_code_follows_from_the_class_of_the_error(
    error: DoorwardError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        raise error

    with pytest.raises(typer.Exit) as ended:
        reported(command)()
    assert ended.value.exit_code == code
    assert str(error) in capsys.readouterr().err
