"""Whatever prints a table prints JSON when asked to."""

import json

import pytest

from feeds.cli.main import main
from feeds.pipeline import partners
from tests.cli.conftest import Shell, commands_of
from tests.conftest import Desk

TABLES = ["articles list", "articles show a", "sources list", "sources show wire", "tokens list", "doctor"]


@pytest.mark.parametrize("command", TABLES)
def test_table_is_json_when_asked_for(command: str, office: Shell, desk: Desk) -> None:
    desk.put("a", "Ahoi ⚓", tags=["Harbour"])
    partners.add(desk.room, {"url": "https://wire.example/feed", "title": "Wire"})
    desk.build()
    told = json.loads(office.run(*command.split(), "--json").stdout)
    assert isinstance(told, dict)
    if command.endswith("list"):
        assert told["next"] is None
        assert isinstance(told["items"], list)
    assert office.run(*command.split()).stdout


def test_all_commands_that_list_or_show_have_the_option() -> None:
    for words, command in commands_of(main).items():
        if words.split()[-1] in ("list", "show", "doctor"):
            assert any("--json" in option.opts for option in command.params), words
