"""The documents say what there is: every setting, command, metric and address has its line."""

import re
from pathlib import Path

import click

from feeds import metrics
from feeds.cli.main import main
from feeds.settings.sections import KINDS

ROOT = Path(__file__).parents[1]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
DEFAULTS = (ROOT / "config" / "default.toml").read_text(encoding="utf-8")


def test_every_setting_has_a_comment_above_it() -> None:
    section = ""
    told: set[tuple[str, str]] = set()
    before = ""
    for line in DEFAULTS.splitlines():
        if found := re.fullmatch(r"\[([a-z]+)\]", line):
            section = found[1]
        elif found := re.match(r"([a-z_]+) = ", line):
            assert before.startswith("#"), f"{section}.{found[1]} has no comment"
            told.add((section, found[1]))
        before = line
    assert told == set(KINDS)


def test_every_command_stands_in_the_operators_guide() -> None:
    for name, command in main.commands.items():
        assert f"`{name} " in OPERATIONS or f"`{name}`" in OPERATIONS, name
        row = next(line for line in OPERATIONS.splitlines() if line.startswith((f"| `{name} ", f"| `{name}`")))
        if isinstance(command, click.Group):
            for sub in command.commands:
                assert re.search(rf"\b{sub}\b", row), f"{name} {sub}"
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert option.opts[-1] in row, f"{name} {option.opts[-1]}"


def test_every_command_has_its_words_of_help() -> None:
    def walk(command: click.Command, path: str) -> None:
        assert command.help, path
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, f"{path} {option.name}"
        if isinstance(command, click.Group):
            for name, sub in command.commands.items():
                walk(sub, f"{path} {name}")

    walk(main, "app.py")


def test_every_metric_stands_in_the_operators_guide() -> None:
    names = [f"{name}_total" for name in metrics.COUNTERS] + list(metrics.TIMES)
    for name in (*names, "feeds_dirty_channels", "feeds_articles", "feeds_set_aside"):
        assert name in OPERATIONS, name


def test_every_job_stands_in_the_operators_guide() -> None:
    for section, key in KINDS:
        if section == "schedule":
            assert f"`{key}`" in OPERATIONS, key


def test_no_document_names_a_file_that_is_not_there() -> None:
    texts = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    for text in texts:
        for found in re.findall(
            r"`((?:config|docs|script|feeds|tests|benchmarks)/[A-Za-z0-9_./-]+)`", text.read_text("utf-8")
        ):
            assert (ROOT / found).exists() or (ROOT / f"{found}.py").exists(), f"{text.name} names {found}"
