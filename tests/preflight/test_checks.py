"""Each check finds its fault, and a message without faults has none."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.rendered_messages import HEAD, HTML, TEXT, message

from publisher import preflight
from publisher.models import Severity
from publisher.preflight import (
    client_support,
    encoding,
    images,
    links,
    mime_parts,
    subject_check,
)
from publisher.preflight.features import used
from publisher.preflight.findings import CODES, finding
from publisher.sender.message import edition_message as sender_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.preflight.rendered_message import RenderedMessage

    Make = Callable[..., RenderedMessage]


def test_a_good_message_has_nothing_but_notes(letter: Make) -> None:
    found = preflight.check(letter())
    assert [str(one) for one in found if one.severity is not Severity.NOTE] == []


def codes(letter: RenderedMessage) -> set[str]:
    return {found.code for found in preflight.check(letter)} - {"P902"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("From: Papers <news@papers.example.org>\n", "", "P601"),
        ("To: jane@example.org\n", "", "P601"),
        ("List-Id: <digests.papers.example.org>\n", "", "P601"),
        ("MIME-Version: 1.0\n", "MIME-Version: 1.0\nSubject: again\n", "P602"),
        ("Mon, 09 Dec 2024 08:00:00 +0800", "yesterday", "P603"),
        ("<2024-W49.a@papers.example.org>", "2024", "P603"),
        ("<digests.papers.example.org>", "digests", "P603"),
        ("To: jane@example.org", "To: jane@example.org, bo@example.org", "P603"),
        ("To: jane@example.org", "To: jane", "P603"),
        ("To: ", "Sender: Papers <news@papers.example.org>\nTo: ", "P603"),
        ("List-Unsubscribe=One-Click", "yes", "P603"),
        (
            "https://papers.example.com/unsubscribe/TOKEN>,\n <mailto:a@papers.example.com",
            "x",
            "P604",
        ),
        ("List-Unsubscribe-Post: List-Unsubscribe=One-Click\n", "", "P605"),
        ("<https://papers.example.com/unsubscribe/TOKEN>,\n ", "", "P606"),
        ("3 new papers: NeRF, Gaussian Splatting", "", "P501"),
        ("3 new papers: NeRF, Gaussian Splatting", "x" * 79, "P502"),
        ("3 new papers: NeRF, Gaussian Splatting", "汉" * 40, "P502"),
        ("3 new papers: NeRF, Gaussian Splatting", "NEW PAPERS THIS WEEK", "P503"),
        ("3 new papers: NeRF, Gaussian Splatting", "{count} new papers", "P504"),
        ("3 new papers: NeRF, Gaussian Splatting", "{{ title }}", "P504"),
        ("3 new papers: NeRF, Gaussian Splatting", "Re: papers", "P505"),
        ("3 new papers: NeRF, Gaussian Splatting", "回复：papers", "P505"),
        ("To: jane@example.org", "To: recipient-of-this-copy", "P701"),
        ('boundary="=_b"', 'boundary="=_c"', "P801"),
        ("MIME-Version: 1.0", "X-Long: " + "x" * 999 + "\nMIME-Version: 1.0", "P803"),
        ("3 new papers", "论文", "P804"),
        ("TOKEN>,\n <mailto", "TOKEN>, <mailto", "P805"),
        ("Message-ID: ", "X-Long: " + "word " * 15 + "\nMessage-ID: ", "P805"),
        ("3 new papers: ", "papers" * 6 + "\n " + "=?utf-8?q?" + "x" * 60 + "?= abcd\n ", "P805"),
        ("3 new papers: ", "=?utf-8?b?" + "QUJD" * 16 + "?=\n ", "P806"),
        ("3 new papers: ", "=?UTF-8*en?Q?" + "x" * 61 + "?=\n ", "P806"),
        ("Papers <news", "=?utf-8?b?6K66?=\n =?utf-8?b?5paH5g==?= <news", "P806"),
        ("3 new papers: ", "=?x-unknown?q?x?= ", "P806"),
    ],
)
def test_a_fault_of_the_head(letter: Make, old: str, new: str, code: str) -> None:
    assert old in HEAD
    assert code in codes(letter(head=HEAD.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("TOKEN>,\n <mailto", f"TOKEN>,\n <https://example.org/{'x' * 90}>,\n <mailto"),
        ("To: jane@", f"To: {'x' * 64}@{'y' * 60}."),
        ("Message-ID: ", "X-Long:" + " word" * 14 + "s\nMessage-ID: "),
        ("3 new papers: ", "=?utf-8?q?" + "x" * 55 + "?=\n =?utf-8?q?" + "x" * 63 + "?=\n "),
        ("Papers <news", "=?utf-8?b?6K66?=\n =?gb18030*zh?B?zsQ=?= <news"),
    ],
)
def test_a_head_within_the_limits(letter: Make, old: str, new: str) -> None:
    assert old in HEAD
    assert codes(letter(head=HEAD.replace(old, new))) <= {"P502"}


@pytest.mark.parametrize(
    "subject", ["3DGS", "NeRF, 3DGS, CVPR", "CVPR NERF", "论文周报", "Retake one"]
)
def test_a_subject_that_is_fine(letter: Make, subject: str) -> None:
    head = HEAD.replace("3 new papers: NeRF, Gaussian Splatting", "=?utf-8?q?x?= ").replace(
        "=?utf-8?q?x?= ", __import__("email.header").header.Header(subject, "utf-8").encode()
    )
    found = {one.code for one in subject_check.check(letter(head=head))}
    assert found <= ({"P503"} if subject == "CVPR NERF" else set())


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("第二篇论文", "第三篇论文", ""),  # the address is there
        ("第二篇论文</a>", '第二篇论文</a><img src="https://x.org/a.png" width="9">', "P301"),
        ("<h3>", '<img alt="" src="https://x.org/a.png"><h3>', "P302"),
        ("<h3>", '<img alt="" src="a.png" width="9"><h3>', "P303"),
        ("<h3>", '<img alt="" src="data:image/png;base64,x" width="9"><h3>', "P303"),
        ("<h3>", '<img alt="" src="http://x.org/a.png" style="width:9px"><h3>', "P304"),
        ("<h3>", '<a href="/about">x</a><h3>', "P201"),
        ("<h3>", '<a href="//x.org/about">x</a><h3>', "P201"),
        ("<h3>", '<a href="javascript:alert(1)">x</a><h3>', "P201"),
        ("<h3>", '<a href="#gone">x</a><h3>', "P207"),
        ("<h3>", '<a href="http://localhost:8000/">x</a><h3>', "P204"),
        ('<div style="display:none">', "<div>", "P506"),
        ("The first line that an inbox shows after the subject", "Short", "P507"),
        ("The first line that an inbox shows after the subject", "long " * 60, "P507"),
        ("<h3>", "{{ card.title }}<h3>", "P702"),
        ("/unsubscribe/TOKEN", "/unsubscribe/", "P706"),
        ("<p>", "x" * 90_000 + "<p>", "P102"),
        ("<p>", "x" * 102_000 + "<p>", "P101"),
        ("<title>", f"<style>{'/* */' * 2000}</style><title>", "P103"),
        ("<p>", '<p style="color:#222;background:#333">x</p><p>', "P401"),
        ("<p>", '<p style="color:#777">x</p><p>', "P402"),
        ("<p>", '<p style="display:flex">x</p><p>', "P901"),
        ("2411.00002", "2411.99999", ""),  # the title is there
    ],
)
def test_a_fault_of_the_html(letter: Make, old: str, new: str, code: str) -> None:
    assert old in HTML
    found = codes(letter(html=HTML.replace(old, new, 1)))
    assert (code in found) if code else not found


@pytest.mark.parametrize(
    ("text", "html", "code"),
    [
        ("", HTML, "P703"),
        (TEXT, "", "P703"),
        (TEXT.replace("第二篇论文", "?").replace("2411.00002", "?"), HTML, "P704"),
        (TEXT, HTML.replace("第二篇论文", "?").replace("2411.00002", "?"), "P704"),
        (TEXT.replace("TOKEN", ""), HTML, "P706"),
        (TEXT + "<div>", HTML, "P707"),
        (TEXT + "a < b > c <x@y.org>", HTML, ""),
        ("2. 第二篇\n论文\nhttps://arxiv.org/abs/2411.00002\n" + TEXT, HTML, "P705"),
    ],
)
def test_a_fault_between_the_parts(letter: Make, text: str, html: str, code: str) -> None:
    found = codes(letter(text=text, html=html))
    assert (code in found) if code else not found


def test_a_missing_part_and_a_wrong_order(letter: Make) -> None:
    raw = message()
    first, second = raw.index(b"text/plain"), raw.index(b"text/html")
    swapped = raw[:first] + b"text/html " + raw[first + 10 : second] + b"text/plain"
    assert "P703" in codes(letter(swapped + raw[second + 9 :]))
    assert "P703" in codes(letter(raw.replace(b"text/html", b"text/xml")))


@pytest.mark.parametrize("ending", [b"a\nb", b"a\rb", b"a\r\r\nb"])
def test_bare_line_ends(letter: Make, ending: bytes) -> None:
    found = [one.code for one in encoding.check(letter(message() + ending))]
    assert "P802" in found


def test_what_servers_encode_anew(letter: Make) -> None:
    raw = message()
    wide = raw.replace(b"Leave", b"x" * 90)
    eight = raw.replace(b"quoted-printable", b"8bit").replace(b"Leave", "退".encode())
    assert [one.code for one in encoding.check(letter(wide))] == ["P804"] * 1
    assert {one.code for one in encoding.check(letter(eight))} == {"P804"}
    eai = raw.replace(b"jane@example.org", "用户@example.org".encode())
    assert "P804" not in {one.code for one in encoding.check(letter(eai))}


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://arxiv.org/abs/2411.00001", ""),
        ("https://arxiv.org:443/a?b=c&d=%20#e", ""),
        ("https://例子.中国/路径", ""),
        ("https://[2606:4700::1111]/", ""),
        ("http://arxiv.org/", "P203"),
        ("mailto:a@x.org?subject=a%20b", ""),
        ("mailto:a", "P202"),
        ("mailto:a@x.org?subject=a b", "P202"),
        ("https://", "P202"),
        ("https://a b.org/", "P202"),
        ("https://x.org/a b", "P202"),
        ("https://x.org/%zz", "P202"),
        ("https://x.org:port/", "P202"),
        ("https://[::1/", "P202"),
        ("https://-x.org/", "P202"),
        ("https://x..org/", "P202"),
        ("x.org/a", "P201"),
        ("", "P201"),
        ("ftp://x.org/", "P201"),
        ("https://localhost/", "P204"),
        ("https://10.0.0.1/", "P204"),
        ("https://[::1]/", "P204"),
        ("https://printer.local/", "P204"),
        ("https://intranet/", "P204"),
        ("#", ""),
        ("#here", ""),
        ("#there", "P207"),
    ],
)
def test_a_link(url: str, code: str) -> None:
    assert links.link_code(url, {"here"}) == code


def test_links_that_are_asked_for(letter: Make) -> None:
    assert links.web_links(letter()) == [
        "https://arxiv.org/abs/2411.00001",
        "https://arxiv.org/abs/2411.00002",
    ], "the one with the token would unsubscribe somebody"


def test_the_placeholders_are_those_of_the_sender() -> None:
    assert set(mime_parts.PLACEHOLDERS) == {
        placeholder.decode()
        for placeholder in (
            sender_message._TOKEN,
            sender_message._PREFERENCES,
            sender_message._RECIPIENT,
            sender_message._PSEUDONYM,
        )
    }


def test_findings_of_several_editions_are_told_once() -> None:
    notes = [
        finding(name, "P902", f"border ({number} of 9 elements, 3%): not in X")
        for number, name in enumerate("abc")
    ]
    merged = preflight.together([*notes, finding("b", "P501"), finding("b", "P605")])
    assert [(one.path, one.code) for one in merged] == [
        ("b", "P501"),
        ("b", "P605"),
        ("a and 2 more", "P902"),
    ]


def test_preheader_without_its_padding(letter: Make) -> None:
    shown = "The first line that an inbox shows after the subject"
    padded = HTML.replace(shown, shown + "&#847;&zwnj;&nbsp;" * 90)
    assert subject_check.preheader_of(letter(html=padded)) == shown
    assert not list(images.check(letter()))


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ('<p style="padding-left:4px">x', {"property:padding", "unit:px"}),
        ('<p style="border-top:1px solid #fff">x', {"property:border", "property:border-top"}),
        ('<p style="width:calc(1em + 2vw)">x', {"function:calc", "unit:em", "unit:vw"}),
        ('<p style="display:flex">x', {"pair:display=flex", "value:flex"}),
        ('<p style="color:#1e2227">x', {"property:color"}),
        ("<p style=\"font-family:'3px ui',a\">x", {"property:font-family"}),
        ('<img src="https://x.org/a.webp?x">', {"image:webp"}),
        ('<a href="#x">y</a>', {"link:#"}),
        ('<meta name="color-scheme">', {"meta:color-scheme"}),
        (
            "<style>@media (prefers-color-scheme:dark){.a>b:hover,i~u{top:0 !important}}</style>",
            {"media:prefers-color-scheme", "at:media", "selector:child", "selector:class"}
            | {"pseudo:hover", "selector:general-sibling", "keyword:!important", "property:top"},
        ),
    ],
)
def test_what_a_mail_makes_use_of(letter: Make, html: str, words: set[str]) -> None:
    opened = letter(html=html)
    in_elements, in_rules = used(opened.html, opened.document)
    assert words <= set(in_elements | in_rules)
    assert not {word for word in in_elements if word.endswith("ui")}


def test_the_table_of_programs() -> None:
    facts = client_support.facts()
    assert "MIT" in facts.licence
    assert facts.date >= "2026"
    slugs = Counter(feature.slug for feature in facts.features)
    assert set(slugs.values()) == {1}
    assert set(client_support.HARMLESS) <= set(slugs)
    for feature in facts.features:
        assert feature.seen
        assert set(feature.no + feature.partly) <= set(facts.clients)
    known = {feature.slug: feature for feature in facts.features}
    assert "outlook/windows" in known["css-border-radius"].no
    assert "gmail/ios" in known["css-at-media-prefers-color-scheme"].no


def test_a_missing_feature_names_programs_and_share(letter: Make) -> None:
    html = HTML.replace("<p>", '<p style="position:absolute">', 1)
    (found,) = (f for f in client_support.check(letter(html=html)) if f.code == "P901")
    assert "position (1 of 12 elements, 8.3%): not in" in found.message
    assert "Outlook (Windows)" in found.message


def test_every_code_is_tried() -> None:
    tests = Path(__file__).parent.glob("*.py")
    text = "".join(path.read_text(encoding="utf-8") for path in tests)
    assert [code for code in CODES if f'"{code}"' not in text] == []
