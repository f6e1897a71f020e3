from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import (
    ConfigurationFailure,
    ConnectionLimit,
    PermanentFailure,
    QuotaExceeded,
    TemporaryFailure,
    TransportError,
    UnknownOutcome,
)
from publisher.sender.delivery.retry import DELAYS, next_try
from publisher.sender.transports.smtp_replies import (
    Phase,
    SmtpReply,
    failure,
    is_gone,
    pause_for,
)

NOW = datetime(2024, 12, 9, tzinfo=UTC)
L, T, P, Q, C, U = (
    ConnectionLimit,
    TemporaryFailure,
    PermanentFailure,
    QuotaExceeded,
    ConfigurationFailure,
    UnknownOutcome,
)
CONNECT, LOGIN, MAIL, RCPT, DATA, END = (
    Phase.CONNECT,
    Phase.LOGIN,
    Phase.SENDER,
    Phase.RECIPIENT,
    Phase.DATA,
    Phase.END,
)

# Replies of real servers: phase, reply, error, whether the mailbox is gone.
REPLIES: list[tuple[Phase, str, type[TransportError], bool]] = [
    # Gmail
    (END, "550 5.4.5 Daily user sending limit exceeded. For more information", Q, False),
    (MAIL, "550-5.4.5 Daily user sending quota exceeded. x1-2001 - gsmtp", Q, False),
    (CONNECT, "421 4.7.0 Try again later, closing connection. (EHLO)", T, False),
    (END, "421-4.7.28 Our system has detected an unusual rate of unsolicited mail", Q, False),
    (LOGIN, "454 4.7.0 Too many login attempts, please try again later", L, False),
    (LOGIN, "535 5.7.8 Username and Password not accepted.", C, False),
    (LOGIN, "534 5.7.9 Application-specific password required", C, False),
    (MAIL, "530 5.7.0 Authentication Required.", C, False),
    (RCPT, "550-5.1.1 The email account that you tried to reach does not exist.", P, True),
    (RCPT, "550 5.2.1 The email account that you tried to reach is disabled.", P, True),
    (
        RCPT,
        "450 4.2.1 The user you are trying to contact is receiving mail at a rate that",
        T,
        False,
    ),
    (RCPT, "452 4.2.2 The email account that you tried to reach is over quota", T, False),
    (RCPT, "552 5.2.2 The email account that you tried to reach is over quota", P, False),
    (END, "550-5.7.1 Our system has detected that this message is likely spam", P, False),
    (END, "550-5.7.26 This mail is unauthenticated", P, False),
    (END, "552-5.2.3 Your message exceeded Google's message size limits.", P, False),
    # Exchange Online, Outlook
    (RCPT, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", P, True),
    (END, "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", Q, False),
    (
        RCPT,
        "550 5.1.90 Your message can't be sent because you've reached your daily limit",
        Q,
        False,
    ),
    (END, "550 5.7.233 tenant exceeded its threshold", Q, False),
    (MAIL, "451 4.7.500 Server busy. Please try again later from [1.2.3.4].", T, False),
    (CONNECT, "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms", L, False),
    (RCPT, "550 5.4.1 Recipient address rejected: Access denied", P, False),
    (RCPT, "421 RP-001 The mail server has exceeded the rate limit allowed.", Q, False),
    (RCPT, "550 5.5.0 Requested action not taken: mailbox unavailable", P, False),
    (END, "550 5.7.1 Unfortunately, messages from [1.2.3.4] weren't sent. (S3140)", P, False),
    # Yahoo
    (MAIL, "421 4.7.0 [TSS04] Messages from 1.2.3.4 temporarily deferred", Q, False),
    (RCPT, "554 delivery error: dd This user doesn't have a yahoo.com account [0]", P, False),
    (END, "554 5.7.9 Message not accepted for policy reasons.", P, False),
    # QQ, 163
    (CONNECT, "550 Ip frequency limited [a1]. http://service.mail.qq.com", Q, False),
    (RCPT, "550 Mailbox not found. http://service.mail.qq.com/cgi-bin/help", P, False),
    (END, "550 Mail content denied. http://service.mail.qq.com", P, False),
    (LOGIN, "535 Login Fail. Please enter your authorization code to login.", C, False),
    (RCPT, "550 User not found: a@163.com", P, False),
    (END, "554 DT:SPM 163 smtp5, http://mail.163.com/help/help_spam_16.htm", P, False),
    (MAIL, "553 Mail from must equal authorized user", C, False),
    # Exim
    (RCPT, "550 Unrouteable address", P, False),
    (RCPT, "451 Temporary local problem - please try later", T, False),
    # Amazon SES
    (DATA, "454 Throttling failure: Maximum sending rate exceeded.", Q, False),
    (DATA, "454 Throttling failure: Daily message quota exceeded.", Q, False),
    (END, "554 Message rejected: Email address is not verified.", P, False),
    # Postfix, Exim and other relays
    (
        RCPT,
        "450 4.2.0 <a@b>: Recipient address rejected: Greylisted, see http://postgrey",
        T,
        False,
    ),
    (RCPT, "451 4.7.1 Greylisting in action, please come back later", T, False),
    (RCPT, "554 5.7.1 <a@b>: Relay access denied", C, False),
    (RCPT, "550 relay not permitted", C, False),
    (RCPT, "550 5.1.1 <a@b>: Recipient address rejected: User unknown", P, True),
    (RCPT, "550 No such user here", P, False),
    (RCPT, "550 5.1.2 <a@b>: Domain not found", P, True),
    (CONNECT, "421 mx.example.org Too many concurrent SMTP connections", L, False),
    (CONNECT, "554 5.7.1 Service unavailable; Client host [1.2.3.4] blocked", C, False),
    (MAIL, "553 5.7.1 <x@y>: Sender address rejected: not owned by user", C, False),
    (MAIL, "452 4.3.1 Insufficient system storage", T, False),
    (MAIL, "552 5.3.4 Message size exceeds fixed limit", C, False),
    (END, "451 4.3.0 queue file write error", T, False),
    (DATA, "554 5.5.1 Error: no valid recipients", P, False),
    (END, "421 4.3.0 shutting down", T, False),
    # Limits on connections say nothing about messages.
    (LOGIN, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", L, False),
    (END, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", L, False),
    (MAIL, "432 4.3.2 try later", L, False),
    (
        CONNECT,
        "421 4.3.2 The maximum number of concurrent server connections has exceeded a limit",
        L,
        False,
    ),
    (CONNECT, "421 4.7.0 mx.example.org Error: too many connections from 192.0.2.1", L, False),
    (CONNECT, "421 4.7.0 Error: too many new TLS sessions from 192.0.2.1", L, False),
    (CONNECT, "421 4.3.2 Connection rate limit exceeded.", L, False),
    (CONNECT, "421 4.3.2 Too many open connections.", L, False),
    (CONNECT, "421 Too many concurrent SMTP connections from this IP address", L, False),
    (CONNECT, "421 too many sessions, try later", L, False),
    (CONNECT, "421 RP-002 The IP address has exceeded the connection limit allowed.", L, False),
    (CONNECT, "421 smtp.orange.fr Connexion refusee, trop de connexions simultanees", L, False),
    (CONNECT, "421 HL:ICC 163 mx5", L, False),
    (CONNECT, "450 Maximum number of sessions reached", L, False),
    (CONNECT, "550 Connection frequency limited", L, False),
    (CONNECT, "554 Too many connections from your IP", L, False),
    (LOGIN, "421 4.7.0 Too many simultaneous logins", L, False),
    (LOGIN, "454 4.7.0 Maximum number of connections from user+IP exceeded", L, False),
    (MAIL, "421 Max messages per connection reached", L, False),
    (MAIL, "421 4.7.0 Too many messages in this session", L, False),
    (MAIL, "450 MI:DMC 163 smtp9", L, False),
    # Those on messages are quotas.
    (MAIL, "450 4.7.1 Error: too much mail from 192.0.2.1", Q, False),
    (MAIL, "421 4.4.2 Message submission rate for this client has exceeded the limit", Q, False),
    (MAIL, "450 4.2.1 The peak SMTP relay limit exceeded for customer.", Q, False),
    (END, "450 Requested mail action not taken. Mail send limit exceeded.", Q, False),
    (RCPT, "451 4.7.1 You may send 100 messages per hour over all connections", Q, False),
    (RCPT, "452 4.3.2 Too many recipients this hour", Q, False),
    (RCPT, "421 4.7.0 Hourly sending limit reached, closing connection", Q, False),
    (RCPT, "550 5.7.1 Daily SMTP relay sending limit exceeded", Q, False),
    (END, "421 HL:IFC 163 mx5", Q, False),
    (LOGIN, "451 Authentication failed: Maximum credits exceeded", Q, False),
    # And others are neither.
    (CONNECT, "421 4.3.2 System not accepting network messages", T, False),
    (CONNECT, "421 4.3.2 Service not available, closing transmission channel", T, False),
    (LOGIN, "454 4.7.0 Cannot authenticate due to temporary system problem", T, False),
    (LOGIN, "421 4.7.0 Too many failed login attempts", T, False),
    (LOGIN, "535 5.7.0 Too many login failures", C, False),
    (RCPT, "452 4.5.3 Too many recipients", T, False),
    (RCPT, "452 mailbox size limit exceeded", T, False),
    (RCPT, "550 The recipient has exceeded the storage limit", P, False),
    # Not replies of the protocol
    (MAIL, "-1 garbage", T, False),
    (DATA, "250 odd", T, False),
    (END, "-1 garbage", U, False),
    (END, "354 again?", U, False),
]


@pytest.mark.parametrize(("phase", "reply", "kind", "gone"), REPLIES, ids=lambda v: str(v)[:30])
def test_what_a_reply_means(
    phase: Phase, reply: str, kind: type[TransportError], *, gone: bool
) -> None:
    code, answer = (reply[:2], reply[3:]) if reply.startswith("-") else (reply[:3], reply[4:])
    error = failure(phase, SmtpReply.parse(int(code), answer))
    assert type(error) is kind
    assert is_gone(error) == gone
    assert error.code == max(int(code), 0)
    assert answer.split()[-1] in str(error)


@pytest.mark.parametrize(
    ("reply", "hours"),
    [
        ("550 5.4.5 Daily user sending limit exceeded", 24),
        ("454 Throttling failure: Daily message quota exceeded.", 24),
        ("454 Throttling failure: Maximum sending rate exceeded.", 1),
        ("421 4.7.0 Too many messages from 192.0.2.1, slow down", 1),
    ],
)
def test_how_long_a_limit_holds(reply: str, hours: int) -> None:
    error = failure(Phase.END, SmtpReply.parse(int(reply[:3]), reply[4:]))
    assert isinstance(error, QuotaExceeded)
    assert pause_for(error) == timedelta(hours=hours)


@given(st.sampled_from(list(Phase)), st.integers(-1, 999), st.text())
def test_every_answer_is_one_line_and_one_kind(phase: Phase, code: int, answer: str) -> None:
    error = failure(phase, SmtpReply.parse(code, answer))
    assert isinstance(error, TransportError)
    assert str(error).isprintable()
    assert len(str(error)) < 400


def test_the_waits_grow_and_end() -> None:
    waits = []
    for attempts in range(1, 10):
        moment = next_try(attempts, NOW, 0.5)
        assert moment is not None
        waits.append(moment - NOW)
    assert waits == sorted(waits) == list(DELAYS[:9])
    assert next_try(10, NOW, 0.5) is None


@pytest.mark.parametrize(
    ("hours", "tries"), [(0.05, 0), (1, 3), (24, 7), (72, 9), (96, 10), (720, 11)]
)
def test_it_is_given_up_when_the_next_try_would_be_too_late(hours: float, tries: int) -> None:
    wait = timedelta(hours=hours)
    assert next_try(tries, NOW, 0.5, wait) is not None or tries == 0
    assert next_try(tries + 1, NOW, 0.5, wait) is None


@given(st.integers(0, 9), st.floats(0, 1, exclude_max=True))
def test_jitter_spreads_by_a_fifth(attempts: int, jitter: float) -> None:
    moment = next_try(attempts, NOW, jitter)
    assert moment is not None
    plain = DELAYS[max(attempts, 1) - 1]
    assert abs((moment - NOW) - plain) <= plain * 0.2 + timedelta(microseconds=1)
