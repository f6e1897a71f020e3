"""The settings of a new publisher.toml: from the blog in its folder, and from the system."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from publisher.printable import one_line
from publisher.services.blog.description import OUTSIDE, language_tag, time_zone
from publisher.settings.sections import Output, Settings, Site
from publisher.translation import VARIABLES, environment_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.services.blog.description import Blog
    from publisher.services.blog.digest_survey import DigestSurvey

    Values = dict[tuple[str, str], Any]

_LOCALTIME = Path("/etc/localtime")
_GMAIL = ("gmail.com", "googlemail.com")


def proposal(
    blog: Blog | None, survey: DigestSurvey | None, environment: Mapping[str, str]
) -> Values:
    """Return the values to write, by section and key; address, language and folders are there.

    The output folder is one that the generator copies only where that is safe already: see
    `Blog.is_output_safe`.
    """
    site = Site()
    values: Values = {
        ("site", "url"): site.url,
        ("site", "language"): system_language(environment),
        ("site", "timezone"): system_time_zone(environment),
        ("source", "folders"): [survey.place if survey else "digests"],
        ("output", "folder"): Output().folder,
    }
    if blog is None:
        return values
    taken: Values = {
        ("site", "title"): blog.title,
        ("site", "description"): blog.description,
        ("site", "url"): blog.papers_url,
        ("site", "author"): blog.author,
        ("site", "language"): blog.language,
        ("site", "timezone"): blog.timezone,
        ("output", "folder"): blog.output if blog.is_output_safe else OUTSIDE,
    }
    if survey is None and blog.posts:
        taken["source", "folders"] = list(blog.posts)
    return values | {name: value for name, value in taken.items() if value}


def sender(address: str) -> Values:
    """Return the settings of a newsletter from `address`; Gmail's server is known."""
    values: Values = {("mail", "from_address"): address}
    if is_gmail(address):
        values |= {
            ("mail", "transport"): "smtp",
            ("mail", "host"): "smtp.gmail.com",
            ("mail", "username"): address,
            ("pace", "preset"): "gmail",
            ("inbox", "host"): "imap.gmail.com",
        }
    return values


def web_app(url: str) -> Values:
    """Return the settings of a web app on the host of the site's `url`, behind a local proxy."""
    parts = urlsplit(url)
    return {
        ("web", "url"): f"{parts.scheme}://{parts.netloc}/",
        ("web", "trusted_proxies"): ["127.0.0.1"],
    }


def is_gmail(address: str) -> bool:
    """Return whether `address` is one of Gmail."""
    return address.rpartition("@")[2].lower() in _GMAIL


def system_language(environment: Mapping[str, str]) -> str:
    """Return the language of the site by LANG: a Chinese one such as zh-CN, or else English.

    A site's own words are in these two.
    """
    code = environment_language(environment)
    if code == "en":
        return code
    chosen = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    region = re.match(rf"{code}[_-][A-Za-z]{{2}}\b", chosen.split(":")[0])
    return language_tag(region[0]) if region else {"zh": "zh-CN"}.get(code, code)


def system_time_zone(environment: Mapping[str, str], localtime: Path = _LOCALTIME) -> str:
    """Return the system's time zone: by TZ, or by the link `localtime`; "UTC" where none says."""
    name = environment.get("TZ", "").removeprefix(":")
    if not name:
        try:
            name = str(localtime.readlink())
        except OSError:
            return "UTC"
    name = name.rpartition("zoneinfo/")[2].removeprefix("Etc/")
    return time_zone(name) or "UTC"


def differences(values: Values, settings: Settings) -> Values:
    """Return those of `values` that `settings` have otherwise, and that a blog or survey gave."""
    defaults = Settings()
    return {
        (section, key): value
        for (section, key), value in values.items()
        if _plain(getattr(getattr(settings, section), key)) != _plain(value)
        and _plain(getattr(getattr(defaults, section), key)) != _plain(value)
    }


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [one_line(str(item)).rstrip("/") for item in value]
    return value.rstrip("/") if isinstance(value, str) else value
