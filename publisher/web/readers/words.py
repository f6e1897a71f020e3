"""What the readers' pages say, in both languages. `{...}` are for `str.format`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderWords:
    """Every word of them that the form itself does not have."""

    subscribe: str
    subscribe_lead: str
    check: str
    bad_address: str
    no_topic: str
    working: str
    needs_script: str
    sent: str
    sent_lead: str
    sent_help: str
    confirm: str
    confirm_lead: str
    confirm_button: str
    confirmed: str
    confirmed_lead: str
    confirmed_topics: str
    already: str
    expired: str
    expired_lead: str
    again: str
    to_site: str
    leave: str
    leave_lead: str
    leave_button: str
    left: str
    left_lead: str
    preferences: str
    ask_lead: str
    ask_button: str
    asked: str
    asked_lead: str
    your_choice: str
    save: str
    saved: str
    states: Mapping[str, str]
    paused_until: str
    pause: str
    pause_for: str
    pauses: Mapping[int, str]
    pause_button: str
    resume_button: str
    leaving: str
    data: str
    data_lead: str
    export_button: str
    erase_lead: str
    erase_sure: str
    erase_button: str
    erase_unsure: str
    erased: str
    erased_lead: str


ENGLISH = ReaderWords(
    subscribe="Subscribe by mail",
    subscribe_lead="New papers of “{title}”, in your mailbox.",
    check="Please look whether this is right, then press the button.",
    bad_address="This is not an email address, e.g. ada@example.org.",
    no_topic="Choose at least one topic, or all of them.",
    working="One moment …",
    needs_script="To keep out floods, this form needs JavaScript.",
    sent="Look into your mailbox",
    sent_lead="A mail to {email} is on its way. Press the button in it, and you are subscribed.",
    sent_help=(
        "Nothing there within a few minutes? Look among the junk mail, and whether the address is "
        "right."
    ),
    confirm="Confirm your subscription",
    confirm_lead="One click, and you get “{title}”.",
    confirm_button="Yes, subscribe me",
    confirmed="You are subscribed",
    confirmed_lead="The next issue of “{title}” comes to {email}.",
    confirmed_topics="Topics: {topics}",
    already="You have confirmed already. There is nothing more to do.",
    expired="This link does not work any more",
    expired_lead="It was used, is too old, or is not whole. Ask for a new one.",
    again="Subscribe again",
    to_site="To the papers",
    leave="Unsubscribe",
    leave_lead="One click, and no more mail of “{title}” comes.",
    leave_button="Unsubscribe me",
    left="You are unsubscribed",
    left_lead="No more mail of “{title}” comes. What is on its way already may still arrive.",
    preferences="What you get",
    ask_lead=(
        "Tell us your address: the link to change what you get, to pause or to leave comes by mail."
    ),
    ask_button="Mail me the link",
    asked="Look into your mailbox",
    asked_lead=(
        "If {email} is on the list, a mail with the link is on its way. It holds for {hours}."
    ),
    your_choice="Topics, language, length",
    save="Save",
    saved="Saved.",
    states={
        "pending": "You have not confirmed yet, so you get no mail.",
        "active": "You get every issue.",
        "paused": "You get no mail until you say so.",
        "unsubscribed": "You are unsubscribed and get no mail.",
    },
    paused_until="You get no mail until {day}.",
    pause="Pause",
    pause_for="For how long",
    pauses={
        7: "One week",
        14: "Two weeks",
        30: "One month",
        90: "Three months",
        0: "Until I say so",
    },
    pause_button="Pause",
    resume_button="Go on now",
    leaving="Leave",
    data="What is kept of you",
    data_lead="All of it, as a file that programs can read.",
    export_button="Download",
    erase_lead=(
        "To erase removes all of it. What stays is a number that stands for your address and shows "
        "it to nobody: it keeps the address from being put on the list again by others. To come "
        "back later, write to {help}."
    ),
    erase_sure="Yes, erase everything",
    erase_button="Erase",
    erase_unsure="Nothing was erased. Tick the box if you are sure.",
    erased="Everything is erased",
    erased_lead="You are off the list, and nothing is kept that says who you are.",
)

CHINESE = ReaderWords(
    subscribe="邮件订阅",
    subscribe_lead="把「{title}」的新论文发到您的邮箱。",
    check="请确认内容无误，然后点击按钮。",
    bad_address="这不是邮箱地址，正确的例子：ada@example.org。",
    no_topic="请至少选择一个主题，或选择全部主题。",
    working="请稍候……",
    needs_script="为防止滥用，这个表单需要启用 JavaScript。",
    sent="请查看邮箱",
    sent_lead="发往 {email} 的邮件已在路上，点击其中的按钮即可完成订阅。",
    sent_help="几分钟后仍未收到？请查看垃圾邮件，并检查地址是否正确。",
    confirm="确认订阅",
    confirm_lead="点击一下，即可收到「{title}」。",
    confirm_button="确认订阅",
    confirmed="订阅成功",
    confirmed_lead="「{title}」的下一期将发送到 {email}。",
    confirmed_topics="主题：{topics}",
    already="您已经确认过了，无需再做什么。",
    expired="链接已失效",
    expired_lead="它已被使用、已过期，或者不完整。请重新申请。",
    again="重新订阅",
    to_site="浏览论文",
    leave="退订",
    leave_lead="点击一下，就不会再收到「{title}」的邮件。",
    leave_button="退订",
    left="已退订",
    left_lead="您不会再收到「{title}」的邮件。已经发出的邮件可能仍会送达。",
    preferences="订阅设置",
    ask_lead="请填写您的邮箱：我们会把用来修改订阅内容、暂停或退订的链接发给您。",
    ask_button="把链接发给我",
    asked="请查看邮箱",
    asked_lead="如果 {email} 在订阅名单中，带有链接的邮件已在路上，{hours}内有效。",
    your_choice="主题、语言和篇幅",
    save="保存",
    saved="已保存。",
    states={
        "pending": "您还没有确认，因此不会收到邮件。",
        "active": "您会收到每一期。",
        "paused": "已暂停，恢复之前不会收到邮件。",
        "unsubscribed": "您已退订，不会收到邮件。",
    },
    paused_until="已暂停，{day} 之前不会收到邮件。",
    pause="暂停",
    pause_for="暂停多久",
    pauses={7: "一周", 14: "两周", 30: "一个月", 90: "三个月", 0: "直到我恢复"},
    pause_button="暂停",
    resume_button="立即恢复",
    leaving="退订",
    data="我们保存的资料",
    data_lead="全部内容，程序可读的文件。",
    export_button="下载",
    erase_lead=(
        "删除后，全部资料都会清除，只留下一个代表您邮箱的数字：没有人能由它得知您的地址，"
        "它只用来防止别人再次把您加入名单。以后想回来，请写信给 {help}。"
    ),
    erase_sure="是的，全部删除",
    erase_button="删除",
    erase_unsure="没有删除任何内容。如果确定，请勾选。",
    erased="已全部删除",
    erased_lead="您已不在名单中，我们没有保存任何能认出您的资料。",
)

HOURS = {"en": ("{count} hour", "{count} hours"), "zh": ("{count} 小时", "{count} 小时")}


def reader_words(language: str) -> ReaderWords:
    """Return the words for "en" or "zh"."""
    return CHINESE if language == "zh" else ENGLISH


def hours(count: int, language: str) -> str:
    """Return e.g. "2 hours"."""
    one, many = HOURS[language]
    return (one if count == 1 else many).format(count=count)
