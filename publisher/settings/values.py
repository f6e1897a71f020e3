"""Values of settings that have a type of their own."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Secret:
    """A value that never shows: `str()` and `repr()` give stars, `reveal()` the text."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Wrap the text `value`; an empty one is a secret that is not set."""
        self._value = value

    def reveal(self) -> str:
        """Return the text itself."""
        return self._value

    def __bool__(self) -> bool:
        """Return whether it is set."""
        return bool(self._value)

    def __repr__(self) -> str:
        """Return stars, so that no log and no traceback holds the value."""
        return "Secret('***')" if self._value else "Secret('')"


class Words:
    """Texts by name, as a table of publisher.toml; settings are hashed, which no `dict` is."""

    __slots__ = ("items",)

    def __init__(self, table: Mapping[str, str] = MappingProxyType({})) -> None:
        """Hold the texts of `table`."""
        self.items = tuple(sorted(table.items()))

    def __eq__(self, other: object) -> bool:
        """Return whether `other` has the same texts."""
        return isinstance(other, Words) and self.items == other.items

    def __hash__(self) -> int:
        """Return the same for the same texts."""
        return hash(self.items)
