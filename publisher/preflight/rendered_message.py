"""A message as the checks see it: one recipient's bytes, parsed once."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

from lxml import html as lxml_html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from publisher.models import Paper

_EMPTY = "<html><body></body></html>"
# Elements whose text is never shown.
UNSEEN = frozenset({"style", "script", "head", "title", "template"})


@dataclass(frozen=True, slots=True, eq=False)
class RenderedMessage:
    """One recipient's copy of an edition.

    `token` is the one that unsubscribes them, `preferences` the one that changes their choices.
    """

    name: str  # in findings, e.g. "2024-W49 all"
    raw: bytes
    message: EmailMessage
    text: str  # "" where the part is missing
    html: str
    document: Any  # the HTML part, parsed by lxml
    token: str = ""
    papers: tuple[Paper, ...] = ()  # those of the issue
    preferences: str = ""


def open_message(
    name: str,
    raw: bytes,
    *,
    token: str = "",
    papers: tuple[Paper, ...] = (),
    preferences: str = "",
) -> RenderedMessage:
    """Return the message in `raw`, however broken: the checks report that."""
    message = message_from_bytes(raw, policy=policy.default)
    text, html = _part(message, "plain"), _part(message, "html")
    # A text, as bytes would be read as Latin-1 where the mark-up names no character set.
    document = lxml_html.document_fromstring(html if html.strip() else _EMPTY)
    return RenderedMessage(name, raw, message, text, html, document, token, papers, preferences)


def visible_text(rendered: RenderedMessage) -> str:
    """Return the visible text of the HTML part with single blanks."""
    return " ".join(" ".join(_words(rendered.document)).split())


def elements(document: Any) -> Iterator[Any]:  # noqa: ANN401 - of lxml
    """Yield the elements in document order, without comments."""
    return (element for element in document.iter() if isinstance(element.tag, str))


def _words(element: Any) -> Iterator[str]:  # noqa: ANN401 - of lxml
    if isinstance(element.tag, str) and element.tag not in UNSEEN:
        yield element.text or ""
        for child in element:
            yield from _words(child)
            yield child.tail or ""


def _part(message: EmailMessage, kind: str) -> str:
    for part in message.walk():
        if part.get_content_type() == f"text/{kind}":
            content = part.get_payload(decode=True)
            charset = part.get_content_charset("utf-8")
            if isinstance(content, bytes):
                try:
                    return content.decode(charset, "replace").replace("\r\n", "\n")
                except LookupError:
                    return content.decode("utf-8", "replace").replace("\r\n", "\n")
    return ""
