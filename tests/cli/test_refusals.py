"""What could not be done is one line on standard error, whatever it was and however much of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.conftest import Desk

ROOT = Path(__file__).parents[2]
LINES = '{"title": "One"}\nno JSON\n{"title": ""}\n[]\n{"title": "Two", "section": "trending"}\n'


def test_import_takes_the_good_lines_and_names_every_other(office: Shell, desk: Desk, tmp_path: Path) -> None:
    desk.build()
    path = tmp_path / "wires.ndjson"
    path.write_text(LINES)
    done = office.run("import", str(path), str(tmp_path / "none.xml"), code=1)
    assert [line.partition(": ")[2].partition(" ")[0] for line in done.stdout.splitlines() if "refused" in line] == [
        f"{tmp_path}/none.xml:",
        *(f"{path}:{line}:" for line in (2, 3, 4, 5)),
    ]
    assert "new, published" in done.stdout
    assert done.stderr.startswith("app.py: 5 could not be taken, the first: ")
    assert "One" in office.run("articles", "list").stdout


def test_dry_run_names_what_would_be_refused_and_stores_nothing(office: Shell, desk: Desk, tmp_path: Path) -> None:
    desk.build()
    path = tmp_path / "wires.ndjson"
    path.write_text('{"title": "One"}\n{"title": "", "tags": 5}\n')
    done = office.run("import", "--dry-run", str(path), code=1)
    assert "  title  One" in done.stdout
    assert done.stderr == f"app.py: {path}:2: /title must not be empty; /tags must be a list\n"
    assert office.run("articles", "list").stdout == "none\n"


def test_list_of_sources_is_added_as_far_as_it_can_be(office: Shell, desk: Desk, tmp_path: Path) -> None:
    desk.build()
    path = tmp_path / "wires.opml"
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in ("ftp://a.example/", "https://b.example/feed"))
    path.write_text(f'<opml version="2.0"><body>{outlines}</body></opml>')
    done = office.run("sources", "import", str(path), code=1)
    assert "added: 1, known: 0, refused: 1" in done.stdout
    assert done.stderr == "app.py: ftp://a.example/: /url must be an http or https address\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sources", "add", "nowhere"], "/url must be"),
        (["sources", "add", "https://a.example/", "--section", "Trending"], "/section must be none of"),
        (["sources", "poll", "nobody"], "no source nobody"),
        (["articles", "show", "nothing"], "no article nothing"),
        (["rebuild", "tags/nothing"], "no channel tags/nothing"),
        (["tokens", "revoke", "nobody"], "no token named nobody"),
        (["lint", "nothing"], "errors in nothing"),
    ],
)
def test_refusal_is_one_line_that_says_why(words: list[str], said: str, office: Shell, desk: Desk) -> None:
    desk.build()
    assert said in office.run(*words, code=1).stderr


def test_name_of_a_token_fits_on_a_line(office: Shell, desk: Desk) -> None:
    desk.build()
    assert "printable" in office.run("tokens", "create", "a\nb", code=2).stderr


def test_output_that_is_closed_is_no_traceback(office: Shell, desk: Desk) -> None:
    desk.build()
    command = [sys.executable, "app.py", "articles", "list", "--json"]
    for number in range(300):
        desk.put(f"a{number}", "A headline that fills the pipe, whatever its size " * 9)
    with subprocess.Popen(
        command, cwd=ROOT, env=office.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == "app.py: whoever read the output has closed it\n"
        assert process.wait(30) == 1


def test_python_without_the_packages_goes_on_in_the_environment_or_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes((ROOT / "app.py").read_bytes())
    command = [sys.executable, "-I", "-S", "app.py", "--version"]  # no site-packages
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "script/environment requirements.txt" in done.stderr
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "in the environment: $*"\n')
    python.chmod(0o755)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout == "in the environment: app.py --version\n"
