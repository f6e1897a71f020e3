"""Classification of a mail by its bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.inbound.bounces import reports
from publisher.inbound.bounces.complaints import parse_complaint
from publisher.inbound.classification import automatic, mime, requests
from publisher.inbound.classification.correlation import find_returned
from publisher.inbound.classification.mail_kinds import (
    Automatic,
    Bounce,
    Confirm,
    InboundMail,
)

if TYPE_CHECKING:
    from email.message import Message

    from publisher.inbound.classification.automatic import OwnIdentity


def classify(data: bytes, own: OwnIdentity) -> InboundMail:
    """Return the kind of the mail `data`, of which the beginning is enough; never raises.

    Reports come first: they quote our mails, with every word that a request may have. The token of
    an unsubscribe link counts even where a program wrote the mail, since mail programs do that when
    somebody presses "unsubscribe". The word alone counts unless more speaks for a program than for
    a person. No other request of a program counts.
    """
    message = mime.parse(data)
    complaint = parse_complaint(message, data, own.domain)
    if complaint is not None:
        return complaint
    failures = reports.parse_standard(message)
    if not failures and reports.looks_like_bounce(message):
        failures = reports.parse_other(message)
    if failures:
        return Bounce(failures, find_returned(message, data, own.domain))
    sign = automatic.sign_of_own_mail(message, own)
    return Automatic(sign) if sign else _classify_request(message, own)


def _classify_request(message: Message, own: OwnIdentity) -> InboundMail:
    """Return the kind of a mail that is neither a report nor one of ours."""
    signs = automatic.signs_of_program(message, own)
    unsubscribe = requests.parse_unsubscribe_link(message)
    if unsubscribe is None and requests.plainness_of_leaving(message) > sum(signs.values()):
        unsubscribe = requests.parse_unsubscribe_word(message)
    if unsubscribe is not None:
        return replace(unsubscribe, may_be_program=bool(signs))
    if signs.keys() - {automatic.EXCHANGE}:
        return Automatic(next(iter(signs)))
    request = requests.parse_request(message, own.domain)
    if signs and isinstance(request, Confirm) and not requests.has_subject_of_confirmation(message):
        # Exchange names its absence notes in every language, a person's answer has "Re:".
        return Automatic(automatic.EXCHANGE)
    return request
