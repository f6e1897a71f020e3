"""Reading of generators' settings files, which people write: a bad one is a note, not an error."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_MAX_BYTES = 1_000_000


class _AnyTag(yaml.SafeLoader):
    """A safe loader for which values with tags of a program's own are empty."""


def _ignore(_loader: yaml.SafeLoader, _suffix: str, _node: yaml.Node) -> None:
    return


for _prefix in ("!", "tag:yaml.org,2002:python/"):
    _AnyTag.add_multi_constructor(_prefix, _ignore)


class ConfigFile(NamedTuple):
    """The values of a settings file; `note` says why there are none, "" where it could be read."""

    path: Path
    values: dict[str, Any]
    note: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """The note as a tuple, empty where there is none."""
        return (self.note,) if self.note else ()


def first_file(folder: Path, names: Iterable[str]) -> Path | None:
    """Return the first of `names` that is a file in `folder`, None for none."""
    return next((folder / name for name in names if (folder / name).is_file()), None)


def read_config(path: Path) -> ConfigFile:
    """Return the values of the YAML, TOML or JSON file `path`; raises nothing."""
    try:
        text = read_text(path)
        values = _parse(path.suffix, text)
    except OSError as error:
        reason = error.strerror or str(error)
    except RecursionError:
        reason = _("it is nested too deeply")
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        reason = _("line {line} is not valid YAML: {problem}").format(
            line=line, problem=error.problem
        )
    except (ValueError, yaml.YAMLError) as error:  # ValueError: also of TOML, JSON and UTF-8
        reason = str(error).partition("\n")[0]
    else:
        if isinstance(values, dict):
            return ConfigFile(path, {str(key): value for key, value in values.items()})
        reason = _("it holds no settings")
        if values is None:  # an empty file is as good as none
            return ConfigFile(path, {})
    return ConfigFile(path, {}, unreadable(path, reason))


def unreadable(path: Path, reason: str) -> str:
    """Return the note that `path` can't be read."""
    return _("{path} can't be read, so nothing is taken from it: {reason}").format(
        path=path, reason=reason
    )


def read_text(path: Path) -> str:
    """Return the text of `path` without a byte order mark. Raises `OSError` and `ValueError`."""
    with path.open("rb") as file:
        content = file.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise ValueError(_("it is larger than 1 MB"))
    return content.decode("utf-8-sig")


def _parse(suffix: str, text: str) -> object:
    if suffix == ".toml":
        return tomllib.loads(text)
    if suffix == ".json":
        return json.loads(text)
    return yaml.load(text, Loader=_AnyTag)  # noqa: S506 - a SafeLoader
