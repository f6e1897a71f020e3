"""Addresses in text: safe links, and those of code and project pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

# Chinese text has no blank after an address, so its characters and punctuation end one too.
# IGNORECASE for the scheme alone: for the class of characters it would be slow to compile.
_URL = re.compile(r"(?i:https?)://[^\s<>\"'`{}|\\^\[\]\u2000-\u206f\u2e80-\U0010ffff]{3,500}")
_BARE_PAGE = re.compile(
    r"(?<![\w./@-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,3}(?:github|gitlab)\.io(?:/[\w./~%-]{0,200})?",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?*~_'”’"

_CODE_HOSTS = frozenset(
    (
        "github.com gitlab.com bitbucket.org codeberg.org gitee.com huggingface.co hf.co "
        "modelscope.cn anonymous.4open.science gist.github.com git.sr.ht sourceforge.net "
        "code.google.com"
    ).split()
)
_PAGE_HOSTS = ("github.io", "gitlab.io", "readthedocs.io", "netlify.app", "vercel.app", "pages.dev")
# Words before the address of a project's page: "Project page:", "our website at".
_PAGE_LABEL = re.compile(
    r"(?:project(?:[- ]?(?:web)?(?:page|site))?|(?<![\w-])web(?=\W{1,3}$)|demo page"
    r"|(?:web|home)[- ]?(?:page|site)|website)"
    r"(?:[ ,:]{1,3}(?:page|link|url|site|web|website|webpage|code|videos?|and|with|is|are|can|be"
    r"|https|available|accessible|found|see|here|at|on|in|of|the|this|our|results|more)){0,12}"
    r"\W{0,6}$",
    re.IGNORECASE,
)
# Never a page of the project, even after such words.
_NO_PAGE_HOSTS = frozenset(
    (
        "youtube.com youtu.be m.youtube.com bilibili.com b23.tv vimeo.com arxiv.org doi.org "
        "dx.doi.org openreview.net zenodo.org twitter.com x.com drive.google.com "
        "openaccess.thecvf.com onlinelibrary.wiley.com dl.acm.org ieeexplore.ieee.org"
    ).split()
)


# A fast path for characters that are allowed in every part of an address.
_COMMON_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/?#-]*)?")


def http_url(text: str) -> str | None:
    """Return `text` as an absolute http(s) address, None if it is not one."""
    text = text.strip()
    if _COMMON_URL.fullmatch(text):
        return text
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return None
    if any(ord(c) < 33 or c in '"<>\\^`{|}\x7f' for c in text):  # noqa: PLR2004 - RFC 3986
        return None
    return text


def paper_url(text: str) -> str | None:
    """Return `text` as the address of a paper outside arXiv, None if it is none.

    An address of arXiv without a valid identifier leads nowhere.
    """
    url = http_url(text)
    return None if url is None or _host(url).endswith("arxiv.org") else url


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each http(s) address in `text`, without the sentence's punctuation."""
    if "://" not in text:
        return
    for match in _URL.finditer(text):
        address = match.group().rstrip(_TRAILING)
        surplus = address.count(")") - address.count("(")
        while surplus > 0 and address.endswith(")"):
            address = address[:-1].rstrip(_TRAILING)
            surplus = address.count(")") - address.count("(")
        if http_url(address):
            yield match.start(), match.start() + len(address)


def urls(text: str) -> tuple[str, ...]:
    """Return the http(s) addresses in `text`, each once, without the sentence's punctuation."""
    return tuple(dict.fromkeys(text[start:end] for start, end in spans(text)))


def code_urls(text: str) -> tuple[str, ...]:
    """Return the addresses of code in `text`: those on the hosts of repositories.

    Models, data sets and spaces at Hugging Face count. Zenodo does not: it also keeps papers.
    """
    return tuple(url for url in urls(text) if _is_code(url))


def project_urls(text: str) -> tuple[str, ...]:
    """Return the addresses of the project's own pages in `text`, each once.

    These are addresses on a host of such pages, also without "https://", and those that the text
    calls project page, website or homepage. Code and videos do not count.
    """
    pages = {
        start: text[start:end]
        for start, end in spans(text)
        if _is_page(text[start:end], text[max(0, start - 100) : start])
    }
    # "b." is in "github.io" and "gitlab.io"; searching without case takes ten times as long.
    for match in _BARE_PAGE.finditer(text) if "b." in text or "B." in text else ():
        pages[match.start()] = "https://" + match.group().rstrip(_TRAILING)
    return tuple(dict.fromkeys(pages[start] for start in sorted(pages)))


def _is_code(url: str) -> bool:
    host, path = _host(url), urlsplit(url).path.strip("/")
    is_code_host = host in _CODE_HOSTS or host.startswith(("gitlab.", "git."))
    # Hugging Face also has pages of papers, GitHub also marketing pages.
    first = path.split("/", 1)[0]
    return (
        is_code_host and bool(path) and first not in ("papers", "blog", "docs", "features", "about")
    )


def _is_page(url: str, before: str) -> bool:
    host = _host(url)
    if _is_code(url) or host in _NO_PAGE_HOSTS:
        return False
    if host.endswith(tuple("." + page for page in _PAGE_HOSTS)) or host == "sites.google.com":
        return True
    return bool(_PAGE_LABEL.search(before))


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower().removeprefix("www.")
