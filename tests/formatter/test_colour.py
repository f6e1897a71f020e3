from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.formatter.colour import TEXT_CONTRAST, contrast, schemes


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        # Worked out with the formula of WCAG 2.2; 21 and 1 are its ends.
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_what_wcag_says(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize(
    ("colour", "light", "dark"),
    [
        # Legible as it is; too dark for the night.
        ("#0b6b74", "#0b6b74", "#80b2b7"),
        ("#167", "#116677", "#86b1ba"),
        # As light or dark as a colour gets.
        ("#ffffff", "#707070", "#ffffff"),
        ("#000000", "#000000", "#a3a3a3"),
        ("#FFFF00", "#737300", "#ffff00"),
    ],
)
def test_the_chosen_colour_moves_as_little_as_it_has_to(colour: str, light: str, dark: str) -> None:
    day, night = schemes(colour)
    assert (day.accent, night.accent) == (light, dark)


@given(st.integers(0, 0xFFFFFF))
def test_whatever_the_colour_everything_can_be_read(number: int) -> None:
    for scheme in schemes(f"#{number:06x}"):
        for ground in (scheme.page, scheme.sheet, scheme.tint):
            for text in (scheme.accent, scheme.ink, scheme.title, scheme.muted, scheme.venue):
                assert contrast(text, ground) >= TEXT_CONTRAST
        assert contrast(scheme.on_accent, scheme.accent) >= TEXT_CONTRAST
