"""Features that large mail programs do not support, by the tests of caniemail.com.

The facts are in client_support.json, which `./run.sh clients` updates. A missing feature that does
no harm is a note, with the reason in `HARMLESS`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from publisher.preflight.features import used
from publisher.preflight.findings import finding
from publisher.preflight.rendered_message import elements

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from publisher.models import Finding
    from publisher.preflight.rendered_message import RenderedMessage

FACTS = Path(__file__).with_suffix(".json")

# The effect where a feature is missing, by caniemail's name for it.
HARMLESS = {
    "css-at-media": "the mail is as wide as its column",
    "css-at-media-prefers-color-scheme": "they show the light colours, or turn them by themselves",
    "css-border-radius": "corners are square",
    "css-box-shadow": "there is no shadow",
    "css-color-scheme": "they decide by themselves",
    "css-display": "inline and block are what mails need, and they have those",
    "css-display-none": "a preheader has more than one way to hide",
    "css-height": "they make it a least height, which changes nothing of auto",
    "css-hyphens": "words are not divided",
    "css-important": "inlined styles hold, which are the light ones",
    "css-letter-spacing": "letters stand as the font has them",
    "css-max-height": "only hides the preheader, with other ways beside it",
    "css-max-width": "Outlook has a table of fixed width around it",
    "css-overflow": "only hides the preheader, with other ways beside it",
    "css-overflow-wrap": "a very long word is wider than the screen",
    "css-pseudo-class-active": "nothing changes when pressed",
    "css-pseudo-class-focus": "nothing changes when focused",
    "css-pseudo-class-hover": "nothing changes below the pointer",
    "css-selector-attribute": "such rules are for Outlook.com, which marks what it turned dark",
    "css-text-decoration-thickness": "lines are as thick as the font has them",
    "css-white-space": "a line may break that should not",
    "css-text-underline-offset": "lines are where the font has them",
    "html-anchor-links": "a tap on the contents does nothing",
    "html-body": "a table inside has the same background",
    "html-doctype": "they put the mail into a page of their own",
    "html-meta-color-scheme": "they decide by themselves",
}
# For screen readers; where they are missing, nothing else is lost.
_SPOKEN = ("html-aria-", "html-role", "html-lang", "html-dir", "html-abbr")


class Feature(msgspec.Struct, frozen=True):
    """A feature that some programs lack; `seen` are its names in `features`."""

    slug: str
    title: str
    seen: tuple[str, ...]
    no: tuple[str, ...]
    partly: tuple[str, ...]

    @property
    def url(self) -> str:
        """The page of the tests and their results."""
        return f"https://www.caniemail.com/features/{self.slug}/"


class Facts(msgspec.Struct, frozen=True):
    """The table: its source, licence and date, the names of the programs, and the features."""

    source: str
    licence: str
    date: str
    clients: dict[str, str]
    features: tuple[Feature, ...]


@cache
def facts() -> Facts:
    """Return the table."""
    return msgspec.json.decode(FACTS.read_bytes(), type=Facts)


def check(rendered: RenderedMessage) -> Iterator[Finding]:
    """Find features in the mail that a large mail program lacks."""
    table = facts()
    in_elements, in_rules = used(rendered.html, rendered.document)
    total = sum(1 for _ in elements(rendered.document))
    for feature in table.features:
        share = _share(feature, in_elements, in_rules, total)
        if not share:
            continue
        effect = HARMLESS.get(feature.slug, "")
        if feature.slug.startswith(_SPOKEN):
            effect = "it matters for screen readers alone"
        name = f"{feature.title} ({share})"
        if feature.no:
            programs = ", ".join(table.clients[client] for client in feature.no)
            detail = f"{name}: not in {programs}"
            if effect:
                yield finding(rendered.name, "P902", f"{detail}: {effect}")
            else:
                yield finding(rendered.name, "P901", f"{detail}; {feature.url}")
        elif feature.partly:
            programs = ", ".join(table.clients[client] for client in feature.partly)
            yield finding(rendered.name, "P902", f"{name}: in part in {programs}; {feature.url}")


def _share(feature: Feature, in_elements: Counter[str], in_rules: Counter[str], total: int) -> str:
    """Return the share of the mail that uses `feature` in words, "" for none."""
    count = min(total, sum(in_elements[word] for word in feature.seen))
    rules = sum(in_rules[word] for word in feature.seen)
    parts = []
    if count:
        parts.append(f"{count:,} of {total:,} elements, {count / total:.1%}")
    if rules:
        parts.append(f"{rules} style {'rule' if rules == 1 else 'rules'}")
    return "; ".join(parts)
