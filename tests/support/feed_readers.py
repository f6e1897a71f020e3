"""A person in front of the readers' pages, and their mailbox, for tests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from publisher.services import transactional

if TYPE_CHECKING:
    from email.message import EmailMessage

    import httpx2
    from support.web_server import Site

ADA = "ada@example.org"
NAMES = {"nerf": "NeRF", "yixue": "医学图像"}
OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Paper Notes</title></head><body>
<outline type="rss" title="Paper Notes" xmlUrl="{0}atom.xml"/>
<outline type="rss" title="Paper Notes: NeRF" xmlUrl="{0}topics/nerf/atom.xml"/>
<outline type="rss" title="Paper Notes: 医学图像" xmlUrl="{0}topics/yixue/atom.xml"/>
<outline type="rss" title="Paper Notes: elsewhere" xmlUrl="https://x.org/topics/x/atom.xml"/>
</body></opml>
"""


@dataclass
class Person:
    """Fills in forms by hand, as far as HTTP goes."""

    site: Site

    def __post_init__(self) -> None:
        text = OPML.format(self.site.url)
        (self.site.public / "opml.xml").write_text(text, encoding="utf-8")

    def stamp(self, path: str = "subscribe") -> str:
        found = re.search(r'name="stamp" value="([^"]+)"', self.site.client.get(path).text)
        assert found
        self.site.clock.now += timedelta(seconds=5)
        return found[1]

    def subscribe(self, email: str = ADA, **fields: object) -> httpx2.Response:
        data = {"email": email, "website": "", "stamp": self.stamp(), **fields}
        data["topic[]"] = data.pop("topic", [])
        return self.site.client.post("/subscribe", data=data)

    def mails(self) -> list[EmailMessage]:
        """Have what waits sent, and return what came."""
        transactional.send_queued(
            self.site.settings, self.site.store, self.site.clock, topic_names=NAMES
        )
        found = []
        for path in sorted((self.site.folder / "outbox").glob("*.eml")):
            found.append(message_from_bytes(path.read_bytes(), policy=policy.default))
            path.unlink()
        return found  # type: ignore[return-value]

    def link(self, kind: str) -> str:
        """Return the path that the one mail that came links to."""
        (mail,) = self.mails()
        found = re.search(rf"{self.site.url}({kind}/[\w-]+)", text_of(mail))
        assert found, text_of(mail)
        return found[1]

    def joins(self, email: str = ADA, **fields: object) -> None:
        assert self.subscribe(email, **fields).status_code == 200
        assert self.site.client.post(self.link("confirm")).status_code == 200

    def asks_for_preferences(self, email: str = ADA) -> httpx2.Response:
        data = {"email": email, "website": "", "stamp": self.stamp("preferences")}
        return self.site.client.post("/preferences", data=data)

    def preferences(self, email: str = ADA) -> str:
        assert self.asks_for_preferences(email).status_code == 200
        return self.link("preferences")

    def status(self, email: str = ADA) -> str | None:
        person = self.site.store.subscribers.find(email)
        return None if person is None else person.status.value


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
