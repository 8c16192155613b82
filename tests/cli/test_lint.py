"""`lint` on files, addresses and channels: what it prints, and its exit code."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feeds.cli.main import main
from tests.loopback import Loopback, always, reply

GOOD = """<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>Quay</title><link>https://quay.example/</link><description>Ships</description>
<atom:link rel="self" href="https://quay.example/feed"/>
<item><title>One</title><link>https://quay.example/1</link><description>It sails.</description>
<guid>https://quay.example/1</guid><pubDate>Fri, 01 May 2026 08:30:00 GMT</pubDate></item>
</channel></rss>"""


@pytest.fixture
def run(environ: dict[str, str], tmp_path: Path):
    def run(*arguments: str, text: str | None = None) -> Result:
        return CliRunner(env=environ).invoke(main, ["lint", *arguments], input=text)

    return run


def _file(folder: Path, text: str, name: str = "feed.xml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_file_without_a_fault_is_well(run, tmp_path: Path) -> None:
    path = _file(tmp_path, GOOD)
    result = run(path)
    assert (result.exit_code, result.stdout) == (0, f"{path}: RSS 2.0: 0 errors, 0 warnings\n")


def test_fault_is_told_with_its_line_and_its_entry(run, tmp_path: Path) -> None:
    path = _file(tmp_path, GOOD.replace("Fri, 01 May 2026 08:30:00 GMT", "yesterday"))
    result = run(path)
    assert result.exit_code == 1
    told = f"{path}:4: error: https://quay.example/1: pubDate: is no date of RFC 822: yesterday"
    assert result.stdout.splitlines() == [told, f"{path}: RSS 2.0: 1 errors, 0 warnings"]


def test_warnings_alone_are_no_failure(run, tmp_path: Path) -> None:
    path = _file(tmp_path, GOOD.replace('<atom:link rel="self" href="https://quay.example/feed"/>', ""))
    result = run(path)
    assert (result.exit_code, "link self: is missing" in result.stdout) == (0, True)


def test_json_names_every_document_and_finding(run, tmp_path: Path) -> None:
    bad = _file(tmp_path, "<rss>", "bad.xml")
    result = run(_file(tmp_path, GOOD), bad, "--json")
    assert result.exit_code == 1
    good, found = json.loads(result.stdout)["items"]
    assert (good["kind"], good["findings"]) == ("RSS 2.0", [])
    assert (found["document"], found["kind"], found["findings"][0]["level"]) == (bad, None, "error")


def test_standard_input_is_read(run) -> None:
    assert run("-", text=GOOD).exit_code == 0


def test_address_is_fetched_and_its_type_looked_at(run, environ: dict[str, str]) -> None:
    environ["FEEDS_INGEST__ALLOW_NETWORKS"] = '["127.0.0.0/8"]'
    with Loopback(always(reply(200, GOOD.encode(), "Content-Type: text/html"))) as partner:
        result = run(f"{partner.url}/feed")
    assert result.exit_code == 0
    assert f"{partner.url}/feed: warning: is served as text/html" in result.stdout


def test_address_within_is_fetched_only_where_it_is_our_own(run, environ: dict[str, str]) -> None:
    with Loopback(always(reply(200, GOOD.encode(), "Content-Type: application/rss+xml"))) as own:
        refused = run(f"{own.url}/feed")
        assert refused.exit_code == 1
        assert "refused" in refused.output
        environ["FEEDS_SITE__URL"] = own.url
        assert run(f"{own.url}/feed").exit_code == 0


def test_channels_are_judged_by_their_keys_all_of_them_without_any(run, desk) -> None:
    desk.put("a1", "<b>Harbour</b>", tags=["Ships"], content_html="<p>It sails</p>")
    desk.build()
    named = run("tags/ships", "site.atom")
    assert (named.exit_code, named.output.count("0 errors")) == (0, 4)
    assert "site.atom: Atom 1.0: 0 errors, 0 warnings" in named.output
    everything = run("--json")
    assert everything.exit_code == 0
    assert {"site.rss", "tags/ships.json"} <= {row["document"] for row in json.loads(everything.output)["items"]}


def test_what_is_nothing_is_said_to_be_nothing(run, desk) -> None:
    result = run("tags/nowhere", "/no/such/file")
    assert result.exit_code == 1
    assert result.stdout.count("is no file, no http or https address, and no channel") == 2
