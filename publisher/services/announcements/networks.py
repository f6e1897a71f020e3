"""Calls of Apprise: open the address of a target, and post a text to it.

Apprise's log names addresses with their passwords, so it is silenced. Its own tries are switched
off, as it makes them without knowing whether a message arrived.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from publisher.errors import SettingsError
from publisher.formatter.announcements import TextRoom
from publisher.printable import one_line
from publisher.services.announcements.judge import AnnouncementOutcome, judge
from publisher.settings.secret_files import target_secret
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.models.announcements import AnnouncementText
    from publisher.settings.sections import AnnounceTarget

# A short time-out makes doubt: a service that takes long has often taken the message.
CONNECT_SECONDS, READ_SECONDS, CALL_SECONDS = 10.0, 30.0, 90.0
# Limits in bytes of UTF-8, which Apprise counts as characters: WeCom (developer.work.weixin.qq.com/
# document/path/91770), ntfy (docs.ntfy.sh/publish/#limitations). DingTalk and Feishu take requests
# of 20 kB, in which Apprise writes a Chinese character in six or three bytes.
_OCTETS = {"wecombot": 2048, "ntfy": 4096, "dingtalk": 6000, "feishu": 19_000, "lark": 19_000}
_SHORTEST_SECRET = 6
_SHOWN = 200


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Network:
    """The address of a target, ready to be posted to. `service` is the network's name."""

    service: str
    room: TextRoom
    recipients: int
    _plugin: Any
    _secrets: tuple[str, ...]

    def post(
        self, text: AnnouncementText, *, now: Callable[[], datetime] = _utc_now
    ) -> AnnouncementOutcome:
        """Post `text` and return what is known of it; takes 90 seconds at most."""
        from publisher.services.announcements import exchanges  # noqa: PLC0415 - requests

        recording = exchanges.Recording()
        answers: list[bool] = []

        def call() -> None:
            with exchanges.recording_to(recording):
                answers.append(_notify(self._plugin, text))

        # A daemon: what hangs must not keep the program from ending.
        thread = Thread(target=call, name="announcement", daemon=True)
        thread.start()
        thread.join(CALL_SECONDS)
        is_settled = recording.close()
        accepted = answers[0] if answers else None
        if accepted is None and is_settled:
            # It waits for the time that the service asked for.
            accepted = False
        outcome = judge(
            accepted=accepted,
            targets=self.recipients,
            exchanges=tuple(recording.exchanges),
            now=now(),
        )
        return AnnouncementOutcome(
            outcome.state, self._without_secrets(outcome.reason), outcome.wait
        )

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return one_line(text)[:_SHOWN]


def _notify(plugin: Any, text: AnnouncementText) -> bool:  # noqa: ANN401 - no types
    import apprise  # noqa: PLC0415 - of an extra

    try:
        return bool(
            plugin.notify(
                body=text.body,
                title=text.title,
                body_format=apprise.NotifyFormat.TEXT,
                # One message, whatever the address says: two could not be told apart.
                overflow=apprise.OverflowMode.TRUNCATE,
            )
        )
    except Exception:  # noqa: BLE001 - a plugin of 190 may raise anything; the exchanges tell more
        return False


def open_network(target: AnnounceTarget) -> Network:
    """Return the network of `target`.

    Raises `SettingsError` where Apprise is not installed or the address is none; no message holds
    the address.
    """
    url = target.url.reveal().strip()
    if not url:
        raise SettingsError(
            _("announce.targets: {name} has no url; `publisher secret {secret}` keeps it").format(
                name=target.name, secret=target_secret(target.name)
            )
        )
    try:
        import apprise  # noqa: PLC0415 - of an extra

        # Sessions that a plugin makes at once are to be watched too.
        from publisher.services.announcements import exchanges as _exchanges  # noqa: PLC0415, F401 - see above
    except ImportError as error:
        raise SettingsError(
            _("announce.targets: to announce: pip install 'digest-publisher[announce]'")
        ) from error
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 100)
    plugin: Any = apprise.Apprise.instantiate(url)
    if plugin is None:
        raise SettingsError(
            _(
                "announce.targets: {name}: its url is none that Apprise knows, or needs a package "
                "that is missing; docs/how-to/announcements.md has one for each network"
            ).format(name=target.name)
        )
    plugin.retry = 0
    plugin.socket_connect_timeout = CONNECT_SECONDS
    plugin.socket_read_timeout = READ_SECONDS
    limit = int(plugin.body_maxlen) or target.characters
    octets = min((_OCTETS[name] for name in _protocols(plugin) if name in _OCTETS), default=0)
    return Network(
        service=str(plugin.service_name),
        room=TextRoom(min(limit, target.characters), octets),
        recipients=len(plugin),
        _plugin=plugin,
        _secrets=_secrets_of(url),
    )


def _protocols(plugin: Any) -> tuple[str, ...]:  # noqa: ANN401 - no types
    """Return the beginnings of the addresses that a plugin takes."""
    names = (plugin.protocol or (), plugin.secure_protocol or ())
    return tuple(part for name in names for part in ((name,) if isinstance(name, str) else name))


def _secrets_of(url: str) -> tuple[str, ...]:
    """Return the parts of an address that no message may hold, longest first."""
    rest = url.partition("://")[2]
    parts = {part for text in (rest, unquote(rest)) for part in re.split(r"[/:@?&=#,]", text)}
    return tuple(sorted((p for p in parts if len(p) >= _SHORTEST_SECRET), key=len, reverse=True))
