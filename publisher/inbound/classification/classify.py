"""What a mail is: a pure function from its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.inbound.bounces import reports
from publisher.inbound.bounces.complaints import complaint
from publisher.inbound.classification import automatic, mime, requests
from publisher.inbound.classification.correlation import returned
from publisher.inbound.classification.mail_kinds import (
    Automatic,
    Bounce,
    Verdict,
)

if TYPE_CHECKING:
    from publisher.inbound.classification.automatic import Own


def classify(data: bytes, own: Own) -> Verdict:
    """Return what the mail `data` (of a large one, the beginning) is; never raises.

    Reports come first, as they quote our mails and so hold every word that a request may have.
    A link's token is taken from programs too, since mail programs send these mails by themselves;
    nothing else is.
    """
    message = mime.parse(data)
    found = complaint(message, data, own.domain)
    if found is not None:
        return found
    failures = reports.standard(message)
    if not failures and reports.looks_like_one(message):
        failures = reports.older(message)
    if failures:
        return Bounce(failures, returned(message, data, own.domain))
    sign = automatic.from_us(message, own)
    if sign:
        return Automatic(sign)
    left = requests.left_by_token(message)
    if left is not None:
        return left
    sign = automatic.from_a_program(message)
    if sign:
        return Automatic(sign)
    return requests.request(message, own.domain)
