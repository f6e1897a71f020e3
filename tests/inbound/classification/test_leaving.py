"""Requests to leave by a word: what people's mail programs add, and what programs write."""

from __future__ import annotations

import base64
import time

import pytest

from publisher.inbound.classification.automatic import OwnIdentity
from publisher.inbound.classification.classify import classify
from publisher.inbound.classification.mail_kinds import (
    Automatic,
    Bounce,
    Confirm,
    Help,
    Other,
    Subscribe,
    Unsubscribe,
)

LIST = "news@papers.example.org"
OWN = OwnIdentity(
    frozenset({LIST}),
    "digests.papers.example.org",
    "papers.example.org",
    frozenset({"leave@papers.example.org"}),
)
CONFIRM = "<confirm.0123456789abcdef0123456789abcdef@papers.example.org>"


def mail(
    subject: str = "Re: 23 new papers",
    body: str = "",
    kind: str = "text/plain",
    sender: str = "Reader <reader@example.net>",
    to: str = LIST,
    **headers: str,
) -> bytes:
    lines = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Message-ID": "<m1@example.net>",
        "MIME-Version": "1.0",
        "Content-Type": f"{kind}; charset=utf-8",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return f"{head}\n{body}\n".encode()


SUPPRESS = {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"}
VACATION = {"Auto_Submitted": "auto-replied", "Precedence": "bulk", "X_Autoreply": "yes"}
GOOGLE_GROUP = {
    "List_Id": "<leave.papers.example.org>",
    "Precedence": "list",
    "List_Post": "<mailto:leave@papers.example.org>",
    "List_Unsubscribe": "<mailto:googlegroups-manage+1+unsubscribe@googlegroups.com>",
}
IOS = "Unsubscribe\n\nSent from my iPhone\n\n> On 9 Dec 2024, at 08:00, Papers wrote:\n> 23 papers"
GMAIL = (
    "unsubscribe\n\nOn Mon, 9 Dec 2024 at 08:00, Papers of the week <news@papers.example.org>\n"
    "wrote:\n\n> 23 new papers\n> Unsubscribe\n"
)
DISCLAIMER = (
    "Unsubscribe please.\n\nDr Ada Lovelace\nAnalytical Engines Ltd\n\nThis e-mail is confidential "
    "and intended for the addressee only.\n\n________________________________\nFrom: Papers\n"
)
OUTLOOK_HTML = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>Re: 23</title>
<!--[if gte mso 9]><xml><o:PixelsPerInch>96</o:PixelsPerInch></xml><![endif]-->
<style><!-- p.MsoNormal {margin:0cm} --></style></head>
<body lang="EN-GB"><div class="WordSection1"><p class="MsoNormal">Please un&shy;subscribe
me<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">Ada</p>
<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>From:</b> Papers
<br><b>Sent:</b> Monday</p></div><p>23 new papers</p></div></body></html>""".replace("&shy;", "")
GMAIL_HTML = (
    '<div dir="ltr">Unsubscribe</div><br><div class="gmail_quote"><div dir="ltr" '
    'class="gmail_attr">On Mon, 9 Dec 2024 at 08:00 Papers &lt;<a href="mailto:n@p.org">n@p.org</a>'
    '&gt; wrote:<br></div><blockquote class="gmail_quote">23 new papers</blockquote></div>'
)
BANNER = (
    "CAUTION: This email originated from outside of the organization. Do not click links or open\n"
    "attachments unless you recognize the sender.\n\nunsubscribe\n"
)

PEOPLE = {
    "the word alone": mail("unsubscribe"),
    "no subject": mail("", "Unsubscribe"),
    "shouting": mail("UNSUBSCRIBE!!!"),
    "politely": mail("Unsubscribe please"),
    "in a sentence": mail(
        "", "Hi,\n\nPlease unsubscribe me from this mailing list.\n\nThanks, Ada"
    ),
    "in one line": mail("", "Hello, please unsubscribe me, thank you, Ada"),
    "with a wish": mail("I'd like to unsubscribe from your newsletter"),
    "removal": mail("Remove me from the list, please"),
    "ios": mail(body=IOS),
    "gmail": mail(body=GMAIL),
    "disclaimer": mail(body=DISCLAIMER),
    "below a banner": mail(body=BANNER),
    "below a short banner": mail("Re: x", "[EXTERNAL]\nunsubscribe"),
    "tagged by a server": mail("[EXTERNAL] RE: Unsubscribe"),
    "gmail in html": mail(body=GMAIL_HTML, kind="text/html"),
    "outlook in html": mail(body=OUTLOOK_HTML, kind="text/html"),
    "no-break blanks": mail(body="<p>&nbsp;Unsubscribe&nbsp;me&nbsp;</p>", kind="text/html"),
    "blank text beside html": mail(
        body="--b\n\n \n--b\nContent-Type: text/html\n\n<b>STOP</b>\n--b--",
        kind='multipart/alternative; boundary="b"',
    ),
    "chinese": mail("退订"),
    "chinese, politely": mail("回复：23篇新论文", "您好，请帮我退订，谢谢！\n\n发自我的iPhone"),
    "chinese, wishing": mail("我要退订此邮件"),
    "chinese, a daily issue": mail("退订日报"),
    "chinese, a monthly issue": mail("请退订本月報"),
    "taiwan": mail("請取消訂閱，謝謝您"),
    "a broken link": mail("unsubscribe AQEAAAAAAAUabcdef"),
}
# Signs are there, and still a person, or a program that a person told to, wrote it.
WITH_SIGNS = {
    "exchange": mail("unsubscribe", **SUPPRESS),
    "exchange, all": mail("Unsubscribe", X_Auto_Response_Suppress="All"),
    "exchange, an answer": mail(body=DISCLAIMER, **SUPPRESS),
    "exchange, in html": mail(body=OUTLOOK_HTML, kind="text/html", **SUPPRESS),
    "exchange behind a relay": mail(body=DISCLAIMER, Feedback_ID="1.us-east-1.x:SES", **SUPPRESS),
    "exchange, chinese": mail("退订", **SUPPRESS),
    "exchange, below a banner": mail(body=BANNER, **SUPPRESS),
    "a mail rule of exchange": mail(
        body="unsubscribe", Auto_Submitted="auto-generated", X_Auto_Response_Suppress="All"
    ),
    "a program for its user": mail(
        "unsubscribe", "This mail was sent for a user.", Auto_Submitted="auto-generated"
    ),
    "an agent with an empty sender": mail(
        "Unsubscribe", Auto_Submitted="auto-generated", Precedence="bulk", Return_Path="<>"
    ),
    "bulk": mail("unsubscribe", Precedence="bulk"),
    "junk in the text": mail("", "unsubscribe", Precedence="junk"),
    "redirected": mail(body="Unsubscribe", Return_Path="<>"),
    "our own group": mail("Unsubscribe", to="leave@papers.example.org", **GOOGLE_GROUP),
    "autoreply header": mail("unsubscribe", X_Autoreply="yes"),
    "a token that is no longer valid": mail(
        "unsubscribe AQEAAAAAAAUabcdefghijklmnopqrstuvwxyz012", Auto_Submitted="auto-generated"
    ),
    "stop": mail("STOP", **SUPPRESS),
}
QUOTE = "\n\n> Unsubscribe\n> https://papers.example.org/unsubscribe/x\n"
AWAY = "I am out of the office until Monday."
PROGRAMS = {
    "away": mail("Automatic reply: 23 new papers", AWAY + QUOTE, X_Auto_Response_Suppress="All"),
    "away, quoting only": mail(
        "Automatic reply: 23 new papers", QUOTE, Auto_Submitted="auto-replied"
    ),
    "away, by vacation": mail("Re: 23 new papers", AWAY + QUOTE, **VACATION),
    "away, quoting below a line": mail(
        "Out of office",
        "-----Original Message-----\nFrom: Papers\n\nUnsubscribe\n",
        Auto_Submitted="auto-replied",
    ),
    "away, in html": mail(
        "Abwesenheitsnotiz: 23",
        "<blockquote type=cite><p>Unsubscribe</p></blockquote>",
        "text/html",
        Auto_Submitted="auto-replied",
    ),
    "away on leave": mail("Automatic reply: x", "Leave\n\nBack on Monday", **VACATION),
    "away, by subject": mail("Leave", "Back on Monday", **VACATION),
    "away, quoting without marks": mail("Automatisch antwoord: x", "Unsubscribe\n23", **VACATION),
    "away, named after our mail": mail("Automatic reply: unsubscribe", AWAY, **SUPPRESS),
    "away, in chinese": mail(
        "自动回复: 23篇新论文", "我在休假\n\n> 退订", Auto_Submitted="auto-replied"
    ),
    "a list of others": mail(
        "unsubscribe",
        to="talk@lists.example.com",
        List_Id="<talk.lists.example.com>",
        Precedence="list",
    ),
    "a read receipt": mail("unsubscribe", "Unsubscribe", 'multipart/report; boundary="x"'),
    "a ticket": mail(
        "[#42] Re: 23 new papers",
        "Unsubscribe\nWe have received your mail.",
        sender="noreply@desk.example.com",
        Auto_Submitted="auto-generated",
    ),
}
OTHERS = {
    "a question": mail("How do I unsubscribe my colleague?", "He left."),
    "a colleague": mail("", "Please unsubscribe my colleague bob@example.net"),
    "praise": mail(body="Great issue, I will not unsubscribe!" + QUOTE),
    "a report on the button": mail("Unsubscribe confirmation", "Your unsubscribe link is broken."),
    "a later line": mail(body="The third paper is by me.\n\nunsubscribe\n"),
}


@pytest.mark.parametrize("name", PEOPLE)
def test_a_person_who_wants_to_leave(name: str) -> None:
    request = classify(PEOPLE[name], OWN)
    assert isinstance(request, Unsubscribe)
    assert (request.sender, request.may_be_program) == ("reader@example.net", False)


@pytest.mark.parametrize("name", WITH_SIGNS)
def test_no_single_sign_keeps_anybody_from_leaving(name: str) -> None:
    request = classify(WITH_SIGNS[name], OWN)
    assert isinstance(request, Unsubscribe)
    assert (request.sender, request.may_be_program) == ("reader@example.net", True)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_note_of_a_program_asks_for_nothing(name: str) -> None:
    assert isinstance(classify(PROGRAMS[name], OWN), Automatic)


@pytest.mark.parametrize("name", OTHERS)
def test_a_mail_about_leaving_is_for_a_person(name: str) -> None:
    assert isinstance(classify(OTHERS[name], OWN), Other)


def test_a_delivery_report_never_unsubscribes() -> None:
    for subject in ("unsubscribe", "Undelivered Mail", "Re: unsubscribe"):
        body = "unsubscribe\n\n550 5.1.1 user unknown\n\n> unsubscribe"
        report = mail(subject, body, sender="MAILER-DAEMON@mx.example.net", Return_Path="<>")
        assert isinstance(classify(report, OWN), Bounce)
    standard = mail(
        "unsubscribe",
        "--b\nContent-Type: text/plain\n\nunsubscribe\n--b\nContent-Type: "
        "message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.org\n"
        "Action: failed\nStatus: 5.1.1\n--b--\n",
        'multipart/report; report-type=delivery-status; boundary="b"',
    )
    assert isinstance(classify(standard, OWN), Bounce)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (mail("subscribe", **SUPPRESS), Subscribe),
        (mail("help", **SUPPRESS), Help),
        (mail("Re: Please confirm", "ok", In_Reply_To=CONFIRM, **SUPPRESS), Confirm),
        (mail("AW: Please confirm", "ok", In_Reply_To=CONFIRM, **SUPPRESS), Confirm),
        (mail(f"confirm {'C' * 43}", **SUPPRESS), Confirm),
        (mail("Poissa: Please confirm", "-", In_Reply_To=CONFIRM, **SUPPRESS), Automatic),
        (mail("subscribe", Precedence="bulk"), Automatic),
        (mail("subscribe", Feedback_ID="a:b:c:d"), Automatic),
        (mail("help", Auto_Submitted="auto-replied"), Automatic),
        (
            mail(
                "Re: Please confirm", AWAY, In_Reply_To=CONFIRM, X_MS_Exchange_Inbox_Rules_Loop="a"
            ),
            Automatic,
        ),
    ],
)
def test_what_exchange_adds_hinders_no_request(data: bytes, kind: type) -> None:
    assert isinstance(classify(data, OWN), kind)


def test_any_encoding_of_the_word() -> None:
    encoded = base64.b64encode("退订\n".encode("gb18030")).decode()
    data = mail(body=encoded, Content_Transfer_Encoding="base64", **SUPPRESS)
    data = data.replace(b"charset=utf-8", b"charset=gb2312")
    assert isinstance(classify(data, OWN), Unsubscribe)
    assert isinstance(classify(mail("=?utf-8?B?6YCA6K6i?=", **SUPPRESS), OWN), Unsubscribe)


@pytest.mark.parametrize(
    "text", ["on 1 ", "unsubscribe me ", "please ", "> ", "hi ", "<!--", "<blockquote ", "&nbsp;"]
)
@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_a_mail_of_one_phrase_is_read_quickly(text: str, kind: str) -> None:
    began = time.process_time()
    classify(mail(text * 200, (text * 400 + "\n") * 400, kind), OWN)
    assert time.process_time() - began < 20, "what is not linear takes minutes"
