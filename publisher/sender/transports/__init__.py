"""The ways a message leaves: one file each, and this registry.

To add one: write a class with the methods of `base.Transport` and a class method `from_settings`,
and name it here. It is imported when it is used.
"""

from __future__ import annotations

import difflib
from importlib import import_module
from typing import TYPE_CHECKING, cast

from publisher.errors import SettingsError

if TYPE_CHECKING:
    from publisher.sender.transports.base import Transport
    from publisher.settings import Settings

TRANSPORTS = {
    "outbox": "publisher.sender.transports.outbox:OutboxTransport",
    "console": "publisher.sender.transports.console:ConsoleTransport",
    "smtp": "publisher.sender.transports.smtp:SmtpTransport",
}


def create(settings: Settings) -> Transport:
    """Return the transport that `mail.transport` names, not yet open.

    Raises `SettingsError` for an unknown name.
    """
    name = settings.mail.transport
    if name not in TRANSPORTS:
        near = difflib.get_close_matches(name, TRANSPORTS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(TRANSPORTS)}"
        raise SettingsError(f"mail.transport: no transport {name!r}; {hint}")
    module, _, attribute = TRANSPORTS[name].partition(":")
    made = getattr(import_module(module), attribute).from_settings(settings)
    return cast("Transport", made)
