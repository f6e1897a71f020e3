"""What the head of a message says about the list: for programs, and for the people behind them.

| header | why it is there |
| --- | --- |
| List-Id (RFC 2919) | what filters sort by; the same as long as the list lives |
| List-Help (RFC 2369, 3.1) | "the most important" of the family: whom to ask |
| List-Unsubscribe (RFC 2369, 3.2) | by https where a web address is set, and always by mail |
| List-Unsubscribe-Post (RFC 8058) | makes the https way one click; Gmail and Yahoo ask for it |
| List-Subscribe (RFC 2369, 3.3) | only by web: nobody reads mails that ask to subscribe |
| List-Post: NO (RFC 2369, 3.4) | a list nobody writes to |
| List-Archive (RFC 2369, 3.6) | the site |
| Precedence: bulk | no standard (RFC 2076, 3.9), and all that old absence notes look at |
| Auto-Submitted: auto-generated (RFC 3834, 5) | a program sends it periodically, by itself |
| X-Auto-Response-Suppress (MS-OXCMAIL) | Exchange looks at nothing else |
| Feedback-ID (support.google.com/mail/answer/6254652) | Gmail counts complaints by its parts |

List-Owner says what List-Help says, and is left out. An address can't be folded: such a line may be
longer than the 78 characters of RFC 5322, 2.1.1, never than its 998.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import quote as percent

from publisher.models import UNSUBSCRIBE_PLACEHOLDER

if TYPE_CHECKING:
    from publisher.sender.message.edition_message import SenderProfile

_SENDER_ID_LENGTH = 12  # Gmail wants 5 to 15 characters


def list_lines(letterhead: SenderProfile, issue_id: str) -> list[str]:
    """Return the lines about the list without their line ends, one string for each header.

    `UNSUBSCRIBE_PLACEHOLDER` stands where a recipient's token goes; a folded header has CRLF and a
    blank inside.
    """
    lines = [
        f"List-Id: <{letterhead.list_id}>",
        f"List-Help: <{_mailto(letterhead.help_address or letterhead.from_address)}?subject=help>",
    ]
    leave = letterhead.unsubscribe_address or letterhead.from_address
    # No URI may be broken, and both together are too long for most lines.
    ways = f"<{_mailto(leave)}?subject=unsubscribe%20{UNSUBSCRIBE_PLACEHOLDER}>"
    if letterhead.one_click_url:
        ways = f"<{letterhead.one_click_url}{UNSUBSCRIBE_PLACEHOLDER}>,\r\n {ways}"
    lines.append(f"List-Unsubscribe: {ways}")
    if letterhead.one_click_url:
        lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    if letterhead.subscribe_url:
        lines.append(f"List-Subscribe: <{letterhead.subscribe_url}>")
    lines.append("List-Post: NO")
    if letterhead.archive_url:
        lines.append(f"List-Archive: <{letterhead.archive_url}>")
    return [
        *lines,
        "Precedence: bulk",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        f"Feedback-ID: {feedback_id(letterhead.list_id, issue_id)}",
    ]


def feedback_id(list_id: str, issue_id: str) -> str:
    """Return `issue:newsletter:sender`, from the narrowest to the widest.

    Gmail's rules: the last part is 5 to 15 characters, the same in all mail of the sender; no part
    may stand for a single person, which an edition can, and none may come up in two places.
    """
    sender = hashlib.sha256(list_id.lower().encode()).hexdigest()[:_SENDER_ID_LENGTH]
    issue = re.sub(r"[^A-Za-z0-9-]+", "-", issue_id)
    return f"{issue}:newsletter:{sender}"


def _mailto(address: str) -> str:
    return f"mailto:{percent(address, safe='@')}"
