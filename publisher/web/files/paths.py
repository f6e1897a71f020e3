"""URL paths to paths in the output folder: the only place where a request becomes a path."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

_WELL_KNOWN = ".well-known"
_LONGEST = 1024  # bytes
# Encoded in the URL: a proxy in front may or may not have decoded them.
_SUSPICIOUS = (b"%2f", b"%5c", b"%00", b"\\")


def relative_path(raw: bytes, prefix: bytes = b"/") -> str | None:
    """Return the path in the output folder for the URL path `raw`, None if there is none.

    "" is the folder itself; a "/" at the end means a folder. `prefix` is the path of the site ("/",
    "/papers/"). Hidden paths except .well-known (RFC 8615), paths out of the folder, and paths with
    control characters or encoded separators give None.
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
