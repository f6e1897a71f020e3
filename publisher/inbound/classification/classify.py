"""Classification of a mail by its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.inbound.bounces import reports
from publisher.inbound.bounces.complaints import parse_complaint
from publisher.inbound.classification import automatic, mime, requests
from publisher.inbound.classification.correlation import find_returned
from publisher.inbound.classification.mail_kinds import (
    Automatic,
    Bounce,
    InboundMail,
)

if TYPE_CHECKING:
    from publisher.inbound.classification.automatic import OwnIdentity


def classify(data: bytes, own: OwnIdentity) -> InboundMail:
    """Return the kind of the mail `data`, of which the beginning is enough; never raises.

    Reports come first: they quote our mails, with every word that a request may have. The token of
    an unsubscribe link counts even where a program wrote the mail, since mail programs do that when
    somebody presses "unsubscribe"; no other request of a program counts.
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
    if sign:
        return Automatic(sign)
    unsubscribe = requests.parse_unsubscribe_link(message)
    if unsubscribe is not None:
        return unsubscribe
    sign = automatic.sign_of_program(message)
    if sign:
        return Automatic(sign)
    return requests.parse_request(message, own.domain)
