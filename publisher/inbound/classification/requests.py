"""Requests of people: a command in the subject, or in the first line where that is empty.

A command has to stand alone: a mail that talks about unsubscribing is for a person to read.
"""

from __future__ import annotations

import re
from enum import IntEnum
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
# What a mail server writes in front of a subject.
_TAG = re.compile(r"^(\[(ext|external|extern|外部)[^\]]{0,30}\]\s*)+", re.IGNORECASE)
_LEAVE = re.compile(
    r"((hi|hello|hey)( there| all| team)? |dear( \w+){1,3} )?"
    r"((please|pls|kindly|i (want|wish|would like) to|i d like to|can you|could you) ){0,3}"
    r"(unsubscribe|un-subscribe|opt[- ]?out|signoff|sign off|remove)"
    r"( me| us| please| newsletter| all| my e?-?mail( address)?"
    r"| (from|off) (this|the|your|all|any)( mailing)?( list| newsletter| e?-?mail)s?)*"
    r"( (thanks|thank you|regards|cheers|best)( \w+){0,3})?"
    r"|stop|leave|td"
    r"|([您你]们?好 ?)?(我?(想要?|要|需要)|申请|申請|麻烦|麻煩|请帮我|請幫我|请|請)?"
    r"(退订|退訂|取消订阅|取消訂閱)(此|本|该|這)?(邮件|郵件|[日周週月][报報]|了|吧|一下)?"
    r"( ?(谢谢|謝謝|多谢)[您你]?)?",
    re.IGNORECASE,
)
# These have other meanings too, such as annual leave.
_AMBIGUOUS = frozenset({"stop", "leave", "td", "remove", "sign off", "signoff"})
# A link that a mail program broke: every token has the zeros of a small number in front.
_BROKEN_LINK = re.compile(r"unsubscribe [A-Za-z0-9_-]{0,3}A{4,60}[A-Za-z0-9_-]{0,60}")
_JOIN = re.compile(
    r"(?:(?:please )?subscribe(?: me)?(?!\w)|(?:请)?(?:订阅|訂閱))(.*)", re.IGNORECASE | re.DOTALL
)
_HELP = re.compile(r"help|info|帮助|幫助|説明|说明", re.IGNORECASE)
_NO = re.compile(r"no( thanks?( you)?)?|not me|不|不是我|不要|不用了?|否", re.IGNORECASE)
_QUOTED = re.compile(
    r"^\s*(>|\||-{2,}|_{3,}|on .{1,200} wrote|在 ?.{1,200}写道|from:|发件人|原始邮件)",
    re.IGNORECASE,
)
# The line before the mail that is answered, which may be broken ("On ... <a@b.org>", "wrote:").
_ATTRIBUTION = re.compile(
    r"^\s*((on|am|le|el|il)\b|在|于).{0,150}\d.{0,150}(@|[:：]$)", re.IGNORECASE
)
_GREETING = re.compile(
    r"(hi|hello|hey|dear|good (morning|afternoon|evening))\b.{0,40}"
    r"|[您你]们?好.{0,10}|尊敬的.{0,20}",
    re.IGNORECASE,
)
# The warning that a mail server writes above a mail from outside, to the end of its paragraph.
_BANNER = re.compile(
    r"\W{0,9}(external|caution|warning|you don't often get email from|外部邮件|注意)\b.{0,300}"
    r"|\W{0,9}this (e-?mail|message) (was sent|originated|came) from .{0,300}",
    re.IGNORECASE,
)
# What may follow a request without a line that separates it.
_CLOSING = re.compile(
    r"(sent (from|with|via) |get outlook for |发自|來自|来自|获取 ?outlook|envoyé |gesendet "
    r"|thanks|thank you|cheers|(best|kind|warm)? ?regards|best|br|谢谢|謝謝|此致)",
    re.IGNORECASE,
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MOST_TOPICS, _LONGEST, _MOST_LINES = 20, 100, 50
_INVISIBLE = "\u00a0\u200b\ufeff\t"
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


class Plainness(IntEnum):
    """The plainness of a wish to leave, on the scale of the signs that speak for a program."""

    NONE = 0
    AMBIGUOUS = 2  # by a word that has other meanings
    FIRST_LINE = 3  # of a longer text
    ALONE = 4  # the whole text, or the subject of an answer
    # A program that answers repeats the subject of our mail; somebody chose this one.
    SUBJECT = 7


def plainness_of_leaving(message: Message) -> Plainness:
    """Return how plainly a mail asks to leave by a word: in its subject, or in its own text."""
    subject = mime.header(message, "Subject")
    command = _command_of(subject)
    if _asks_to_leave(command):
        plainness = Plainness.ALONE if _is_answer(subject) else Plainness.SUBJECT
        return _unless_ambiguous(command, plainness)
    lines = _own_lines(mime.body(message))
    if not lines or not _asks_to_leave(lines[0]):
        return Plainness.NONE
    is_alone = len(lines) == 1 or bool(_CLOSING.match(lines[1]))
    return _unless_ambiguous(lines[0], Plainness.ALONE if is_alone else Plainness.FIRST_LINE)


def has_subject_of_confirmation(message: Message) -> bool:
    """Return whether the subject is that of an answer, or of the mail that the link opens."""
    subject = mime.header(message, "Subject")
    return _is_answer(subject) or bool(confirm_token(subject))


def parse_unsubscribe_word(message: Message) -> Unsubscribe:
    """Return the request to leave of a mail that asks for it by a word."""
    return Unsubscribe(mime.address(message, "From"), "", _message_id(message))


def parse_request(message: Message, domain: str) -> InboundMail:
    """Return the request of a person other than to leave, `Other` where it is no command."""
    sender = mime.address(message, "From")
    subject = _command_of(mime.header(message, "Subject"))
    body = mime.body(message)
    line = next(iter(_own_lines(body)), "")
    message_id = _message_id(message)
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


def _command_of(subject: str) -> str:
    return _PREFIX.sub("", _TAG.sub("", subject)).strip(_ENDS)


def _is_answer(subject: str) -> bool:
    return bool(_PREFIX.match(_TAG.sub("", subject)))


def _words_of(line: str) -> str:
    """Return a line without punctuation and further blanks."""
    return " ".join(re.sub(f"[{re.escape(_ENDS)}]+", " ", line).split())


def _asks_to_leave(line: str) -> bool:
    if len(line) > _LONGEST:
        return False
    words = _words_of(line)
    return bool(_LEAVE.fullmatch(words) or _BROKEN_LINK.fullmatch(words))


def _unless_ambiguous(command: str, plainness: Plainness) -> Plainness:
    return Plainness.AMBIGUOUS if _words_of(command).lower() in _AMBIGUOUS else plainness


def _own_lines(text: str) -> list[str]:
    """Return what the sender wrote: no greeting, and nothing from a signature or quote on."""
    own: list[str] = []
    in_banner = False
    for line in text.splitlines()[:_MOST_LINES]:
        stripped = line.strip(_ENDS + _INVISIBLE)
        if _QUOTED.match(line) or _ATTRIBUTION.match(line):
            break
        if not own and not _asks_to_leave(stripped):
            in_banner = bool(stripped) and (in_banner or bool(_BANNER.fullmatch(stripped)))
            if in_banner or _GREETING.fullmatch(stripped):
                continue
        if stripped:
            own.append(stripped)
    return own


def _message_id(message: Message) -> str:
    match = re.search(r"<[!-;=?-~]{1,250}>", mime.header(message, "Message-ID"))
    return match[0] if match else ""
