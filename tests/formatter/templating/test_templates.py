from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from wcwidth import wcswidth

from publisher.errors import TemplateError
from publisher.formatter.i18n.text_width import wrap
from publisher.formatter.templating.templates import render, safe_url
from publisher.language_detection import language
from publisher.settings.sections import Settings, Templates
from publisher.translation import using

if TYPE_CHECKING:
    from pathlib import Path


def own(folder: Path, **files: str) -> Settings:
    """Return settings with a folder of the user's own templates, e.g. page_html="..."."""
    for name, text in files.items():
        (folder / f"{name.replace('_', '.')}.j2").write_text(text, encoding="utf-8")
    return Settings(templates=Templates(folder=str(folder)))


def test_html_is_escaped_and_text_is_not(tmp_path: Path) -> None:
    settings = own(tmp_path, page_html="{{ title }}", page_txt="{{ title }}", page="{{ title }}")

    assert render("page.html.j2", settings, title="<b>&") == "&lt;b&gt;&amp;"
    assert render("page.j2", settings, title="<b>&") == "&lt;b&gt;&amp;"
    assert render("page.txt.j2", settings, title="<b>&") == "<b>&"


def test_texts_for_operators_are_translated_and_values_escaped(tmp_path: Path) -> None:
    text = """{% trans operator=who %}Logged in as <b>{{ operator }}</b>{% endtrans %}.
{{ ngettext("1 finding", "%(num)s findings", 3) }} {{ _("%(title)s, figures", title=who) }}"""
    settings = own(tmp_path, page_html=text, page_txt=text)
    english = "Logged in as <b>{0}</b>.\n3 findings {0}, figures"
    chinese = "当前登录：<b>{0}</b>.\n3 个问题 {0}（数据）"
    for code, expected in (("en", english), ("zh", chinese)):
        with using(code):
            assert render("page.html.j2", settings, who="<i>%") == expected.format("&lt;i&gt;%")
            assert render("page.txt.j2", settings, who="<i>%") == expected.format("<i>%")


def test_a_template_that_translates_nothing_may_use_the_same_names(tmp_path: Path) -> None:
    text = "{% for _ in range(2) %}{{ _ }}{% endfor %}{% set gettext = title %}{{ gettext }} 5 %"
    assert render("page.html.j2", own(tmp_path, page_html=text), title="<b>") == "01&lt;b&gt; 5 %"


def test_the_users_folder_comes_first_and_the_rest_stays(tmp_path: Path) -> None:
    (tmp_path / "email").mkdir()
    (tmp_path / "email" / "dark.css.j2").write_text("/* mine */", encoding="utf-8")
    settings = Settings(templates=Templates(folder="own"), base=tmp_path)
    tmp_path.joinpath("email").rename(tmp_path / "own-email")
    (tmp_path / "own").mkdir()
    (tmp_path / "own-email").rename(tmp_path / "own" / "email")

    assert render("email/dark.css.j2", settings) == "/* mine */"
    assert "@media" in render("email/phone.css.j2", settings)


def test_a_changed_template_is_seen(tmp_path: Path) -> None:
    import os

    settings = own(tmp_path, page_html="one")
    assert render("page.html.j2", settings) == "one"

    (tmp_path / "page.html.j2").write_text("two", encoding="utf-8")
    os.utime(tmp_path / "page.html.j2", (1, 1))

    assert render("page.html.j2", settings) == "two"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("one\n{% if x %}\n", 2, "if"),
        ("one\ntwo {{ nothing }}", 2, "'nothing' is undefined"),
        ("one\n\n{{ title.nothing }}", 3, "nothing"),
        ("one\n{{ 1 / 0 }}", 2, "ZeroDivisionError"),
        ("{{ title|no_such_filter }}", 1, "no_such_filter"),
        ("\n{{ title + 1 }}", 2, "TypeError"),
    ],
)
def test_errors_name_the_template_and_line(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    with pytest.raises(TemplateError) as caught:
        render("page.html.j2", own(tmp_path, page_html=text), title="x")

    assert str(caught.value).startswith(f"{tmp_path / 'page.html.j2'}:{line}: ")
    assert reason in str(caught.value)
    assert caught.value.__cause__ is not None


def test_errors_in_an_included_template_name_that_one(tmp_path: Path) -> None:
    settings = own(
        tmp_path,
        outer_html='\n{% include "inner.html.j2" %}',
        inner_html="\n\n{{ nothing }}",
        lost_html='{% include "away.html.j2" %}',
    )

    with pytest.raises(TemplateError, match=r"inner\.html\.j2:3: 'nothing' is undefined"):
        render("outer.html.j2", settings)
    with pytest.raises(TemplateError, match=r"lost\.html\.j2: away\.html\.j2: no such template"):
        render("lost.html.j2", settings)


def test_missing_and_unreadable_templates(tmp_path: Path) -> None:
    settings = own(tmp_path)
    (tmp_path / "latin.html.j2").write_bytes(b"caf\xe9")

    with pytest.raises(TemplateError, match=r"^away\.html\.j2: no such template$"):
        render("away.html.j2", settings)
    with pytest.raises(TemplateError, match=r"^\.\./etc/passwd: no such template$"):
        render("../etc/passwd", settings)
    with pytest.raises(TemplateError, match=r"latin\.html\.j2: .*utf-8"):
        render("latin.html.j2", settings)
    with pytest.raises(TemplateError, match=r"^templates\.folder: .*nowhere is no folder$"):
        render("page.html.j2", Settings(templates=Templates(folder=str(tmp_path / "nowhere"))))


def test_importing_the_room_imports_no_renderer() -> None:
    code = (
        "import sys, publisher.formatter.pages, publisher.formatter.email\n"
        "print([m for m in ('jinja2', 'premailer', 'lxml', 'cssutils') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300
    )

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://arxiv.org/abs/2411.19525", True),
        ("HTTP://example.org", True),
        ("mailto:a@example.org?subject=x", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("https://example.org/a b", False),
        ("\x01https://example.org/", False),
        ("data:text/html,x", False),
        ("//example.org/x", False),
        ("/x", False),
        ("https:///x", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_safe_url(url: str, safe: bool) -> None:
    assert safe_url(url) == (url if safe else "")


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("提出 NeRF", "zh"),
        ("DiffX在多个数据集上展示了在RGB+X图像生成的鲁棒性。", "zh"),
        ("该方法（日文：ガウス）提出一种新的三维重建方法，效果更好，速度更快，并开源代码。", "zh"),
        ("NeRF – “quoted”", "en"),
        ("We thank 王小明 for the data, and all the others for their patience.", "en"),
        ("The rate is β = 0.1, with α → ∞", "en"),
        ("ニューラル放射場を用いた三次元再構成の研究", "ja"),
        ("가우시안 스플래팅을 이용한 3D 복원", "ko"),
        ("Нейронные поля излучения (NeRF) для сцен", "ru"),
        ("Нейронні поля випромінювання та їх застосування", "uk"),
        ("إعادة بناء المشاهد ثلاثية الأبعاد", "ar"),
        ("שחזור תלת ממדי של סצנות", "he"),
        ("", "en"),
    ],
)
def test_language(text: str, tag: str) -> None:
    assert language(text) == tag


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("one two  three", 8, ["one two", "three"]),
        ("一二三四五", 4, ["一二", "三四", "五"]),
        ("一二，三四", 4, ["一", "二，", "三四"]),
        ("一二三。四", 6, ["一二", "三。四"]),
        ("一（二三）四", 5, ["一", "（二", "三）", "四"]),
        ("用NeRF做三维重建", 10, ["用NeRF做三", "维重建"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("see https://example.org/long/path now", 10,
         ["see", "https://example.org/long/path", "now"]),
        ("见https://example.org/x。", 10, ["见", "https://example.org/x。"]),
        ("", 10, [""]),
        ("e\u0301te\u0301 日本", 6, ["e\u0301te\u0301 日", "本"]),
    ],
)  # fmt: skip
def test_wrap(text: str, columns: int, lines: list[str]) -> None:
    assert wrap(text, columns=columns).split("\n") == lines


def test_wrap_with_a_hanging_indent() -> None:
    assert wrap("one two three", "   ", "1. ", columns=10) == "1. one two\n   three"


def test_wrapped_lines_keep_to_the_width_and_lose_nothing() -> None:
    text = "提出了 GS-Net（见图 3、表 2）：速度提高 35%，“显存”减少；详见《附录》。Ünïcode…" * 9
    for columns in range(6, 80):
        lines = wrap(text, "  ", "- ", columns=columns).split("\n")
        assert all(wcswidth(line) <= columns for line in lines)
        joined = "".join(line[2:] for line in lines)
        assert joined.replace(" ", "") == text.replace(" ", "")
        if columns > 20:
            assert not any(line[2:].startswith(tuple("，。：；）》”、%…")) for line in lines)


def test_a_fragment_is_printed_as_it_is_and_a_text_escaped() -> None:
    from publisher.formatter.templating.templates import fragment

    assert str(fragment("E<sup>3</sup>", "E³")) == "E<sup>3</sup>"
    assert str(fragment("", "a < b")) == "a &lt; b"
