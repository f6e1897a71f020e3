"""The cascade and the arithmetic behind "can this be read"."""

from __future__ import annotations

import pytest
from lxml import html as lxml_html

from publisher.preflight.cascade import winning_styles
from publisher.preflight.colours import Colour, background_of, colour, contrast
from publisher.preflight.contrast import rendered_styles, screens
from publisher.preflight.style_rules import Screen, holds, parse_rules, rules_of

LIGHT, DARK = Screen(dark=False, width=1200), Screen(dark=True, width=360)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000", "#fff", 21.0),
        ("#fff", "#fff", 1.0),
        ("#777777", "white", 4.48),  # the two greys that everybody knows:
        ("#767676", "white", 4.54),  # one fails and one passes
        ("rgb(255, 0, 0)", "white", 4.0),
    ],
)
def test_contrast(one: str, other: str, ratio: float) -> None:
    first, second = colour(one), colour(other)
    assert first is not None
    assert second is not None
    assert contrast(first, second) == pytest.approx(ratio, abs=0.01)
    assert contrast(second, first) == contrast(first, second)


@pytest.mark.parametrize("value", ["", "inherit", "currentcolor", "nonsense", "12px"])
def test_what_is_no_colour(value: str) -> None:
    assert colour(value) is None


def test_colours_that_show_what_is_below() -> None:
    half = colour("rgba(0, 0, 0, 0.5)")
    assert half is not None
    assert half.over(Colour(1, 1, 1)).hex() == "#808080"
    assert background_of("url(x.png) no-repeat #abc") == colour("#abc")
    assert background_of("none") is None


@pytest.mark.parametrize(
    ("css", "wins"),
    [
        ("p{color:red}", "red"),
        ("p{color:red} p{color:blue}", "blue"),
        (".a{color:red} p{color:blue}", "red"),
        ("#i{color:red} .a.b p.a{color:blue}", "red"),
        ("p{color:red !important} #i{color:blue}", "red"),
        ("p{color:red !important} p{color:blue !important}", "blue"),
        ("body p, h1{color:red}", "red"),
        ("p:hover{color:red}", None),
        ("p::before{color:red}", None),
        ("p{{{color:red}", None),
        ("@media (prefers-color-scheme: dark){p{color:red}}", None),
        ("@media screen{@media all{p{color:red}}}", "red"),
        ("@supports (color: red){p{color:red}}", "red"),
        ("@font-face{color:red} p{colr:blue;color:red}", "red"),
    ],
)
def test_which_rule_wins(css: str, wins: str | None) -> None:
    document = lxml_html.document_fromstring("<body><p class='a b' id=i>x</p></body>")
    styles = winning_styles(document, parse_rules(css), LIGHT)
    assert styles.get(document.find(".//p"), {}).get("color") == wins


@pytest.mark.parametrize(
    ("css", "style", "wins"),
    [
        ("p{color:red}", "color:blue", "blue"),
        ("p{color:red !important}", "color:blue", "red"),
        ("p{color:red !important}", "color:blue !important", "blue"),
        ("p{background:red !important}", "background-color:blue", None),
    ],
)
def test_a_style_attribute_loses_against_important_alone(
    css: str, style: str, wins: str | None
) -> None:
    document = lxml_html.document_fromstring(f"<body><p style='{style}'>x</p></body>")
    values = winning_styles(document, parse_rules(css), LIGHT)[document.find(".//p")]
    assert values.get("color") == wins
    if wins is None:
        assert values["background-color"] == "red"


@pytest.mark.parametrize(
    ("query", "light", "dark"),
    [
        ("(prefers-color-scheme: dark)", False, True),
        ("(prefers-color-scheme:light)", True, False),
        ("not all and (prefers-color-scheme: dark)", True, False),
        ("screen and (max-width: 480px)", False, True),
        ("only screen and (min-width:30em)", True, False),
        ("print", False, False),
        ("print, screen", True, True),
        ("all", True, True),
        ("(hover: hover)", False, False),
        ("(prefers-color-scheme: dark) and (max-width: 300px)", False, False),
        ("(color)", False, False),
    ],
)
def test_a_media_query(query: str, light: bool, dark: bool) -> None:
    assert (holds(query, LIGHT), holds(query, DARK)) == (light, dark)


def look_of(html: str, screen: Screen = LIGHT) -> list[tuple[str, str, float]]:
    document = lxml_html.document_fromstring(html)
    return [
        (look.text.hex(), look.background.hex() if look.background else "", look.needed)
        for look, _, _ in rendered_styles(document, rules_of(document), screen)
    ]


@pytest.mark.parametrize(
    ("html", "look"),
    [
        ("<p>x", ("#000000", "#ffffff", 4.5)),
        ("<h1>x", ("#000000", "#ffffff", 3.0)),
        ('<p style="font-size:14pt;font-weight:bold">x', ("#000000", "#ffffff", 3.0)),
        ('<p style="font-size:14pt">x', ("#000000", "#ffffff", 4.5)),
        ('<a href="https://x.org">x</a>', ("#0000ee", "#ffffff", 4.5)),
        ('<p style="color:#111"><a href="x" style="color:inherit">x', ("#111111", "#ffffff", 4.5)),
        ('<table bgcolor="#222222"><tr><td><font color="#eeeeee">x', ("#eeeeee", "#222222", 4.5)),
        ('<p style="background:rgba(0,0,0,.5)">x', ("#000000", "#808080", 4.5)),
        ('<p style="background:url(https://x.org/a)">x', ("#000000", "", 4.5)),
        (
            '<div style="background:url(a)"><p style="background:#eee">x',
            ("#000000", "#eeeeee", 4.5),
        ),
    ],
)
def test_how_text_looks(html: str, look: tuple[str, str, float]) -> None:
    assert look_of(html) == [look]


@pytest.mark.parametrize(
    "html",
    [
        '<p style="display:none">x',
        '<p style="visibility:hidden">x',
        "<title>x</title>",
        "<p hidden>x",
        "<p> · ",
        "<!-- x -->",
    ],
)
def test_what_is_not_shown_needs_no_contrast(html: str) -> None:
    assert look_of(f"<body>{html}</body>") == []


def test_a_browser_turns_its_own_colours_where_the_mail_knows_dark() -> None:
    assert look_of("<p>x", DARK) == [("#000000", "#ffffff", 4.5)]
    for known in (
        '<meta name="color-scheme" content="light dark">',
        "<style>:root{color-scheme:light dark}</style>",
    ):
        assert look_of(f"<html><head>{known}</head><body>x", DARK) == [("#ffffff", "#121212", 4.5)]


def test_as_many_screens_as_colours_depend_on() -> None:
    narrow = "@media (max-width:480px){p{%s}}"
    assert len(screens(parse_rules(narrow % "padding:0"))) == 2
    assert len(screens(parse_rules(narrow % "color:red"))) == 4
