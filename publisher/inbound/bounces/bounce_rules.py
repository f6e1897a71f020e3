"""What a report's words say of the mailbox: a literal table, the first rule that fits.

A suppressed person gets no mail for good, so only what surely says that the mailbox is gone does
that at once. What is about us (policy, spam, size) says nothing of the mailbox.
"""

from __future__ import annotations

import re

from publisher.inbound.classification.mail_kinds import Weight
from publisher.sender.transports.smtp_replies import ENHANCED, GONE

_GENERAL = re.compile(r"[245]\.0\.0")
_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?=[ \-#:])")

_NO_MAILBOX = re.compile(
    r"(user|mailbox|recipient|account|address|alias)[\w \"'<>@.=:-]{0,60}"
    r"(unknown|not found|does(n't| not) exist|not exist|no longer (exists|available|valid)"
    r"|invalid|disabled|inactive|terminated|closed|deactivated|couldn't be found|wasn't found"
    r"|not listed)"
    r"|(no such|unknown|invalid|bad destination|nonexistent) "
    r"(local )?(user|mailbox|recipient|address|account|person)"
    r"|doesn't have a .{1,30} account|no mailbox here|address couldn't be found"
    r"|not a valid (mailbox|recipient|user)|unrouteable address|undeliverable address"
    r"|收件人(邮箱)?(地址)?不存在|用户不存在|(邮箱|邮件)地址(不存在|错误)|无此用户|(帐|账)(号|户)不存在"
    r"|(邮箱|帐号|账号)(已|被)(停用|注销|禁用|冻结)|收件人.{0,20}(停用|注销|冻结)",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"(mailbox|quota|inbox|storage|disk).{0,40}(full|exceeded|over ?quota|out of)"
    r"|over ?quota|quota exceeded|insufficient (system )?storage"
    r"|邮箱(已满|空间不足|容量)|容量(不足|已满)",
    re.IGNORECASE,
)
_ABOUT_US = re.compile(
    r"spam|block(ed|list)|blacklist|black list|reputation|policy|policies|dmarc|\bspf\b|dkim"
    r"|unauthenticated|not authori[sz]ed|refused by filter|content (rejected|filter)|rbl"
    r"|listed (in|at)"
    r"|too (large|big)|message size|virus|rate limit|too many|suspicious|unsolicited"
    r"|垃圾邮件|拒收|退信政策|黑名单|被拒绝|超过.{0,8}(大小|限制)|频率",
    re.IGNORECASE,
)
_US = ("5.7.", "5.6.", "5.3.4", "5.2.3", "4.7.", "5.5.")


def status_in(text: str) -> str:
    """Return the enhanced status code in a text, else one made of its reply code, else ""."""
    codes: list[str] = ENHANCED.findall(text)
    for code in codes:
        if not _GENERAL.fullmatch(code):
            return code
    if codes:
        return codes[0]
    found = _CODE.search(text)
    return f"{found[1][0]}.0.0" if found else ""


def better(status: str, diagnostic: str) -> str:
    """Return the code that says more: that of the diagnosis where the report's is general."""
    told = status_in(status)
    if told and not _GENERAL.fullmatch(told):
        return told
    return status_in(diagnostic) or told


def classify_bounce(action: str, status: str, diagnostic: str) -> Weight:
    """Return what a report says of the address.

    `action` is RFC 3464's (2.3.3) in lower case, "failed" where there is none.
    """
    if action in ("delivered", "relayed", "expanded"):
        return Weight.DELIVERED
    if action == "delayed":
        return Weight.WAITING
    rules = (
        (status in GONE and not _says_policy(diagnostic), Weight.HARD),
        (status == "5.2.2" or bool(_FULL.search(diagnostic)), Weight.SOFT),
        # Exchange says so of unknown recipients too, in a domain that takes only known ones.
        (status == "5.4.1" and "access denied" in diagnostic.lower(), Weight.HARD),
        (status.startswith("4."), Weight.SOFT),
        (status.startswith(_US) and not _NO_MAILBOX.search(diagnostic), Weight.OURS),
        (bool(_NO_MAILBOX.search(diagnostic)), Weight.HARD),
        (bool(_ABOUT_US.search(diagnostic)), Weight.OURS),
    )
    return next((weight for holds, weight in rules if holds), Weight.SOFT)


def _says_policy(diagnostic: str) -> bool:
    """Return whether a server that says "no such user" means "not from you"."""
    return bool(_ABOUT_US.search(diagnostic)) and not _NO_MAILBOX.search(diagnostic)
