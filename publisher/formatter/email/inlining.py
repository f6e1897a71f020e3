"""Inlining of styles: the rules of style blocks go into elements, as mail clients want them.

premailer does it, and is slow: its cost is the number of elements times the number of rules. An
edition is a frame with cards in it, and other editions of the issue have the same cards; so cards
are inlined apart, many at once, and their HTML is kept.

premailer strips `!important` from the @media rules it leaves, so that they would lose against the
inlined ones; `data-premailer="ignore"` on a style block keeps them out of its hands.
"""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from publisher.errors import TemplateError
from publisher.formatter.email.paper_card import Form
from publisher.formatter.templating.templates import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.formatter.email.paper_card import Card
    from publisher.settings import Settings

CARDS_TEMPLATE = "email/cards.html.j2"
STYLE_SHEETS = 16  # kept at a time
_CARD = re.compile(r"<!--card-->(.*?)<!--/card-->", re.DOTALL)


def inlined(html: str, template: str) -> str:
    """Return `html` with the rules of its style blocks written into the elements.

    Raises `TemplateError`, which names `template`.
    """
    try:
        inliner = _inliner()(
            html,
            allow_network=False,
            # bgcolor, width and align would repeat what the styles say, and cost 20 bytes each.
            disable_basic_attributes=["bgcolor", "width", "height", "align", "valign"],
            # Otherwise cssutils writes its complaints about mail's CSS to stderr.
            cssutils_logging_level=logging.CRITICAL,
            disable_validation=True,
        )
        return str(inliner.transform(pretty_print=False))
    except Exception as error:  # lxml, cssutils and premailer share no base
        raise TemplateError(f"{template}: can't be inlined: {error!r}") from error


@cache
def _inliner() -> Any:  # noqa: ANN401 - premailer has no types
    """Return premailer, taught not to read the same style sheet for every edition.

    It keeps what cssutils parsed, but writes every property anew: two thirds of its time.
    """
    import premailer  # noqa: PLC0415 - takes 0.2 s, and most commands send nothing

    rules: dict[tuple[str, int], Any] = {}

    class Inliner(premailer.Premailer):  # type: ignore[misc]
        def _parse_style_rules(self, css_body: str, ruleset_index: int) -> Any:  # noqa: ANN401 - untyped
            key = (css_body, ruleset_index)
            if key not in rules:
                if len(rules) > STYLE_SHEETS:
                    rules.clear()
                rules[key] = super()._parse_style_rules(css_body, ruleset_index)
            return rules[key]

    return Inliner


def inlined_cards(
    cards: Sequence[Card], settings: Settings, context: Mapping[str, object]
) -> list[str]:
    """Return the HTML of each card, inlined in one go.

    Titles stand in a list of their own, behind the others.

    Raises `TemplateError`, also where a user's template leaves out the marks around a card.
    """
    html = inlined(render(CARDS_TEMPLATE, settings, cards=cards, **context), CARDS_TEMPLATE)
    fragments = [match[1].strip() for match in _CARD.finditer(html)]
    if len(fragments) != len(cards):
        raise TemplateError(f"{CARDS_TEMPLATE}: a card is not between its marks")
    order = sorted(range(len(cards)), key=lambda index: cards[index].form is Form.TITLE)
    by_index = dict(zip(order, fragments, strict=True))
    return [by_index[index] for index in range(len(cards))]
