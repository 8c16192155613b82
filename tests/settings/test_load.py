import json
import tomllib
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from feeds.errors import SettingsError
from feeds.settings import Settings, load_settings
from feeds.settings.sections import KINDS

ROOT = Path(__file__).parents[2]
CASES = tomllib.loads((ROOT / "tests/data/settings/faults.toml").read_text("utf-8"))["case"]


@pytest.fixture
def instance(tmp_path):
    folder = tmp_path / "an instance"
    folder.mkdir()
    return folder


def load(instance: Path, *, demo: bool = False, **environ: str) -> Settings:
    return load_settings(root=ROOT, environ={"FEEDS_INSTANCE": str(instance), **environ}, demo=demo)


def faults(instance: Path, *, demo: bool = False, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(instance, demo=demo, **environ)
    return caught.value.faults


def write(path: Path, section: str, key: str, value: object) -> None:
    """Write one setting as TOML; JSON's texts, numbers and lists are TOML's."""
    path.write_text(f"[{section}]\n{key} = {json.dumps(value)}\n", "utf-8")


def test_without_anything_given_the_defaults_of_the_contract_hold(instance):
    settings = load(instance)
    assert settings.address == "http://127.0.0.1:8000"
    assert settings.hosts == {"127.0.0.1", "localhost", "::1"}
    assert settings.server.max_body == 8 << 20
    assert settings.server.metrics_from == (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    assert settings.channels.ttl == timedelta(minutes=5)
    assert settings.ingest.max_interval == timedelta(days=1)
    assert str(settings.site.timezone) == "UTC"
    assert settings.token_file == instance / "token"
    assert settings.database_url == f"sqlite:///{instance}/broadsheet.db"


def test_the_instance_folder_is_beside_the_code_unless_moved():
    assert load_settings(root=ROOT, environ={}).instance == ROOT / "instance"
    assert load_settings(root=ROOT, environ={"FEEDS_INSTANCE": ""}).instance == ROOT / "instance"


def test_a_relative_instance_folder_starts_at_the_current_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load(Path("elsewhere")).instance == tmp_path / "elsewhere"


def test_later_layers_win_setting_by_setting(instance):
    (instance / "config.toml").write_text('site.title = "The Courier"\nserver.port = 9000\ningest.first_poll = 3\n')
    settings = load(instance, demo=True, FEEDS_SERVER__PORT="9100")
    assert settings.server.port == 9100
    assert settings.site.title == "The Courier"
    assert settings.ingest.first_poll == 3
    assert settings.ingest.min_interval == timedelta(seconds=10)
    assert settings.ingest.concurrency == 32


def test_the_environment_gives_lists_as_json_numbers_as_digits_and_texts_as_they_are(instance):
    settings = load(
        instance,
        FEEDS_INGEST__ALLOW_NETWORKS='["127.0.0.0/8", "::1/128"]',
        FEEDS_INGEST__FIRST_POLL="0",
        FEEDS_SITE__TITLE='"quoted" & 2024',
        FEEDS_SITE__URL="https://News.Example/",
    )
    assert settings.ingest.allow_networks == (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    assert settings.ingest.first_poll == 0
    assert settings.site.title == '"quoted" & 2024'
    assert settings.site.url == "https://news.example"


def test_other_names_of_the_environment_are_left_alone(instance):
    assert load(instance, PATH="/bin", FEEDSX="1", feeds_server__port="1").server.port == 8000


@pytest.mark.parametrize(
    "name", ["FEEDS_SERVER__PROT", "FEEDS_SEVER__PORT", "FEEDS_PORT", "FEEDS_", "FEEDS_server__port", "FEEDS_A__B__C"]
)
def test_an_unknown_name_with_our_prefix_is_a_fault(instance, name):
    (fault,) = faults(instance, **{name: "1"})
    assert fault.startswith(f'{name} = "1": no such setting')


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_a_wrong_value_in_a_file_names_file_setting_value_and_what_it_may_be(instance, case):
    section, key = case["setting"].split(".")
    file = instance / "config.toml"
    write(file, section, key, case["value"])
    (fault,) = faults(instance)
    assert fault.startswith(f"{file}: {case['setting']} = ")
    assert case["says"] in fault
    assert "hush" not in fault
    assert "\n" not in fault


@pytest.mark.parametrize(
    "case", [case for case in CASES if isinstance(case["value"], list)], ids=lambda case: str(case["why"])
)
def test_a_wrong_list_in_the_environment_names_the_variable(instance, case):
    name = "FEEDS_" + case["setting"].upper().replace(".", "__")
    (fault,) = faults(instance, **{name: json.dumps(case["value"])})
    assert fault.startswith(f"{name} ({case['setting']}) = ")
    assert case["says"] in fault


@pytest.mark.parametrize("value", ["127.0.0.1", "[", "{}", "[" * 100_000, "null"])
def test_a_list_that_is_no_json_list_is_a_fault(instance, value):
    (fault,) = faults(instance, FEEDS_INGEST__ALLOW_NETWORKS=value)
    assert "may be a list" in fault


@pytest.mark.parametrize("value", ["", "8000.0", " 8000", "1e3", "0x50", "٨٠٨٠", "9" * 5000])
def test_a_number_in_the_environment_is_plain_digits(instance, value):
    (fault,) = faults(instance, FEEDS_SERVER__PORT=value)
    assert "a whole number" in fault
    assert len(fault) < 300


def test_all_faults_of_all_layers_are_told_at_once(instance):
    (instance / "config.toml").write_text('server.port = 0\nsite.colour = "red"\n[palette]\nred = 1\n')
    found = faults(instance, FEEDS_SERVER__PORT="9000", FEEDS_CHANNELS__ARCHIVE_PART="60", FEEDS_TYPO="1")
    assert len(found) == 5
    text = "\n".join(found)
    for part in ("server.port = 0", "site.colour", "palette: no such section", "FEEDS_TYPO", "at most channels.window"):
        assert part in text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"[site]\ntitle = Daily\n", "line 2"),
        (b'[site]\ntitle = """Daily\n', "line 2"),
        (b"[site]\n\n[site]\n", "line 3"),
        (b'[site]\ntitle = "\xff"\n', "line 2"),
    ],
)
def test_a_broken_file_is_named_with_its_line(instance, text, line):
    (instance / "config.toml").write_bytes(text)
    (fault,) = faults(instance)
    assert fault.startswith(f"{instance / 'config.toml'}: ")
    assert line in fault


def test_a_byte_order_mark_is_no_fault(instance):
    (instance / "config.toml").write_bytes(b"\xef\xbb\xbfserver.port = 9000\n")
    assert load(instance).server.port == 9000


def test_a_section_that_is_none_and_keys_with_line_ends_stay_on_one_line(instance):
    (instance / "config.toml").write_text('server = 3\n"a\\nb" = 1\n[site]\n"x\\ny" = 1\n')
    found = faults(instance)
    assert len(found) == 3
    assert not any("\n" in fault for fault in found)


def test_a_named_file_that_is_missing_is_a_fault_and_takes_the_place_of_the_instances_own(instance, tmp_path):
    (instance / "config.toml").write_text("server.port = 9000\n")
    missing = tmp_path / "none.toml"
    (fault,) = faults(instance, FEEDS_CONFIG=str(missing))
    assert fault == f"{missing}: cannot be read: No such file or directory"
    missing.write_text("server.processes = 2\n")
    settings = load(instance, FEEDS_CONFIG=str(missing))
    assert (settings.server.port, settings.server.processes) == (8000, 2)


def test_an_empty_name_of_a_file_is_as_if_not_set(instance):
    assert load(instance, FEEDS_CONFIG="").server.port == 8000


def test_an_instance_that_is_a_file_is_a_fault(tmp_path):
    file = tmp_path / "file"
    file.touch()
    (fault,) = faults(file)
    assert fault.startswith("FEEDS_INSTANCE")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "news.example"])
def test_more_than_the_loopback_needs_the_address_of_the_site(instance, host):
    (fault,) = faults(instance, FEEDS_SERVER__HOST=host)
    assert "site.url" in fault
    assert f'FEEDS_SERVER__HOST (server.host) = "{host}"' in fault
    assert load(instance, FEEDS_SERVER__HOST=host, FEEDS_SITE__URL="https://news.example").server.host == host


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [
        ("::1", "8000", "http://[::1]:8000"),
        ("localhost", "80", "http://localhost"),
        ("127.8.8.8", "1", "http://127.8.8.8:1"),
    ],
)
def test_without_an_address_of_the_site_links_begin_with_the_bound_one(instance, host, port, address):
    assert load(instance, FEEDS_SERVER__HOST=host, FEEDS_SERVER__PORT=port).address == address


def test_hosts_that_may_be_asked_for_are_those_of_the_site_or_those_given(instance):
    url = "https://news.example:8443"
    assert load(instance, FEEDS_SITE__URL=url).hosts == {"news.example", "127.0.0.1", "localhost", "::1"}
    assert load(instance, FEEDS_SERVER__TRUSTED_HOSTS='["News.Example"]').hosts == {"news.example"}


def test_a_wrong_setting_is_not_blamed_twice(instance):
    assert len(faults(instance, FEEDS_SERVER__HOST="0.0.0.0", FEEDS_SITE__URL="news.example")) == 1


def test_the_default_of_archive_parts_follows_a_smaller_window(instance):
    assert load(instance, FEEDS_CHANNELS__WINDOW="10").channels.archive_part == 10
    assert load(instance, FEEDS_CHANNELS__WINDOW="90").channels.archive_part == 50
    assert len(faults(instance, FEEDS_CHANNELS__WINDOW="10", FEEDS_CHANNELS__ARCHIVE_PART="50")) == 1


def test_the_shortest_wait_may_not_pass_the_longest(instance):
    (fault,) = faults(instance, FEEDS_INGEST__MIN_INTERVAL="2h", FEEDS_INGEST__MAX_INTERVAL="60m")
    assert '"2h"' in fault
    assert '"60m"' in fault


def test_waits_of_nothing_are_allowed_where_the_contract_says_so(instance):
    settings = load(instance, FEEDS_INGEST__MIN_INTERVAL="0s", FEEDS_INGEST__HOST_SPACING="0s")
    assert settings.ingest.min_interval == settings.ingest.host_spacing == timedelta(0)


def test_the_demos_partner_needs_a_port_of_its_own(instance):
    assert load(instance, FEEDS_SERVER__PORT="8001").server.port == 8001
    assert "demo.port" in faults(instance, demo=True, FEEDS_SERVER__PORT="8001")[0]


@pytest.mark.parametrize("name", ["default.toml", "demo.toml", "example.toml"])
def test_the_files_that_come_with_the_project_hold(instance, name):
    load(instance, FEEDS_CONFIG=str(ROOT / "config" / name))


def test_default_toml_and_the_table_name_the_same_settings_in_the_same_order():
    document = tomllib.loads((ROOT / "config/default.toml").read_text("utf-8"))
    assert [(section, key) for section, keys in document.items() for key in keys] == list(KINDS)


def test_every_setting_has_a_comment_right_above_it():
    lines = (ROOT / "config/default.toml").read_text("utf-8").splitlines()
    settings = [number for number, line in enumerate(lines) if line and line[0].isalpha()]
    assert len(settings) == len(KINDS)
    assert [lines[number] for number in settings if not lines[number - 1].startswith("# ")] == []


def test_a_default_that_is_missing_or_wrong_is_a_fault_of_default_toml(tmp_path):
    text = (ROOT / "config/default.toml").read_text("utf-8")
    (tmp_path / "config").mkdir()
    file = tmp_path / "config/default.toml"
    file.write_text(text.replace("port = 8001", "").replace("window = 50", 'window = "many"'))
    with pytest.raises(SettingsError) as caught:
        load_settings(root=tmp_path, environ={})
    assert "channels.window" in caught.value.faults[0]
    assert caught.value.faults[1] == f"{file}: lacks demo.port"
    file.unlink()
    with pytest.raises(SettingsError) as caught:
        load_settings(root=tmp_path, environ={})
    assert caught.value.faults == [f"{file}: cannot be read: No such file or directory"]
