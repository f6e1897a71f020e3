"""Full texts of papers, from the HTML pages that arXiv makes of most of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree, html

from publisher.printable import one_line

if TYPE_CHECKING:
    from publisher.models.gathering import Candidate

# About 16,000 tokens: enough for all but the appendix of most papers.
MOST_CHARACTERS = 60_000
_FEWEST_CHARACTERS = 3000  # fewer are a page that says why there is no text
_UNWANTED = (
    "//script | //style | //nav | //header | //footer | //button | //svg"
    " | //*[contains(concat(' ', normalize-space(@class), ' '), ' ltx_bibliography ')]"
    " | //*[contains(concat(' ', normalize-space(@class), ' '), ' ltx_page_footer ')]"
)


def address(paper: Candidate, arxiv_url: str) -> str:
    """Return the address of the paper's HTML page, "" where arXiv has none."""
    archive, _, number = paper.id.partition(":")
    return f"{arxiv_url.rstrip('/')}/html/{number}v{paper.version}" if archive == "arxiv" else ""


def read_full_text(page: bytes) -> str:
    """Return the text of a page by LaTeXML as one line, formulas as TeX; "" where it has none."""
    try:
        document = html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        return ""
    for element in document.xpath(_UNWANTED):
        element.drop_tree()
    for formula in document.xpath("//math"):
        tail, tex = formula.tail, formula.get("alttext", "")
        formula.clear()
        formula.text, formula.tail = f" {tex} ", tail
    articles = document.xpath("//article") or [document]
    # Blanks around each piece: cells of a table are not one number.
    text = one_line(" ".join(piece for article in articles for piece in article.itertext()))
    return text[:MOST_CHARACTERS] if len(text) >= _FEWEST_CHARACTERS else ""
