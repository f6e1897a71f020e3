"""The first topic of a publisher.toml for digests from arXiv: from options, or by questions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
import msgspec

from publisher.settings.fields import fields_of, has_format
from publisher.settings.reference import in_words
from publisher.settings.sections import Gather, GatherModel
from publisher.settings.sections.base import (
    ContactAddress,
    EmailAddress,
    LanguageTag,
    NonEmptyLine,
    TimeZone,
    WebAddress,
)
from publisher.settings.sections.gather import Category
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SUBJECT = re.compile(r"\.[a-z]{2}$")
_PRICE = fields_of(GatherModel)["price_in"].type


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstTopic:
    """A topic, and the model that writes its summaries; no `model_url`: none does.

    The fields are the options of `publisher init`.
    """

    arxiv: tuple[str, ...]
    keyword: tuple[str, ...] = ()
    topic: str | None = None
    contact: str | None = None
    model_url: str | None = None
    model_name: str | None = None
    prices: tuple[float, float] | None = None

    def table(self) -> dict[str, Any]:
        """Return the values of [[gather.topics]]."""
        first = next((f"{phrase[:1].upper()}{phrase[1:]}" for phrase in self.keyword), None)
        name = self.topic or first or ", ".join(self.arxiv)
        return {"name": name, "categories": self.arxiv, "keywords": self.keyword}

    def settings(self) -> dict[tuple[str, str], Any]:
        """Return the values of a new publisher.toml, by section and key."""
        price_in, price_out = self.prices or (0.0, 0.0)
        return {
            ("source", "folders"): [Gather().folder],
            ("gather", "topics"): [self.table()],
            ("gather", "contact"): self.contact or "",
            ("gather.model", "url"): self.model_url or "",
            ("gather.model", "name"): self.model_name or "",
            ("gather.model", "price_in"): price_in,
            ("gather.model", "price_out"): price_out,
        }


def from_options(folder: Path, options: dict[str, Any]) -> FirstTopic | None:
    """Return the topic that the options of `publisher init` describe, None where there are none.

    Raises `click.UsageError` where one needs another.
    """
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
    if not given:
        return None
    if not options["arxiv"]:
        raise click.UsageError(f"{given[0]} needs --arxiv, the categories of arXiv to read.")
    if bool(options["model_url"]) != bool(options["model_name"]):
        raise click.UsageError("--model-url and --model-name need each other.")
    if options["prices"] and not options["model_url"]:
        raise click.UsageError("--prices needs --model-url.")
    if "." in folder.name and has_format(folder.name, Category) and not folder.exists():
        raise click.UsageError(
            f"{folder.name} is a category, not a folder; write --arxiv {folder.name}."
        )
    return FirstTopic(**options)


def ask() -> FirstTopic | None:
    """Return the topic that somebody at a terminal describes, None for no topic."""
    click.echo(
        "Digests can be written from arXiv's daily announcements. Leave empty what you skip."
    )
    arxiv = _answer("Categories of arXiv, such as cs.CV cs.LG (none: you have digests)", "arxiv")
    if not arxiv:
        return None
    keyword = _answer("Keywords or phrases, between commas (none: all papers)", "keyword")
    contact = _answer("Your email or web address, by which arXiv can reach you", "contact")
    url = _answer("Address of a model's API for summaries (none: abstracts only)", "model_url")
    name = prices = None
    while url and not name:
        name = _answer("Name of the model", "model_name")
    if url:
        prices = _answer("Prices of a million tokens, in and out, as 0.25 2 (none: free)", "prices")
    return FirstTopic(
        arxiv=arxiv,
        keyword=keyword or (),
        contact=contact,
        model_url=url,
        model_name=name,
        prices=prices,
    )


def _answer(question: str, option: str) -> Any:  # noqa: ANN401 - what the option parses to
    def parse(text: str) -> object:
        return parse_option(option, text) if text.strip() else None

    return click.prompt(question, default="", show_default=False, value_proc=parse)


def parse_option(name: str, text: str) -> object:
    """Return the value of the option `name`. Raises `click.BadParameter`."""
    return _PARSERS[name](text)


def _categories(text: str) -> tuple[str, ...]:
    """Return categories, between commas or blanks and in any case, as arXiv writes them."""
    names = (name.lower() for name in re.split(r"[,\s]+", text) if name)
    names = (_SUBJECT.sub(lambda subject: subject[0].upper(), name) for name in names)
    return tuple(dict.fromkeys(_checked(name, Category) for name in names))


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_line(phrase) for phrase in text.split(",") if phrase.strip()))


def _line(text: str) -> str:
    return _checked(" ".join(text.split()), NonEmptyLine)


def _contact(text: str) -> str:
    return _checked(text.strip(), ContactAddress)


def _web_address(text: str) -> str:
    return _checked("".join(text.split()), WebAddress)


def _prices(text: str) -> tuple[float, float]:
    try:
        price_in, price_out = text.replace(",", " ").split()
        prices = (_number(price_in), _number(price_out))
    except (ValueError, msgspec.ValidationError):
        raise click.BadParameter(
            f"{text!r} is not the price of a million tokens in, and that of a million out."
        ) from None
    return prices


def _number(text: str) -> float:
    price: float = msgspec.convert(text, _PRICE, strict=False)
    return price


def _checked(text: str, kind: Any) -> str:  # noqa: ANN401 - a type
    # A command line may hold bytes that are no UTF-8.
    is_text = text == text.encode(errors="replace").decode()
    if not text or not is_text or not has_format(text, kind):
        raise click.BadParameter(
            _("{text} is not {kind}.").format(text=repr(text), kind=in_words(kind))
        )
    return text


_PARSERS: dict[str, Callable[[str], object]] = {
    "arxiv": _categories,
    "keyword": _phrases,
    "topic": _line,
    "contact": _contact,
    "model_url": _web_address,
    "model_name": _line,
    "prices": _prices,
    "url": _web_address,
    "title": _line,
    "language": lambda text: _checked(text.strip(), LanguageTag),
    "timezone": lambda text: _checked(text.strip(), TimeZone),
    "from_address": lambda text: _checked(text.strip(), EmailAddress),
}
