"""Dot-stuffing: the form of a message after the command DATA (RFC 5321, 4.5.2)."""

from __future__ import annotations

from publisher.errors import ConfigurationFailure


class WireMessage(bytes):
    """A message in its form for DATA, which `to_wire` need not check again."""

    __slots__ = ()


def to_wire(message: bytes) -> bytes:
    """Return `message` in its form for DATA: lines that begin with a dot have it doubled.

    Raises `ConfigurationFailure` for a bare CR or LF, which servers read in different ways (SMTP
    smuggling); a message that is built here never has one.
    """
    if isinstance(message, WireMessage):
        return message
    ends = message.count(b"\r\n")
    if ends != message.count(b"\r") or ends != message.count(b"\n"):
        raise ConfigurationFailure("the message holds a bare CR or LF; it is not sent")
    if not message.endswith(b"\r\n"):
        message += b"\r\n"
    if message.startswith(b"."):
        message = b"." + message
    return message.replace(b"\r\n.", b"\r\n..")
