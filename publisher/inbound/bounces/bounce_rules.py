"""Classification of bounces by status and text: a list of rules, of which the first one holds.

A suppressed address gets no mail for good, so only bounces that clearly say that the mailbox is
gone are hard. Refusals of the message or its sender (policy, spam, size) are no fault of the
mailbox.
"""

from __future__ import annotations

import re

from publisher.inbound.classification.mail_kinds import BounceWeight
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
_REFUSED_SENDER = re.compile(
    r"spam|block(ed|list)|blacklist|black list|reputation|policy|policies|dmarc|\bspf\b|dkim"
    r"|unauthenticated|not authori[sz]ed|refused by filter|content (rejected|filter)|rbl"
    r"|listed (in|at)"
    r"|too (large|big)|message size|virus|rate limit|too many|suspicious|unsolicited"
    r"|垃圾邮件|拒收|退信政策|黑名单|被拒绝|超过.{0,8}(大小|限制)|频率",
    re.IGNORECASE,
)
_REFUSED_CODES = ("5.7.", "5.6.", "5.3.4", "5.2.3", "4.7.", "5.5.")


def status_in(text: str) -> str:
    """Return the enhanced status code in `text`, else one made from its reply code, else ""."""
    codes: list[str] = ENHANCED.findall(text)
    for code in codes:
        if not _GENERAL.fullmatch(code):
            return code
    if codes:
        return codes[0]
    match = _CODE.search(text)
    return f"{match[1][0]}.0.0" if match else ""


def more_specific(status: str, diagnostic: str) -> str:
    """Return the more specific code: that of `diagnostic` where `status` is a general one."""
    code = status_in(status)
    if code and not _GENERAL.fullmatch(code):
        return code
    return status_in(diagnostic) or code


def classify_bounce(action: str, status: str, diagnostic: str) -> BounceWeight:
    """Return the weight of a bounce.

    `action` is that of RFC 3464 (2.3.3) in lower case, "failed" where there is none.
    """
    if action in ("delivered", "relayed", "expanded"):
        return BounceWeight.DELIVERED
    if action == "delayed":
        return BounceWeight.WAITING
    rules = (
        (status in GONE and not _is_policy(diagnostic), BounceWeight.HARD),
        (status == "5.2.2" or bool(_FULL.search(diagnostic)), BounceWeight.SOFT),
        # Exchange sends this for unknown recipients, too.
        (status == "5.4.1" and "access denied" in diagnostic.lower(), BounceWeight.HARD),
        (status.startswith("4."), BounceWeight.SOFT),
        (
            status.startswith(_REFUSED_CODES) and not _NO_MAILBOX.search(diagnostic),
            BounceWeight.OURS,
        ),
        (bool(_NO_MAILBOX.search(diagnostic)), BounceWeight.HARD),
        (bool(_REFUSED_SENDER.search(diagnostic)), BounceWeight.OURS),
    )
    return next((weight for holds, weight in rules if holds), BounceWeight.SOFT)


def _is_policy(diagnostic: str) -> bool:
    """Return whether a code for "no such user" is in truth a refusal of the sender."""
    return bool(_REFUSED_SENDER.search(diagnostic)) and not _NO_MAILBOX.search(diagnostic)
