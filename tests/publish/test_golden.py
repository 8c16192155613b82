"""Documents pinned byte for byte, so that no change of printing goes unseen.

To renew them after a change that is meant: raise PRINTER_VERSION in feeds/publish/assemble.py (kept fragments are then
rendered anew), run `RENEW_GOLDEN=1 .venv/bin/pytest tests/publish/test_golden.py`, and read the difference in git.
"""

import os
from pathlib import Path

import pytest

from feeds.model.document import Format
from feeds.publish import assemble, lint
from tests.publish.newsroom import DOCUMENTS, document

FOLDER = Path(__file__).parents[1] / "data" / "publish"
VERSION_FILE = FOLDER / "printer_version.txt"
CASES = [(name, format) for name in DOCUMENTS for format in Format]


def _rendered(name: str, format: Format) -> bytes:
    head, variant, stories = DOCUMENTS[name]
    return document(format, stories, head, variant)


@pytest.fixture(scope="module", autouse=True)
def _renewed() -> None:
    """Write the files anew where that is asked for, and where the version of the printer has been raised."""
    if not os.environ.get("RENEW_GOLDEN"):
        return
    made = {FOLDER / f"{name}.{format}": _rendered(name, format) for name, format in CASES}
    changed = [path for path, data in made.items() if path.exists() and path.read_bytes() != data]
    if changed and VERSION_FILE.read_text().strip() == assemble.PRINTER_VERSION:
        pytest.fail(f"other bytes need another PRINTER_VERSION: {', '.join(path.name for path in changed)}")
    for path, data in made.items():
        path.write_bytes(data)
    VERSION_FILE.write_text(f"{assemble.PRINTER_VERSION}\n")


@pytest.mark.parametrize(("name", "format"), CASES)
def test_document_is_the_golden_one_byte_for_byte(name: str, format: Format) -> None:
    assert _rendered(name, format).decode() == (FOLDER / f"{name}.{format}").read_bytes().decode()


@pytest.mark.parametrize(("name", "format"), CASES)
def test_golden_document_passes_the_lint(name: str, format: Format) -> None:
    assert lint.lint_document(format, (FOLDER / f"{name}.{format}").read_bytes()) == []


def test_golden_documents_are_those_of_this_version_of_the_printer() -> None:
    assert VERSION_FILE.read_text().strip() == assemble.PRINTER_VERSION


def test_every_golden_file_has_its_case() -> None:
    assert {path.name for path in FOLDER.glob("*.*")} == {
        *(f"{name}.{format}" for name, format in CASES),
        VERSION_FILE.name,
    }
