"""Sections of the digests that the program writes itself."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from publisher.settings.sections.base import (
    ContactAddress,
    Line,
    NonEmptyLine,
    Phrase,
    Section,
    TextFormat,
    WebAddress,
)
from publisher.settings.values import Secret
from publisher.translation import mark

# A subject of two letters has capitals: cs.CV and astro-ph.CO, but physics.ao-ph and cond-mat.soft.
_CATEGORY = re.compile(r"[a-z]+(-[a-z]+)?(\.([A-Z]{2}|[a-z]{3,}|[a-z]+-[a-z]+))?")
Category = Annotated[
    str,
    Meta(min_length=1),
    TextFormat(
        mark("a category of arXiv such as cs.CV"),
        _CATEGORY.fullmatch,
        mark("categories such as cs.CV"),
    ),
]


def _is_source(text: str) -> bool:
    return text == "huggingface" or text.startswith(("https://", "http://"))


OtherSource = Annotated[
    str,
    Meta(min_length=1),
    TextFormat(
        mark('a source: "huggingface", or a web address of a feed'),
        _is_source,
        mark('sources: "huggingface", or web addresses of feeds'),
    ),
]


class GatherTopic(Section, frozen=True):
    """A topic to gather: each has a digest of its own for each day."""

    name: NonEmptyLine
    """Name of the topic, as feeds and issues show it."""
    categories: tuple[Category, ...] = ()
    """Categories of arXiv whose announcements are read, such as "cs.CV"."""
    sources: tuple[OtherSource, ...] = ()
    """Further sources: "huggingface" for its daily papers, and addresses of RSS or Atom feeds."""
    keywords: tuple[Phrase, ...] = ()
    """Words or phrases; papers that have one in title or abstract rank higher. If there are
    keywords or authors, and neither an interest nor liked papers, a paper needs one of them."""
    exclude: tuple[Phrase, ...] = ()
    """Words or phrases; papers that have one in title or abstract are left out."""
    authors: tuple[Phrase, ...] = ()
    """Authors, by full name or surname; their papers come before all others."""
    interest: str = ""
    """The interest in a few sentences; papers that are like it rank higher."""
    liked: tuple[Phrase, ...] = ()
    """Papers you liked: arXiv ids, and files of BibTeX, RIS or CSL-JSON such as a Zotero library
    exports. Papers that are like them rank higher."""
    max_per_day: Annotated[int, Meta(ge=1, le=1000)] = 20
    """Number of papers a day at most: the best ones."""


class GatherModel(Section, frozen=True):
    """The language model that writes summaries, behind any OpenAI-compatible address."""

    url: WebAddress = ""
    """Address of the service, up to and without `/chat/completions`, such as
    https://api.openai.com/v1 or http://localhost:11434/v1. Empty: no summaries."""
    name: Line = ""
    """Name of the model, such as "gpt-5-mini" or "qwen3:8b"."""
    api_key: Secret = msgspec.field(default_factory=lambda: Secret(""))
    """Key of the service. Better kept out of publisher.toml: `publisher secret
    gather.model.api_key` keeps it, or set PUBLISHER_GATHER__MODEL__API_KEY or, for a file that
    holds it, PUBLISHER_GATHER__MODEL__API_KEY_FILE."""
    languages: Annotated[tuple[Literal["en", "zh"], ...], Meta(min_length=1)] = ("en",)
    """Languages of the summaries: "en", "zh", or both from one call."""
    budget_per_day: Annotated[float, Meta(ge=0, le=1_000_000)] = 0.0
    """Money to spend a day at most, in the currency of the prices; the best papers come first, the
    others have no summary. 0: no limit."""
    tokens_per_day: Annotated[int, Meta(ge=0, le=10**12)] = 0
    """Tokens to spend a day at most, in and out. 0: no limit."""
    price_in: Annotated[float, Meta(ge=0, le=1_000_000)] = 0.0
    """Price of a million tokens that the model reads."""
    price_out: Annotated[float, Meta(ge=0, le=1_000_000)] = 0.0
    """Price of a million tokens that the model writes."""
    max_tokens: Annotated[int, Meta(ge=100, le=100_000)] = 1500
    """Number of tokens that an answer may have, thoughts of the model included."""
    full_text: bool = False
    """Give the model the text of arXiv's HTML page, where there is one, instead of the abstract."""
    prompt: str = ""
    """File of a prompt to use instead of the built-in one."""
    concurrency: Annotated[int, Meta(ge=1, le=64)] = 4
    """Number of questions at a time."""
    timeout_seconds: Annotated[float, Meta(gt=0, le=3600)] = 120.0
    """Seconds after which a question is given up."""
    retries: Annotated[int, Meta(ge=0, le=10)] = 3
    """Number of further tries where the service is overloaded or out of reach."""


class Gather(Section, frozen=True):
    """Digests that are written from arXiv and other sources."""

    topics: tuple[GatherTopic, ...] = ()
    """Topics, each in a table `[[gather.topics]]`. None: nothing is gathered."""
    folder: str = "digests"
    """Folder for the digests. It has to be one that is read: see `source.folders`."""
    contact: ContactAddress = ""
    """Your email or web address, sent with each request so that arXiv can reach you. Empty: the
    newsletter's reply or sender address, else the site's address."""
    arxiv_url: WebAddress = "https://arxiv.org"
    """Address of arXiv's site, or of a mirror of its listings."""
    api_url: WebAddress = "https://export.arxiv.org/api"
    """Address of arXiv's export API."""
    huggingface_url: WebAddress = "https://huggingface.co"
    """Address of Hugging Face, for its daily papers."""
    pause_seconds: Annotated[float, Meta(ge=0, le=60)] = 3.0
    """Pause between two requests of arXiv, which asks for three seconds."""
    replaced: bool = True
    """List new versions of papers that were in a digest before, with what has changed."""
    commit: Literal["auto", "off", "push"] = "off"
    """Commit new digests where the folder is in a git repository: "auto" commits, "push" also
    pushes, "off" leaves that to you."""
    model: GatherModel = msgspec.field(default_factory=GatherModel)
