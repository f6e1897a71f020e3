"""The findings of preflight, each with a permanent code.

docs/reference/preflight.md explains them. P is about a message, N about the DNS. An error stops a
send, a warning does not; a note tells what was not checked, or is in order.
"""

from __future__ import annotations

from publisher.models import Finding, Severity

_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES: dict[str, tuple[Severity, str]] = {
    "P101": (_E, "Gmail would clip the message and hide the unsubscribe link"),
    "P102": (_W, "close to the size at which Gmail clips messages"),
    "P103": (_W, "a style block too large for Gmail, which drops it"),
    "P201": (_E, "a link that is not absolute"),
    "P202": (_E, "a link that is not well-formed"),
    "P203": (_W, "a link without https"),
    "P204": (_W, "a link to a host that readers can't reach"),
    "P205": (_W, "a link that does not answer"),
    "P206": (_E, "the site itself does not answer"),
    "P207": (_W, "a link to a place in the mail that does not exist"),
    "P301": (_E, "an image without alt"),
    "P302": (_W, "an image without width or height"),
    "P303": (_E, "an image address that mail programs don't load"),
    "P304": (_W, "an image without https"),
    "P401": (_E, "unreadable text"),
    "P402": (_W, "text with less contrast than WCAG AA requires"),
    "P501": (_E, "no subject"),
    "P502": (_W, "a long subject"),
    "P503": (_W, "a subject in capitals"),
    "P504": (_E, "a placeholder in the subject"),
    "P505": (_W, "a subject that begins like a reply"),
    "P506": (_W, "no preheader"),
    "P507": (_W, "a preheader of the wrong length"),
    "P601": (_E, "a missing header"),
    "P602": (_E, "a repeated header"),
    "P603": (_E, "an invalid header"),
    "P604": (_E, "no valid List-Unsubscribe address"),
    "P605": (_W, "no one-click unsubscribe"),
    "P606": (_E, "one-click unsubscribe without https"),
    "P701": (_E, "a placeholder was not replaced"),
    "P702": (_W, "possible template code"),
    "P703": (_E, "a missing part"),
    "P704": (_E, "a paper is in one part only"),
    "P705": (_W, "the papers are in a different order in the two parts"),
    "P706": (_E, "no unsubscribe link"),
    "P707": (_W, "mark-up in the text part"),
    "P801": (_E, "the message has a defect"),
    "P802": (_E, "a bare CR or LF"),
    "P803": (_E, "a line of more than 998 characters"),
    "P804": (_W, "an encoding that servers may change"),
    "P805": (_W, "a header line that is too long"),
    "P806": (_W, "an encoded word that mail programs may show raw"),
    "P901": (_W, "not supported by mail programs"),
    "P902": (_N, "supported in part, or missing without harm"),
    "N001": (_N, "not checked"),
    "N101": (_W, "no SPF record"),
    "N102": (_E, "the SPF record is not valid"),
    "N103": (_E, "the SPF record needs more than 10 lookups"),
    "N104": (_W, "the SPF record does not allow the sending host"),
    "N105": (_W, "the SPF record allows every host"),
    "N201": (_N, "no DKIM selector is set"),
    "N202": (_E, "no DKIM key at the selector"),
    "N203": (_E, "the DKIM key is not valid"),
    "N204": (_W, "the DKIM key is short"),
    "N301": (_W, "no DMARC record"),
    "N302": (_W, "the DMARC record is not valid"),
    "N303": (_N, "the DMARC policy only monitors"),
    "N304": (_E, "DMARC would fail"),
    "N401": (_E, "the sender's domain does not exist"),
    "N402": (_W, "no mail server for replies"),
    "N403": (_E, "the sender's domain accepts no mail"),
    "N501": (_E, "a mailbox provider's address through another server"),
    "N502": (_N, "a mailbox provider's address through its own server"),
    "N503": (_W, "a domain's address through somebody's mailbox"),
}


def finding(subject: str, code: str, detail: str = "") -> Finding:
    """Return the finding `code` about `subject`, the name of an edition or a domain."""
    severity, text = CODES[code]
    return Finding(subject, 0, code, f"{text}: {detail}" if detail else text, severity)
