"""The question to the operator whether an issue may go, and the mail that puts it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.addresses import normalise_email
from publisher.models import PREFERENCES_PLACEHOLDER, UNSUBSCRIBE_PLACEHOLDER, EditionKey, Language
from publisher.sender.one_time_tokens import new_token
from publisher.sender.transactional_message import MailKind
from publisher.services import drafts

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.formatter.email.transactional import RenderedMail
    from publisher.models import Issue
    from publisher.settings import Settings
    from publisher.store.database import Store
    from publisher.store.mail.outgoing_queue import QueuedMail

# Longer than any issue is the newest of its stream.
LINK_DAYS = 35


def ask(issue: Issue, settings: Settings, store: Store, now: datetime) -> bool:
    """Put the mails that ask for an approval of `issue` into the queue; return whether it did.

    They show the list's own edition on all topics. Raises `TemplateError` and `StoreError`.
    """
    from publisher.formatter.email import render_edition  # noqa: PLC0415 - few lists ask
    from publisher.sender.message import tokens  # noqa: PLC0415 - see above

    choice = EditionKey(language=settings.mail_language, length=settings.newsletter.length)
    edition = render_edition(issue, choice, settings)
    token = tokens.make_token(store.keys, drafts.NOBODY, 0)
    choices = tokens.make_preferences_token(store.keys, drafts.NOBODY, 0, now.date())

    def for_nobody(part: str) -> str:
        part = part.replace(UNSUBSCRIBE_PLACEHOLDER, token)
        return part.replace(PREFERENCES_PLACEHOLDER, choices)

    payload = json.dumps(
        {
            "issue": issue.id,
            "subject": edition.subject,
            "html": for_nobody(edition.html),
            "text": for_nobody(edition.text),
        },
        ensure_ascii=False,
    )
    mails = [(address, payload) for address in operator_addresses(settings)]
    return store.plans.ask(issue.id, MailKind.APPROVAL, mails, now=now)


def operator_addresses(settings: Settings) -> tuple[str, ...]:
    """Return the addresses of the operators, else the one that mail comes from."""
    addresses = settings.operator.addresses or (settings.mail.from_address,)
    return tuple(dict.fromkeys(normalise_email(address) for address in addresses))


def render_question(
    letter: QueuedMail, settings: Settings, store: Store, now: datetime
) -> tuple[RenderedMail, str]:
    """Return the mail that asks, with links that work once, and its part of the Message-ID."""
    from publisher.formatter.email import transactional  # noqa: PLC0415 - few lists ask

    token, payload = new_token(), json.loads(letter.payload)
    expires = now + timedelta(days=LINK_DAYS)
    store.plans.open_link(
        token.token_hash, payload["issue"], letter.email, now=now, expires=expires
    )
    preview = transactional.RenderedMail(payload["subject"], payload["text"], payload["html"])
    language = Language(settings.mail_language)
    mail = transactional.approval(payload["issue"], preview, token.token, language, settings)
    return mail, token.reply_id
