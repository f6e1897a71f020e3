"""Digests with known papers, in the shapes that people write, with all that varies among them.

Each strategy draws a `Digest`: its text, its path, and the papers that have to come out of it. What
is ambiguous even to people is left out: names of one word without a label, a title between two
links, and an abstract after a list of links without a label or line of its own.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis import strategies as st

from publisher.collector.fields import field_words
from publisher.collector.fields.field_words import Field, field_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Draw: TypeAlias = "Callable[[st.SearchStrategy[Any]], Any]"

DAY = "2026-06-15"
LANGUAGES = ("en", "zh", "ja", "ko", "de", "fr", "es")


@dataclass(frozen=True)
class KnownPaper:
    """A paper as it is written, and the title that is to be read; "" or () where it has none."""

    number: str
    title: str
    read_title: str
    authors: tuple[str, ...]
    abstract: str = ""
    summary: str = ""

    @property
    def abs_url(self) -> str:
        """Return the address of its page."""
        return f"https://arxiv.org/abs/{self.number}"

    @property
    def pdf_url(self) -> str:
        """Return the address of its PDF."""
        return f"https://arxiv.org/pdf/{self.number}"


@dataclass(frozen=True)
class Digest:
    """A file, with the papers that it has."""

    text: str
    papers: tuple[KnownPaper, ...]
    path: str = f"{DAY}.md"


_TITLES = (  # as written, as read
    ("Tree Net: Growing Trees Faster", ""),
    ("Leaf Net", ""),
    (r"Is $\alpha$-Pruning All You Need?", "Is α-Pruning All You Need?"),
    ("Cycles in Graphs with Vertices 10, 1", ""),
    ("Lattices of Rank 11, 2", ""),
    ("The Trees of 2024 (Extended Version)", ""),
    ("Forest-2: A Model of C++ & Rust Code", ""),
    ("3D Trees from 2D Images", ""),
    ("森林网络：更快的树", ""),
    ("Poincaré Trees and Erdős Leaves", ""),
    ("Attention, Roots, and Branches", ""),
    ("A Method of Pruning - Results on Abstract Trees", ""),
    ("TREE: Reading Code, Data and Papers", ""),
    ("Do Trees Dream? A Survey", ""),
)
_NAMES = (
    ("Ada Author", "Bo Writer"),
    ("Cy Scribe",),
    ("Jean-Luc Müller", "María José Pérez", "Q. X. Nguyễn"),
    ("Ada B. Author", "Ludwig van der Berg"),
    ("Wei Zhang", "Li Wang", "Yue Chen", "Hao Li"),
)
_ABSTRACTS = (
    "We grow trees faster than they grow by themselves.",
    "We count leaves. There are many of them: more than on 10 trees.",
    "This paper asks how trees grow; it answers with a model (of leaves) that is 3.5 times faster.",
    "Trees are slow. Results show that water helps, e.g. in summer.",
)
_SUMMARIES = ("本文让树长得更快，方法是多浇水。", "A model of trees that grows twice as fast.")

_LABEL_FORMS: tuple[Callable[[str, str], str], ...] = (
    lambda label, text: f"**{label}**: {text}",
    lambda label, text: f"**{label}:** {text}",
    lambda label, text: f"{label}: {text}",
    lambda label, text: f"*{label}*: {text}",
    lambda label, text: f"_{label}:_ {text}",
    lambda label, text: f"<b>{label}:</b> {text}",
    lambda label, text: f"<strong>{label}</strong>: {text}<br>",
    lambda label, text: f"- {label}: {text}",
    lambda label, text: f"- **{label}**: {text}",
    lambda label, text: f"* **{label}:** {text}",
    lambda label, text: f"**{label}：** {text}",
    lambda label, text: f"{label}：{text}",
    lambda label, text: f"> **{label}:** {text}",
    lambda label, text: f"【{label}】{text}",
    lambda label, text: f"#### {label}\n{text}",
    lambda label, text: f"#### {label}\n\n{text}\n",
    lambda label, text: f"**{label}**\n\n{text}\n",
    lambda label, text: f"👉 **{label}**: {text}",
    lambda label, text: f"**📌 {label}**: {text}",
)
_NAME_FORMS: tuple[Callable[[Sequence[str]], str], ...] = (
    ", ".join,
    "; ".join,
    "、".join,
    "，".join,
    ",".join,
    lambda names: " and ".join((", ".join(names[:-1]), names[-1])) if names[1:] else names[0],
    lambda names: f"{', '.join(names)} et al.",
    lambda names: ", ".join(f"[{name}](https://a.example/{n})" for n, name in enumerate(names)),
    lambda names: ", ".join(f"{name}<sup>{n}</sup>" for n, name in enumerate(names, 1)),
    # "Scribe, Cy" alone may be two people.
    lambda names: (
        "; ".join(f"{surname}, {given}" for given, surname in map(_surname_apart, names))
        if names[1:]
        else names[0]
    ),
)
_HEADING_FORMS: tuple[Callable[[int, KnownPaper], str], ...] = (
    lambda _, paper: f"## {paper.title}",
    lambda _, paper: f"### {paper.title}",
    lambda n, paper: f"## {n}. {paper.title}",
    lambda n, paper: f"### {n}) {paper.title}",
    lambda n, paper: f"### [{n}] {paper.title}",
    lambda n, paper: f"### ({n}) {paper.title}",
    lambda _, paper: f"## 📄 {paper.title}",
    lambda n, paper: f"## {n}️⃣ {paper.title}",
    lambda _, paper: f"### **{paper.title}**",
    lambda n, paper: f"**{n}. {paper.title}**",
    lambda _, paper: f"**{paper.title}**",
    lambda _, paper: f"<h3>{paper.title.replace('&', '&amp;')}</h3>",
    lambda n, paper: f"### Paper {n}: {paper.title}",
    lambda n, paper: f"## 论文 {n}: {paper.title}",
)
_LINKED_HEADING_FORMS: tuple[Callable[[int, KnownPaper], str], ...] = (
    lambda _, paper: f"## [{paper.title}]({paper.abs_url})",
    lambda n, paper: f"### {n}. [{paper.title}]({paper.pdf_url}v2)",
    lambda n, paper: f"### [{n}] [{paper.title}]({paper.abs_url})",
    lambda n, paper: f"## **{n}. [{paper.title}]({paper.abs_url})**",
    lambda _, paper: f"### 🔥 [{paper.title}](<{paper.abs_url}>)",
    lambda _, paper: f"**[{paper.title}]({paper.abs_url})**",
    lambda _, paper: f"### {paper.title} ([{paper.number}]({paper.abs_url}))",
    lambda _, paper: f"### {paper.title} [[PDF]({paper.pdf_url})]",
    lambda _, paper: f"### {paper.title} (arXiv:{paper.number})",
    lambda _, paper: f'<h3><a href="{paper.abs_url}">{paper.title.replace("&", "&amp;")}</a></h3>',
)
_LINK_TEXTS: tuple[Callable[[KnownPaper], str], ...] = (
    lambda paper: f"[PDF]({paper.pdf_url})",
    lambda paper: f"[{paper.number}]({paper.abs_url})",
    lambda paper: f"[{paper.abs_url}]({paper.abs_url})",
    lambda paper: paper.abs_url,
    lambda paper: f"<{paper.abs_url}v1>",
    lambda paper: f"https://huggingface.co/papers/{paper.number}",
    lambda paper: f"[arXiv]({paper.abs_url}) | [PDF]({paper.pdf_url})",
    lambda paper: f"https://doi.org/10.48550/arXiv.{paper.number}",
    lambda paper: f'<a href="{paper.pdf_url}" target="_blank">PDF</a>',
)
_LINK_LINES: tuple[Callable[[KnownPaper], str], ...] = (
    lambda paper: f"[PDF]({paper.pdf_url})",
    lambda paper: f"[[arXiv]({paper.abs_url})] [[PDF]({paper.pdf_url})]",
    lambda paper: (
        f"[arXiv]({paper.abs_url}) · [PDF]({paper.pdf_url}) · [Code](https://github.com/a/b)"
    ),
    lambda paper: (
        f"🔗 [Paper]({paper.abs_url}) | [HF](https://huggingface.co/papers/{paper.number})"
    ),
    lambda paper: f"arXiv:{paper.number}",
    lambda paper: f"`arXiv:{paper.number}` `cs.CL`",
    lambda paper: f"[![arXiv](https://img.shields.io/badge/x-b31b1b.svg)]({paper.abs_url})",
)
_ITALIC_NAMES = ("*{}*", "_{}_", "<i>{}</i>", "<em>{}</em>")


def _surname_apart(name: str) -> tuple[str, str]:
    """Return given names and surname."""
    given, *others = name.split()
    at = 1 if others[:-1] and all(part.endswith(".") for part in (given, *others[:-1])) else 0
    parts = [given, *others]
    cut = len(parts) - 1 if at or not any(part == "van" for part in parts) else parts.index("van")
    return " ".join(parts[:cut]), " ".join(parts[cut:])


def words(of: Field, language: str) -> list[str]:
    """Return the labels of a field in a language, without those that are another field's too.

    "Reference" as a heading begins the works that a text refers to.
    """
    file = Path(field_words.__file__).with_suffix(".toml")
    listed = tomllib.loads(file.read_text("utf-8"))[of].get(language, "").replace("\n", " ")
    return [
        word
        for part in listed.split("|")
        if field_of(word := part.strip()) is of and word != "reference"
    ]


def label_words(fields: Sequence[Field], language: str) -> st.SearchStrategy[dict[Field, str]]:
    """Draw a label for each of `fields`, as it is or with capitals."""
    shown = {
        each: st.sampled_from(words(each, language) or words(each, "en")).flatmap(
            lambda word: st.sampled_from((word, word.capitalize(), word.title()))
        )
        for each in fields
    }
    return st.fixed_dictionaries(shown)


@st.composite
def known_papers(draw: Draw, least: int = 2, most: int = 3) -> tuple[KnownPaper, ...]:
    """Draw papers with different titles, numbers and names."""
    count = draw(st.integers(least, most))
    titles = draw(st.lists(st.sampled_from(_TITLES), min_size=count, max_size=count, unique=True))
    return tuple(
        KnownPaper(
            f"2606.{number:05}",
            title,
            read or title,
            draw(st.sampled_from(_NAMES)),
            draw(st.sampled_from(_ABSTRACTS)),
            draw(st.sampled_from(_SUMMARIES)),
        )
        for number, (title, read) in enumerate(titles, draw(st.integers(1, 900)))
    )


def _finished(draw: Draw, lines: Sequence[str], papers: Sequence[KnownPaper], path: str) -> Digest:
    """Return the digest of `lines`, with one of the line ends that systems write."""
    end = draw(st.sampled_from(("\n", "\n", "\r\n")))
    return Digest(end.join("\n".join(lines).split("\n")) + end, tuple(papers), path)


def _top(draw: Draw) -> list[str]:
    """Return the lines above the first paper."""
    return draw(
        st.sampled_from(
            (
                [],
                [f"# Daily papers {DAY}", ""],
                [f"# {DAY}", "", "> Two papers today.", ""],
                ["---", f"date: {DAY}", "tags: [trees]", "---", ""],
                ["---", f"title: Papers of {DAY}", f"date: {DAY}", "---", "", "# Papers", ""],
            )
        )
    )


@st.composite
def sections(draw: Draw) -> Digest:
    """Draw sections with a label for each field (shapes 06, 07, 08 and 23)."""
    language = draw(st.sampled_from(LANGUAGES))
    named = draw(label_words((Field.AUTHORS, Field.ABSTRACT, Field.LINK, Field.TOPIC), language))
    label = draw(st.sampled_from(_LABEL_FORMS))
    is_linked = draw(st.booleans())
    heading = draw(st.sampled_from(_LINKED_HEADING_FORMS if is_linked else _HEADING_FORMS))
    if label("", "").startswith("#"):  # bold text is below every heading
        heading = _HEADING_FORMS[0] if not is_linked else _LINKED_HEADING_FORMS[0]
    link = draw(st.sampled_from(_LINK_TEXTS))
    names = draw(st.sampled_from(_NAME_FORMS))
    gap = draw(st.sampled_from(((), ("",))))
    order = draw(st.permutations(("authors", "abstract", "link", "topic")))
    left_out = draw(st.sampled_from(("", "authors", "abstract", "topic", "link")))
    rule = draw(st.sampled_from(((), ("",), ("", "---", ""))))
    papers: list[KnownPaper] = []
    lines = _top(draw)
    for number, paper in enumerate(draw(known_papers()), 1):
        texts = {
            "authors": (named[Field.AUTHORS], names(paper.authors)),
            "abstract": (named[Field.ABSTRACT], paper.abstract),
            "link": (named[Field.LINK], link(paper)),
            "topic": (named[Field.TOPIC], "Robotics (cs.RO)"),
        }
        lines += [heading(number, paper), *gap]
        for part in order:
            if part != left_out or (part == "link" and not is_linked):
                lines += [label(*texts[part]), *gap]
        lines += rule or ("",)
        papers.append(_without(paper, left_out))
    return _finished(draw, lines, papers, f"{DAY}.md")


def _without(paper: KnownPaper, part: str) -> KnownPaper:
    """Return `paper` without what a digest leaves out."""
    paper = replace(paper, summary="")
    if part == "authors":
        return replace(paper, authors=())
    return replace(paper, abstract="") if part == "abstract" else paper


@st.composite
def joined_lines(draw: Draw) -> Digest:
    """Draw sections with several labels on a line (shape 08)."""
    language = draw(st.sampled_from(LANGUAGES))
    fields = (Field.AUTHORS, Field.ABSTRACT, Field.LINK, Field.DATE, Field.TOPIC)
    named = draw(label_words(fields, language))
    label = draw(st.sampled_from((_LABEL_FORMS[0], _LABEL_FORMS[1], _LABEL_FORMS[10])))
    separator = draw(st.sampled_from((" | ", " · ", "\t", " ｜ ", " • ", "   ", " / ", "|")))
    heading = draw(st.sampled_from(_HEADING_FORMS))
    link = draw(st.sampled_from(_LINK_TEXTS[:6]))
    order = draw(st.permutations((Field.AUTHORS, Field.LINK, Field.DATE, Field.TOPIC)))
    papers = draw(known_papers())
    lines = _top(draw)
    for number, paper in enumerate(papers, 1):
        texts = {
            Field.AUTHORS: ", ".join(paper.authors),
            Field.LINK: link(paper),
            Field.DATE: "2026-06-14",
            Field.TOPIC: "cs.RO",
        }
        parts = [label(named[each], texts[each]) for each in order]
        lines += [heading(number, paper), "", separator.join(parts), ""]
        lines += [label(named[Field.ABSTRACT], paper.abstract), ""]
    return _finished(draw, lines, [replace(each, summary="") for each in papers], f"{DAY}.md")


@st.composite
def unlabelled_sections(draw: Draw) -> Digest:
    """Draw sections whose authors, links and abstract are known by their looks (shapes 07, 16)."""
    is_linked = draw(st.booleans())
    heading = draw(st.sampled_from(_LINKED_HEADING_FORMS if is_linked else _HEADING_FORMS))
    names = draw(st.sampled_from((", ".join, "; ".join, _NAME_FORMS[6])))
    italic = draw(st.sampled_from(_ITALIC_NAMES))
    link_line = draw(st.sampled_from(_LINK_LINES))
    is_link_last = draw(st.booleans())
    quote = draw(st.sampled_from(("", "> ")))
    papers = draw(known_papers())
    lines = _top(draw)
    for number, paper in enumerate(papers, 1):
        link = [] if is_linked else [link_line(paper), ""]
        text = [quote + paper.abstract, ""]
        lines += [heading(number, paper), "", italic.format(names(paper.authors)), ""]
        lines += [*text, *link] if is_link_last else [*link, *text]
    return _finished(draw, lines, [replace(each, summary="") for each in papers], f"{DAY}.md")


_NOTE_FIELDS = (Field.MOTIVATION, Field.METHOD, Field.RESULT, Field.CONCLUSION)


@st.composite
def sections_with_details(draw: Draw) -> Digest:
    """Draw sections with a summary, and notes and abstract in `<details>` (shape 10)."""
    language = draw(st.sampled_from(LANGUAGES))
    named = draw(label_words((Field.SUMMARY, Field.ABSTRACT, *_NOTE_FIELDS), language))
    label = draw(st.sampled_from((*_LABEL_FORMS[:6], _LABEL_FORMS[10], _LABEL_FORMS[11])))
    heading = draw(st.sampled_from(_LINKED_HEADING_FORMS))
    is_open = draw(st.sampled_from(("<details>", "<details open>")))
    title = draw(st.sampled_from(("Details", "Click to expand", "详情", "Abstract")))
    italic = draw(st.sampled_from(_ITALIC_NAMES))
    notes = draw(st.integers(0, 4)) if title != "Abstract" else 0
    gap = draw(st.sampled_from(((), ("",))))
    top = draw(
        st.sampled_from(
            (
                [f"# {DAY}", ""],
                ["<div id=toc></div>", "", "# Table of Contents", "", "- [cs.CL](#cs.CL)", ""],
                [],
            )
        )
    )
    lines = [*top, "<div id='cs.CL'></div>", "", "# cs.CL [[Back]](#toc)", ""]
    papers = draw(known_papers())
    for number, paper in enumerate(papers, 1):
        lines += [heading(number, paper), italic.format(",".join(paper.authors)), ""]
        lines += ["Main category: cs.CL", "", label(named[Field.SUMMARY], paper.summary), ""]
        lines += [is_open, f"  <summary>{title}</summary>", *gap]
        for each in _NOTE_FIELDS[:notes]:
            lines += [label(named[each], "Trees are slow."), ""]
        lines += [
            paper.abstract if title == "Abstract" else label(named[Field.ABSTRACT], paper.abstract),
            *gap,
            "</details>",
            "",
        ]
    return _finished(draw, lines, papers, f"data/{DAY}.md")


@st.composite
def sections_with_meta(draw: Draw) -> Digest:
    """Draw sections with a heading over the labels of each paper (shape 20)."""
    language = draw(st.sampled_from(LANGUAGES))
    named = draw(label_words((Field.TITLE, Field.LINK, Field.SUMMARY, Field.GROUP), language))
    label = draw(st.sampled_from(_LABEL_FORMS[7:10]))
    link = draw(st.sampled_from(_LINK_TEXTS))
    with_title = draw(st.booleans())
    mark = draw(st.sampled_from(("####", "#####")))
    lines = ["---", f'title: "Daily papers {DAY}"', f"date: {DAY}", "tags: [daily, trees]"]
    lines += ["description: Two papers on trees.", "---", "", "## 论文详解", ""]
    papers = draw(known_papers())
    for number, paper in enumerate(papers, 1):
        lines += [f"### {number}. {paper.title}", "", f"{mark} {named[Field.GROUP]}"]
        if with_title:
            lines.append(label(named[Field.TITLE], paper.title))
        lines += [label(named[Field.LINK], link(paper)), label(named[Field.SUMMARY], paper.summary)]
        lines.append("")
    read = [replace(each, authors=(), abstract="") for each in papers]
    return _finished(draw, lines, read, f"_posts/{DAY}-daily.md")


@st.composite
def items(draw: Draw) -> Digest:
    """Draw items that are a paper each, with more in lines or items below them (shape 11)."""
    mark = draw(st.sampled_from(("-", "*", "+", "{}.", "•")))
    title = draw(
        st.sampled_from(
            (
                lambda paper: f"**[{paper.title}]({paper.abs_url})**",
                lambda paper: f"[**{paper.title}**]({paper.abs_url})",
                lambda paper: f"[{paper.title}]({paper.abs_url})",
                lambda paper: f"**{paper.title}** [[PDF]({paper.pdf_url})]",
                lambda paper: f"**{paper.title}** ([arXiv]({paper.abs_url}))",
                lambda paper: f"**{paper.title}**  `arXiv:{paper.number}`  `cs.AI`  ",
            )
        )
    )
    names = draw(
        st.sampled_from(
            (
                lambda names: f"  _{', '.join(names)}_",
                lambda names: f"  *{', '.join(names)}*",
                lambda names: f"  - Authors: {', '.join(names)}",
                lambda names: f"  - **作者**: {', '.join(names)}",
                lambda names: f"  **Authors:** {', '.join(names)}",
                lambda names: f"  <br>**Authors**: {', '.join(names)}",
            )
        )
    )
    text = draw(
        st.sampled_from(
            (
                ("  <details><summary>Abstract</summary>", "  {}", "  </details>"),
                (
                    "  <details>",
                    "  <summary><b>Abstract</b></summary>",
                    "",
                    "  {}",
                    "",
                    "  </details>",
                ),
                ("  <details><summary>Abstract</summary>{}</details>",),
                ("  - **Abstract**: {}",),
                ("  - 摘要：{}",),
                ("  **Abstract:** {}",),
            )
        )
    )
    gap = draw(st.sampled_from(((), ("",))))
    top = draw(st.sampled_from(([], ["# Daily AI Digest", "", "### Artificial Intelligence", ""])))
    papers = draw(known_papers())
    lines = list(top)
    for number, paper in enumerate(papers, 1):
        lines += [f"{mark.format(number)} {title(paper)}", names(paper.authors)]
        lines += [*(part.format(paper.abstract) for part in text), *gap]
    read = [replace(each, summary="") for each in papers]
    return _finished(draw, lines, read, f"{DAY}/README.md")


@st.composite
def one_line_items(draw: Draw) -> Digest:
    """Draw items of a line each, with all that a paper has between commas (shape 21)."""
    mark = draw(st.sampled_from(("-", "*", "{}.")))
    form = draw(
        st.sampled_from(
            (
                "{day}, **{title}**, {names} et.al., Paper: [{abs}]({abs})",
                "**{day}**, **{title}**, {names} et.al., Paper: [{abs}]({abs}), Code: **[x](https://github.com/a/b)**",
                "{day}: **{title}** {names}, [PDF]({pdf})",
                "[{title}]({abs}), {names}, {day}",
                "**[{title}]({abs})**, {names} et al. [[code](https://github.com/a/b)]",
                "[{title}]({abs}) - {names}",
                "[{title}]({abs}) | {names} | {day}",
                "[{title}]({abs}) by {names}",
                "**{title}** — {names} ([arXiv]({abs}))",
                "[{day}] **{title}** [[paper]({abs})] [[code](https://github.com/a/b)]",
                "({day}) [{title}]({abs}) _{names}_",
                "**{title}**, *{names}*, [[Paper]({pdf})]",
                "`{day}` [{title}]({abs})",
            )
        )
    )
    heading = draw(st.sampled_from(("## Trees", "### Trees (2)", "**Trees**", "# Trees")))
    papers = draw(known_papers())
    lines = [heading, ""]
    for number, paper in enumerate(papers, 1):
        shown = form.format(
            title=paper.title,
            abs=paper.abs_url,
            pdf=paper.pdf_url,
            names=", ".join(paper.authors),
            day=DAY,
        )
        lines.append(f"{mark.format(number)} {shown}")
    is_named = "{names}" in form
    read = [
        replace(each, abstract="", summary="", authors=each.authors if is_named else ())
        for each in papers
    ]
    return _finished(draw, lines, read, f"{DAY}.md")


# A venue or month before a title, and behind it.
_VENUE_FORMS = (
    "({}) ",
    "[{}] ",
    "【{}】",
    "`{}` ",
    "`[{}]` ",
    "*{}* ",
    "**[{}]** ",
    "**({})** ",
    "{} | ",
    "{}, ",
    "({}) (Oral) ",
    "(*{}*) ",
)
_VENUE_FORMS_BEHIND = ("", " ({})", " [{}]", ", {}", ". *{}*", " `{}`")
_VENUES = (
    "CVPR 2024",
    "CVPR 24'",
    "CVPR '24",
    "ICML'25",
    "NeurIPS2023",
    "Preprint '25",
    "Preprint 24'",
    "arXiv 2024",
    "arXiv 2026.08",
    "arXiv'24",
    "ECCV 2024 Workshop",
    "TPAMI 2025",
)
# A short name in bold, and the rest of the title.
_BOLD_NAME_FORMS = ("**{}**: {}", "**{}:** {}", "__{}__: {}", "**{}**：{}")
_RESTS = (
    "Growing Trees Faster than Ever",
    "High-Fidelity and Temporally Coherent Trees",
    "Trees, Leaves and Roots",
    "Segment Trees",
    "A Benchmark for 3D Trees with 10 Leaves",
    "Where Do Roots Go? A Study of Water in Sandy Soils",
)
_BADGES: tuple[Callable[[KnownPaper], str], ...] = (
    lambda paper: (
        f'<a href="{paper.abs_url}"><img src="https://img.shields.io/badge/arXiv-Paper-red.svg"></a>'
        ' <a href="https://trees.example/"><img src="https://img.shields.io/badge/project-Website-blue"></a>'
    ),
    lambda paper: (
        f"<a href='{paper.pdf_url}'><img alt='arXiv' src='https://img.shields.io/badge/x-b31b1b.svg'/></a>"
    ),
    lambda paper: f"[![arXiv](https://img.shields.io/badge/x-b31b1b.svg)]({paper.abs_url})",
    lambda paper: (
        f"[![](https://img.shields.io/badge/arXiv-Paper-red)]({paper.abs_url}) ![Stars](https://img.shields.io/github/stars/a/b)"
    ),
    lambda paper: f"[[Paper]({paper.abs_url})] [[Code](https://github.com/a/b)]",
    lambda paper: f"[paper]({paper.pdf_url}) / [website](https://trees.example/)",
)


@st.composite
def items_with_venues(draw: Draw) -> Digest:
    """Draw items with a venue, a title partly in bold, and pictures as links."""
    mark = draw(st.sampled_from(("-", "*", "+", "{}.")))
    before = draw(st.sampled_from(("", *_VENUE_FORMS)))
    behind = draw(st.sampled_from(_VENUE_FORMS_BEHIND)) if not before else ""
    name = draw(st.sampled_from(_BOLD_NAME_FORMS))
    title = draw(st.sampled_from(("bold name", "bold name", "plain", "bold")))
    names = draw(
        st.sampled_from((", *{} et al.*", ", _{}_", ". *{}*", " *{}*", ", *{} et al.*.", ""))
    )
    badges = draw(st.sampled_from(_BADGES))
    place = draw(
        st.sampled_from((" {}", "\n    - {}", "\n  {}", "\n  - {}", "<br>{}", "\n\n  {}\n"))
    )
    anchor = draw(st.sampled_from(("", "", '<a name="n"></a> ', '<a id="n"></a>\n  ')))
    heading = draw(st.sampled_from(("## Trees", "### Trees (2)", "# Trees\n\n## Leaves")))
    lines = [heading, ""]
    papers: list[KnownPaper] = []
    for number, paper in enumerate(draw(known_papers()), 1):
        venue = draw(st.sampled_from(_VENUES))
        short = f"TreeNet-{number}"
        rest = draw(st.sampled_from(_RESTS))
        shown = {
            "bold name": name.format(short, rest),
            "plain": f"{short}: {rest}",
            "bold": f"**{short}: {rest}**",
        }[title]
        authors = paper.authors[:1] if "et al" in names else paper.authors
        line = (
            before.format(venue) + shown + names.format(", ".join(authors)) + behind.format(venue)
        )
        lines.append(f"{mark.format(number)} {anchor}{line}{place.format(badges(paper))}")
        full = f"{short}: {rest}"
        authors = authors if names else ()
        papers.append(replace(paper, title=full, read_title=full, authors=authors))
    read = [replace(each, abstract="", summary="") for each in papers]
    return _finished(draw, lines, read, draw(st.sampled_from((f"{DAY}.md", "README.md"))))


@st.composite
def paragraphs(draw: Draw) -> Digest:
    """Draw paragraphs of a title, authors, and a venue with links, on a line each."""
    title = draw(st.sampled_from(("**{}.**", "**{}**", "__{}__")))
    names = draw(st.sampled_from(("*{}.*", "*{}*", "_{}_")))
    end = draw(st.sampled_from(("<br>", "  ", "\\", "<br/>")))
    venue = draw(st.sampled_from(("*{}.* ", "*{}*. ", "{}. ", "")))
    links = draw(
        st.sampled_from(
            (
                "[[PDF]]({pdf}) [[Official PyTorch]](https://github.com/a/b)",
                "[[PDF]]({pdf}) [[Slides]](https://trees.example/slides.pdf)",
                "[[Paper]({abs})] [[Project]](https://trees.example/) [[Code](https://github.com/a/b)]",
                "[[arXiv]({abs})]",
            )
        )
    )
    lines = ["# Trees", "", "## Leaves", ""]
    papers: list[KnownPaper] = []
    for number, paper in enumerate(draw(known_papers()), 1):
        full = f"TreeNet-{number}: {draw(st.sampled_from(_RESTS))}"
        lines += [title.format(full) + end, names.format(", ".join(paper.authors)) + end]
        shown = venue.format(draw(st.sampled_from(_VENUES)))
        lines += [shown + links.format(pdf=paper.pdf_url, abs=paper.abs_url), ""]
        papers.append(replace(paper, title=full, read_title=full, abstract="", summary=""))
    return _finished(draw, lines, papers, "README.md")


_COLUMNS: dict[Field, Callable[[KnownPaper], str]] = {
    Field.DATE: lambda _: DAY,
    Field.AUTHORS: lambda paper: ", ".join(paper.authors),
    Field.ABSTRACT: lambda paper: paper.abstract,
    Field.SUMMARY: lambda paper: paper.summary,
    Field.CODE: lambda _: "null",
    Field.TOPIC: lambda _: "cs.RO",
    Field.SCORE: lambda _: "8",
}


def _rows(draw: Draw, rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table in one of its mark-ups; the first row is the header."""
    header, *others = rows
    form = draw(st.sampled_from(("bars", "aligned", "no bars", "html", "html lines")))
    if form.startswith("html"):
        end = "\n" if form == "html lines" else ""
        lines = [f"<tr>{end}{end.join(f'<th>{name}</th>' for name in header)}{end}</tr>"]
        for row in others:
            cells = end.join(f"<td>{_as_html(cell)}</td>" for cell in row)
            lines.append(f"<tr>{end}{cells}{end}</tr>")
        return ["<table>", *lines, "</table>"]
    if form == "no bars":
        return [" | ".join(header), " | ".join("---" for _ in header), *map(" | ".join, others)]
    rule = ":--:" if form == "aligned" else "---"
    edge = " " if form == "aligned" else ""
    return [
        f"|{edge}{f'{edge}|{edge}'.join(row)}{edge}|"
        for row in (header, [rule] * len(header), *others)
    ]


def _as_html(cell: str) -> str:
    """Return a cell with its links, which are all of its marks, in HTML."""
    cell = cell.replace("&", "&amp;")
    cell = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", cell)
    return re.sub(r"\[([^\[\]]+)\]\(([^()]+)\)", r'<a href="\2">\1</a>', cell)


@st.composite
def tables(draw: Draw) -> Digest:
    """Draw tables with columns in any order and language (shapes 01, 02, 05, 22 and 24)."""
    language = draw(st.sampled_from(LANGUAGES))
    named = draw(label_words((Field.TITLE, Field.LINK, *_COLUMNS), language))
    if named[Field.SUMMARY] == "概要":  # arXiv's abstract, in other tables
        named[Field.SUMMARY] = "TL;DR"
    more = draw(st.lists(st.sampled_from(list(_COLUMNS)), min_size=1, max_size=5, unique=True))
    is_linked = draw(st.booleans())
    title: Callable[[KnownPaper], str] = draw(
        st.sampled_from(
            (
                lambda paper: f"[{paper.title}]({paper.abs_url})",
                lambda paper: f"**[{paper.title}]({paper.abs_url})**",
            )
            if is_linked
            else (lambda paper: paper.title, lambda paper: f"**{paper.title}**")
        )
    )
    link: Callable[[KnownPaper], str] = draw(
        st.sampled_from(
            (
                lambda paper: f"[{paper.number}]({paper.abs_url})",
                lambda paper: f"[PDF]({paper.pdf_url})",
                lambda paper: f"[Paper]({paper.abs_url}), [Tweet](https://x.com/a/status/1)",
                lambda paper: paper.abs_url,
            )
        )
    )
    columns: dict[Field, Callable[[KnownPaper], str]] = {
        Field.TITLE: title,
        **({} if is_linked and draw(st.booleans()) else {Field.LINK: link}),
        **{each: _COLUMNS[each] for each in more},
    }
    order = draw(st.permutations(list(columns)))
    papers = draw(known_papers())
    rows = [[named[each] for each in order]]
    rows += [[columns[each](paper) for each in order] for paper in papers]
    heading = draw(st.sampled_from(((), ("## Trees", ""), (f"# Papers {DAY}", "", "## Trees", ""))))
    read = [
        replace(
            each,
            authors=each.authors if Field.AUTHORS in columns else (),
            abstract=each.abstract if Field.ABSTRACT in columns else "",
            summary=each.summary if Field.SUMMARY in columns else "",
        )
        for each in papers
    ]
    return _finished(draw, [*heading, *_rows(draw, rows)], read, f"{DAY}.md")


@st.composite
def titles_with_descriptions(draw: Draw) -> Digest:
    """Draw tables with number, title and description in a cell (shapes 03 and 04)."""
    form = draw(
        st.sampled_from(
            (
                "{n}) **{title}** - {text}",
                "**{title}**: {text}",
                "{n}) {title}  {text}",
                "{title}<br>{text}",
                "{n}. **{title}**<br>● {text}",
            )
        )
    )
    names = draw(
        st.sampled_from((("Paper", "Links"), ("**Paper**", "**Links**"), ("论文", "链接")))
    )
    text = "This work grows trees that are faster than all others before."
    papers = draw(known_papers())
    rows = [list(names)]
    for number, paper in enumerate(papers, 1):
        shown = form.format(n=number, title=paper.title, text=text)
        rows.append([shown, f"[Paper]({paper.abs_url}), [Tweet](https://x.com/a/status/1)"])
    heading = "## Top Papers of the Week (June 15 - June 21) - 2026"
    read = [replace(each, authors=(), abstract="", summary=text) for each in papers]
    lines = [heading, *(f"|{'|'.join(row)}|" for row in (rows[0], ["---", "---"], *rows[1:]))]
    return _finished(draw, lines, read, "README.md")


@st.composite
def daily_sections(draw: Draw) -> Digest:
    """Draw sections of a daily job, with a model's summary and takeaways (shape 16)."""
    authors = draw(st.sampled_from(("**Authors:{}**", "**Authors:** {}", "**Authors**: {}")))
    summary = draw(
        st.sampled_from(("**Summary**", "**摘要**", "**总结**", "### Summary", "Summary:"))
    )
    gap = draw(st.sampled_from(((), ("",))))
    papers = draw(known_papers())
    lines = ["---", f"date: {DAY}", "tags: [trees]", "---", "", f"# {DAY} 更新", ""]
    for paper in papers:
        lines += [f"## {paper.title}", *gap, authors.format(", ".join(paper.authors)), *gap]
        lines += [paper.abstract, *gap, f"[PDF](http://arxiv.org/abs/{paper.number}v1)", *gap]
        lines += [summary, *gap, paper.summary, *gap, "**Key Takeaways**", "1. Water.", ""]
    return _finished(draw, lines, papers, f"{DAY}.md")


_TITLE_KEYS = ("title", "Title", "paper_title", "paperTitle")
_AUTHOR_KEYS = ("authors", "author", "Authors")
_ID_KEYS = (
    "arxiv_id",
    "arxivId",
    "arxiv",
    "arxiv-id",
    "pdf",
    "url_pdf",
    "url",
    "link",
    "paper_url",
    "pdf_url",
)
_SUMMARY_KEYS = ("tldr", "summary", "blurb", "TLDR", "tl_dr")
_ABSTRACT_KEYS = ("abstract", "arxiv_abstract", "abstract_en")
_DATE_KEYS = ("date", "published", "created", "publishedAt", "pubDate")


@st.composite
def paper_files(draw: Draw) -> Digest:
    """Draw a file about a paper, with its fields in front matter (shapes 12, 14, 15, 17 and 19)."""
    (paper,) = draw(known_papers(1, 1))
    key = draw(st.sampled_from(_ID_KEYS))
    identity = (
        paper.number
        if "arxiv" in key.lower()
        else draw(st.sampled_from((paper.abs_url, paper.pdf_url, f"{paper.abs_url}v1")))
    )
    quote = draw(st.sampled_from(('"{}"', "'{}'")))
    title = paper.title.replace("\\", "\\\\") if quote[0] == '"' else paper.title
    names = draw(
        st.sampled_from(
            (
                f"[{', '.join(paper.authors)}]",
                quote.format(", ".join(paper.authors)),
                "\n" + "\n".join(f"  - {name}" for name in paper.authors),
                "\n" + "\n".join(f"- name: {name}" for name in paper.authors),
            )
        )
    )
    is_abstract_below = draw(st.booleans())
    has_title_key = draw(st.booleans())
    day = draw(st.sampled_from((DAY, "2026-06-15T10:00:00Z", "20260615", f"'{DAY}'")))
    fields = [
        *(
            [f"{draw(st.sampled_from(_TITLE_KEYS))}: {quote.format(title)}"]
            if has_title_key
            else []
        ),
        f"{draw(st.sampled_from(_AUTHOR_KEYS))}: {names}",
        f"{key}: {quote.format(identity)}",
        f"{draw(st.sampled_from(_SUMMARY_KEYS))}: {quote.format(paper.summary)}",
        f"{draw(st.sampled_from(_DATE_KEYS))}: {day}",
        *(
            []
            if is_abstract_below
            else [f"{draw(st.sampled_from(_ABSTRACT_KEYS))}: {quote.format(paper.abstract)}"]
        ),
    ]
    heading = [] if has_title_key else [f"# {paper.title}", ""]
    below = (
        ["## Abstract", "", paper.abstract, ""] if is_abstract_below else ["## Notes", "", "Good."]
    )
    lines = ["---", *draw(st.permutations(fields)), "tags: [trees]", "---", "", *heading, *below]
    return _finished(
        draw, lines, [paper], draw(st.sampled_from(("papers/tree.md", f"{DAY}-tree.md")))
    )


@st.composite
def files_without_front_matter(draw: Draw) -> Digest:
    """Draw a file about a paper whose first lines name it (shape 13)."""
    (paper,) = draw(known_papers(1, 1))
    language = draw(st.sampled_from(LANGUAGES))
    named = draw(label_words((Field.AUTHORS, Field.ABSTRACT), language))
    label = draw(st.sampled_from(_LABEL_FORMS[:4]))
    link = draw(
        st.sampled_from(
            (
                f"**arXiv**: [{paper.number}]({paper.abs_url})",
                f"- arXiv: {paper.abs_url}",
                f"[PDF]({paper.pdf_url}) | [arXiv]({paper.abs_url})",
                f'<div class="bar">\n<a href="{paper.abs_url}">arXiv: {paper.number}</a>\n</div>',
            )
        )
    )
    lines = [
        f"# {paper.title}",
        "",
        link,
        "",
        label(named[Field.AUTHORS], ", ".join(paper.authors)),
    ]
    lines += ["", f"## {named[Field.ABSTRACT]}", "", paper.abstract, "", "## Notes", "", "Good."]
    read = [replace(paper, summary="")]
    return _finished(draw, lines, read, f"notes/{DAY}/tree.md")


@st.composite
def posts(draw: Draw) -> Digest:
    """Draw a post that names no paper (shapes 09, 14, 15, 18 and 25)."""
    (paper,) = draw(known_papers(1, 1))
    title = paper.title if "$" not in paper.title else "Trees"
    key = draw(st.sampled_from(_DATE_KEYS))
    day = draw(st.sampled_from((DAY, "20260615", "2026-06-15 18:40", "2026/06/15")))
    authors, names = draw(
        st.sampled_from(
            (
                ("", ()),
                ('authors: "Author, A., Writer, B. C., Tree Genetics Center"\n', _GROUP),
                ("authors: [A. Author, B. C. Writer, Tree Genetics Center]\n", _GROUP),
                ("author: Ada Author\n", ("Ada Author",)),
            )
        )
    )
    start, end = draw(st.sampled_from((("---\n", "---\n"), ("", "---\n"), ("---\n", "...\n"))))
    heading = draw(st.sampled_from(("", f"# {DAY} What grew this week\n\n", "# Trees\n\n")))
    text = f'{start}title: "{title}"\n{key}: {day}\ntags: [trees]\n{authors}{end}\n{heading}'
    read = KnownPaper("", title, title, names, "Text about trees.")
    return _finished(draw, [f"{text}Text about trees."], [read], "posts/tree.md")


_GROUP = ("A. Author", "B. C. Writer", "Tree Genetics Center")
