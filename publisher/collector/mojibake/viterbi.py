"""Search for the most probable reading of a line among all its possible UTF-8 parses.

Nodes of the lattice are places between units; edges are the characters that
the next few units may represent.  A beam search with the language model finds
the best path.  Where there is only one path, nothing is computed, so that the
cost depends on the number of lost bytes and not on the length of the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Final

from publisher.collector.mojibake.candidates import (
    LEADS,
    Losses,
    Signature,
    candidates,
    group_at,
)
from publisher.collector.mojibake.codepages import (
    CONTINUATION,
    PLACE_HOLDERS,
    WEAK_BYTES,
    Unit,
)
from publisher.collector.mojibake.general_frequency import general_frequency
from publisher.collector.mojibake.language_model import (
    ORDER,
    CharacterModel,
    normalise,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


# Penalties are natural logarithms, like the model's scores.
_LEFT_DAMAGED: Final = 12.0  # a readable group is not repaired
_LEFT_PAIR: Final = 4.0  # ... or a Chinese character, which may be undamaged
_STRAY: Final = 1.0  # a single continuation byte is not repaired
_LOST_CHAR: Final = 10.0  # half of a pair, for which there is no character
_ODD_CASE: Final = 5.0  # a capital inside a word
_READINGS_PER_STEP: Final = 2
_BOTH_SIDES: Final = 2
_LIKELY: Final = 1e-6
_ACCENT_AND_SIGN: Final = 8.0  # "René†" is more likely a name with a note mark


@dataclass(frozen=True, slots=True)
class Width:
    """Width of the beam: states, their depth below the best score, readings for each group."""

    states: int
    depth: float
    readings: int


class Budget:
    """A limit of steps, so that hostile text cannot take unlimited time."""

    __slots__ = ("left",)

    def __init__(self, steps: int) -> None:
        """Allow ``steps`` steps, each as long as a query of the model."""
        self.left = steps


@dataclass(frozen=True, slots=True)
class _Edge:
    end: int
    text: str
    symbols: str
    penalty: float


@dataclass(slots=True)
class _State:
    score: float
    context: str
    back: _State | None
    text: str


def best_reading(
    units: Sequence[Unit], losses: Losses, model: CharacterModel, width: Width, budget: Budget
) -> str:
    """Return the most likely text of ``units``.

    Without any path, or once ``budget`` is used up, that is their own text.
    """
    return _Search(units, losses, model, width, budget).run()


class _Search:
    __slots__ = ("_budget", "_losses", "_model", "_ranked", "_units", "_width")

    def __init__(
        self,
        units: Sequence[Unit],
        losses: Losses,
        model: CharacterModel,
        width: Width,
        budget: Budget,
    ) -> None:
        self._units, self._losses, self._model = units, losses, model
        self._width, self._budget = width, budget
        self._ranked: dict[tuple[Signature, int], list[tuple[int, str, float]]] = {}

    def run(self) -> str:
        units = self._units
        nodes: dict[int, dict[str, _State]] = {0: {"\n": _State(0.0, "\n", None, "")}}
        for place in range(len(units)):
            states = nodes.pop(place, None)
            if states is None:
                continue
            alive = self._prune(states)
            edges = self._edges(place)
            self._budget.left -= 1
            if self._budget.left <= 0:
                break
            if len(alive) == 1 and not nodes:
                if len(edges) == 1:
                    # No choice: no score is needed.
                    edge, state = edges[0], alive[0]
                    context = (state.context + edge.symbols)[-(ORDER - 1) :]
                    nodes[edge.end] = {context: _State(0.0, context, state, edge.text)}
                    continue
                alive[0].score = 0.0
            for state in alive:
                for edge in edges:
                    self._extend(nodes, state, edge)
        final = nodes.get(len(units))
        if not final:
            return "".join(unit.text for unit in units)
        last: _State | None = self._prune(final)[0]
        parts = []
        while last is not None:
            parts.append(last.text)
            last = last.back
        return "".join(reversed(parts))

    def _prune(self, states: dict[str, _State]) -> list[_State]:
        if len(states) == 1:
            return list(states.values())
        ranked = sorted(states.values(), key=lambda state: (-state.score, state.context))
        least = ranked[0].score - self._width.depth
        return [state for state in ranked[: self._width.states] if state.score >= least]

    def _extend(self, nodes: dict[int, dict[str, _State]], state: _State, edge: _Edge) -> None:
        context = state.context
        score = state.score - edge.penalty
        # Symbols beyond the context score the same on all paths.
        for symbol in edge.symbols[: ORDER - 1]:
            score += self._model.log_probability(symbol, context)
            self._budget.left -= 1
            context = (context + symbol)[-(ORDER - 1) :]
        if len(edge.symbols) >= ORDER:
            context = edge.symbols[-(ORDER - 1) :]
        there = nodes.setdefault(edge.end, {})
        rival = there.get(context)
        if rival is None or (score, edge.text) > (rival.score, rival.text):
            there[context] = _State(score, context, state, edge.text)

    def _edges(self, start: int) -> list[_Edge]:
        units = self._units
        unit = units[start]
        if not unit.choices:
            end = start + 1
            while end < len(units) and not units[end].choices:
                end += 1
            text = "".join(u.text for u in units[start:end])
            return [_Edge(end, text, normalise(text), 0.0)]
        is_lead = not LEADS.isdisjoint(unit.choices)
        if unit.text in PLACE_HOLDERS or unit.text == " " or not (is_lead or self._losses.gbk):
            return (
                [_Edge(start + 1, unit.text, normalise(unit.text), _STRAY)]
                if unit.text
                else [self._lost_char(start)]
            )
        signature, after = group_at(units, start)
        before = units[start - 1] if start else None
        if len(signature) == 1 and not self._losses.gbk and self._is_isolated(start):
            return [_Edge(start + 1, unit.text, unit.text, 0.0)]
        char = self._certain_char(signature, after)
        if char:
            return [_Edge(start + len(signature), char, char, 0.0)]
        ranked = self._ranked_candidates(signature, after if self._losses.gbk else 0x20)
        left = _LEFT_DAMAGED if is_lead else _LEFT_PAIR
        cost = 0.0
        if (
            before
            and before.text[-1:].isascii()
            and before.text[-1:].isalpha()
            and _may_be_accent(signature)
        ):
            left, cost = 0.0, _ACCENT_AND_SIGN
        capital_odd = bool(before and before.text[-1:].islower())
        edges = [
            _Edge(
                start + used,
                char,
                char,
                penalty + cost + (_ODD_CASE if capital_odd and char.isupper() else 0.0),
            )
            for used, char, penalty in ranked
        ]
        if unit.text:
            edges.append(_Edge(start + unit.span, unit.text, normalise(unit.text), left))
        elif not edges:
            edges.append(self._lost_char(start))
        return edges

    def _certain_char(self, signature: Signature, after: int) -> str:
        """Return the character of a complete group of GBK text, "" if it is not certain."""
        followed = after >= 0 and after in CONTINUATION
        if (
            not self._losses.gbk
            or followed
            or any(len(choices) != 1 for choices, _, _ in signature)
        ):
            return ""
        try:
            char = b"".join(choices for choices, _, _ in signature).decode("utf-8")
        except UnicodeDecodeError:
            return ""
        return char if len(char) == 1 and general_frequency(char) >= _LIKELY else ""

    def _lost_char(self, start: int) -> _Edge:
        return _Edge(start + 1, "\ufffd", "\ufffd", _LOST_CHAR)

    def _is_isolated(self, start: int) -> bool:
        # An accented letter without damage on either side is an ordinary letter,
        # except a capital between small letters ("MarÃa").
        around = [*self._units[max(0, start - 1) : start], *self._units[start + 1 : start + 2]]
        if len(around) == _BOTH_SIDES and all(
            unit.text.isascii() and unit.text[-1:].islower() for unit in around
        ):
            return self._units[start].text not in "ÃÄÅ"
        return all(not unit.choices or unit.text in PLACE_HOLDERS for unit in around)

    def _ranked_candidates(self, signature: Signature, after: int) -> list[tuple[int, str, float]]:
        key = (signature, after)
        ranked = self._ranked.get(key)
        if ranked is None:
            scored = [
                (penalty - log(self._model.frequency(char)), char, used, penalty)
                for char, used, penalty in candidates(signature, self._losses, after)
            ]
            scored.sort()
            self._budget.left -= len(scored) // _READINGS_PER_STEP
            ranked = [
                (used, char, penalty) for _, char, used, penalty in scored[: self._width.readings]
            ]
            self._ranked[key] = ranked
        return ranked


def _may_be_accent(signature: Signature) -> bool:
    """Return whether a group is a small accented letter before signs that can follow a word."""
    first = signature[0][0]
    return first[0] >= 0xE0 and all(set(choices) <= WEAK_BYTES for choices, _, _ in signature[1:])  # noqa: PLR2004 - "à" in latin-1
