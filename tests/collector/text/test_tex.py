from __future__ import annotations

import html
import time

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from publisher.collector.text.plain_text import (
    from_arxiv,
    from_machine,
    html_from_arxiv,
    plain,
)
from publisher.collector.text.sanitizer import ELEMENTS, REL, fragment
from publisher.collector.text.tex import tex_to_html, tex_to_text

MINUTE = 60  # seconds; exponential time takes days

TEX = [
    (r"$360^{\circ}$ and $100 and $200", "360° and $100 and $200"),
    (r"$E^{3}$Gen", "E³Gen"),
    (r"${360^\circ}$ images, 360{\deg}, $360^o$", "360° images, 360°, 360°"),
    (r"$10\times $ fewer, 256$\times$256", "10× fewer, 256×256"),
    (r"$5.0\times 10^{-5}$ $5.0 \times 10^{-5}$ $5.0\times10^{-5}$", " ".join(["5.0 × 10⁻⁵"] * 3)),
    (r"($\sim$30x faster at $\ge$120fps)", "(∼30x faster at ≥120fps)"),
    (r"\textit{\textbf{In the first stage}}, we", "In the first stage, we"),
    (
        r"na\"{\i}vely na\"ive Fr\'echet B\'{e}zier R\"uckert",
        "naïvely naïve Fréchet Bézier Rückert",
    ),
    (r"\c{c} \v{s} \'E Erd\H{o}s \k{a} \aa \ss \o \l G\"odel", "ç š É Erdős ą å ß ø ł Gödel"),
    (r"Stra\ss e \O rsted \L{}ukasz \~n \`a", "Straße Ørsted Łukasz ñ à"),
    (r"$\mathcal{ZS}^2$ $\mathbb{R}^{d}$ $\mathfrak{g}$", "𝒵𝒮² ℝᵈ 𝔤"),
    (r"\ie, \eg \etal. \etal", "i.e., e.g. et al. et al."),
    (r"86.7\% and A\_b \& c \{d\}", "86.7% and A_b & c {d}"),
    (r"two front \\& back \\times \\textbf{x}", "two front & back × x"),
    (r"$p(x|c)^\gamma p(x)^{1-\gamma}$", "p(x|c)ᵞ p(x)¹⁻ᵞ"),
    (r"AP$_{50}^\text{box}$ $x_{i,j}$ H$_2$O", "AP₅₀ᵇᵒˣ xᵢ,ⱼ H₂O"),
    (r"$\mathcal{L}_{CE}$ $x^{SE}$ $L_\infty$ $\ell_2$", "ℒ_CE x^(SE) L_∞ ℓ₂"),
    (r"$\mathcal{O}(n \log n)$ $\log_2 n$ $2\log n$", "𝒪(n log n) log₂ n 2 log n"),
    (
        r"$\frac{a}{b}$ $\frac{a+b}{2}$ $\frac12$ $\sqrt{x+1}$ $\sqrt[3]{x}$",
        "a/b (a+b)/2 1/2 √(x+1) ∛x",
    ),
    (r"$a \leq b \approx c\pm d \cdot e \ldots \to \infty$", "a ≤ b ≈ c ± d · e … → ∞"),
    (r"$x\in\{0,1\}$, $\hat{y}$, $\not\in$, $f'$, $A^\top$", "x ∈ {0,1}, ŷ, ∉, f′, Aᵀ"),
    (r"$$E = mc^2$$ \(a^2\) \[ b_2 \]", "E = mc² a² b₂"),
    (r"\begin{equation} x^2 \end{equation}", "x²"),
    (
        r"\url{https://example.org/a_b}. \url{https://a.b/~x\_y\%20}",
        "https://example.org/a_b. https://a.b/~x_y%20",
    ),
    (r"\href{https://example.org}{here}", "here (https://example.org)"),
    (r"\href{https://example.org/}{https://example.org}", "https://example.org/"),
    (r"$\href{https://a.b/}{\text{project page}}$", "project page (https://a.b/)"),
    (r"by \ours{}, \ours, {\speed} \q{word}", "by ours, ours, speed word"),
    (r"\footnote{See \url{www.a.b}} in~\cite{x}.", "(See www.a.b) in."),
    (r"{\em so} {\bf unbalanced \textbf{text", "so unbalanced text"),
    ("``quoted'' `single' 3--5 a---b ''x'' don't", "“quoted” ‘single’ 3–5 a—b “x” don't"),
    ("25~m fields~(NeRF) Fig.~3", "25 m fields (NeRF) Fig. 3"),
    (r"costs \$5, $\$5$ and $x$", "costs $5, $5 and x"),
    (r"$0.03 per 1K while $\theta$ is $0.06 for", "$0.03 per 1K while θ is $0.06 for"),
    (r"$10\%$--$20\%$, $>$90\%, $<0.01$", "10%–20%, >90%, <0.01"),
    (r"(\romannumeral1) \LaTeX{} \S 3 \textsuperscript{2}", "(i) LaTeX § 3 ²"),
    (r"He said \"hello\", it\'s", 'He said "hello", it\'s'),
    ("{G}aussian", "Gaussian"),
]


@pytest.mark.parametrize(("source", "text"), TEX)
def test_tex(source: str, text: str) -> None:
    assert from_arxiv(source) == text


NO_TEX = [
    "Just Add $100 More",
    "from $5 to $10, US$5M, $HOME and $PATH",
    "C# costs 5% of #1 & more ~ x^2 {a}",
    r"C:\new\alpha\times foo\bar \d+\w \n",
    "https://a.b/~me/x_y%20z?a=b&c=d#e--f",
    "5~10 ~100x (~2dB) x~N(0,1) ~/x",
    "--flag a_b ```code``` 5'' {x: 1} <b> 'x'",
    "中文，没有 TeX；$5和$10",
    "no TeX",
]


@pytest.mark.parametrize("text", NO_TEX)
def test_text_without_tex_stays(text: str) -> None:
    assert tex_to_text(text) == text


HTML = [
    (r"$10^{-3}$ of H$_2$O", "10<sup>-3</sup> of H<sub>2</sub>O"),
    (r"$x^{x^2}$", "x<sup>x<sup>2</sup></sup>"),
    (r"\textbf{a \emph{b}} {\tt c<d}", "<strong>a <em>b</em></strong> <code>c&lt;d</code>"),
    (r"$360^{\circ}$ & <b>", "360° &amp; &lt;b&gt;"),
    (
        "See https://a.b/c_d.",
        f'See <a href="https://a.b/c_d" rel="{REL}">https://a.b/c_d</a>.',
    ),
    (r"(https://a.b/(c))", f'(<a href="https://a.b/(c)" rel="{REL}">https://a.b/(c)</a>)'),
    (r"https://a.b/c\_d", f'<a href="https://a.b/c_d" rel="{REL}">https://a.b/c_d</a>'),
    (r"\href{https://a.b/\%20}{x & y}", f'<a href="https://a.b/%20" rel="{REL}">x &amp; y</a>'),
    (r"\href{javascript:alert(1)}{x} \url{//a.b} \url{file:///x}", "x //a.b file:///x"),
    (r'\url{https://a.b/"onclick=x}', 'https://a.b/"onclick=x'),
]


@pytest.mark.parametrize(("source", "fragment"), HTML)
def test_html(source: str, fragment: str) -> None:
    assert tex_to_html(source) == fragment


def test_a_title_has_no_links() -> None:
    assert tex_to_html(r"\href{https://a.b}{x} https://c.d", with_links=False) == "x https://c.d"


def test_html_is_empty_if_it_equals_the_escaped_text() -> None:
    assert html_from_arxiv(r"$\alpha$ < 5\% & more") == ""
    assert html_from_arxiv("$x^2$") == "x<sup>2</sup>"


CLEAN = [
    ('<a href="//evil.example">x</a>', f'<a rel="{REL}">x</a>'),
    ('<a href="/x" class="c" style="s" id="i">x</a>', f'<a rel="{REL}">x</a>'),
    ('<a href="javascript:x">x</a>', f'<a rel="{REL}">x</a>'),
    ('<a href="mailto:a@b.c" rel="me">x</a>', f'<a href="mailto:a@b.c" rel="{REL}">x</a>'),
    ("<script>x</script><style>y</style><svg><p onclick=x>z", "z"),
    ("<em>open", "<em>open</em>"),
]


@pytest.mark.parametrize(("source", "clean"), CLEAN)
def test_clean(source: str, clean: str) -> None:
    assert fragment(source) == clean


PIECES = st.sampled_from(
    [*r"\$ { } ^ _ ~ ' ` - < > & % # [ ] ( ) 1 2 a b é 中".split(), " ", "\\", "$", "\\textbf{",
     "\\frac", "\\url{", "\\href{", "http://", "https://a.b/c", "\\times", "\\'", "\\alpha ", "\\(",
     "\\)", "\\begin{equation}", "\\end{equation}", "\\verb|", "\\not", "\\left", "\\x", "\u202e",
     "\ud800", "\x00", "\u0301", "''", "``", "--", "javascript:", '"'],
)  # fmt: skip
HOSTILE = st.one_of(st.text(st.characters(codec=None)), st.lists(PIECES).map("".join))


@given(HOSTILE)
def test_any_text_gives_a_safe_fragment(text: str) -> None:
    fragment_html = html_from_arxiv(text) or html.escape(from_arxiv(text), quote=False)
    root = lxml.html.fragment_fromstring(fragment_html, create_parent="div")
    for element in root.iterdescendants():
        assert element.tag in ELEMENTS
        assert set(element.keys()) <= {"href", "rel"}
        assert element.get("href", "https://").startswith(("http://", "https://"))
    etree.fromstring(f"<p>{fragment_html}</p>".encode())  # Atom's readers are strict
    assert fragment(fragment_html) == fragment_html


@given(HOSTILE)
def test_both_forms_are_legal_in_xml(text: str) -> None:
    for converted in (from_arxiv(text), html_from_arxiv(text)):
        etree.Element("a").text = converted
        assert plain(converted) == converted


@given(st.text(st.characters(exclude_characters="\\$~`'-{"), max_size=200))
def test_text_without_tex_characters_stays(text: str) -> None:
    assert tex_to_text(text) == text


LETTERS_IN_WORDS = [
    (r"M\o{}ller, M\o ller, M{\o}ller, S\o ren", "Møller, Møller, Møller, Søren"),
    (
        r"S\l{}awomir, S\l awomir, Micha\l, Pawe\l\ N, Bart\l{}omiej",
        "Sławomir, Sławomir, Michał, Paweł N, Bartłomiej",
    ),
    (
        r"Mart\'\i nez, Mart\'{\i}nez, Mart{\'\i}n, Garc\'\i a, na\"\i ve, Jos\'e\'\i",
        "Martínez, Martínez, Martín, García, naïve, Joséí",
    ),
    (
        r"Nguy{\~{\^e}}n, Nguy\~{\^{e}}n, Nguy\~\^en, Nguy{\^{\~e}}n",
        "Nguyễn, Nguyễn, Nguyễn, Nguyễn",
    ),
    (
        r"Tr\`{\^a}n, Ph\d{\^o}, D\u{\`a}ng, Tr\uhorn{}\ohorn{}ng, {\'{\ohorn}}, b\h{a}o",
        "Trần, Phộ, Dằng, Trương, ớ, bảo",
    ),
    (r"Y\i ld\i z, Y{\i}ld{\i}r\i m, I\c{s}\i k", "Yıldız, Yıldırım, Işık"),
    (r"Constan\textcommabelow{t}in \textcommabelow{S}tefan", "Constanțin Ștefan"),
    (
        r"Ko{\v s}ir \v Simon {\v S}imon Dvo\v r\'ak K\r u\v ra {\r A}s Erd{\H o}s",
        "Košir Šimon Šimon Dvořák Kůřa Ås Erdős",
    ),
    (r"\'{\ae} \'{\o} \v{\j} \'{\"u} \t{oo} Wa\l{}\k{e}sa", "ǽ ǿ ǰ ǘ o͡o Wałęsa"),
    (
        r"\O{}yvind Kierkeg\aa{}rd \DJ or\dj evi\'c Sigur\dh ur \TH{}or Stra\ss e",
        "Øyvind Kierkegård Đorđević Sigurður Þor Straße",
    ),
    (r"\textbf{Bj\o{}rn} and \emph{Mart\'\i nez}", "Bjørn and Martínez"),
]
NO_LETTERS_IN_WORDS = [
    r"the pattern \b word \b and \t or \r and \d in [^\s\S]*\o",
    r"C:\old\l\i and a\b c, 5 a\t b",
    r"\^{abc} and \'{12}",
]


@pytest.mark.parametrize(("source", "text"), LETTERS_IN_WORDS)
def test_letters_and_accents_in_words(source: str, text: str) -> None:
    assert from_arxiv(source) == from_machine(source) == text


@pytest.mark.parametrize("source", NO_LETTERS_IN_WORDS)
def test_code_has_no_letters_of_tex(source: str) -> None:
    assert from_arxiv(source) == source


@pytest.mark.parametrize("pattern", [r"\^", r"\^{" * 16 + "xx" + "}" * 16, r"{\^{\~", r"\'\i "])
def test_accents_on_accents_take_little_time(pattern: str) -> None:
    text = (pattern * 20_000)[:20_000]
    begin = time.process_time()
    tex_to_text(text)
    assert time.process_time() - begin < MINUTE, "under a second where depth is limited"
