from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.formatter.editorial_markup import has_pictures, note_html, note_text
from publisher.models import UNSUBSCRIBE_PLACEHOLDER

ROOT = "https://papers.example.org/digests/"
HERE = 'href="https://papers.example.org/digests/topics/nerf.html" rel="noopener"'


@pytest.mark.parametrize(
    ("markdown", "html", "text"),
    [
        ("# Hello *you*", "<h2>Hello <em>you</em></h2>", "Hello you"),
        ("### Deep", "<h3>Deep</h3>", "Deep"),
        (
            "[NeRF](topics/nerf.html)",
            f"<p><a {HERE}>NeRF</a></p>",
            "NeRF (https://papers.example.org/digests/topics/nerf.html)",
        ),
        (
            "<https://a.example>",
            '<p><a href="https://a.example" rel="noopener">https://a.example</a></p>',
            "https://a.example",
        ),
        (
            "[us](mailto:us@a.example)",
            '<p><a href="mailto:us@a.example" rel="noopener">us</a></p>',
            "us (us@a.example)",
        ),
        ("[x](ftp://a.example) y", "<p>x y</p>", "x y"),
        (
            "![Ada](https://a.example/a.png)",
            '<p><img src="https://a.example/a.png" alt="Ada"></p>',
            "Ada (https://a.example/a.png)",
        ),
        ("![Ada](http://a.example/a.png)", "<p>Ada</p>", "Ada"),
        ("![Ada](data:image/png;base64,AAAA)", None, None),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>", "<b>x</b>"),
        ("a\\\nb", "<p>a<br>\nb</p>", "a\nb"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>', "3. a\n\n4. b"),
        ("- a", "<ul>\n<li>a</li>\n</ul>", " - a"),
        ("```\nx  y\n```", "<pre><code>x  y\n</code></pre>", "    x  y"),
    ],
)
def test_markdown(markdown: str, html: str | None, text: str | None) -> None:
    if html is not None:
        assert note_html(markdown, ROOT).strip() == html
        assert note_text(markdown, ROOT) == text
    assert "data:" not in note_html(markdown, ROOT).replace("](data:", "")


def test_a_note_cannot_carry_a_readers_token_away() -> None:
    hostile = f"[x](https://a.example/{UNSUBSCRIBE_PLACEHOLDER[:9]}{UNSUBSCRIBE_PLACEHOLDER}"
    hostile += f"{UNSUBSCRIBE_PLACEHOLDER[9:]})"
    assert UNSUBSCRIBE_PLACEHOLDER not in note_html(hostile, ROOT) + note_text(hostile, ROOT)


@given(st.text(alphabet="<>&\"'()[]!#*_`~-\\/:.ahrefsonclikjvtp= \n", max_size=80))
def test_nothing_but_the_allowed_elements_comes_out(markdown: str) -> None:
    html = note_html(markdown, ROOT)
    for element in re.findall(r"<[^>]*>", html):
        assert re.fullmatch(
            r"</?(p|h2|h3|ul|ol|li|strong|em|s|code|pre|blockquote|br|hr)>|</a>"
            r'|<ol start="\d+">|<a href="(https?://|mailto:)[^"<>]*" rel="noopener">'
            r'|<img src="https://[^"<>]*" alt="[^"<>]*">',
            element,
        ), element
    assert has_pictures(html) == ("<img" in html)
    note_text(markdown, ROOT)
