"""Commands, run in this process on a newsroom in a temporary folder."""

import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from feeds.cli.main import main
from tests.conftest import Desk


class Shell:
    """A shell in the environment of one instance."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ
        self.instance = Path(environ["FEEDS_INSTANCE"])

    def run(self, *words: str, code: int = 0) -> Result:
        """Run a command; it has to exit with `code`, and to say in one line why where that is 1."""
        result = CliRunner(env=self.environ).invoke(main, list(words), prog_name="app.py")
        assert result.exit_code == code, (result.output, result.exception)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        if code == 1:
            assert len(result.stderr.splitlines()) == 1, result.stderr
        return result


@pytest.fixture
def shell(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell on an instance that is not there yet."""
    for name in [name for name in os.environ if name.startswith("FEEDS_")]:
        monkeypatch.delenv(name)
    return Shell(environ)


@pytest.fixture
def office(shell: Shell, desk: Desk) -> Shell:
    """A shell on the newsroom of `desk`, which has a token file as migrations make one."""
    (shell.instance / "token").write_text("bs_of-the-test\n")
    return shell


def commands_of(group: click.Command, path: str = "") -> dict[str, click.Command]:
    """Give every command by its words, such as `sources add`."""
    if not isinstance(group, click.Group):
        return {path: group}
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        found |= commands_of(command, f"{path} {name}".strip())
    return found
