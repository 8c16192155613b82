"""Layers: settings as files and the environment give them, not yet checked, each with the place it came from.

In come TOML files and environment variables; out come names with raw values. What cannot be read at all (broken TOML,
a variable that names no setting) is a fault here; what a value may be is not looked at.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from feeds.settings.sections import KINDS, SECTIONS

PREFIX = "FEEDS_"
CONFIG = "FEEDS_CONFIG"
INSTANCE = "FEEDS_INSTANCE"


@dataclass(frozen=True, slots=True)
class Given:
    """One setting as a layer gives it. `origin` names file or variable, and the setting."""

    value: object
    origin: str

    def __str__(self) -> str:
        return f"{self.origin} = {shown(self.value)}"


Layer = dict[tuple[str, str], Given]


def read_file(path: Path, faults: list[str]) -> Layer:
    """Read one TOML file; what is wrong with it as a whole goes to `faults`."""
    try:
        # Some editors put a byte order mark first, which tomllib does not know.
        text = path.read_bytes().decode("utf-8-sig")
        document = tomllib.loads(text)
    except OSError as error:
        faults.append(f"{path}: cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        faults.append(f"{path}: line {line}: is not UTF-8")
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{path}: {_with_line(str(error), text)}")
    else:
        return _settings_in(document, path, faults)
    return {}


def read_environment(environ: Mapping[str, str], faults: list[str]) -> Layer:
    """Read the variables `FEEDS_SECTION__KEY`; any other name with that prefix is a fault."""
    layer: Layer = {}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in (CONFIG, INSTANCE):
            continue
        section, _, key = name.removeprefix(PREFIX).lower().partition("__")
        kind = KINDS.get((section, key))
        if kind is None or name != name.upper():
            faults.append(f"{name} = {shown(environ[name])}: no such setting; {_known(section)}")
        else:
            layer[section, key] = Given(kind.read(environ[name]), f"{name} ({section}.{key})")
    return layer


def shown(value: object) -> str:
    """Write a value for the operator: on one line, cut, and without the password in an address."""
    line = json.dumps(value, ensure_ascii=False, default=str)
    line = re.sub(r"//[^/?#@\s\"]*@", "//…@", line)
    return line if len(line) <= 120 else line[:119] + "…"


def _settings_in(document: dict[str, object], path: Path, faults: list[str]) -> Layer:
    layer: Layer = {}
    for section, content in document.items():
        if section not in SECTIONS:
            faults.append(f"{path}: {_key(section)}: no such section; {_known('')}")
        elif not isinstance(content, dict):
            faults.append(f"{path}: {section} = {shown(content)}: is a section, write [{section}] and its settings")
        else:
            for key, value in content.items():
                given = Given(value, f"{path}: {section}.{_key(key)}")
                if (section, key) in KINDS:
                    layer[section, key] = given
                else:
                    faults.append(f"{given}: no such setting; {_known(section)}")
    return layer


def _key(name: str) -> str:
    """Write a key of a file so that it cannot break the line."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else shown(name)


def _known(section: str) -> str:
    """Say which settings a section has, or where it is none itself, which sections there are."""
    keys = [key for name, key in KINDS if name == section]
    return f"[{section}] has {', '.join(keys)}" if keys else f"the sections are {', '.join(SECTIONS)}"


def _with_line(message: str, text: str) -> str:
    """Name the line where tomllib only says that the document ended too soon."""
    return message.replace("at end of document", f"at line {text.rstrip().count(chr(10)) + 1}, end of document")
