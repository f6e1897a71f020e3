"""Identity of papers: the arXiv id without version, else a hash of the title."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

# https://info.arxiv.org/help/arxiv_identifier.html: YYMM.NNNN(N) since 2007-04, before that
# archive(.SC)/YYMMNNN, where the subject class is no part of the id.
_NUMBER = r"(?:\d{4}\.\d{4,5}|[a-z-]{2,20}(?:\.[a-z]{2})?/\d{7})"
_BARE_NUMBER = (
    r"(?:\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}|(?:acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph"
    r"|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga|funct-an|gr-qc|hep-(?:ex|lat|ph"
    r"|th)|math|math-ph|mtrl-th|nlin|nucl-(?:ex|th)|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph"
    r"|solv-int|supr-con)(?:\.[a-z]{2})?/\d{7})"
)
# arXiv and its mirrors, and sites with a page for each paper of arXiv under its id.
_PAGES = (
    r"(?:(?:www|export|browse|lanl|[a-z]{2})\.)?arxiv\.org/(?:abs|pdf|html|format|ps|e-print|src)/"
    r"|(?:www\.)?ar5iv(?:\.labs\.arxiv)?\.org/(?:abs|html|pdf|papers)/"
    r"|(?:www\.)?alphaxiv\.org/(?:[a-z]{2}/)?(?:abs|overview|pdf|html)/"
    r"|(?:huggingface\.co|hf\.co)/papers/"
    r"|(?:www\.)?arxiv-vanity\.com/papers/|(?:www\.)?scirate\.com/arxiv/|(?:www\.)?papers\.cool/arxiv/"
    r"|(?:(?:www|api)\.)?semanticscholar\.org/arxiv[:/]"
    r"|(?:(?:dx|www)\.)?doi\.org/10\.48550/"
)
_ARXIV = re.compile(
    rf"(?:(?:https?:)?(?://)?(?:{_PAGES})(?:arxiv[.:])?|doi:\s?10\.48550/arxiv\.|arxiv:\s?)"
    rf"(?P<number>{_NUMBER})(?:v(?P<version>\d{{1,3}}))?(?:\.pdf)?/?(?:[?#].*)?",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?:10\.48550/)?(?:arxiv[.\s]\s?)?(?P<number>{_BARE_NUMBER})(?:v(?P<version>\d{{1,3}}))?"
    r"(?:\.pdf)?(?:\s?[(\[][^()\[\]]{0,40})?",
    re.IGNORECASE,
)
_PMLR = re.compile(
    r"https?://proceedings\.mlr\.press/(v\d+)/([\w-]+)(?:/[\w-]+\.pdf|\.html)?/?(?:[?#].*)?"
)
# Sites that have nothing but papers and their like, beside arXiv.
_PAPER_SITES = tuple(
    (
        "openreview.net aclanthology.org proceedings.mlr.press jmlr.org openaccess.thecvf.com "
        "ecva.net isca-archive.org papers.nips.cc proceedings.neurips.cc roboticsproceedings.org "
        "ojs.aaai.org ijcai.org biorxiv.org medrxiv.org chemrxiv.org ssrn.com doi.org dl.acm.org "
        "ieeexplore.ieee.org link.springer.com sciencedirect.com nature.com science.org "
        "hal.science semanticscholar.org eprint.iacr.org dagstuhl.de usenix.org ncbi.nlm.nih.gov"
    ).split()
)
_TRAILING = ".,;:!?)]}>'\"。，；、）"


@dataclass(frozen=True, slots=True)
class ArxivId:
    """An arXiv identifier: `number` such as "2411.19525" or "cs/0112017", `version` from 1."""

    number: str
    version: int

    @property
    def key(self) -> str:
        """The paper's id in this program, e.g. "arxiv:2411.19525"."""
        return f"arxiv:{self.number}"

    @property
    def abs_url(self) -> str:
        """The address of the abstract page, always of the newest version."""
        return f"https://arxiv.org/abs/{self.number}"

    @property
    def pdf_url(self) -> str:
        """The address of this version's PDF."""
        return f"https://arxiv.org/pdf/{self.number}v{self.version}"


def arxiv_id(text: str) -> ArxivId | None:
    """Return the identifier in an address or in "arXiv:2411.19525"; None for any other text.

    Addresses are those of arXiv, of its DOIs, and of sites with a page for each of its papers.
    """
    return _identifier(_ARXIV.fullmatch(text.strip().strip("<([{").rstrip(_TRAILING)))


def arxiv_id_of_field(text: str) -> ArxivId | None:
    """Return the identifier in a field that holds one, with or without an address around it."""
    text = text.strip().strip("<([{").rstrip(_TRAILING)
    return _identifier(_ARXIV.fullmatch(text) or _BARE.fullmatch(text))


def canonical_number(number: str) -> str:
    """Return an arXiv number as arXiv does: "math/0309136" for "math.GT/0309136"."""
    archive, slash, rest = number.lower().rpartition("/")
    return archive.partition(".")[0] + slash + rest


def _identifier(match: re.Match[str] | None) -> ArxivId | None:
    if match is None:
        return None
    return ArxivId(canonical_number(match["number"]), max(1, int(match["version"] or 1)))


def with_scheme(url: str) -> str:
    """Return `url` with "https:" where it lacks that and is on a site of papers."""
    bare = url.removeprefix("//")
    if "://" in url or not bare.partition("/")[0].lower().endswith(_PAPER_SITES):
        return url
    return f"https://{bare}"


def is_paper_site(url: str) -> bool:
    """Return whether the http address `url` is on a site of papers outside arXiv."""
    try:
        host = f".{(urlsplit(url).hostname or '').lower()}"
    except ValueError:  # "https://[x"
        return False
    return host.endswith(tuple(f".{site}" for site in _PAPER_SITES))


def addresses(url: str) -> tuple[str, str]:
    """Return the addresses of the page and the PDF of a paper outside arXiv, "" where unknown.

    `url` is either. OpenReview, the ACL Anthology and PMLR have both under the same name.
    """
    parts = urlsplit(url)
    host, path = (parts.hostname or "").removeprefix("www."), parts.path
    if host == "openreview.net" and (ids := parse_qs(parts.query).get("id")):
        base = "https://openreview.net"
        return f"{base}/forum?id={ids[0]}", f"{base}/pdf?id={ids[0]}"
    if host == "aclanthology.org" and (name := path.strip("/").removesuffix(".pdf")):
        return f"https://aclanthology.org/{name}/", f"https://aclanthology.org/{name}.pdf"
    if match := _PMLR.fullmatch(url):
        volume, name = match.groups()
        base = f"https://proceedings.mlr.press/{volume}/{name}"
        return f"{base}.html", f"{base}/{name}.pdf"
    return ("", url) if path.lower().endswith(".pdf") else (url, "")


def title_id(title: str) -> str:
    """Return "title:" and 16 hex digits, equal for titles that differ in case or punctuation."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    letters = "".join(c for c in folded if c.isalnum())
    return f"title:{hashlib.sha256((letters or folded).encode()).hexdigest()[:16]}"
