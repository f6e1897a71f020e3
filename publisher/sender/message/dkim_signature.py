"""DKIM signatures (RFC 6376), for senders whose mail server does not sign.

Each message is signed by itself, since each has its own links.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from publisher.errors import SettingsError
from publisher.sender.message.dot_stuffing import WireMessage, to_wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

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
    """Return a function that puts a signature of `domain` in front of a message.

    `key_file` holds a private RSA key as PEM.

    Raises `SettingsError` for a key or selector that can't sign.
    """
    try:
        import dkim  # noqa: PLC0415 - an extra
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - an extra
            load_pem_private_key,
        )
    except ImportError:
        raise SettingsError(
            "mail.dkim_key_file: needs the packages dkimpy and cryptography "
            "(pip install dkimpy cryptography)"
        ) from None
    if not selector:
        raise SettingsError("mail.dkim_selector: is not set, and mail.dkim_key_file is")
    try:
        pem = key_file.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"mail.dkim_key_file: {key_file} can't be read: {error.strerror}"
        ) from error

    problem = f"mail.dkim_key_file: {key_file} can't sign"
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SettingsError(f"{problem}: {error}") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise SettingsError(f"{problem}: not an RSA key")
    signing_key = _SigningKey(key)

    class Signature(dkim.DKIM):  # type: ignore[misc]
        """Signs by cryptography: dkimpy's own RSA takes 7 ms, but it leaves Ed25519 to the key."""

        def gen_header(self, *values: Any, **_: Any) -> bytes:  # noqa: ANN401 - dkimpy's own
            fields, include_headers, canon_policy, header_name, _pk = values
            self.signature_algorithm = b"ed25519-sha256"
            signed: bytes = super().gen_header(
                fields, include_headers, canon_policy, header_name, signing_key
            )
            return signed

    def sign(message: bytes) -> bytes:
        stuffed = to_wire(message)
        # The receiver hashes the message with single dots (RFC 6376, 3.7 and RFC 5321).
        plain = stuffed.replace(b"\r\n..", b"\r\n.")
        header: bytes = Signature(plain).sign(
            selector.encode(),
            domain.encode(),
            pem,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=list(_signed_headers(plain)),
        )
        return WireMessage(header + stuffed)

    try:
        sign(b"From: a@example.org\r\n\r\ntry\r\n")
    except (dkim.DKIMException, ValueError, TypeError) as error:
        raise SettingsError(f"{problem}: {error}") from error
    return sign


@dataclass(frozen=True, slots=True)
class _SigningKey:
    """An RSA key with the interface of an Ed25519 key: it signs a digest."""

    key: RSAPrivateKey

    def sign(self, digest: bytes) -> _SignResult:
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - an extra
        from cryptography.hazmat.primitives.asymmetric import padding, utils  # noqa: PLC0415 - an extra

        # rsa-sha256 (RFC 6376, 3.3.1).
        prehashed = utils.Prehashed(hashes.SHA256())
        return _SignResult(self.key.sign(digest, padding.PKCS1v15(), prehashed))


@dataclass(frozen=True, slots=True)
class _SignResult:
    signature: bytes


def _signed_headers(message: bytes) -> list[bytes]:
    """Return the names to sign; From twice, so that nobody can add another (RFC 6376, 8.15)."""
    head = b"\r\n" + message.partition(b"\r\n\r\n")[0].lower()
    return [b"From", *(name for name in SIGNED if b"\r\n" + name.lower() + b":" in head)]
