"""Candidate characters for a few bytes of which some are lost: the edges of the lattice."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from publisher.collector.mojibake.codepages import CONTINUATION, Unit, gbk_loses
from publisher.collector.mojibake.general_frequency import (
    IMPOSSIBLE,
    general_frequency,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEADS: Final = frozenset(range(0xC2, 0xF5))
_COMMON_LEADS: Final = bytes((0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEF))
_MISSING_LEAD: Final = 8.0
_REST_OF_CHARACTER: Final = (1, 2)  # bytes left of three when the first is lost

Signature = tuple[tuple[bytes, bool, bool], ...]


@dataclass(frozen=True, slots=True)
class Losses:
    """The bytes that a text may have lost.

    ``penalties`` pairs each byte that may be missing with its penalty, a natural
    logarithm; ``gbk`` applies the rule by which GBK drops bytes before others.
    """

    penalties: tuple[tuple[int, float], ...]
    gbk: bool = False


def _fills(
    signature: Signature, built: bytes, place: int, cost: float, losses: Losses, after: int
) -> Iterator[tuple[bytes, int, float]]:
    """Yield all ways to complete a character: its bytes, units used and cost."""
    need = 2 if built[0] < 0xE0 else 3 if built[0] < 0xF0 else 4  # noqa: PLR2004 - RFC 3629
    if len(built) == need:
        yield built, place, cost
        return
    choices, may_lose, optional = (
        signature[place] if place < len(signature) else (b"", after >= 0, False)
    )
    continuations = [byte for byte in choices if byte in CONTINUATION]
    marked = len(continuations) == len(CONTINUATION) and losses.gbk
    follower = signature[place + 1][0] if place + 1 < len(signature) else bytes([max(after, 0)])
    for byte in continuations:
        # A place holder replaces a byte that GBK could not decode there.
        if not marked or len(follower) != 1 or gbk_loses(byte, follower[0]):
            yield from _fills(signature, built + bytes([byte]), place + 1, cost, losses, after)
    enough = len(signature) - place >= need - len(built)
    if not may_lose or (
        continuations and enough and not optional and (not losses.gbk or len(signature) <= need)
    ):
        return
    if continuations and len(choices) > 1 and not optional:
        return  # a place holder: the loss is already marked
    for byte, penalty in losses.penalties:
        if losses.gbk and not gbk_loses(byte, choices[0] if choices else after):
            continue
        yield from _fills(signature, built + bytes([byte]), place, cost + penalty, losses, after)


@lru_cache(maxsize=20_000)
def candidates(
    signature: Signature, losses: Losses, after: int
) -> tuple[tuple[str, int, float], ...]:
    """Return (character, units used, penalty) for the start of a group.

    ``signature`` has for each unit its choices, whether bytes may be lost
    before it, and whether it may also not belong to the character (a blank);
    ``after`` is the byte after the group.
    """
    best: dict[tuple[str, int], float] = {}
    starts = [(bytes([byte]), 1, 0.0) for byte in signature[0][0] if byte in LEADS]
    if not starts and losses.gbk and len(signature) in _REST_OF_CHARACTER:
        starts = [(bytes([lead]), 0, _MISSING_LEAD) for lead in _COMMON_LEADS]
    for built, place, start_cost in starts:
        for data, end, cost in _fills(signature, built, place, start_cost, losses, after):
            try:
                char = data.decode("utf-8")
            except UnicodeDecodeError:
                continue
            if end and general_frequency(char) > IMPOSSIBLE and cost < best.get((char, end), 1e9):
                best[char, end] = cost
    return tuple((char, end, cost) for (char, end), cost in best.items())


def group_at(units: Sequence[Unit], start: int) -> tuple[Signature, int]:
    """Return the signature of the group at ``start``, and the byte after it.

    That byte is -1 if no bytes can be lost before it.
    """
    end = start + 1
    limit = min(len(units), start + 4)
    while end < limit and any(byte in CONTINUATION for byte in units[end].choices):
        end += 1
    after = 0x20
    if end < len(units):
        follower = units[end]
        after = (follower.choices or follower.text[:1].encode("ascii", "replace") or b" ")[0]
        after = after if follower.loss_before else -1
    return tuple(
        (unit.choices, unit.loss_before, unit.text == " ") for unit in units[start:end]
    ), after
