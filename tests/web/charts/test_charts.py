from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from publisher.translation import using
from publisher.web.charts import Chart, Series, Tone, bars, columns, groups, lines
from publisher.web.charts.axis import floor, short, spread, ticks
from publisher.web.charts.drawing import COLUMN, cut, pixels, room_for, tip_of

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = pytest.mark.parametrize("draw", [lines, columns, groups, bars])
WIDTHS = pytest.mark.parametrize("width", [320, 680])


def chart(*values: tuple[int, ...], labels: tuple[str, ...] | None = None) -> Chart:
    names = labels or tuple(f"2024-12-{at + 1:02}" for at in range(len(values[0]) if values else 0))
    tones = list(Tone)
    series = tuple(Series(f"kind {at}", tones[at], each) for at, each in enumerate(values))
    return Chart("c", "Title", "What is to be seen.", names, series)


def shapes(svg: str, tag: str, kind: str = "") -> list[ET.Element]:
    found = read(svg).iter(tag)
    return [e for e in found if not kind or kind in e.get("class", "").split()]


def read(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 0, (0, 1)),
        (0, 1, (0, 1)),
        (0, 3, (0, 1, 2, 3)),
        (0, 4, (0, 1, 2, 3, 4)),
        (0, 5, (0, 2, 4, 6)),
        (0, 10, (0, 5, 10)),
        (0, 11, (0, 5, 10, 15)),
        (0, 99, (0, 50, 100)),
        (0, 5000, (0, 2000, 4000, 6000)),
        (0, 1_000_000, (0, 500_000, 1_000_000)),
        (4_980, 5_123, (4_950, 5_000, 5_050, 5_100, 5_150)),
        (7, 7, (7, 8)),
    ],
)
def test_ticks(low: int, high: int, expected: tuple[int, ...]) -> None:
    assert ticks(high, low) == expected


def test_ticks_hold_everything_and_are_few() -> None:
    for high in [*range(300), *(7 * 10**power + 3 for power in range(15))]:
        found = ticks(high)
        assert found[0] == 0
        assert found[-1] >= high
        assert 2 <= len(found) <= 6


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), 0),
        ((5,), 5),
        ((0, 5), 0),
        ((2, 4), 0),
        ((3, 5), 3),
        ((5000, 5100), 5000),
    ],
)
def test_where_a_line_begins(values: tuple[int, ...], expected: int) -> None:
    assert floor(values) == expected


@pytest.mark.parametrize(
    ("count", "most", "expected"),
    [
        (0, 5, ()),
        (3, 0, ()),
        (1, 5, (0,)),
        (5, 5, (0, 1, 2, 3, 4)),
        (6, 5, (1, 3, 5)),
        (90, 6, (14, 29, 44, 59, 74, 89)),
    ],
)
def test_which_labels_are_written(count: int, most: int, expected: tuple[int, ...]) -> None:
    assert spread(count, most) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0"),
        (950, "950"),
        (9_999, "9,999"),
        (10_000, "10k"),
        (12_480, "12.5k"),
        (999_949, "999.9k"),
        (999_960, "1M"),
        (1_000_000, "1M"),
        (1_260_000, "1.3M"),
        (25_000_000_000, "25G"),
    ],
)
def test_short_numbers(number: int, expected: str) -> None:
    assert short(number) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0"),
        (1_200, "1,200"),
        (12_000, "1.2万"),
        (1_500_000, "150万"),
        (99_999_000, "1亿"),
        (123_000_000, "1.2亿"),
    ],
)
def test_short_numbers_in_chinese(number: int, expected: str) -> None:
    with using("zh"):
        assert short(number) == expected


def test_the_labels_of_a_chart_in_chinese_fit_their_place() -> None:
    with using("zh"):
        assert tip_of("12月9日", 1_200, Series("订阅者", Tone.GOOD, (1_200,))) == (
            "12月9日：订阅者 1,200"
        )
        assert room_for((0, 12_000)) == room_for((0, 1_200))


def test_long_names_are_cut_to_their_room() -> None:
    assert cut("gmail.com", 100) == "gmail.com"
    assert cut("x" * 50, COLUMN * 10) == "x" * 9 + "…"
    assert cut("清华大学开源软件镜像站", COLUMN * 10) == "清华大学…"
    assert pixels("清华") == 4 * COLUMN


@KINDS
@WIDTHS
@pytest.mark.parametrize(
    "shown",
    [
        chart(),
        chart(()),
        chart((0, 0, 0)),
        chart((7,)),
        chart((1, 10**9, 0), (3, 0, 10**12)),
        chart((3, 2), labels=("名字很长的一个域名" * 9, "<b>&\"'</b>")),
        chart(tuple(range(400)), tuple(range(400)), labels=tuple(map(str, range(400)))),
    ],
    ids=["no-series", "no-labels", "all-zero", "one-point", "huge", "names", "many"],
)
def test_everything_stays_inside_and_says_what_it_is(
    draw: Callable[[Chart, int], str], width: int, shown: Chart
) -> None:
    svg = draw(shown, width)
    root = read(svg)
    ids = root.get("aria-labelledby", "").split()
    words = {e.get("id"): e.text for e in root}

    assert [words[name] for name in ids] == ["Title", "What is to be seen."]
    assert "style" not in svg
    assert "nan" not in svg
    _, _, right, bottom = map(float, root.get("viewBox", "").split())
    for box in root.iter("rect"):
        x, y = float(box.get("x", "")), float(box.get("y", ""))
        assert x >= 0
        assert y >= 0
        assert x + float(box.get("width", "")) <= right + 0.1
        assert y + float(box.get("height", "")) <= bottom + 0.1
    for text in root.iter("text"):
        length = pixels("".join(text.itertext()).removeprefix(text.findtext("title") or ""))
        x = float(text.get("x", ""))
        kind = text.get("class")
        start = {"middle": x - length / 2, "end": x - length}.get(str(kind), x)
        assert start >= -0.1, ET.tostring(text)
        assert start + length <= right + 0.1, ET.tostring(text)


def test_columns_stand_on_each_other() -> None:
    low, high = shapes(columns(chart((10,), (5,)), 680), "rect")

    assert (low.get("class"), high.get("class")) == ("fill good", "fill other")
    assert float(high.get("y", "")) + float(high.get("height", "")) == float(low.get("y", ""))
    assert float(low.get("height", "")) == pytest.approx(2 * float(high.get("height", "")), abs=0.2)
    assert [e.findtext("title") for e in (low, high)] == [
        "2024-12-01: 10 kind 0",
        "2024-12-01: 5 kind 1",
    ]


def test_groups_stand_side_by_side() -> None:
    one, other = shapes(groups(chart((10,), (5,)), 680), "rect")

    assert float(one.get("x", "")) + float(one.get("width", "")) == float(other.get("x", ""))
    assert float(one.get("height", "")) == pytest.approx(
        2 * float(other.get("height", "")), abs=0.2
    )


def test_little_is_seen_beside_much() -> None:
    for draw in (columns, bars):
        (little,) = shapes(draw(chart((1_000_000,), (1,)), 680), "rect", "other")
        assert min(float(little.get("width", "")), float(little.get("height", ""))) >= 0
        assert float(little.get("height", "")) >= 2


def test_a_line_is_filled_down_to_nothing_only() -> None:
    assert len(shapes(lines(chart((0, 3)), 680), "path", "area")) == 1
    assert shapes(lines(chart((5000, 5010)), 680), "path", "area") == []


def test_the_table_has_the_same_figures() -> None:
    shown = chart((1, 2), (3, 4))
    assert shown.rows == [("2024-12-01", (1, 3)), ("2024-12-02", (2, 4))]
    assert shown.totals == (4, 6)
    assert not shown.is_empty
    assert chart((0, 0)).is_empty
    assert chart().is_empty
