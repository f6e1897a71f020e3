"""DKIM signatures (RFC 6376) made here, for who sends without a relay that makes them.

Every message is signed whole, as each has its own links: that is what it costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.errors import SettingsError
from publisher.sender.wire import Wired, on_the_wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# RFC 6376, 5.4.1, and both headers of one-click unsubscribing (RFC 8058, 4).
SIGNED = (
    b"From",
    b"Sender",
    b"Reply-To",
    b"To",
    b"Subject",
    b"Date",
    b"Message-ID",
    b"MIME-Version",
    b"Content-Type",
    b"Content-Language",
    b"List-Id",
    b"List-Help",
    b"List-Subscribe",
    b"List-Archive",
    b"List-Unsubscribe",
    b"List-Unsubscribe-Post",
)


def signer(key_file: Path, selector: str, domain: str) -> Callable[[bytes], bytes]:
    """Return what puts a signature of `domain` in front of a message.

    `key_file` holds a private RSA key as PEM.

    Raises `SettingsError` for a key or selector that can't sign.
    """
    try:
        import dkim  # noqa: PLC0415 - an extra
    except ImportError:
        raise SettingsError(
            "mail.dkim_key_file: needs the package dkimpy (pip install dkimpy)"
        ) from None
    if not selector:
        raise SettingsError("mail.dkim_selector: is not set, and mail.dkim_key_file is")
    try:
        key = key_file.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"mail.dkim_key_file: {key_file} can't be read: {error.strerror}"
        ) from error

    def sign(message: bytes) -> bytes:
        wired = on_the_wire(message)
        # What the receiver hashes has its doubled dots taken back (RFC 6376, 3.7 and RFC 5321).
        plain = wired.replace(b"\r\n..", b"\r\n.")
        header: bytes = dkim.sign(
            plain,
            selector.encode(),
            domain.encode(),
            key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=list(_present(plain)),
        )
        return Wired(header + wired)

    try:
        sign(b"From: a@example.org\r\n\r\ntry\r\n")
    except (dkim.DKIMException, ValueError, TypeError) as error:
        raise SettingsError(f"mail.dkim_key_file: {key_file} can't sign: {error}") from error
    return sign


def _present(message: bytes) -> list[bytes]:
    """Return the headers to sign; From twice, so that nobody can add another (RFC 6376, 8.15)."""
    head = b"\r\n" + message.partition(b"\r\n\r\n")[0].lower()
    return [b"From", *(name for name in SIGNED if b"\r\n" + name.lower() + b":" in head)]
