"""The findings of preflight, each with a permanent code.

docs/reference/preflight.md explains them. P is about a message, N about the DNS. An error stops a
send, a warning does not; a note tells what was not checked, or is in order.
"""

from __future__ import annotations

from publisher.models import Finding, Severity
from publisher.translation import mark

_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES: dict[str, tuple[Severity, str]] = {
    "P101": (_E, mark("Gmail would clip the message and hide the unsubscribe link")),
    "P102": (_W, mark("close to the size at which Gmail clips messages")),
    "P103": (_W, mark("a style block too large for Gmail, which drops it")),
    "P201": (_E, mark("a link that is not absolute")),
    "P202": (_E, mark("a link that is not well-formed")),
    "P203": (_W, mark("a link without https")),
    "P204": (_W, mark("a link to a host that readers can't reach")),
    "P205": (_W, mark("a link that does not answer")),
    "P206": (_E, mark("the site itself does not answer")),
    "P207": (_W, mark("a link to a place in the mail that does not exist")),
    "P301": (_E, mark("an image without alt")),
    "P302": (_W, mark("an image without width or height")),
    "P303": (_E, mark("an image address that mail programs don't load")),
    "P304": (_W, mark("an image without https")),
    "P401": (_E, mark("unreadable text")),
    "P402": (_W, mark("text with less contrast than WCAG AA requires")),
    "P501": (_E, mark("no subject")),
    "P502": (_W, mark("a long subject")),
    "P503": (_W, mark("a subject in capitals")),
    "P504": (_E, mark("a placeholder in the subject")),
    "P505": (_W, mark("a subject that begins like a reply")),
    "P506": (_W, mark("no preheader")),
    "P507": (_W, mark("a preheader of the wrong length")),
    "P601": (_E, mark("a missing header")),
    "P602": (_E, mark("a repeated header")),
    "P603": (_E, mark("an invalid header")),
    "P604": (_E, mark("no valid List-Unsubscribe address")),
    "P605": (_W, mark("no one-click unsubscribe")),
    "P606": (_E, mark("one-click unsubscribe without https")),
    "P701": (_E, mark("a placeholder was not replaced")),
    "P702": (_W, mark("possible template code")),
    "P703": (_E, mark("a missing part")),
    "P704": (_E, mark("a paper is in one part only")),
    "P705": (_W, mark("the papers are in a different order in the two parts")),
    "P706": (_E, mark("no unsubscribe link")),
    "P707": (_W, mark("mark-up in the text part")),
    "P801": (_E, mark("the message has a defect")),
    "P802": (_E, mark("a bare CR or LF")),
    "P803": (_E, mark("a line of more than 998 characters")),
    "P804": (_W, mark("an encoding that servers may change")),
    "P805": (_W, mark("a header line that is too long")),
    "P806": (_W, mark("an encoded word that mail programs may show raw")),
    "P901": (_W, mark("not supported by mail programs")),
    "P902": (_N, mark("supported in part, or missing without harm")),
    "N001": (_N, mark("not checked")),
    "N101": (_W, mark("no SPF record")),
    "N102": (_E, mark("the SPF record is not valid")),
    "N103": (_E, mark("the SPF record needs more than 10 lookups")),
    "N104": (_W, mark("the SPF record does not allow the sending host")),
    "N105": (_W, mark("the SPF record allows every host")),
    "N201": (_N, mark("no DKIM selector is set")),
    "N202": (_E, mark("no DKIM key at the selector")),
    "N203": (_E, mark("the DKIM key is not valid")),
    "N204": (_W, mark("the DKIM key is short")),
    "N301": (_W, mark("no DMARC record")),
    "N302": (_W, mark("the DMARC record is not valid")),
    "N303": (_N, mark("the DMARC policy only monitors")),
    "N304": (_E, mark("DMARC would fail")),
    "N401": (_E, mark("the sender's domain does not exist")),
    "N402": (_W, mark("no mail server for replies")),
    "N403": (_E, mark("the sender's domain accepts no mail")),
    "N501": (_E, mark("a mailbox provider's address through another server")),
    "N502": (_N, mark("a mailbox provider's address through its own server")),
    "N503": (_W, mark("a domain's address through somebody's mailbox")),
}


def finding(subject: str, code: str, detail: str = "") -> Finding:
    """Return the finding `code` about `subject`, the name of an edition or a domain."""
    severity, text = CODES[code]
    return Finding(subject, 0, code, f"{text}: {detail}" if detail else text, severity)
