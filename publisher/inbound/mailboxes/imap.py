"""IMAP folders (RFC 9051, RFC 3501), by the standard library's client.

Of a mail that is fetched in part (`BODY.PEEK[]<0.n>`), no more than that is ever in memory, and
PEEK does not mark a mail as read. Why not imap-tools: docs/decisions/0033-own-imap-folder.md.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from publisher.errors import ConfigurationFailure, SourceError
from publisher.inbound.mailboxes.source import UnreadMail
from publisher.printable import one_line
from publisher.sender.transports.login import certificate_end, is_this_host
from publisher.sender.transports.smtp_replies import MOST_CHARACTERS
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.inbound.mailboxes.source import ReadPosition

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class ImapFolder:
    """A connection and the folder that it has selected."""

    def __init__(  # noqa: PLR0913 - the settings of [inbox], each by its name
        self,
        *,
        host: str,
        port: int,
        security: str,
        login: Callable[[imaplib.IMAP4], None],
        folder: str,
        handled_folder: str,
        since_days: int,
        position: ReadPosition,
        timeout_seconds: float,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """Connect, log in with `login` and select the folder.

        Raises `SourceError` and `ConfigurationFailure`.
        """
        if security == "none" and not is_this_host(host):
            raise ConfigurationFailure(
                _(
                    "inbox.security: 'none' is for a server on this host; {host} needs "
                    "'ssl' or 'starttls'"
                ).format(host=host)
            )
        self._name = f"{host}:{port}/{folder}"
        self._handled_folder = _folder_name(handled_folder) if handled_folder else ""
        self._position = position
        self._since = datetime.now(UTC) - timedelta(days=since_days)
        verified = context or ssl.create_default_context()
        with self._translating():
            if security == "ssl":
                self._imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                    host, port, ssl_context=verified, timeout=timeout_seconds
                )
            else:
                self._imap = imaplib.IMAP4(host, port, timeout=timeout_seconds)
            try:
                if security == "starttls":
                    self._imap.starttls(ssl_context=verified)
                login(self._imap)
                # Servers list all capabilities only after the login.
                capabilities = self._imap.capability()[1]
                self._capabilities = frozenset(_decoded(capabilities).upper().split())
                self._select(folder)
            except BaseException:
                self.close()
                raise

    def unread(self) -> Iterator[UnreadMail]:
        """Yield the mails after the last one that was read, in the order of their numbers."""
        last = self._position.position(self._name, self._validity)
        day = f"{self._since.day}-{_MONTHS[self._since.month - 1]}-{self._since.year}"
        with self._translating():
            numbers = self._uid("SEARCH", f"UID {last + 1}:*", "SINCE", day)
        # "n:*" includes the last mail even where its number is below n (RFC 3501, 6.4.8).
        lines = [line for line in numbers if isinstance(line, bytes)]
        for uid in sorted(int(number) for line in lines for number in line.split()):
            if uid > last:
                yield UnreadMail(str(uid))

    def read(self, mail: UnreadMail, limit: int) -> bytes | None:
        """Return the beginning of a mail, None where it is gone."""
        with self._translating():
            answer = self._uid("FETCH", mail.key, f"(BODY.PEEK[]<0.{limit}>)")
        for item in answer:
            if isinstance(item, tuple):
                return bytes(item[1])[:limit]
        return None

    def mark_handled(self, mail: UnreadMail) -> None:
        """Move a mail or mark it as seen, and skip it from now on."""
        with self._translating():
            if not self._handled_folder:
                self._uid("STORE", mail.key, "+FLAGS.SILENT", r"(\Seen)")
            elif "MOVE" in self._capabilities:
                self._with_folder(lambda: self._uid("MOVE", mail.key, self._handled_folder))
            else:
                self._with_folder(lambda: self._uid("COPY", mail.key, self._handled_folder))
                self._uid("STORE", mail.key, "+FLAGS.SILENT", r"(\Seen \Deleted)")
                if "UIDPLUS" in self._capabilities:
                    # A plain EXPUNGE would also remove mails that others have marked.
                    self._uid("EXPUNGE", mail.key)
        self.skip(mail)

    def skip(self, mail: UnreadMail) -> None:
        """Store the number of the mail as the last one that was read."""
        self._position.advance(self._name, self._validity, int(mail.key))

    @property
    def certificate_end(self) -> datetime | None:
        """The end of the server's certificate, None without TLS."""
        return certificate_end(self._imap.sock)

    def close(self) -> None:
        """Log out; a server that does not answer is no error."""
        with suppress(imaplib.IMAP4.error, OSError):
            self._imap.logout()
        with suppress(OSError):
            self._imap.shutdown()

    def _with_folder(self, move: Callable[[], object]) -> None:
        """Do `move`; where it fails, create the folder for handled mails and try again."""
        try:
            move()
        except imaplib.IMAP4.error:
            self._imap.create(self._handled_folder)
            move()

    def _select(self, folder: str) -> None:
        kind, data = self._imap.select(_folder_name(folder))
        if kind != "OK":
            raise SourceError(
                _("inbox.folder: the mailbox has no folder {folder}: {reason}").format(
                    folder=folder, reason=_reason(data)
                )
            )
        values = self._imap.response("UIDVALIDITY")[1]
        first = values[0] if values else None
        self._validity = int(first) if first else 0

    def _uid(self, command: str, *arguments: str) -> list[bytes | tuple[bytes, bytes] | None]:
        kind, data = self._imap.uid(command, *arguments)
        if kind != "OK":
            raise imaplib.IMAP4.error(f"{command}: {_reason(data)}")
        return data

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except (imaplib.IMAP4.error, OSError, ValueError) as error:
            reason = _reason(getattr(error, "strerror", None) or (error.args or [""])[0])
            raise SourceError(f"{self._name}: {reason or type(error).__name__}") from error


def _folder_name(folder: str) -> str:
    """Return the name of a folder as a quoted string in modified UTF-7 (RFC 3501, 5.1.3)."""
    pieces: list[str] = []
    for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", folder):
        if run[0] <= "\x7e":
            pieces.append(run.replace("&", "&-"))
        else:
            encoded = run.encode("utf-7").decode("ascii").removeprefix("+").removesuffix("-")
            pieces.append("&" + encoded.replace("/", ",") + "-")
    return quoted_string("".join(pieces))


def quoted_string(text: str) -> str:
    """Return ASCII `text` as a quoted string (RFC 3501, 4.3)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _reason(data: object) -> str:
    return one_line(_decoded(data), MOST_CHARACTERS)


def _decoded(data: object) -> str:
    first = data[0] if isinstance(data, list) and data else data
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first or "")
