"""A folder by IMAP (RFC 9051, RFC 3501), with the standard library's client.

Of a mail that is fetched in part (`BODY.PEEK[]<0.n>`) no more than that is ever in memory, and PEEK
leaves a mail unread that is not for us. Why not imap-tools: docs/decisions/0103-own-imap-folder.md.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from publisher.errors import ConfigurationFailure, SourceError
from publisher.inbound.mailboxes.source import Waiting
from publisher.sender.transports.login import is_this_host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.inbound.mailboxes.source import Position

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class ImapFolder:
    """One connection, and one folder that it has selected."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: str,
        login: Callable[[imaplib.IMAP4], None],
        folder: str,
        handled_folder: str,
        since_days: int,
        position: Position,
        timeout_seconds: float,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """Connect, log in with `login` and select. Raises `SourceError` and
        `ConfigurationFailure`.
        """  # noqa: D205
        if security == "none" and not is_this_host(host):
            raise ConfigurationFailure(
                f"inbox.security: 'none' is for a server on this host; {host} needs "
                "'ssl' or 'starttls'"
            )
        self._name = f"{host}:{port}/{folder}"
        self._handled_folder = handled_folder
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
                # What a server can do it tells in full only to who has logged in.
                _, told = self._imap.capability()
                self._can = frozenset(_text(told).upper().split())
                self._select(folder)
            except BaseException:
                self.close()
                raise

    def waiting(self) -> Iterator[Waiting]:
        """Yield the mails that came after the last one that was looked at, in their order."""
        last = self._position.position(self._name, self._validity)
        day = f"{self._since.day}-{_MONTHS[self._since.month - 1]}-{self._since.year}"
        with self._translating():
            numbers = self._uid("SEARCH", f"UID {last + 1}:*", "SINCE", day)
        # "n:*" has the last mail even where its number is below n (RFC 3501, 6.4.8).
        lines = [line for line in numbers if isinstance(line, bytes)]
        for uid in sorted(int(number) for line in lines for number in line.split()):
            if uid > last:
                yield Waiting(str(uid))

    def read(self, mail: Waiting, limit: int) -> bytes | None:
        """Return the beginning of a mail, None where it is gone."""
        with self._translating():
            answer = self._uid("FETCH", mail.key, f"(BODY.PEEK[]<0.{limit}>)")
        for item in answer:
            if isinstance(item, tuple):
                return bytes(item[1])[:limit]
        return None

    def handled(self, mail: Waiting) -> None:
        """Move a mail, or mark it as seen; then it is passed."""
        with self._translating():
            if not self._handled_folder:
                self._uid("STORE", mail.key, "+FLAGS.SILENT", r"(\Seen)")
            elif "MOVE" in self._can:
                self._made(lambda: self._uid("MOVE", mail.key, _quoted(self._handled_folder)))
            else:
                self._made(lambda: self._uid("COPY", mail.key, _quoted(self._handled_folder)))
                self._uid("STORE", mail.key, "+FLAGS.SILENT", r"(\Seen \Deleted)")
                if "UIDPLUS" in self._can:
                    # A plain EXPUNGE would remove what others have marked, too.
                    self._uid("EXPUNGE", mail.key)
        self.passed(mail)

    def passed(self, mail: Waiting) -> None:
        """Note the number."""
        self._position.advance(self._name, self._validity, int(mail.key))

    def close(self) -> None:
        """Log out; a server that does not answer is no error."""
        with suppress(imaplib.IMAP4.error, OSError):
            self._imap.logout()
        with suppress(OSError):
            self._imap.shutdown()

    def _made(self, move: Callable[[], object]) -> None:
        """Do `move`, and where the folder is not there, make it and do it again."""
        try:
            move()
        except imaplib.IMAP4.error:
            self._imap.create(_quoted(self._handled_folder))
            move()

    def _select(self, folder: str) -> None:
        kind, data = self._imap.select(_quoted(folder))
        if kind != "OK":
            raise SourceError(f"inbox.folder: {folder}: {_text(data)}")
        _, values = self._imap.response("UIDVALIDITY")
        first = values[0] if values else None
        self._validity = int(first) if first else 0

    def _uid(self, command: str, *arguments: str) -> list[bytes | tuple[bytes, bytes] | None]:
        kind, data = self._imap.uid(command, *arguments)
        if kind != "OK":
            raise imaplib.IMAP4.error(f"{command}: {_text(data)}")
        return data

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except (imaplib.IMAP4.error, OSError, ValueError) as error:
            told = getattr(error, "strerror", None) or (error.args[0] if error.args else "")
            reason = " ".join(_text(told).split())
            raise SourceError(f"{self._name}: {reason or type(error).__name__}") from error


def _quoted(folder: str) -> str:
    """Return a folder's name as a quoted string in modified UTF-7 (RFC 3501, 5.1.3)."""
    out: list[str] = []
    for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", folder):
        if run[0] <= "\x7e":
            out.append(run.replace("&", "&-"))
        else:
            coded = run.encode("utf-7").decode("ascii").removeprefix("+").removesuffix("-")
            out.append("&" + coded.replace("/", ",") + "-")
    return quoted_string("".join(out))


def quoted_string(text: str) -> str:
    """Return ASCII `text` as a quoted string (RFC 3501, 4.3)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _text(data: object) -> str:
    first = data[0] if isinstance(data, list) and data else data
    found = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first or "")
    return "".join(c if c.isprintable() else " " for c in found)[:300]
