"""Which file an address means. No other path ever comes from a request."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

_WELL_KNOWN = ".well-known"
_LONGEST = 1024  # bytes
# As they are in the address: a server in front may have decoded them, and one behind not.
_SUSPICIOUS = (b"%2f", b"%5c", b"%00", b"\\")


def relative_path(raw: bytes, prefix: bytes = b"/") -> str | None:
    """Return the path in the output folder that the address path `raw` means, None for none.

    "" is the folder itself, a "/" at the end means a folder. `prefix` is where the site begins
    ("/", "/papers/"). Nothing hidden is meant but .well-known (RFC 8615), nothing above the folder,
    nothing with a control character or an encoded separator.
    """
    if not raw.startswith(prefix) or len(raw) > _LONGEST:
        return None
    lower = raw.lower()
    if any(part in lower for part in _SUSPICIOUS):
        return None
    try:
        path = unquote_to_bytes(raw[len(prefix) :]).decode()
    except UnicodeDecodeError:
        return None
    if not path.isprintable():
        return None
    *folders, last = path.split("/")
    if any(_is_unwanted(name) for name in folders) or (last and _is_unwanted(last)):
        return None
    return path


def _is_unwanted(name: str) -> bool:
    return not name or (name.startswith(".") and name != _WELL_KNOWN)
