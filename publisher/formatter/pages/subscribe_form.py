"""The subscribe form: its options, and those that are chosen already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.formatter.i18n.schedule import how_often
from publisher.formatter.i18n.words import FormWords, language_for, words_in
from publisher.formatter.pages.layout import part_language
from publisher.models import NO_PREFERENCES, Language, Preferences
from publisher.newsletter.audience import offered_frequency

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from publisher.models import Topic
    from publisher.settings import Settings


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a field: its value in the form, its label, and whether it is chosen."""

    value: str
    label: str
    chosen: bool
    lang: str = ""  # of the label, where it may be another than the page's


@dataclass(frozen=True, slots=True)
class SubscribeForm:
    """The values of templates/pages/form.html.j2; `some` means that not all topics are chosen.

    `rhythm` says how often and when mails come; `sample` is the address of an issue, "" for none.
    """

    words: FormWords
    action: str
    topics: tuple[Option, ...]
    some: bool
    languages: tuple[Option, ...]  # () where there is nothing to choose
    lengths: tuple[Option, ...]
    frequencies: tuple[Option, ...]  # () where there is nothing to choose
    rhythm: str
    sample: str = ""


@dataclass(frozen=True, slots=True)
class FormOffer:
    """The facts of a site that its forms show.

    `languages` are those in which papers have texts, None where nobody knows: of a single one there
    is no choice. `sample` is the path of an issue to look at, or its address; "" for none.
    """

    languages: Collection[str] | None = None
    sample: str = ""


ANY_OFFER = FormOffer()


def subscribe_form(
    topics: Sequence[Topic],
    settings: Settings,
    language: str,
    *,
    offer: FormOffer = ANY_OFFER,
    picked: Collection[str] = (),
    some: bool = False,
    preferences: Preferences = NO_PREFERENCES,
) -> SubscribeForm:
    """Return the form in a `language` ("en", "zh-CN") with these topics and preferences chosen.

    The visitor's language is chosen already, unless the list is in both. Everything else is as the
    list's defaults are.
    """
    words, news = words_in(FormWords, language), settings.newsletter
    offered = tuple(dict.fromkeys(news.frequencies))
    often = {frequency.value: how_often(words, frequency, settings) for frequency in offered}
    return SubscribeForm(
        words=words,
        action=f"{settings.web.root}subscribe?lang={language_for(language)}",
        topics=tuple(
            Option(
                topic.slug, topic.name, topic.slug in picked, part_language(topic.name, settings)
            )
            for topic in topics
        ),
        some=some,
        languages=_languages(words, settings, language, offer.languages, preferences.language),
        lengths=_options(words.lengths, preferences.length or news.length),
        frequencies=_options(
            often if len(offered) > 1 else {},
            offered_frequency(preferences.frequency, offered),
        ),
        rhythm=words.rhythms
        if len(offered) > 1
        else words.rhythm.format(how_often=often[offered[0]]),
        sample=offer.sample,
    )


def origin_of(url: str) -> str:
    """Return the origin of an address, such as "https://example.org"; "" where it has none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _languages(
    words: FormWords,
    settings: Settings,
    visitors: str,
    languages: Collection[str] | None,
    chosen: Language | None,
) -> tuple[Option, ...]:
    """Return the languages to choose from, () for none; somebody's own stays among them."""
    single = {Language.ENGLISH, Language.CHINESE}
    there = single if languages is None else single.intersection(languages)
    if there == single:
        there = set(Language)
    offered = {name: label for name, label in words.languages.items() if name in there | {chosen}}
    if len(offered) < 2:  # noqa: PLR2004 - a choice has two ends
        return ()
    default = settings.mail_language
    wishes = (chosen, default if default is Language.BOTH else None, language_for(visitors))
    return _options(offered, next((wish for wish in wishes if wish in offered), default))


def _options(labels: Mapping[str, str], chosen: str) -> tuple[Option, ...]:
    items: Iterable[tuple[str, str]] = labels.items()
    return tuple(Option(value, label, value == chosen) for value, label in items)
