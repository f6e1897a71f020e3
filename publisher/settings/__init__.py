"""Typed, frozen settings: defaults < publisher.toml < environment < flags.

Environment names are `PUBLISHER_` + section + `__` + key, e.g. `PUBLISHER_MAIL__HOST`; with
`_FILE` appended the value is read from the named file, for secrets. A wrong name, type or value
raises `SettingsError` with the setting and where it came from.
"""

from publisher.settings.load import CONFIG_NAME, load
from publisher.settings.sections import Filters, Mail, Newsletter, Settings, Site, Weekday
from publisher.settings.values import Secret

__all__ = [
    "CONFIG_NAME",
    "Filters",
    "Mail",
    "Newsletter",
    "Secret",
    "Settings",
    "Site",
    "Weekday",
    "load",
]
