"""Addresses of the targets of announcements from kept secrets and the environment.

They are in tables of a list, so each is known by the name of its target.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from publisher.errors import SettingsError
from publisher.settings.secret_files import read_secret, secret_file, target_secret
from publisher.settings.values import Secret
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.settings.sections import AnnounceTarget

_VARIABLE = re.compile(r"PUBLISHER_ANNOUNCE__([A-Z0-9_]+)__URL(_FILE)?")


def is_url_variable(name: str) -> bool:
    """Return whether the environment variable `name` has, or names a file with, an address."""
    return _VARIABLE.fullmatch(name) is not None


def with_urls(
    targets: Sequence[AnnounceTarget], base: Path, environment: Mapping[str, str]
) -> tuple[AnnounceTarget, ...]:
    """Return `targets` with the addresses that are kept beside the settings in `base`, or set.

    Raises `SettingsError`, also for a variable that belongs to no target.
    """
    urls = _kept(targets, base)
    names = {target.name.replace("-", "_").upper(): target.name for target in targets}
    for variable, value in sorted(environment.items()):
        match = _VARIABLE.fullmatch(variable)
        if match is None:
            continue
        if match[1] not in names:
            text = _("{variable}: [[announce.targets]] has no target of this name")
            raise SettingsError(text.format(variable=variable))
        urls[names[match[1]]] = read_secret(Path(value)) if match[2] else value.strip()
    return tuple(
        msgspec.structs.replace(target, url=Secret(urls[target.name]))
        if target.name in urls
        else target
        for target in targets
    )


def _kept(targets: Sequence[AnnounceTarget], base: Path) -> dict[str, str]:
    paths = {target.name: secret_file(base, target_secret(target.name)) for target in targets}
    return {name: read_secret(path) for name, path in paths.items() if path.is_file()}
