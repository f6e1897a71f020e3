"""JSON in Unicode, also of texts that no file can hold."""

from __future__ import annotations

import json

import msgspec


def json_text(value: object) -> str:
    """Return `value` as JSON on one line; half a surrogate pair, which no file can hold, as "?"."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return text.encode(errors="replace").decode()
