"""Meta tags and JSON-LD of a paper's page, for search engines and reference managers.

Meta tags as Google Scholar (https://scholar.google.com/intl/en/scholar/inclusion.html) and Zotero
read them, and JSON-LD by https://schema.org/ScholarlyArticle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from publisher.formatter.citations.citation import web_address
from publisher.formatter.citations.json_text import json_text

if TYPE_CHECKING:
    from publisher.formatter.citations.citation import Citation
    from publisher.models import Paper

# In a script element "</script" and "<!--" end or hide what follows; in JSON's texts these escapes
# mean the same. https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
_ESCAPES = (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"))


def meta_tags(citation: Citation, page_url: str) -> Markup:
    """Return the tags but that of the title, which previews read too.

    `page_url` is the page's own address.
    """
    month = f"/{citation.month:02}" if citation.month else ""
    venue = "citation_journal_title" if citation.kind == "journal" else "citation_conference_title"
    tags = [
        *(("citation_author", name.inverted) for name in citation.names),
        ("citation_publication_date", f"{citation.year}{month}"),
        (venue, citation.venue),
        # Else Zotero takes what has a citation_title for a journal's article.
        ("DC.type", "preprint" if citation.kind == "preprint" else ""),
        ("citation_arxiv_id", citation.arxiv_id),
        ("citation_doi", citation.doi),
        ("citation_pdf_url", citation.pdf_url),
        ("citation_abstract_html_url", page_url),
        *(("citation_keywords", keyword) for keyword in citation.keywords),
    ]
    # Escaped together: one call for twenty texts, none of which has a line feed.
    contents = str(escape("\n".join(content for _, content in tags))).split("\n")
    return Markup(  # noqa: S704 - see above
        "\n".join(
            f'<meta name="{name}" content="{content}">'
            for (name, _), content in zip(tags, contents, strict=True)
            if content
        )
    )


def json_ld(paper: Paper, citation: Citation, page_url: str) -> Markup:
    """Return `paper` as JSON that is safe inside a script element."""
    month = f"-{citation.month:02}" if citation.month else ""
    part = "Periodical" if citation.kind == "journal" else "PublicationEvent"
    thing: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "url": page_url,
        "name": citation.title,
        "author": [{"@type": "Person", "name": author} for author in paper.authors],
        "datePublished": f"{citation.year}{month}",
        "dateModified": paper.updated.isoformat(timespec="seconds"),
        "version": str(paper.version),
        "keywords": list(citation.keywords),
        "sameAs": [
            address
            for address in (citation.url, citation.doi and f"https://doi.org/{citation.doi}")
            if address
        ],
        "image": next(filter(web_address, paper.figures), ""),
    }
    if citation.venue:
        key = "isPartOf" if citation.kind == "journal" else "publication"
        thing[key] = {"@type": part, "name": citation.venue}
    filled = {key: value for key, value in thing.items() if value}
    text = json_text(filled)
    for character, replacement in _ESCAPES:
        text = text.replace(character, replacement)
    return Markup(text)  # noqa: S704 - without <, > and & it can't leave the element
