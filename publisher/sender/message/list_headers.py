"""Headers of a message about its list.

| header | purpose |
| --- | --- |
| List-Id (RFC 2919) | filters sort by it; permanent |
| List-Help (RFC 2369, 3.1) | whom to ask; the RFC calls it the most important |
| List-Unsubscribe (RFC 2369, 3.2) | by https where `web.url` is set, and always by mail |
| List-Unsubscribe-Post (RFC 8058) | makes https one click; Gmail and Yahoo require it |
| List-Subscribe (RFC 2369, 3.3) | by https alone |
| List-Post: NO (RFC 2369, 3.4) | nobody writes to the list |
| List-Archive (RFC 2369, 3.6) | the site |
| Precedence: bulk | no standard (RFC 2076, 3.9), but old autoresponders know nothing else |
| Auto-Submitted: auto-generated (RFC 3834, 5) | a program sends it, unasked |
| X-Auto-Response-Suppress (MS-OXCMAIL) | Exchange knows nothing else |
| Feedback-ID (support.google.com/mail/answer/6254652) | Gmail counts complaints by it |

List-Owner would repeat List-Help. An address can't be folded: such a line may be longer than the 78
characters of RFC 5322, 2.1.1, but not than its 998.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import quote as percent

from publisher.models import UNSUBSCRIBE_PLACEHOLDER

if TYPE_CHECKING:
    from publisher.sender.message.sender_profile import SenderProfile

_SENDER_ID_LENGTH = 12  # Gmail requires 5 to 15 characters


def list_lines(profile: SenderProfile, issue_id: str) -> list[str]:
    """Return the headers of the list, one string for each, without the line end.

    `UNSUBSCRIBE_PLACEHOLDER` stands for a recipient's token; a folded header contains CRLF and a
    blank.
    """
    lines = [
        f"List-Id: <{profile.list_id}>",
        f"List-Help: <{mailto(profile.help_address or profile.from_address)}?subject=help>",
    ]
    address = profile.unsubscribe_address or profile.from_address
    # A URI must not be broken, and both are too long for one line.
    targets = f"<{mailto(address)}?subject=unsubscribe%20{UNSUBSCRIBE_PLACEHOLDER}>"
    if profile.one_click_url:
        targets = f"<{profile.one_click_url}{UNSUBSCRIBE_PLACEHOLDER}>,\r\n {targets}"
    lines.append(f"List-Unsubscribe: {targets}")
    if profile.one_click_url:
        lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    if profile.subscribe_url:
        lines.append(f"List-Subscribe: <{profile.subscribe_url}>")
    lines.append("List-Post: NO")
    if profile.archive_url:
        lines.append(f"List-Archive: <{profile.archive_url}>")
    return [
        *lines,
        "Precedence: bulk",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        f"Feedback-ID: {feedback_id(profile.list_id, issue_id)}",
    ]


def mailto(address: str) -> str:
    """Return the URI by which a mail to `address` is begun (RFC 6068)."""
    return f"mailto:{percent(address, safe='@')}"


def feedback_id(list_id: str, issue_id: str) -> str:
    """Return `issue:newsletter:sender`, from the narrowest to the widest.

    Gmail's rules: the last part has 5 to 15 characters, the same in all mail of the sender; no part
    may stand for a single person, as that of an edition could, and none may occur twice.
    """
    sender = hashlib.sha256(list_id.lower().encode()).hexdigest()[:_SENDER_ID_LENGTH]
    issue = re.sub(r"[^A-Za-z0-9-]+", "-", issue_id)
    return f"{issue}:newsletter:{sender}"
