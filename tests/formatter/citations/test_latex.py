"""Citations as BibTeX and pdfLaTeX print them: without an error, and with their texts."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.collector import collect
from publisher.formatter.citations.bibtex import bibtex_entry
from publisher.formatter.citations.citation import make_citation
from publisher.formatter.citations.title_case import title_pieces
from publisher.models import Venue
from publisher.settings import Settings
from publisher.settings.sections import Source
from tests.formatter.citations.test_citations import make_paper

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.models import Paper

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
needs_latex = pytest.mark.skipif(
    not all(map(shutil.which, ("pdflatex", "bibtex", "pdftotext"))),
    reason="needs pdflatex, bibtex and pdftotext",
)

MODERN = "\\usepackage[T1]{fontenc}\\usepackage{lmodern}"

NAMES = [
    "Nguyễn Thị Ầm",
    "İsmail Şahin",
    "Jean-Émile Œuvre",
    "José-María Ñáñez",
    "Ǎ Ḥasan Ŝan",
    "Erdős Pál",
    "Gemini Team",
    "Équipe Nº 5 Team",
    "Ångström",
    "others",
    "Ada & Bob",
    "Laurens van der Maaten",
    "O'Brien, Pat",
]
# Letters that no font of LaTeX has: they are transcribed, or left out.
FOREIGN_NAMES = [
    "张三",
    "李四 王五",
    "Иван Петров",
    "Δημήτρης Παῦλος",
    "محمد علي",
    "Phương Hữu Thảo",
    "Ưng Ả Ở",
    "Ən Əliyev",
    "ʻAkau Hawaiʻi",
    "🚀 Rocket",
    "\\",
    "{",
    ":",
    "%",
    "A\ud800",
]
TITLES = [
    "H&E Staining in ℝ and the Ground-A-Score of α-Divergence",
    "On Δ-Nets, 𝓛 and ℒ in 𝔼 ≤ 𝔤 × 5 °C",
    "100% of $5 #1 a_b {z} \\foo and “q” ‘r’",
    "ÀÉÎÕÜ Çşţț ńřžů őű łŁ ß æœø åÅ",
    "Is Vitamin D a U-Net? A Study of pH in mRNA: (Some) 3D CNNs and GPT-4o",
    "Straße: ﬁne ½-Way Ideas of Café x̂",
]
# Letters that LaTeX takes from another font than the usual one.
OTHER_FONT_NAMES = ["Đặng Văn Lâm", "Łukasz Książek", "Þór Ðórsson", "Đorđe Ćirić Jr."]
FOREIGN_TITLES = [
    "«ąęįų» „Þþ‚ đ ð ŋ",
    "中文标题 with 🚀 and ＡＢ：№ ③",
    "Привет мир, γειά σου, שלום, مرحبا, 안녕, สวัสดี",
    "A\u200bB\u00adC\u2060D\ufeff \u202eabc\u202c ở ữ ẵ ǖ ŉ",
    "--help -- \"quoted\" 'it''s' ``x'' ?` !` ,, @{} = \x00\x07\x85 \ud800 ~ ^ < > |",
    "≲ ⩽ ∎ ⊨ ∅ ∥ ‖ ⟨x⟩ → ↦ ⟹ ⊕ ∝ ∞ ∇ ∂ ∑ ∏ ∫ √ ℏ ℵ ℓ ⋯ … ★ ✓ ♥ ©®™€£¥₩₹₽ §¶†‡•‰",
    "𝐀𝐱 𝑩 𝒞 𝓭 𝔉 𝕏 𝕜 𝖠 𝚊 𝟙 𝜶 𝛀 𝝏 ᵃᵇᶜ ⁿ ₐ ᵢ ⁰¹²³⁻⁺⁼ ₊₋",
    "".join(map(chr, (*range(0xA0, 0x250), *range(0x2010, 0x2060), *range(0x2190, 0x2300)))),
]


def letters(text: str) -> str:
    """Return the letters and digits of `text` without case, marks and what forms they have."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    alike = str.maketrans("đðøłŋıτ∆", "ddolnitδ")
    return re.sub(r"[\W_ˆ]", "", decomposed.translate(alike))


def printed(entries: Iterable[str], folder: Path, style: str, preamble: str = "") -> str:
    """Return what pdfLaTeX prints of `entries`, each of which the text cites before."""
    texts = list(entries)
    keys = [re.match(r"@\w+\{(.*),", text)[1] for text in texts]  # type: ignore[index]
    cites = "\n\n".join(f"\\cite{{{key}}}" for key in keys)
    (folder / "all.bib").write_text("".join(texts), encoding="utf-8", errors="replace")
    (folder / "a.tex").write_text(
        f"\\documentclass{{article}}\n{preamble}\n\\pagestyle{{empty}}\\sloppy\\begin{{document}}\n{cites}\n\n"
        f"\\bibliographystyle{{{style}}}\\bibliography{{all}}\n\\end{{document}}\n",
        encoding="utf-8",
    )
    for program in ("pdflatex", "bibtex", "pdflatex", "pdflatex"):
        command = [program, *(["-interaction=nonstopmode"] if program != "bibtex" else []), "a"]
        output = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        log = output.stdout.decode(errors="replace")
        assert not re.findall(r"^! .*\n.*\n.*", log, re.MULTILINE), log[-3000:]
        assert program != "bibtex" or output.returncode == 0, log
    command = ["pdftotext", "-raw", "a.pdf", "-"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout.decode()


def entry_of(paper: Paper, number: int) -> str:
    """Return the entry of `paper` under a key that no other has."""
    citation = make_citation(paper)
    return bibtex_entry(citation).replace(f"{{{citation.key},", f"{{{citation.key}-{number},", 1)


@needs_latex
@pytest.mark.parametrize(
    ("style", "fonts"),
    [("plain", ""), ("plain", MODERN), ("alpha", ""), ("abbrv", ""), ("apalike", MODERN)],
)
def test_nasty_names_and_titles_are_printed(tmp_path: Path, style: str, fonts: str) -> None:
    # apalike cites by names, which has to work before the bibliography is read.
    papers = []
    names, titles = [*NAMES, *OTHER_FONT_NAMES, *FOREIGN_NAMES], [*TITLES, *FOREIGN_TITLES]
    for number, name in enumerate(names):
        title, other = titles[number % len(titles)], names[number - 7]
        venue = Venue(title, 2024) if number % 5 == 0 else None
        authors = (name, other, "Ada Example") if number % 3 else (name,)
        changes = {"comment": title if number % 4 == 0 else None, "venue": venue}
        papers.append(make_paper(title=title, authors=authors, id=f"title:{number}", **changes))
    entries = map(entry_of, papers, range(len(papers)))

    text = letters(printed(entries, tmp_path, style, fonts))

    if style == "plain":
        for title in TITLES:
            # The formulas of the second are placed by height.
            words = title.split() if "Δ" in title else [title]
            assert [word for word in words if letters(word) not in text] == [], title
        spoken = (*NAMES[:-1], "Pat O'Brien", *(OTHER_FONT_NAMES if fonts else ()))
        assert [name for name in spoken if letters(name) not in text] == []


@needs_latex
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_all_papers_of_the_corpus_are_printed(tmp_path: Path) -> None:
    collection = collect(Settings(source=Source(folders=(CORPUS,))))
    papers = list(collection.papers)

    text = letters(printed(map(entry_of, papers, range(len(papers))), tmp_path, "plain"))

    assert len(papers) > 1000
    assert [paper.title for paper in papers if letters(paper.title) not in text] == []


@pytest.mark.parametrize(
    "title",
    [
        "{H&E} Staining: A Survey",
        "{Ground-A-Score}: Scaling Up",
        "{GPT-4o} Sees {CNNs} in {3D}",
        "{NeRF}: Representing Scenes as Neural Fields",
        "Neural Fields in Practice: {iNeRF}, {pH} and {mRNA}",
        "“{Why} Should {I} Trust You?” {A} Study",
        "Learning with {Bayesian} Nets and {Newton's} Method",
        "Improving diffusion near the {Seine} with {German} speakers",
        "Is Vitamin {D} a {U-Net}? {X-ray} in the {U.S}.",
        "Deep Cross-Modal Learning: Text-to-Image {- An} Overview",
        "{C++} and {C#} by {O'Brien}",
        "Étude: Émile and the {Llama-3} Models",
        "A Survey of {R&D}",
        "{LaTeX}",
        "A",
        "",
    ],
)
def test_capitals_of_names_stay_in_titles(title: str) -> None:
    title = title.replace("{- An}", "- {An}")
    plain = re.sub("[{}]", "", title)
    pieces = title_pieces(plain)
    assert "".join(f"{{{piece}}}" if stays else piece for piece, stays in pieces) == title


@needs_latex
def test_styles_lower_only_what_they_may(tmp_path: Path) -> None:
    titles = {
        "H&E Staining of the Ground-A-Score": "H&E staining of the Ground-A-Score",
        "NeRF: Representing CNNs in 3D": "NeRF: Representing CNNs in 3D",
        "Deep Étude of Neural Nets": "Deep étude of neural nets",
    }
    papers = [make_paper(title=title, authors=("Ada Example",)) for title in titles]
    pages = printed(map(entry_of, papers, range(len(papers))), tmp_path, "plain")
    text = unicodedata.normalize("NFC", " ".join(pages.split()))
    assert [title for title in titles.values() if title not in text] == []
