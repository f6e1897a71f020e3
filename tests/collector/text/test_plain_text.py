from __future__ import annotations

import re
import unicodedata
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from publisher.collector.archive.parsing import parse_bytes
from publisher.collector.text.plain_text import (
    SOUND,
    from_arxiv,
    from_machine,
    plain,
)
from publisher.collector.text.slugs import assign_slugs, slugify
from publisher.models import TOKEN_PLACEHOLDERS

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
    ("a < b && c > d, C++<T>, AT&T, <_< >_> <3", "a < b && c > d, C++<T>, AT&T, <_< >_> <3"),
    ("x <b and y> z, if a<p then q>r, <p = 0.05>", "x <b and y> z, if a<p then q>r, <p = 0.05>"),
    ("<mask> 与 <video> 与 <image>", "<mask> 与 <video> 与 <image>"),
    ("<video>a</video> <time datetime=x>b</time>", "a b"),
    ("&nbsp;a&nbsp; &copy=1 &ampx", "a &copy=1 &ampx"),
    ("a <!-- gone --> b <!-- open", "a b <!-- open"),
    ("<img src=\"a>b\" alt='x'>ok <svg/onload=alert(1)>", "ok"),
    ("<script>alert(1)", "alert(1)"),
    ("H<sub>2</sub>O 10<sup>-3</sup> x<sub>max</sub>", "H₂O 10⁻³ xmax"),
    ("**粗体：**紧跟，**a**b，***都***，~~删~~", "粗体：紧跟，ab，都，删"),
    ("**a*b*c** **a* b** **未闭合", "a*b*c a* b **未闭合"),
    (r"\*星号\* a\_b 1\. x \[z\] \# \`", "*星号* a_b 1. x [z] # `"),
    ("_强调_ __粗__ __init__ snake_case_name", "强调 粗 __init__ snake_case_name"),
    ("![图](https://a.b/c.png)![](x.png) 脚注[^1] [1]", "图 (https://a.b/c.png) 脚注 [1]"),
    ('[b](//h/x) [c](/rel) [d](<https://a.b/(x)> "t")', "b c d (https://a.b/(x))"),
    ("约10~20倍 -- ``x'' `y' Fig.~3", "约10~20倍 -- ``x'' `y' Fig.~3"),
    (r"使用$\mathcal{L}_1$损失，$O(n^2)$，费用$5和$10", "使用ℒ₁损失，O(n²)，费用$5和$10"),
    (r"\( a_1 \) \[ b^2 \] \n C:\new", r"a₁ b² \n C:\new"),
]


@pytest.mark.parametrize(("source", "text"), MACHINE)
def test_machine_text(source: str, text: str) -> None:
    assert from_machine(source) == text


@pytest.mark.parametrize("placeholder", TOKEN_PLACEHOLDERS)
def test_the_placeholder_of_tokens_is_removed(placeholder: str) -> None:
    hostile = f"https://evil.example/?t={placeholder}"
    assert placeholder not in from_arxiv(hostile)
    assert from_arxiv(hostile) == from_machine(hostile)
    for place in (9, 15, 30):
        split = placeholder[:place] + placeholder + placeholder[place:]
        assert placeholder not in from_machine(split)


def test_arxiv_text_keeps_markdown_and_html_signs() -> None:
    assert from_arxiv("If x < y, **then** a_b <b>") == "If x < y, **then** a_b <b>"


@pytest.mark.parametrize(
    "junk",
    [
        "\x00",
        "\x1b",
        "\x81",
        "\u202e",
        "\u2066",
        "\u200b",
        "\ufeff",
        "\ud800",
        "\ufffe",
        "\U0001ffff",
        "\u200d",
        "\ufe0f",
        "\u3164",
        "\ufdd0",
        "\U000e0041",
        "\U000e0100",
    ],
)
def test_illegal_and_hidden_characters_are_removed(junk: str) -> None:
    assert plain(f"a{junk}b") == "ab"


@pytest.mark.parametrize("text", ["👩‍👩‍👧", "❤️", "1️⃣", "می‌خواهم", "क्‍ष", "葛󠄀", "\ue000", "e̍"])
def test_unusual_text_stays(text: str) -> None:
    assert plain(text) == text


def test_separators_are_blanks() -> None:
    assert plain("a\u2028b\x0cc\xa0d\te") == "a b c d e"


def test_a_letter_keeps_eight_combining_marks() -> None:
    assert len(plain("a" + "\u0335" * 1000)) == 9


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


def test_equal_slugs_get_a_hash_and_stay_when_a_topic_is_added() -> None:
    two = assign_slugs(["a b", "a/b"])
    three = assign_slugs(["a b", "a/b", "a.b"])
    assert two["a b"] == "a-b"
    assert len(set(three.values())) == 3
    assert three["a/b"] == two["a/b"]


def test_case_and_width_make_no_new_topic() -> None:
    slugs = assign_slugs(["NeRF", "nerf", "ＮｅＲＦ", "Ne  RF"])
    assert slugs["NeRF"] == slugs["nerf"] == slugs["ＮｅＲＦ"] == "nerf"
    assert slugs["Ne  RF"] == "ne-rf"


def test_sound_characters_are_legal() -> None:
    sound = set(filter(re.compile(f"[{SOUND}]").match, map(chr, range(0x110000))))
    assert {char for char in sound if char.isspace()} == set("\t\n ")
    for char in sound - set("\t\n"):
        assert unicodedata.normalize("NFC", f"a{char}") == f"a{char}"
        assert unicodedata.category(char)[0] not in "MC"


@pytest.mark.parametrize(
    "text",
    [
        "\ufa19田 﨑 \U0002f81a",  # compatibility ideographs, in names
        "ᠠᠯᠲᠠ\u180eᠠ",
        "می‌خواهم क्‍ष 👩‍👩‍👧‍👦 ❤️ 1️⃣ 葛\U000e0100",
        "IPA [ˈɹɪðəm], ┌─┐│, ∀x∈ℝ: ⟨x|ψ⟩ ≠ ∅, Nguyễn, Łódź, Ğ, שָׁלוֹם, สวัสดี",
    ],
)
def test_clean_text_of_any_script_stays(text: str) -> None:
    assert plain(text) == text


def test_vowel_separators_elsewhere_are_removed() -> None:
    assert plain("a\u180e\u180e\u180eb") == "ab"


C1 = [
    ("You\x92re \x93here\x94 \x96 now\x97and\x85", "You’re “here” – now—and…"),
    ("\x80 5, \x9cuvre, \x8aimon, \x99", "€ 5, œuvre, Šimon, ™"),
    ("a\x81b\x8dc\x8fd\x90e\x9df", "abcdef"),
    ("caf\xe9\x92s \x8bl\x92\xe9t\xe9\x9b", "café’s ‹l’été›"),
]


@pytest.mark.parametrize(("source", "text"), C1)
def test_c1_controls_are_cp1252(source: str, text: str) -> None:
    assert plain(source) == from_arxiv(source) == from_machine(source) == text


def test_c1_controls_in_a_digest() -> None:
    digest = (
        '---\ntitle: It\x92s here\ndate: 2025-01-02\ntags: [R\x96D, "\\x93x\\x94"]\n---\n'
        "## You\x92re here\x85\n**Authors:Conan O\x92Brien**\nCost: \x80 5\x85\n"
        "[PDF](http://arxiv.org/abs/2501.00001v1)\n**Summary**\nIt\x92s good.\n"
        "**Key Takeaways**\n1. \x93Yes\x94\n"
    )
    parsed = parse_bytes("x.md", digest.encode(), ZoneInfo("UTC"))
    assert parsed.findings == ()
    (paper,) = parsed.digests[0].papers
    assert parsed.digests[0].topic_names == ("R–D", "“x”")
    assert (paper.title, paper.authors) == ("You’re here…", ("Conan O’Brien",))
    assert (paper.abstract, paper.summary) == ("Cost: € 5…", "It’s good.")
    assert paper.takeaways == ("“Yes”",)
