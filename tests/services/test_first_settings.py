"""Settings of a new file by the system's language and zone, and by the sender's address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.services.first_settings import sender, system_language, system_time_zone

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("environment", "tag"),
    [
        ({}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "zh_TW"}, "zh-TW"),
        ({"LANG": "zh"}, "zh-CN"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh-CN"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:zh_CN"}, "zh-CN"),
    ],
)
def test_language(environment: dict[str, str], tag: str) -> None:
    assert system_language(environment) == tag


@pytest.mark.parametrize(
    ("variable", "link", "zone"),
    [
        ("", "", "UTC"),
        ("", "/usr/share/zoneinfo/Europe/Berlin", "Europe/Berlin"),
        ("", "../usr/share/zoneinfo/Etc/UTC", "UTC"),
        ("", "/usr/share/elsewhere", "UTC"),
        ("Asia/Tokyo", "/usr/share/zoneinfo/Europe/Berlin", "Asia/Tokyo"),
        (":America/New_York", "", "America/New_York"),
        ("/usr/share/zoneinfo/Asia/Shanghai", "", "Asia/Shanghai"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "", "UTC"),
        ("../../etc/passwd", "", "UTC"),
    ],
)
def test_time_zone(tmp_path: Path, variable: str, link: str, zone: str) -> None:
    localtime = tmp_path / "localtime"
    if link:
        localtime.symlink_to(link)
    assert system_time_zone({"TZ": variable}, localtime) == zone


@pytest.mark.parametrize("host", ["gmail.com", "Gmail.COM", "googlemail.com"])
def test_gmail_is_set_up(host: str) -> None:
    values = sender(f"ada@{host}")
    assert values["mail", "transport"] == "smtp"
    assert values["mail", "username"] == f"ada@{host}"
    assert values["pace", "preset"] == "gmail"


@pytest.mark.parametrize("address", ["ada@example.org", "ada@gmail.com.example.org"])
def test_other_senders_name_no_server(address: str) -> None:
    assert sender(address) == {("mail", "from_address"): address}
