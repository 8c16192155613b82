"""Load the settings: default.toml, the demo's overlay, the instance's own file, the environment; later ones win.

Every value of every layer is checked, also one that a later layer replaces, so that all faults are told at once:
a line each, naming file or variable, setting, value and what it may be.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple, cast

from feeds.errors import SettingsError
from feeds.settings.layers import CONFIG, INSTANCE, Given, Layer, read_environment, read_file, shown
from feeds.settings.sections import KINDS, SECTIONS, Settings, is_loopback

_Name = tuple[str, str]


class _Rule(NamedTuple):
    """A rule that joins several settings; `says` what they may be."""

    names: tuple[_Name, ...]
    holds: Callable[[Settings], bool]
    says: str


_RULES = (
    _Rule(
        (("server", "host"), ("site", "url")),
        lambda settings: bool(settings.site.url) or is_loopback(settings.server.host),
        "with an empty site.url, server.host may be a loopback address alone",
    ),
    _Rule(
        (("channels", "archive_part"), ("channels", "window")),
        lambda settings: settings.channels.archive_part <= settings.channels.window,
        "channels.archive_part may be at most channels.window",
    ),
    _Rule(
        (("ingest", "min_interval"), ("ingest", "max_interval")),
        lambda settings: settings.ingest.min_interval <= settings.ingest.max_interval,
        "ingest.min_interval may be at most ingest.max_interval",
    ),
)
_DEMO_RULE = _Rule(
    (("demo", "port"), ("server", "port")),
    lambda settings: settings.demo.port != settings.server.port,
    "demo.port and server.port may not be the same",
)


def load_settings(*, root: Path, environ: Mapping[str, str], demo: bool = False) -> Settings:
    """Load the settings of the checkout at `root`, with the demo's overlay where `demo` is true.

    Relative paths in FEEDS_CONFIG and FEEDS_INSTANCE start at the current folder; empty ones are as if not set.
    Raises SettingsError with every fault.
    """
    faults: list[str] = []
    instance = _instance(root, environ, faults)
    default = read_file(root / "config" / "default.toml", faults)
    unread = bool(faults) and not default
    overlays = [read_file(path, faults) for path in _overlays(root, environ, instance, demo=demo)]
    merged = _merge([default, *overlays, read_environment(environ, faults)], faults)
    if unread:  # nothing to fall back on; what else is wrong has been said
        raise SettingsError(faults)
    missing = [f"{section}.{key}" for section, key in KINDS if (section, key) not in default]
    if missing:
        raise SettingsError([*faults, f"{root / 'config' / 'default.toml'}: lacks {', '.join(missing)}"])
    _fit_archive_part(merged, default)
    if not merged.values.keys() >= KINDS.keys():
        raise SettingsError(faults)  # a default is wrong itself
    settings = _build(merged.values, instance)
    for rule in (*_RULES, *([_DEMO_RULE] if demo else [])):
        if merged.wrong.isdisjoint(rule.names) and not rule.holds(settings):
            faults.append(f"{', '.join(str(merged.given[name]) for name in rule.names)}: {rule.says}")
    if faults:
        raise SettingsError(faults)
    return settings


def for_children(environ: Mapping[str, str]) -> dict[str, str]:
    """Give the environment for a process that starts in another folder: paths that start at this one made absolute."""
    paths = {name: str(Path(environ[name]).absolute()) for name in (INSTANCE, CONFIG) if environ.get(name)}
    return {**environ, **paths}


@dataclass(frozen=True, slots=True)
class _Merged:
    """The layers joined: each setting's value as parsed, where it was given, and which were given wrongly."""

    values: dict[_Name, object]
    given: dict[_Name, Given]
    wrong: set[_Name]


def _instance(root: Path, environ: Mapping[str, str], faults: list[str]) -> Path:
    instance = Path(environ.get(INSTANCE) or root / "instance").absolute()
    if instance.exists() and not instance.is_dir():
        faults.append(f"{INSTANCE} = {shown(str(instance))}: may be a folder, and is a file")
    return instance


def _overlays(root: Path, environ: Mapping[str, str], instance: Path, *, demo: bool) -> list[Path]:
    """List the files above default.toml; the instance's own counts only where it is there, unless it is named."""
    files = [root / "config" / "demo.toml"] if demo else []
    if environ.get(CONFIG):
        return [*files, Path(environ[CONFIG]).absolute()]
    own = instance / "config.toml"
    return [*files, own] if own.exists() else files


def _merge(layers: list[Layer], faults: list[str]) -> _Merged:
    merged = _Merged({}, {}, set())
    for layer in layers:
        for name, given in layer.items():
            kind = KINDS[name]
            try:
                merged.values[name] = kind.parse(given.value)
                merged.given[name] = given
            except ValueError:
                merged.wrong.add(name)
                faults.append(f"{given}: may be {kind.may_be}")
    return merged


def _fit_archive_part(merged: _Merged, default: Layer) -> None:
    """Let the default follow a smaller window: an operator who sets the window alone has done nothing wrong."""
    part, window = ("channels", "archive_part"), ("channels", "window")
    if merged.given.get(part) is default[part] and part in merged.values and window in merged.values:
        merged.values[part] = min(cast(int, merged.values[part]), cast(int, merged.values[window]))


def _build(values: Mapping[_Name, object], instance: Path) -> Settings:
    sections = {
        name: section(**{field.name: values[name, field.name] for field in fields(section)})
        for name, section in SECTIONS.items()
    }
    return Settings(instance=instance, **sections)
