"""The words of single mails: requests to confirm, and answers. `{...}` are for `str.format`.

A change to what `confirm_...` says is another wording in the consent log, by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from publisher.models import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionalWords:
    """Every word of them in one language; `lang` is its BCP 47 tag."""

    lang: str
    confirm_subject: str
    confirm_asked: str
    confirm_topics: str
    all_topics: str
    confirm_by_answer: str
    confirm_by_mail: str
    confirm_by_link: str
    confirm_link: str
    confirm_mail: str
    confirm_not_you: str
    confirm_leaving: str
    preferences_subject: str
    preferences: str
    preferences_link: str
    preferences_not_you: str
    list_comma: str
    welcome_subject: str
    welcome: str
    goodbye_subject: str
    goodbye: str
    stranger_subject: str
    stranger: str
    help_subject: str
    help: str
    unknown_topics: str
    known_topics: str
    commands: str
    sent_by: str
    login_subject: str
    login: str
    login_not_you: str


ENGLISH = TransactionalWords(
    lang="en",
    confirm_subject="Please confirm: {title}",
    confirm_asked="Somebody, hopefully you, asked to send “{title}” to {email}.",
    confirm_topics="Topics: {topics}",
    all_topics="all",
    confirm_by_answer="To agree, just answer this mail; what you write does not matter.",
    confirm_by_mail="Or send the mail that this link opens:",
    confirm_by_link="To agree, open this page and press the button:",
    confirm_link="Yes, subscribe me",
    confirm_mail="Yes, by mail",
    confirm_not_you=(
        "If it was not you, do nothing: you get no more mail, and this expires in {hours} hours."
    ),
    confirm_leaving="You can leave at any time, by one click or mail; every issue says how.",
    preferences_subject="What you get: {title}",
    preferences=(
        "On this page you can change what you get of “{title}”, pause or leave it, and see or "
        "erase what is kept of you:"
    ),
    preferences_link="Change what I get",
    preferences_not_you=(
        "Whoever has this link can do all of that: do not pass it on. It expires in {hours} hours. "
        "If it was not you who asked for it, do nothing."
    ),
    list_comma=", ",
    welcome_subject="Welcome: {title}",
    welcome="You are subscribed to “{title}”. Every issue says how to leave.",
    goodbye_subject="Unsubscribed: {title}",
    goodbye="You are unsubscribed from “{title}” and get no more issues.",
    stranger_subject="Not subscribed: {title}",
    stranger=(
        "{email} is not subscribed to “{title}”. If issues reach you, another address of yours "
        "is: write from that one, or follow the link at the end of any issue."
    ),
    help_subject="Help: {title}",
    help="This is the newsletter “{title}”. A program reads these mails and knows few words.",
    unknown_topics="There is no topic named {topics}.",
    known_topics="Topics:",
    commands=(
        "As the subject, write:\n"
        "subscribe - to get all topics\n"
        "subscribe TOPIC, TOPIC - to get these\n"
        "unsubscribe - to get no more\n"
        "help - to get this mail"
    ),
    sent_by="Sent by {name}",
    login_subject="Log in: {title}",
    login="To log in to the operator's pages, open this one and press the button:",
    login_not_you=(
        "It works once, for {minutes} minutes. If you did not ask for it, do nothing: nobody gets "
        "in without this mail."
    ),
)

CHINESE = TransactionalWords(
    lang="zh-CN",
    confirm_subject="请确认订阅：{title}",
    confirm_asked="有人（应该是您本人）申请将「{title}」发送到 {email}。",
    confirm_topics="主题：{topics}",
    all_topics="全部",
    confirm_by_answer="如果同意，直接回复这封邮件即可，内容不限。",
    confirm_by_mail="或者点开下面的链接，并发送其中的邮件：",
    confirm_by_link="如果同意，请打开下面的页面并点击按钮：",
    confirm_link="确认订阅",
    confirm_mail="用邮件确认",
    confirm_not_you="如果不是您本人的申请，无需理会：{hours} 小时后失效，您不会再收到邮件。",
    confirm_leaving="您可以随时退订，每期邮件的末尾都有方法。",
    preferences_subject="修改订阅内容：{title}",
    preferences="在下面的页面，您可以修改「{title}」的订阅内容、暂停或退订，也可以查看或删除我们保存的资料：",
    preferences_link="修改订阅内容",
    preferences_not_you=(
        "拿到这个链接的人都能进行以上操作，请勿转发。{hours} 小时后失效。"
        "如果不是您本人的申请，无需理会。"
    ),
    list_comma="、",
    welcome_subject="订阅成功：{title}",
    welcome="您已订阅「{title}」。每期邮件的末尾都有退订方法。",
    goodbye_subject="已退订：{title}",
    goodbye="您已退订「{title}」，不会再收到邮件。",
    stranger_subject="尚未订阅：{title}",
    stranger=(
        "{email} 没有订阅「{title}」。如果您仍然收到邮件，订阅的是您的另一个地址："
        "请从那个地址写信，或使用任意一期邮件末尾的链接。"
    ),
    help_subject="帮助：{title}",
    help="这里是「{title}」。这些邮件由程序处理，只认识下面的几个词。",
    unknown_topics="没有名为 {topics} 的主题。",
    known_topics="主题：",
    commands=(
        "请在邮件主题中填写：\n"
        "订阅 - 订阅全部主题\n"
        "订阅 主题、主题 - 只订阅这些主题\n"
        "退订 - 不再接收\n"
        "帮助 - 再次收到这封邮件"
    ),
    sent_by="发件人：{name}",
    login_subject="登录：{title}",
    login="要登录管理页面，请打开下面的页面并点击按钮：",
    login_not_you=(
        "链接只能使用一次，{minutes} 分钟内有效。"
        "如果不是您本人的请求，无需理会：没有这封邮件，谁也无法登录。"
    ),
)


def words_of(language: Language) -> tuple[TransactionalWords, ...]:
    """Return the words in the languages that somebody reads, one after the other."""
    if language is Language.BOTH:
        return (CHINESE, ENGLISH)
    return (CHINESE,) if language is Language.CHINESE else (ENGLISH,)
