"""Translation of the mail library's exceptions, by the phase in which they occur.

They are recognised by class name, so that smtplib is imported by yagmail alone.
"""

from __future__ import annotations

import errno
import socket
import ssl

from publisher.errors import (
    ConfigurationFailure,
    TemporaryFailure,
    TransportError,
    UnknownOutcome,
)
from publisher.printable import one_line
from publisher.sender.transports.smtp_replies import MOST_CHARACTERS, Phase, SmtpReply, failure
from publisher.translation import _

# No later try succeeds with these settings.
_CONFIGURATION = frozenset(
    {
        "SMTPNotSupportedError",
        "SMTPAuthenticationError",
        "SSLCertVerificationError",
        "UnicodeError",
        "ValueError",
    }
)
# These pass: the server or the network is down for a while.
_TEMPORARY = frozenset({"SMTPServerDisconnected", "SMTPConnectError", "SMTPHeloError"})
_NO_SUCH_HOST = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


def translate(error: Exception, phase: Phase) -> TransportError:
    """Return our error for one of the library or the system that occurred in `phase`.

    Once the final dot may have left, only an answer of the server can say what happened.
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    code = getattr(error, "smtp_code", None)
    if isinstance(code, int) and code > 0:
        if "SMTPAuthenticationError" in names or phase is Phase.CONNECT:
            phase = Phase.LOGIN
        return failure(phase, SmtpReply.parse(code, _text(getattr(error, "smtp_error", b""))))
    message = _describe(error, phase)
    if phase is Phase.END:
        return UnknownOutcome(message)
    if names & _TEMPORARY:
        return TemporaryFailure(message)
    if names & _CONFIGURATION:
        return ConfigurationFailure(message)
    opening = phase in (Phase.CONNECT, Phase.LOGIN)
    if opening and (_wrong_tls(error) or _no_such_host(error) or "SMTPException" in names):
        return ConfigurationFailure(message)
    return TemporaryFailure(message)


def _describe(error: Exception, phase: Phase) -> str:
    if isinstance(error, TimeoutError):
        if phase is not Phase.CONNECT:
            return _("{phase}: no answer in time").format(phase=phase)
        return _(
            "{phase}: no answer in time (is mail.host right? Many networks block port 25; "
            "mail.port 587 or 465 may be open)"
        ).format(phase=phase)
    text = one_line(str(error), MOST_CHARACTERS) or type(error).__name__
    if type(error).__module__ != "ssl" and isinstance(error, OSError) and error.strerror:
        # Without the error number.
        text = one_line(error.strerror, MOST_CHARACTERS)
    return f"{phase}: {text}{_hint(error)}"


def _hint(error: Exception) -> str:
    if _wrong_tls(error):
        return _(" (is mail.security right for this port?)")
    if _no_such_host(error):
        return _(" (is mail.host right?)")
    return _(" (is mail.port right?)") if isinstance(error, ConnectionRefusedError) else ""


def _wrong_tls(error: Exception) -> bool:
    """Return whether the other side does not speak TLS; a cut connection is no such."""
    return (
        isinstance(error, ssl.SSLError)
        and not isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError))
        and error.errno not in (errno.ECONNRESET, errno.EPIPE)
    )


def _no_such_host(error: Exception) -> bool:
    return isinstance(error, socket.gaierror) and error.errno in _NO_SUCH_HOST


def _text(answer: object) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
