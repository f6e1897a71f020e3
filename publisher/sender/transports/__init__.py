"""The transports, by which messages leave: one file and one line each.

A transport is a class with the methods of `base.Transport`; `base.BaseTransport` has most of them.
An installed package may bring one, without a change here:

    [project.entry-points."publisher.transports"]
    pigeon = "my_package.pigeon:PigeonTransport"

`mail.transport` then takes the name "pigeon".
"""

from __future__ import annotations

import difflib
from importlib import import_module
from typing import TYPE_CHECKING, cast

from publisher import plugins
from publisher.errors import PluginError, SettingsError
from publisher.sender.transports.base import Transport

if TYPE_CHECKING:
    from publisher.settings import Settings

GROUP = "publisher.transports"
# Names, not classes: one is needed, and the modules of the others take time to import.
TRANSPORTS = {
    "outbox": "publisher.sender.transports.outbox:OutboxTransport",
    "console": "publisher.sender.transports.console:ConsoleTransport",
    "smtp": "publisher.sender.transports.smtp:SmtpTransport",
}
# What the class itself has to have; the properties may be set when it is made.
_REQUIRED = (
    "leaves_machine",
    *(
        name
        for name, member in vars(Transport).items()
        if not name.startswith("_") and not isinstance(member, property)
    ),
)


def create(settings: Settings) -> Transport:
    """Return the transport that `mail.transport` names, not yet open.

    Raises `SettingsError` for an unknown name, a package that can't be used, and settings that the
    transport can't work with.
    """
    return transport_class(settings).from_settings(settings)


def transport_class(settings: Settings) -> type[Transport]:
    """Return the class of the transport that `mail.transport` names.

    Raises `SettingsError` for an unknown name and for a package that can't be used.
    """
    name = settings.mail.transport
    if name in TRANSPORTS:
        module, _, attribute = TRANSPORTS[name].partition(":")
        return cast("type[Transport]", getattr(import_module(module), attribute))
    installed = {entry.name: entry for entry in plugins.entries(GROUP)}
    if name in installed:
        try:
            return cast("type[Transport]", plugins.load(installed[name], _REQUIRED))
        except PluginError as error:
            raise SettingsError(
                f"mail.transport: the installed transport {name!r} can't be used: {error}"
            ) from error
    names = (*TRANSPORTS, *installed)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise SettingsError(f"mail.transport: no transport {name!r}; {hint}one of {', '.join(names)}")
