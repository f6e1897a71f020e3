"""Colour schemes of pages, made from the site's colour and always legible."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.wcag import TEXT_CONTRAST, contrast_ratio, relative_luminance

# A little more than AA, as a screen rounds colours where it blends them.
_TARGET = TEXT_CONTRAST + 0.1
# Thin light strokes on a dark ground look fainter than the ratio says.
_DARK_TARGET = 6.5
_STEPS = 100
_TINT = 0.1
BLACK, WHITE = "#000000", "#ffffff"

Channels = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Scheme:
    """The colours of a page by day or by night, as "#rrggbb".

    `accent` (links) is legible on `page`, `sheet` and `tint`; so are `ink` (text), `title`, `muted`
    and `venue`. `on_accent` is legible on `accent`.
    """

    accent: str
    on_accent: str
    page: str
    sheet: str
    tint: str
    ink: str
    title: str
    muted: str
    line: str
    venue: str


def schemes(colour: str) -> tuple[Scheme, Scheme]:
    """Return the light and the dark scheme for `colour` ("#0b6b74" or "#167").

    The accent is `colour` itself where that is legible, else as little darker (lighter, in the
    dark) as makes it legible.
    """
    full = _full(colour)
    light = _scheme(
        full, BLACK, _TARGET, page="#f5f7f8", sheet="#ffffff", ink="#22272d", title="#10181f",
        muted="#56606b", line="#d9dfe4", venue="#7d4406",
    )  # fmt: skip
    dark = _scheme(
        full, WHITE, _DARK_TARGET, page="#14171a", sheet="#1b1f23", ink="#d7dde3",
        title="#f0f3f6", muted="#a3adb8", line="#343b43", venue="#e4b47c",
    )  # fmt: skip
    return light, dark


def contrast(colour: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    return contrast_ratio(_luminance(colour), _luminance(other))


def _scheme(
    colour: str, towards: str, target: float, *, page: str, sheet: str, **fixed: str
) -> Scheme:
    # The tint of a glaring colour is fainter: grey text has to stay legible on it.
    tint = next(
        tint
        for share in range(_STEPS)
        if contrast(fixed["muted"], tint := blend(sheet, colour, _TINT * (1 - share / _STEPS)))
        >= _TARGET
    )
    accent = next(
        mixed
        for step in range(_STEPS + 1)
        if all(
            contrast(mixed := blend(colour, towards, step / _STEPS), ground) >= target
            for ground in (page, sheet, tint)
        )
    )
    on_accent = max((sheet, page, BLACK, WHITE), key=lambda ground: contrast(accent, ground))
    return Scheme(accent=accent, on_accent=on_accent, page=page, sheet=sheet, tint=tint, **fixed)


def blend(colour: str, other: str, share: float) -> str:
    """Return `colour` with `share` (0 to 1) of `other` in it."""
    pairs = zip(channels(colour), channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    red, green, blue = channels(colour)
    return relative_luminance(red / 255, green / 255, blue / 255)


def channels(colour: str) -> Channels:
    """Return red, green and blue of "#0b6b74", each from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _full(colour: str) -> str:
    digits = colour.lower().removeprefix("#")
    is_short = len(digits) == len("167")
    return "#" + ("".join(digit * 2 for digit in digits) if is_short else digits)
