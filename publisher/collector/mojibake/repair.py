"""Repair of wrong decodings, line by line, by the signs in the whole text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Final

from publisher.collector.mojibake.candidates import (
    LEADS,
    Losses,
    candidates,
    group_at,
)
from publisher.collector.mojibake.codepages import (
    BYTE_OF,
    CONTINUATION,
    CONTROLS,
    PLACE_HOLDERS,
    UNDEFINED,
    Unit,
    gbk_units,
    single_byte_units,
    units_of_choices,
)
from publisher.collector.mojibake.detection import (
    BEYOND_ASCII,
    STRONG,
    WEAK,
    gbk_signs,
    looks_damaged,
    marks_losses_by_question_mark,
    share_of_bare_leads,
    single_byte_signs,
)
from publisher.collector.mojibake.gbk import LETTER_AS_GBK, is_mostly_gbk, is_sound
from publisher.collector.mojibake.interpolated_model import InterpolatedModel
from publisher.collector.mojibake.language_model import ORDER, normalise
from publisher.collector.mojibake.viterbi import Budget, Width, best_reading
from publisher.collector.mojibake.word_model import word_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.collector.mojibake.language_model import (
        CharacterModel,
        LanguageModel,
    )

_WORD: Final = re.compile("[A-Za-z]{2,}")
_KANA_OR_HANGUL: Final = re.compile("[\u3041-\u30ff\uac00-\ud7a3]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")  # half a character, which UTF-8 can't encode
_STEPS: Final = 200_000  # well under a second
_STEPS_FOR_A_DIGEST: Final = 2_500_000
_LONGEST_DIGEST: Final = 250_000
_ROUNDS: Final = 4  # kinds of damage on top of each other
_LAYERS: Final = 2
_SURE_FILE: Final = 3  # strong signs, from which on weak ones also count
_ENOUGH_BYTES: Final = 40  # bytes seen, from which on a missing value is significant
_UNUSUAL_LOSS: Final = 3.0
_UNREADABLE: Final = -8.0  # mean log probability per character
_FEW_LOST: Final = 0.15  # bytes; with 0.6 of them lost, a line is hopeless
_MUCH: Final = 0.2
_HOLES_LEFT: Final = 0.1
_TOO_MANY_HOLES: Final = 0.2
_FIRST_CHINESE: Final = "\u3000"
_SAMPLE: Final = 3000  # characters of a line for the mean
_GAIN: Final = 0.5  # by which the mean must increase
_GBK_LOSSES: Final = Losses(tuple((byte, 0.0) for byte in CONTINUATION), gbk=True)
_WIDE, _MEDIUM, _NARROW = Width(16, 8.0, 24), Width(6, 5.0, 8), Width(2, 3.0, 4)
_WIDE_UP_TO, _MEDIUM_UP_TO = 100_000, 200_000  # characters of damaged lines
_WORD_SHARE: Final = 0.03
_WORD_SHARE_SMALL: Final = 0.27
_SMALL_ARCHIVE: Final = 100_000.0
# About one day's digests. Alone, such a model leaves 0.5 to 1.1 % of the Chinese characters wrong,
# as words without an archive do (0.5 to 2.7 %); one of 8,000 characters leaves 1.1 to 2.4 %.
_ENOUGH_WITHOUT_WORDS: Final = 30_000


@dataclass(frozen=True, slots=True)
class Repaired:
    """Text after repair, with the same number of lines (split at line feeds).

    Line numbers start at 1.  ``unreadable_lines`` are damaged lines without a
    reliable reading and hardly anything else; ``left_lines`` are damaged and
    stay: in part, beside readable text, or wholly for lack of clean text or
    word frequencies.
    """

    text: str
    changed_lines: tuple[int, ...]
    unreadable_lines: tuple[int, ...]
    left_lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tools:
    model: CharacterModel
    width: Width
    budget: Budget


def repair(text: str, model: LanguageModel | None) -> Repaired:
    """Return ``text`` with wrong decodings undone and lost bytes filled in.

    ``model`` is trained on clean texts of the same kind; without it the word
    frequencies of an optional library are used.  Without enough clean text and
    that library, damaged lines stay as they are.  Sound lines are never changed,
    except that a lone surrogate becomes "?".  Raises nothing for any text.
    """
    before = text.split("\n")
    text = text.encode("utf-8", "replace").decode("utf-8") if _SURROGATE.search(text) else text
    lines = text.split("\n")
    if looks_damaged(text):
        mixed = _with_words(model)
        if mixed is None:
            left = tuple(i for i, line in enumerate(lines, 1) if looks_damaged(line))
            return Repaired(text, _changed(before, lines), (), left or (1,))
        budget = Budget(_STEPS_FOR_A_DIGEST if len(text) <= _LONGEST_DIGEST else _STEPS)
        for _ in range(_ROUNDS):
            after = _one_round(lines, mixed, budget)
            if after == lines:
                break
            lines = after
        unreadable = [
            i
            for i in _suspects(before, lines)
            if _is_unreadable(before[i - 1], lines[i - 1], mixed)
        ]
        garbage = tuple(i for i in unreadable if _is_mostly_garbage(lines[i - 1]))
        left = tuple(i for i in unreadable if i not in garbage)
        return Repaired("\n".join(lines), _changed(before, lines), garbage, left)
    return Repaired(text, _changed(before, lines), ())


def _with_words(model: LanguageModel | None) -> CharacterModel | None:
    words = word_model()
    if model is None:
        return words
    if words is None:
        return model if model.size >= _ENOUGH_WITHOUT_WORDS else None
    share = _WORD_SHARE + _WORD_SHARE_SMALL / (1.0 + model.size / _SMALL_ARCHIVE)
    return InterpolatedModel(model, words, share)


def _one_round(lines: list[str], model: CharacterModel, budget: Budget) -> list[str]:
    text = "\n".join(lines)
    signs = single_byte_signs(text)
    gbk = not signs
    if gbk:
        signs = gbk_signs(text)
        if not signs:
            return lines
        sure = signs >= _SURE_FILE * 6
        losses, marks = _GBK_LOSSES, dict.fromkeys(PLACE_HOLDERS, CONTINUATION)
    else:
        sure = signs >= _SURE_FILE
    is_damaged = _gbk_line if gbk else _single_byte_line
    chosen = [
        i for i, line in enumerate(lines) if not line.isascii() and is_damaged(line, sure=sure)
    ]
    if not gbk:
        losses, marks = _single_byte_losses("\n".join(lines[i] for i in chosen))
    size = sum(len(lines[i]) for i in chosen)
    if len(losses.penalties) > len(CONTROLS) and not gbk:
        size *= 4  # many bytes to choose from
    width = _WIDE if size <= _WIDE_UP_TO else _MEDIUM if size <= _MEDIUM_UP_TO else _NARROW
    tools = _Tools(model, width, budget)
    mended = list(lines)
    readings: dict[str, str] = {}  # of repeated lines
    for i in chosen:
        line = lines[i]
        if budget.left <= 0:
            break
        if line not in readings:
            units = _gbk_line_units(line, marks) if gbk else single_byte_units(line, marks)
            reading = _restored(units, losses, marks, tools)
            readings[line] = reading if _is_better(reading, line, model, gbk=gbk) else line
        mended[i] = readings[line]
    return mended


def _is_better(reading: str, line: str, model: CharacterModel, *, gbk: bool) -> bool:
    if "\n" in reading or "\r" in reading.replace("\r", "", line.count("\r")):
        return False
    # GBK mojibake also looks like Chinese text, so the model decides.
    return not gbk or _mean_score(reading, model, 1) > _mean_score(line, model, 1) + _GAIN


def _single_byte_line(line: str, *, sure: bool) -> bool:
    return STRONG.search(line) is not None or (sure and WEAK.search(line) is not None)


def _gbk_line(line: str, *, sure: bool) -> bool:
    return gbk_signs(line) > 0 or (
        sure and (is_mostly_gbk(line) or LETTER_AS_GBK.search(line) is not None)
    )


def _gbk_line_units(line: str, marks: dict[str, bytes]) -> list[Unit]:
    """Return the units of `line`, with its sound runs as undamaged text."""
    units: list[Unit] = []
    end = 0
    for match in BEYOND_ASCII.finditer(line):
        if is_sound(match[0]):
            units += gbk_units(line[end : match.start()], marks)
            units += [Unit(b"", char) for char in match[0]]
            end = match.end()
    return units + gbk_units(line[end:], marks)


def _single_byte_losses(text: str) -> tuple[Losses, dict[str, bytes]]:
    seen = Counter(BYTE_OF[char] for char in text if char in BYTE_OF)
    total = sum(count for byte, count in seen.items() if byte in CONTINUATION)
    lost = {byte: log(1 + seen[byte]) for byte in UNDEFINED}
    if total >= _ENOUGH_BYTES and not any(seen[byte] for byte in CONTROLS):
        lost.update((byte, 0.0) for byte in CONTROLS)
    marked = bytes(sorted(byte for byte in lost if not seen[byte])) or bytes(sorted(UNDEFINED))
    marks = {"\ufffd": marked}
    if marks_losses_by_question_mark(text):
        marks["?"] = marked
    if total >= _ENOUGH_BYTES and not seen[0xA0]:
        marks[" "] = b"\xa0"
        lost[0xA0] = _UNUSUAL_LOSS
    return Losses(tuple(sorted(lost.items()))), marks


def _restored(units: list[Unit], losses: Losses, marks: dict[str, bytes], tools: _Tools) -> str:
    inner = losses
    for _ in range(_LAYERS):
        plain = _sure_text(units)
        gbk = not STRONG.search(plain)
        if gbk and not gbk_signs(plain):
            break
        units = _without_a_layer(units, inner, marks, tools.budget, gbk=gbk)
        inner = _GBK_LOSSES if gbk else Losses(tuple((byte, 0.0) for byte in sorted(UNDEFINED)))
    return best_reading(units, inner, tools.model, tools.width, tools.budget)


def _sure_text(units: Sequence[Unit]) -> str:
    """Return the text that can be decoded without a choice; other units stay as they are."""
    data = b"".join(
        unit.choices if len(unit.choices) == 1 else unit.text.encode("utf-8", "replace")
        for unit in units
    )
    return data.decode("utf-8", "replace")


def _without_a_layer(
    units: Sequence[Unit], losses: Losses, marks: dict[str, bytes], budget: Budget, *, gbk: bool
) -> list[Unit]:
    """Return the units of the inner text, with one decoding undone and no choices made."""
    inside: list[Unit] = []
    place = 0
    while place < len(units):
        unit = units[place]
        if LEADS.isdisjoint(unit.choices) or unit.text in PLACE_HOLDERS:
            inside += (gbk_units if gbk else single_byte_units)(unit.text, marks)
            place += 1
            continue
        signature, after = group_at(units, place)
        readings = candidates(signature, losses, after if losses.gbk else 0x20)
        budget.left -= 1 + len(readings)
        if budget.left <= 0:
            return list(units)
        longest = max((end for _, end, _ in readings), default=0)
        chars = [char for char, end, _ in readings if end == longest]
        inside += units_of_choices(chars, unit.text, gbk=gbk)
        place += max(1, longest)
    return inside


def _changed(before: list[str], after: list[str]) -> tuple[int, ...]:
    return tuple(i for i, (old, new) in enumerate(zip(before, after, strict=True), 1) if old != new)


def _suspects(before: list[str], after: list[str]) -> list[int]:
    return sorted(
        {*_changed(before, after), *(i for i, line in enumerate(before, 1) if looks_damaged(line))}
    )


def _is_unreadable(before: str, line: str, model: CharacterModel) -> bool:
    if looks_damaged(line):
        # What the model reads as it is better than repaired only looks like GBK.
        return line != before or STRONG.search(line) is not None
    if _lost_share(before, line) < _FEW_LOST:
        return False  # a language that the model does not know
    if any("\x80" <= char < "\xa0" for char in line):
        return True
    beyond_ascii = sum(char > "\x7f" for char in line)
    if (
        line.count("\ufffd") > _HOLES_LEFT * beyond_ascii
        or share_of_bare_leads(before) > _TOO_MANY_HOLES
    ):
        return True
    foreign = len(_KANA_OR_HANGUL.findall(line))  # the model knows Chinese
    return foreign < _MUCH * beyond_ascii and _mean_score(line, model) < _UNREADABLE


def _lost_share(before: str, line: str) -> float:
    """Return the share of the bytes of `line` that were lost in `before` and guessed."""
    is_single_byte = STRONG.search(before) or WEAK.search(before)
    units = single_byte_units(before, {}) if is_single_byte else gbk_units(before, {})
    known = sum(len(unit.choices or unit.text.encode("utf-8", "replace")) for unit in units)
    return 1 - known / max(1, len(line.encode("utf-8", "replace")))


def _is_mostly_garbage(line: str) -> bool:
    """Return whether words of plain letters are less than half of the unreadable `line`.

    Its other characters may all have been guessed.
    """
    letters = sum(map(len, _WORD.findall(line)))
    return letters < sum(not char.isspace() for char in line) / 2


def _mean_score(line: str, model: CharacterModel, least: int = 8) -> float:
    """Return the mean log probability of the Chinese characters, 0 for fewer than ``least``."""
    symbols = "\n" + normalise(line[:_SAMPLE])
    scores = [
        model.log_probability(char, symbols[max(0, i - ORDER + 1) : i])
        for i, char in enumerate(symbols)
        if char >= _FIRST_CHINESE
    ]
    return sum(scores) / len(scores) if len(scores) >= least else 0.0
