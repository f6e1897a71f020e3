"""The choices in a reader's form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from publisher.addresses import normalise_email
from publisher.errors import SubscriberError
from publisher.models import (
    NO_PREFERENCES,
    Frequency,
    Language,
    Length,
    Preferences,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from enum import StrEnum

    from starlette.datastructures import FormData

Word = TypeVar("Word", bound="StrEnum")
# html-validate requires brackets for fields that may be repeated.
TOPIC = "topic[]"
_MOST_TOPICS = 500


@dataclass(frozen=True, slots=True)
class ChosenOptions:
    """The chosen topics, none for all, and preferences, None for the newsletter's default."""

    topics: tuple[str, ...] = ()
    preferences: Preferences = NO_PREFERENCES


@dataclass(frozen=True, slots=True)
class SubscribeChoices:
    """A form as it was sent: its values, and the errors by field."""

    email: str = ""
    chosen: ChosenOptions = field(default_factory=ChosenOptions)
    some: bool = False  # "only these topics" was marked
    wrong: tuple[str, ...] = ()  # "email", "topics"

    @property
    def address(self) -> str:
        """The normalised address. Raises `SubscriberError` for an invalid one."""
        return normalise_email(self.email)


def read_form(
    form: FormData, slugs: Collection[str], *, with_email: bool = True
) -> SubscribeChoices:
    """Return the choices of a form; topics that are not among `slugs` are ignored."""
    picked = form.getlist(TOPIC)[:_MOST_TOPICS]
    topics = tuple(sorted({slug for slug in picked if isinstance(slug, str) and slug in slugs}))
    some = text_of(form, "which") == "some"
    email = text_of(form, "email").strip() if with_email else ""
    filled = SubscribeChoices(
        email,
        ChosenOptions(topics if some else (), preferences_of(form)),
        some,
    )
    wrong = []
    if with_email:
        try:
            normalise_email(email)
        except SubscriberError:
            wrong.append("email")
    if some and not topics:
        wrong.append("topics")
    return SubscribeChoices(filled.email, filled.chosen, some, tuple(wrong))


def preferences_of(form: FormData, before: Preferences = NO_PREFERENCES) -> Preferences:
    """Return the preferences that a form names; unknown values are the default of the list.

    What the form does not ask, as there is nothing to choose, stays as it was `before`.
    """
    return Preferences(
        _one_of(Language, text_of(form, "language")) if "language" in form else before.language,
        _one_of(Length, text_of(form, "length")) if "length" in form else before.length,
        _one_of(Frequency, text_of(form, "frequency")) if "frequency" in form else before.frequency,
    )


def text_of(form: FormData, name: str) -> str:
    """Return the text of a field, "" where it is missing or a file."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def preselected(topics: Sequence[str], slugs: Collection[str]) -> SubscribeChoices:
    """Return the form with `topics` selected."""
    known = tuple(sorted({slug for slug in topics if slug in slugs}))
    return SubscribeChoices(chosen=ChosenOptions(known), some=bool(known))


def _one_of(kind: type[Word], value: str) -> Word | None:
    try:
        return kind(value)
    except ValueError:
        return None
