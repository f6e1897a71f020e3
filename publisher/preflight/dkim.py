"""DKIM keys (RFC 6376, 3.6.1) as receivers read them."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass

ENOUGH_BITS, FEWEST_BITS = 2048, 1024  # RFC 8301, 3.2
_ED25519_BYTES = 32  # RFC 8463, 4
# Bytes around the modulus of an RSA key of these sizes.
_FRAME = 38


class InvalidKeyError(Exception):
    """The record holds no key that receivers can use."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key; an Ed25519 key has 256 bits, which is enough."""

    kind: str
    bits: int
    testing: bool  # t=y: receivers treat mail as if it were not signed

    @property
    def short(self) -> bool:
        """Whether the key should be replaced by a longer one."""
        return self.kind == "rsa" and self.bits < ENOUGH_BITS


def tags(record: str) -> dict[str, str]:
    """Return the tags of a DKIM or DMARC record (RFC 6376, 3.2), names in lower case."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, sign, value in pairs if sign}


def read(record: str) -> Key:
    """Return the key in `record`. Raises `InvalidKeyError` with the reason."""
    values = tags(record)
    if values.get("v", "DKIM1") != "DKIM1":
        raise InvalidKeyError(f"v={values['v']}")
    if "p" not in values:
        raise InvalidKeyError("it has no p=")
    text = re.sub(r"\s+", "", values["p"])
    if not text:
        raise InvalidKeyError("p= is empty: the key is revoked")
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidKeyError("p= is not base64") from error
    testing = "y" in values.get("t", "").replace(" ", "").split(":")
    kind = values.get("k", "rsa").lower()
    if kind == "ed25519":
        if len(data) != _ED25519_BYTES:
            raise InvalidKeyError(f"an Ed25519 key of {len(data)} bytes")
        return Key(kind, 8 * len(data), testing)
    if kind != "rsa":
        raise InvalidKeyError(f"k={kind}")
    # SubjectPublicKeyInfo is a SEQUENCE. The exponent of all present-day keys is 65537.
    if data[:1] != b"\x30":
        raise InvalidKeyError("p= holds no RSA key")
    bits = round((len(data) - _FRAME) / 32) * 256
    if bits < FEWEST_BITS:
        raise InvalidKeyError(f"an RSA key of about {bits} bits; receivers refuse fewer than 1,024")
    return Key(kind, bits, testing)
