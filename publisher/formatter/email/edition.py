"""Puts a letter together: the frame of an edition, with the cards that fit into it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.errors import TemplateError
from publisher.formatter.email.inlining import inlined, inlined_cards
from publisher.formatter.email.layout import (
    EditionLayout,
    Item,
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
# What our own frame takes, inlined: a first guess, which another rendering corrects.
FRAME_BYTES, SECTION_BYTES, CONTENTS_BYTES = 10_000, 700, 100
RENDERINGS = 4
# Not worth another rendering.
SLACK_BYTES = 3_000
MARGIN_BYTES = 300
# The start of a card's plain text, where its number goes.
MARGIN = 5
_PLACE = re.compile(r"<!--card:(\d+)-->")


@dataclass(slots=True)
class _Placeable:
    """A paper in one form, ready for any edition; `text` is made when it is asked for."""

    card: Card
    html: str
    size: int
    text: str = ""


def render_edition(issue: Issue, choice: EditionKey, settings: Settings) -> Edition:
    """Return `issue` for the subscribers who made `choice`.

    Every paper on the topics is shown, or counted in a link to the web. At most
    `newsletter.max_papers` are shown, and only so much of each that Gmail shows the mail whole.

    Raises `IssueError` where the issue has no paper for the topics, `TemplateError`, and
    `SettingsError` for a subject or words of the theme that can't be filled in.
    """
    return EditionRenderer(issue, settings).render(choice)


class EditionRenderer:
    """Renders editions of one issue; the cards they share are rendered and inlined once.

    What an edition looks like does not depend on which others were rendered before.
    """

    def __init__(self, issue: Issue, settings: Settings) -> None:
        """Render editions of `issue` for the site that `settings` describe."""
        self._issue = issue
        self._settings = settings
        self._forms: dict[tuple[str, Language, Length], dict[Form, _Placeable]] = {}
        # Cards that look the same are the same: a title does not depend on the length.
        self._cards: dict[tuple[str, Card], _Placeable] = {}

    def render(self, choice: EditionKey, known: Collection[str] = ()) -> Edition:
        """Return the edition for `choice`; see `render_edition`.

        `known` are the ids of papers that its readers had already; they are left out.
        """
        issue = self._issue
        if known:
            left = tuple(paper for paper in issue.papers if paper.id not in known)
            issue = replace(issue, papers=left)
        letter = make_layout(issue, choice, self._settings)
        self._prepare(letter)
        sizes = self._sizes(letter)
        most = self._settings.newsletter.max_papers
        room = HTML_BYTES - FRAME_BYTES - CONTENTS_BYTES * len(letter.found)
        best: tuple[str, Forms] | None = None
        for _ in range(RENDERINGS):
            chosen = choose_forms(sizes, room, most)
            forms = {p.id: form for p, form in zip(letter.ordered, chosen, strict=True)}
            html = self._render_html(letter, forms)
            left_over = HTML_BYTES - len(html.encode())
            if left_over >= 0 and (best is None or len(html) > len(best[0])):
                best = (html, forms)
            if left_over >= 0 and (left_over < SLACK_BYTES or set(chosen) == {Form.FULL}):
                break
            # A little less than there is: the next frame may have a line more.
            room = max(0, room + left_over - MARGIN_BYTES)
        if best is None:
            raise TemplateError(f"{HTML_TEMPLATE}: does not fit into {HTML_BYTES:,} bytes")
        return self._edition(letter, *best)

    def _prepare(self, letter: EditionLayout) -> None:
        """Make the cards of the letter in every form, inlined, where they are not there yet."""
        choice, texts = letter.choice, letter.texts
        figures = self._settings.newsletter.figures
        made: dict[tuple[str, Language, Length], dict[Form, Card]] = {}
        for paper in letter.ordered:
            key = (paper.id, choice.language, choice.length)
            if key not in self._forms:
                made[key] = {
                    form: make_card(
                        paper, form, choice.language, choice.length, texts, figures=figures
                    )
                    for form in Form
                }
        cards = dict.fromkeys(card for forms in made.values() for card in forms.values())
        missing = [card for card in cards if (texts.lang, card) not in self._cards]
        done = inlined_cards(missing, self._settings, self._words(texts)) if missing else []
        for card, html in zip(missing, done, strict=True):
            self._cards[texts.lang, card] = _Placeable(card, html, len(html.encode()))
        for key, forms in made.items():
            self._forms[key] = {form: self._cards[texts.lang, card] for form, card in forms.items()}

    def _placeable(self, paper: Paper, form: Form, letter: EditionLayout) -> _Placeable:
        return self._forms[paper.id, letter.choice.language, letter.choice.length][form]

    def _words(self, texts: EmailWords) -> dict[str, object]:
        return {"texts": texts, "theme": self._settings.theme}

    def _sizes(self, letter: EditionLayout) -> list[Sizes]:
        """Return what each paper costs; the first of a topic bears the topic's own."""
        first = {section.papers[0].id for section in letter.found}
        found = []
        for paper in letter.ordered:
            own = SECTION_BYTES if paper.id in first else 0
            full, compact, title = (
                self._placeable(paper, form, letter).size + own for form in Form
            )
            # A card of few words may be no smaller in another form.
            found.append(Sizes(full, min(compact, full), min(title, full)))
        return found

    def _render_html(self, letter: EditionLayout, forms: Forms) -> str:
        """Return the inlined frame with the inlined cards in their places."""
        inside: list[str] = []

        def item(paper: Paper, form: Form, number: int) -> Item:
            ready = self._placeable(paper, form, letter)
            inside.append(ready.html)
            return Item(ready.card, number, fragment(f"<!--card:{len(inside) - 1}-->", ""), "")

        placed = groups(letter, forms, item, self._settings)
        values = context(letter, forms, placed, self._settings)
        frame = inlined(render(HTML_TEMPLATE, self._settings, **values), HTML_TEMPLATE)
        return _PLACE.sub(lambda place: inside[int(place[1])], frame)

    def _edition(self, letter: EditionLayout, html: str, forms: Forms) -> Edition:
        def item(paper: Paper, form: Form, number: int) -> Item:
            ready = self._placeable(paper, form, letter)
            if not ready.text:
                values = self._words(letter.texts)
                ready.text = render(
                    CARD_TEXT_TEMPLATE, self._settings, card=ready.card, **values
                ).rstrip("\n")
            return Item(ready.card, number, "", f"{number:>{MARGIN - 2}}. {ready.text[MARGIN:]}")

        placed = groups(letter, forms, item, self._settings)
        values = context(letter, forms, placed, self._settings)
        text = render(TEXT_TEMPLATE, self._settings, **values)
        for template, part in ((HTML_TEMPLATE, html), (TEXT_TEMPLATE, text)):
            # The user's own template may forget it.
            if UNSUBSCRIBE_PLACEHOLDER not in part:
                raise TemplateError(f"{template}: its result lacks the link to unsubscribe")
        choice = letter.choice
        return Edition(
            issue_id=letter.issue.id,
            topics=tuple(sorted(set(choice.topics))),
            subject=str(values["subject"]),
            html=html,
            text=text,
            paper_count=len(letter.ordered),
            preheader=str(values["preheader"]),
            shown=tuple(paper.id for paper in shown_papers(letter, forms)),
            lang=letter.texts.lang,
            language=choice.language,
            length=choice.length,
        )
