"""Bodies of messages (RFC 2045, RFC 2046): one text, or the same as text and HTML."""

from __future__ import annotations

import hashlib

_CONTENT_TYPE = b'Content-Type: multipart/alternative;\r\n boundary="%s"\r\n\r\n'
_PART_HEAD = (
    b"Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
)


def text_part(text: bytes) -> bytes:
    """Return a body of quoted-printable `text` alone, with its header fields."""
    return _PART_HEAD % b"plain" + text


def alternative(text: bytes, html: bytes) -> bytes:
    """Return a body of `text` and `html`, both quoted-printable, with its header fields.

    The text comes first: the last part that a reader understands is the one it shows (RFC 2046,
    5.1.4).
    """
    # "=_" can't come up in quoted-printable text (RFC 2045, 6.7).
    boundary = b"=_" + hashlib.sha256(text + b"\x00" + html).hexdigest()[:32].encode()
    # The line end before a boundary belongs to the boundary (RFC 2046, 5.1.1).
    return b"".join(
        (
            _CONTENT_TYPE % boundary,
            b"--" + boundary + b"\r\n" + text_part(text) + b"\r\n",
            b"--" + boundary + b"\r\n" + _PART_HEAD % b"html" + html + b"\r\n",
            b"--" + boundary + b"--\r\n",
        )
    )
