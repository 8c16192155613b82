"""The documents say what there is: every setting, every command, every figure; and the examples can be used."""

import re
import tomllib

import pytest

from feeds.cli.main import main
from feeds.metrics import COUNTERS, TIMES
from feeds.settings import load_settings
from feeds.settings.sections import KINDS, SECTIONS
from tests.cli.conftest import commands_of
from tests.conftest import ROOT

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
DEFAULT = (ROOT / "config" / "default.toml").read_text()


def test_every_setting_has_a_default_and_a_meaning_and_nothing_else_is_there() -> None:
    given = {(section, key) for section, keys in tomllib.loads(DEFAULT).items() for key in keys}
    assert given == set(KINDS)
    lines = DEFAULT.splitlines()
    for number, line in enumerate(lines):
        if re.match(r"[a-z_]+ = ", line):
            assert lines[number - 1].startswith("# "), f"{line} lacks its meaning"


def test_settings_that_the_documents_name_are_there() -> None:
    for section in SECTIONS:
        assert f"`{section}`" in OPERATIONS
    named = re.findall(rf"`((?:{'|'.join(SECTIONS)})\.[a-z_]+)", OPERATIONS)
    assert named
    for name in named:
        section, _, key = name.partition(".")
        assert (section, key) in KINDS, name


@pytest.mark.parametrize("name", ["example.toml", "demo.toml"])
def test_examples_of_settings_can_be_loaded(name: str, tmp_path) -> None:
    environ = {"FEEDS_INSTANCE": str(tmp_path), "FEEDS_CONFIG": str(ROOT / "config" / name)}
    assert load_settings(root=ROOT, environ=environ)


@pytest.mark.parametrize("command", sorted(commands_of(main)))
def test_every_command_is_told_of_and_says_what_it_does(command: str) -> None:
    assert re.search(rf"`{command}[ `\[]", OPERATIONS), f"{command} is missing in docs/operations.md"
    told = commands_of(main)[command]
    assert told.help
    for option in told.params:
        assert getattr(option, "hidden", False) or option.param_type_name == "argument" or getattr(option, "help", "")


def test_every_job_is_told_of() -> None:
    table = OPERATIONS.partition("## Jobs")[2]
    for section, key in KINDS:
        assert section != "schedule" or f"| `{key}` |" in table, key


def test_commands_that_the_documents_name_are_there() -> None:
    table = OPERATIONS.partition("## Commands")[2].partition("## Upgrade")[0]
    named = {match[1].strip() for match in re.finditer(r"`([a-z]+(?: [a-z]+)?)(?=[ `])[^`]*`(?=[^|]*\|)", table)}
    known = set(commands_of(main))
    assert {name for name in named if name not in known and name.split()[0] not in known} <= {"command"}


def test_figures_and_their_meaning_are_told_of() -> None:
    table = OPERATIONS.partition("## Figures")[2].partition("Worth an alarm")[0]
    told = set(re.findall(r"^\| `(feeds_[a-z_]+)", table, re.MULTILINE))
    counters = {f"{name}_total" for name in COUNTERS}
    gauges = {"feeds_dirty_channels", "feeds_set_aside", "feeds_articles", "feeds_sources", "feeds_database_up"}
    assert told == counters | set(TIMES) | gauges
    for name, figure in {**{f"{name}_total": one for name, one in COUNTERS.items()}, **TIMES}.items():
        labels = "{" + ",".join(figure.labels) + "}" if figure.labels else ""
        assert f"| `{name}{labels}` |" in table
    alarms = OPERATIONS.partition("Worth an alarm")[2].partition("## `doctor`")[0]
    known = told | {f"{name}_{part}" for name in TIMES for part in ("bucket", "count", "sum")}
    assert set(re.findall(r"feeds_[a-z_]+", alarms)) <= known


def test_units_of_the_service_serve_all_roles_and_the_proxy_closes_what_is_ours() -> None:
    config = ROOT / "config"
    assert "app.py serve\n" in (config / "broadsheet.service").read_text()
    for role in ("web", "worker"):
        assert f"app.py serve --role {role}\n" in (config / f"broadsheet-{role}.service").read_text()
    proxy = (config / "nginx.conf").read_text()
    assert "location = /metrics { return 404; }" in proxy
    assert "gzip off;" in proxy
    assert "$proxy_add_x_forwarded_for" not in proxy  # a client's own words would come with it
