from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from publisher.collector.slugs import assign_slugs, slugify
from publisher.collector.tex import tex_to_text
from publisher.collector.text import from_arxiv, from_machine, plain
from publisher.models import UNSUBSCRIBE_PLACEHOLDER

TEX = [
    (r"$360^{\circ}$ and $100 and $200", "360° and $100 and $200"),
    (r"$E^{3}$Gen", "E³Gen"),
    (r"${360^\circ}$ images", "360° images"),
    (r"$10\times $ fewer", "10× fewer"),
    (r"($\sim$30x faster at $\ge$120fps)", "(∼30x faster at ≥120fps)"),
    (r"\textit{\textbf{In the first stage}}, we", "In the first stage, we"),
    (
        r"na\"{\i}vely na\"ive Fr\'echet B\'{e}zier R\"uckert",
        "naïvely naïve Fréchet Bézier Rückert",
    ),
    (r"\c{c} \v{s} \'E", "ç š É"),
    (r"$\mathcal{ZS}^2$", "𝒵𝒮²"),
    (r"\ie, \eg", "i.e., e.g."),
    (r"86.7\% and A\_b \& c", "86.7% and A_b & c"),
    (r"two front \\& back", "two front & back"),
    (r"$p(x|c)^\gamma p(x)^{1-\gamma}$", "p(x|c)ᵞ p(x)¹⁻ᵞ"),
    (r"AP$_{50}^\text{box}$", "AP₅₀box"),
    (r"\url{https://example.org/a_b}.", "https://example.org/a_b."),
    (r"\href{https://example.org}{here}", "here (https://example.org)"),
    (r"by \ours{}", "by ours"),
    ("Just Add $100 More", "Just Add $100 More"),
    ("C# costs 5% of #1 & more ~ x^2 {a}", "C# costs 5% of #1 & more ~ x^2 {a}"),
    (r"{\em so}", "so"),
    ("no TeX", "no TeX"),
]


@pytest.mark.parametrize(("source", "text"), TEX)
def test_tex(source: str, text: str) -> None:
    assert tex_to_text(source) == text


MACHINE = [
    ("**粗体** `code` *斜体*", "粗体 code 斜体"),
    ("2 * 3 * 4 and a*b*c", "2 * 3 * 4 and a*b*c"),
    ("[text](https://example.org/x)", "text (https://example.org/x)"),
    ("[x](javascript:alert(1))", "x"),
    ("<https://example.org/x>", "https://example.org/x"),
    ("a <b>b</b> c<br>d", "a b c d"),
    ("a<script>alert(1)</script>b", "ab"),
    ("<img src=x onerror=alert(1)>ok", "ok"),
    ("x<y and z>w", "x<y and z>w"),
    ("&lt;b&gt; &amp; &#x4e2d;", "<b> & 中"),
    ("（<0.01 bpp）", "（<0.01 bpp）"),
]


@pytest.mark.parametrize(("source", "text"), MACHINE)
def test_machine_text(source: str, text: str) -> None:
    assert from_machine(source) == text


def test_no_text_can_hold_the_place_of_a_token() -> None:
    hostile = f"https://evil.example/?t={UNSUBSCRIBE_PLACEHOLDER}"
    assert from_arxiv(hostile) == from_machine(hostile) == "https://evil.example/?t="
    split = UNSUBSCRIBE_PLACEHOLDER[:9] + UNSUBSCRIBE_PLACEHOLDER + UNSUBSCRIBE_PLACEHOLDER[9:]
    assert UNSUBSCRIBE_PLACEHOLDER not in from_machine(split)


def test_arxiv_text_keeps_signs_that_are_no_mark_up() -> None:
    assert from_arxiv("If x < y, **then** a_b <b>") == "If x < y, **then** a_b <b>"


@pytest.mark.parametrize(
    "junk",
    [
        "\x00",
        "\x1b",
        "\x85",
        "\u202e",
        "\u2066",
        "\u200b",
        "\ufeff",
        "\ud800",
        "\ufffe",
        "\U0001ffff",
    ],
)
def test_what_no_reader_should_get(junk: str) -> None:
    assert plain(f"a{junk}b") == "ab"


@given(st.text(st.characters(codec=None)))
def test_any_text_can_stand_in_xml(text: str) -> None:
    element = etree.Element("a")
    for clean in (from_arxiv, from_machine):
        element.text = clean(text)
        etree.fromstring(etree.tostring(element))


SLUGS = [
    ("NeRF", "nerf"),
    ("Talking Head Generation", "talking-head-generation"),
    ("元宇宙/虚拟人", "yuanyuzhou-xuniren"),
    ("医学图像", "yixuetuxiang"),
    ("../../etc", "etc"),
    ("Ünïcode & Co.", "unicode-co"),
    ("CON", "con-topic"),
    ("🤷", "person-shrugging"),
    ("x" * 100, "x" * 64),
]


@pytest.mark.parametrize(("name", "slug"), SLUGS)
def test_slug(name: str, slug: str) -> None:
    assert slugify(name) == slug


@given(st.text(min_size=1))
def test_any_slug_is_a_safe_file_name(name: str) -> None:
    import re

    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", slugify(name))


def test_equal_slugs_are_told_apart_and_stay_when_a_topic_comes() -> None:
    two = assign_slugs(["a b", "a/b"])
    three = assign_slugs(["a b", "a/b", "a.b"])
    assert two["a b"] == "a-b"
    assert len(set(three.values())) == 3
    assert three["a/b"] == two["a/b"]


def test_case_and_width_make_no_new_topic() -> None:
    slugs = assign_slugs(["NeRF", "nerf", "ＮｅＲＦ", "Ne  RF"])
    assert slugs["NeRF"] == slugs["nerf"] == slugs["ＮｅＲＦ"] == "nerf"
    assert slugs["Ne  RF"] == "ne-rf"
