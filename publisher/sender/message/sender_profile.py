"""The sender's part of a message, made from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from publisher.settings import Settings


@dataclass(frozen=True, slots=True)
class SenderProfile:
    """The sender's part of every message of a list. Addresses are valid and ASCII."""

    from_address: str
    list_id: str  # "digests.papers.example.org"
    from_name: str = ""
    reply_to: str = ""
    unsubscribe_address: str = ""  # empty: from_address
    one_click_url: str = ""  # https, the token is appended (RFC 8058); empty: by mail only
    language: str = ""  # of the texts, e.g. "zh-CN"
    sender_address: str = ""  # of the account that sends, if not from_address
    help_address: str = ""  # empty: from_address
    subscribe_url: str = ""
    archive_url: str = ""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return the profile of the newsletter of this site."""
        mail, web, site = settings.mail, settings.web.root, settings.site
        # One click needs https (RFC 8058, 2); a site on this machine is no public archive.
        https = web if web.startswith("https:") else ""
        public = site.domain != "localhost" and site.root.isascii()
        return cls(
            from_address=mail.from_address,
            from_name=mail.from_name or settings.newsletter.title or site.title,
            reply_to=mail.reply_to,
            list_id=mail.list_id or f"digests.{site.domain}",
            unsubscribe_address=mail.unsubscribe_address,
            language=site.language,
            sender_address=mail.sender_address,
            help_address=mail.help_address or mail.reply_to,
            one_click_url=f"{https}unsubscribe/" if https else "",
            subscribe_url=f"{web}subscribe" if web else "",
            archive_url=site.root if public else "",
        )
