"""What the big mail programs do not support, by the tests of caniemail.com.

The facts are in client_support.json, which `./run.sh clients` writes anew. A feature that is known
to be missing somewhere and does no harm there is a note, with the reason in `HARMLESS`.
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

# By caniemail's name for the feature: what happens where it is missing.
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
# For screen readers and such: where it is missing, nothing else is lost.
_SPOKEN = ("html-aria-", "html-role", "html-lang", "html-dir", "html-abbr")


class Feature(msgspec.Struct, frozen=True):
    """A feature that some program lacks; `seen` are the words of features.py."""

    slug: str
    title: str
    seen: tuple[str, ...]
    no: tuple[str, ...]
    partly: tuple[str, ...]

    @property
    def url(self) -> str:
        """Where the tests and their results are."""
        return f"https://www.caniemail.com/features/{self.slug}/"


class Facts(msgspec.Struct, frozen=True):
    """The table: where it is from, of which day, and the names of the programs."""

    source: str
    licence: str
    date: str
    clients: dict[str, str]
    features: tuple[Feature, ...]


@cache
def facts() -> Facts:
    """Return the table."""
    return msgspec.json.decode(FACTS.read_bytes(), type=Facts)


def check(letter: RenderedMessage) -> Iterator[Finding]:
    """Find what the mail makes use of and a big mail program does not have."""
    known = facts()
    in_elements, in_rules = used(letter.html, letter.document)
    total = sum(1 for _ in elements(letter.document))
    for feature in known.features:
        where = _share(feature, in_elements, in_rules, total)
        if not where:
            continue
        harm = HARMLESS.get(feature.slug, "")
        if feature.slug.startswith(_SPOKEN):
            harm = "only what is read aloud"
        lacking = f"{feature.title} ({where})"
        if feature.no:
            programs = ", ".join(known.clients[client] for client in feature.no)
            detail = f"{lacking}: not in {programs}"
            if harm:
                yield finding(letter.name, "P902", f"{detail}: {harm}")
            else:
                yield finding(letter.name, "P901", f"{detail}; {feature.url}")
        elif feature.partly:
            programs = ", ".join(known.clients[client] for client in feature.partly)
            yield finding(letter.name, "P902", f"{lacking}: in part in {programs}; {feature.url}")


def _share(feature: Feature, in_elements: Counter[str], in_rules: Counter[str], total: int) -> str:
    """Return in how much of the mail `feature` is used, "" for nowhere."""
    count = min(total, sum(in_elements[word] for word in feature.seen))
    rules = sum(in_rules[word] for word in feature.seen)
    parts = []
    if count:
        parts.append(f"{count:,} of {total:,} elements, {count / total:.1%}")
    if rules:
        parts.append(f"{rules} style {'rule' if rules == 1 else 'rules'}")
    return "; ".join(parts)
