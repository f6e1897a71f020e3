"""Requests of people: a command in the subject, or in the first line where that is empty.

A command has to stand alone: a mail that talks about unsubscribing is for a person to read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.inbound.classification import mime
from publisher.inbound.classification.correlation import (
    confirm_token,
    own_id,
    reply_id,
    unsubscribe_token,
)
from publisher.inbound.classification.mail_kinds import (
    Confirm,
    Help,
    InboundMail,
    Other,
    Subscribe,
    Unsubscribe,
)

if TYPE_CHECKING:
    from email.message import Message

_PREFIX = re.compile(
    r"^((re|aw|sv|fw|fwd|wg|antw|回复|答复|回覆|转发|轉寄)\s*(\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE
)
_LEAVE = re.compile(
    r"(please )?(unsubscribe|un-subscribe|opt[- ]?out|signoff|sign off|remove)"
    r"( me| please| newsletter| all)*|stop|leave|td|(请)?(退订|退訂|取消订阅|取消訂閱)(谢谢)?",
    re.IGNORECASE,
)
_JOIN = re.compile(
    r"(?:(?:please )?subscribe(?: me)?(?!\w)|(?:请)?(?:订阅|訂閱))(.*)", re.IGNORECASE | re.DOTALL
)
_HELP = re.compile(r"help|info|帮助|幫助|説明|说明", re.IGNORECASE)
_NO = re.compile(r"no( thanks?( you)?)?|not me|不|不是我|不要|不用了?|否", re.IGNORECASE)
_QUOTED = re.compile(
    r"^\s*(>|\||-{2,}|_{3,}|on .{1,200} wrote|在 ?.{1,200}写道|from:|发件人|原始邮件)",
    re.IGNORECASE,
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MOST_TOPICS, _LONGEST = 20, 100
_ENDS = " .!。！,，;；:：\"'“”‘’<>《》「」[]()（）"


def parse_unsubscribe_link(message: Message) -> Unsubscribe | None:
    """Return the request to leave that an unsubscribe link creates, None for another mail.

    The token counts in the subject and in addresses, not in text, which may be quoted.
    """
    token = unsubscribe_token(mime.header(message, "Subject"))
    for name in ("To", "Delivered-To", "X-Original-To", "Cc"):
        token = token or unsubscribe_token(mime.header(message, name))
    if not token:
        return None
    return Unsubscribe(mime.address(message, "From"), token, _message_id(message))


def parse_request(message: Message, domain: str) -> InboundMail:
    """Return the request of a person, `Other` where it is no command."""
    sender = mime.address(message, "From")
    subject = _PREFIX.sub("", mime.header(message, "Subject")).strip(_ENDS)
    body = mime.body(message)
    line = _first_line(body)
    message_id = _message_id(message)
    if _LEAVE.fullmatch(subject) or _LEAVE.fullmatch(line):
        return Unsubscribe(sender, "", message_id)
    token = confirm_token(mime.header(message, "Subject"))
    answered = _answered_reply_id(message, domain)
    if token or answered:
        if _NO.fullmatch(line):
            return Other("an answer that says no")
        return Confirm(sender, token or confirm_token(body), answered, message_id)
    for words in (subject, line if not subject else ""):
        chinese = bool(_CHINESE.search(words))
        if _HELP.fullmatch(words):
            return Help(sender, chinese, message_id)
        subscribe = _JOIN.fullmatch(words)
        if subscribe:
            return Subscribe(sender, _topics(subscribe[1]), chinese, message_id)
    return Other()


def _answered_reply_id(message: Message, domain: str) -> str:
    """Return the reply id of the request to confirm that a mail answers, "" for none."""
    for name in ("In-Reply-To", "References"):
        for value in mime.header(message, name).split():
            answered = reply_id(own_id(value, domain))
            if answered:
                return answered
    return ""


def _topics(rest: str) -> tuple[str, ...]:
    names = (part.strip(_ENDS) for part in re.split(r"[,，、;；]", rest[:2000]))
    return tuple(dict.fromkeys(name[:_LONGEST] for name in names if name))[:_MOST_TOPICS]


def _first_line(text: str) -> str:
    """Return the first line that is not empty, "" where quoted text comes before it."""
    for line in text.splitlines()[:50]:
        if _QUOTED.match(line):
            return ""
        if line.strip(_ENDS + "\u00a0\u200b\ufeff\t"):
            return line.strip(_ENDS + "\u00a0\u200b\ufeff\t")
    return ""


def _message_id(message: Message) -> str:
    match = re.search(r"<[!-;=?-~]{1,250}>", mime.header(message, "Message-ID"))
    return match[0] if match else ""
