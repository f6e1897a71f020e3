"""Rendering of editions: a frame with the cards that fit into it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.errors import TemplateError
from publisher.formatter.email.inlining import inlined, inlined_cards
from publisher.formatter.email.layout import (
    EditionLayout,
    PlacedCard,
    context,
    groups,
    make_layout,
    shown_papers,
)
from publisher.formatter.email.paper_card import Card, Form, make_card
from publisher.formatter.email.size_budget import HTML_BYTES, Sizes, choose_forms
from publisher.formatter.templating.templates import fragment, render
from publisher.models import UNSUBSCRIBE_PLACEHOLDER, Edition

if TYPE_CHECKING:
    from collections.abc import Collection

    from publisher.formatter.email.layout import Forms
    from publisher.formatter.i18n.words import EmailWords
    from publisher.models import EditionKey, Issue, Language, Length, Paper
    from publisher.settings import Settings

HTML_TEMPLATE = "email/issue.html.j2"
TEXT_TEMPLATE = "email/issue.txt.j2"
CARD_TEXT_TEMPLATE = "email/card.txt.j2"
# The size of our own frame, inlined: a first guess, which another rendering corrects.
FRAME_BYTES, SECTION_BYTES, CONTENTS_BYTES = 10_000, 700, 100
RENDERINGS = 4
# So much room left over is not worth another rendering.
SLACK_BYTES = 3_000
MARGIN_BYTES = 300
# The start of a card's plain text, where its number goes.
MARGIN = 5
_CARD_MARK = re.compile(r"<!--card:(\d+)-->")


@dataclass(slots=True)
class _Placeable:
    """A paper in one form, ready for any edition; `text` is rendered when it is needed."""

    card: Card
    html: str
    size: int
    text: str = ""


def render_edition(issue: Issue, key: EditionKey, settings: Settings) -> Edition:
    """Return the edition `key` of `issue`.

    Every paper on the topics is shown, or counted in a link to the web. At most
    `newsletter.max_papers` are shown, and each only as far as Gmail shows the mail whole.

    Raises `IssueError` where the issue has no paper for the topics, `TemplateError`, and
    `SettingsError` for a subject or words of the theme that can't be filled in.
    """
    return EditionRenderer(issue, settings).render(key)


class EditionRenderer:
    """Renders editions of one issue; the cards they share are rendered and inlined once.

    An edition does not depend on which others were rendered before.
    """

    def __init__(self, issue: Issue, settings: Settings) -> None:
        """Render editions of `issue` for the site that `settings` describe."""
        self._issue = issue
        self._settings = settings
        self._forms: dict[tuple[str, Language, Length], dict[Form, _Placeable]] = {}
        # Cards that look the same are the same: a title does not depend on the length.
        self._cards: dict[tuple[str, Card], _Placeable] = {}

    def render(self, key: EditionKey, received: Collection[str] = ()) -> Edition:
        """Return the edition `key`; see `render_edition`.

        `received` are the ids of papers that its readers got before; they are left out.
        """
        issue = self._issue
        if received:
            new = tuple(paper for paper in issue.papers if paper.id not in received)
            issue = replace(issue, papers=new)
        layout = make_layout(issue, key, self._settings)
        self._prepare(layout)
        sizes = self._sizes(layout)
        most = self._settings.newsletter.max_papers
        room = HTML_BYTES - FRAME_BYTES - CONTENTS_BYTES * len(layout.sections)
        best: tuple[str, Forms] | None = None
        for _ in range(RENDERINGS):
            chosen = choose_forms(sizes, room, most)
            forms = {p.id: form for p, form in zip(layout.ordered, chosen, strict=True)}
            html = self._render_html(layout, forms)
            left_over = HTML_BYTES - len(html.encode())
            if left_over >= 0 and (best is None or len(html) > len(best[0])):
                best = (html, forms)
            if left_over >= 0 and (left_over < SLACK_BYTES or set(chosen) == {Form.FULL}):
                break
            # A little less than there is: the next frame may have a line more.
            room = max(0, room + left_over - MARGIN_BYTES)
        if best is None:
            raise TemplateError(
                f"{HTML_TEMPLATE}: an issue does not fit into {HTML_BYTES:,} bytes, however "
                "little of its papers it shows; shorten titles and names in publisher.toml, or "
                "the template"
            )
        return self._edition(layout, *best)

    def _prepare(self, layout: EditionLayout) -> None:
        """Make the cards of the edition in every form, inlined, where they are not there yet."""
        language, length, texts = layout.key.language, layout.key.length, layout.texts
        figures = self._settings.newsletter.figures
        new: dict[tuple[str, Language, Length], dict[Form, Card]] = {}
        for paper in layout.ordered:
            key = (paper.id, language, length)
            if key not in self._forms:
                new[key] = {
                    form: make_card(
                        paper,
                        form,
                        language,
                        length,
                        texts,
                        figures=figures,
                    )
                    for form in Form
                }
        cards = dict.fromkeys(card for forms in new.values() for card in forms.values())
        missing = [card for card in cards if (texts.lang, card) not in self._cards]
        fragments = inlined_cards(missing, self._settings, self._words(texts)) if missing else []
        for card, html in zip(missing, fragments, strict=True):
            self._cards[texts.lang, card] = _Placeable(card, html, len(html.encode()))
        for key, forms in new.items():
            self._forms[key] = {form: self._cards[texts.lang, card] for form, card in forms.items()}

    def _placeable(self, paper: Paper, form: Form, layout: EditionLayout) -> _Placeable:
        return self._forms[paper.id, layout.key.language, layout.key.length][form]

    def _words(self, texts: EmailWords) -> dict[str, object]:
        return {"texts": texts, "theme": self._settings.theme}

    def _sizes(self, layout: EditionLayout) -> list[Sizes]:
        """Return the bytes of each paper; the first of a topic bears those of its heading."""
        first = {section.papers[0].id for section in layout.sections}
        sizes = []
        for paper in layout.ordered:
            own = SECTION_BYTES if paper.id in first else 0
            full, compact, title = (
                self._placeable(paper, form, layout).size + own for form in Form
            )
            # A card of few words may be no smaller in another form.
            sizes.append(Sizes(full, min(compact, full), min(title, full)))
        return sizes

    def _render_html(self, layout: EditionLayout, forms: Forms) -> str:
        """Return the inlined frame with the inlined cards in their places."""
        inside: list[str] = []

        def place(paper: Paper, form: Form, number: int) -> PlacedCard:
            ready = self._placeable(paper, form, layout)
            inside.append(ready.html)
            mark = fragment(f"<!--card:{len(inside) - 1}-->", "")
            return PlacedCard(ready.card, number, mark, "")

        card_groups = groups(layout, forms, place, self._settings)
        values = context(layout, forms, card_groups, self._settings)
        frame = inlined(render(HTML_TEMPLATE, self._settings, **values), HTML_TEMPLATE)
        return _CARD_MARK.sub(lambda mark: inside[int(mark[1])], frame)

    def _edition(self, layout: EditionLayout, html: str, forms: Forms) -> Edition:
        def place(paper: Paper, form: Form, number: int) -> PlacedCard:
            ready = self._placeable(paper, form, layout)
            if not ready.text:
                values = self._words(layout.texts)
                ready.text = render(
                    CARD_TEXT_TEMPLATE, self._settings, card=ready.card, **values
                ).rstrip("\n")
            text = f"{number:>{MARGIN - 2}}. {ready.text[MARGIN:]}"
            return PlacedCard(ready.card, number, "", text)

        card_groups = groups(layout, forms, place, self._settings)
        values = context(layout, forms, card_groups, self._settings)
        text = render(TEXT_TEMPLATE, self._settings, **values)
        for template, part in ((HTML_TEMPLATE, html), (TEXT_TEMPLATE, text)):
            # The user's own template may forget it.
            if UNSUBSCRIBE_PLACEHOLDER not in part:
                raise TemplateError(f"{template}: its result lacks the link to unsubscribe")
        key = layout.key
        return Edition(
            issue_id=layout.issue.id,
            topics=tuple(sorted(set(key.topics))),
            subject=str(values["subject"]),
            html=html,
            text=text,
            paper_count=len(layout.ordered),
            preheader=str(values["preheader"]),
            shown=tuple(paper.id for paper in shown_papers(layout, forms)),
            lang=layout.texts.lang,
            language=key.language,
            length=key.length,
        )
