from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]


def test_add_confirm_list_remove_erase(publisher: Run, examples: Path) -> None:
    source = {"PUBLISHER_SOURCE__FOLDERS": str(examples)}
    publisher("subscribers", "add", "Ada@Example.ORG", "--topic", "医学图像/分割", **source)
    assert (
        publisher("subscribers", "list").stdout == "Ada@example.org\tpending\tyixuetuxiang-fenge\n"
    )
    publisher("subscribers", "confirm", "Ada@example.org", "--note", "said so on the phone")
    assert "\tactive\t" in publisher("subscribers", "list").stdout
    publisher("subscribers", "remove", "Ada@example.org")
    assert "\tunsubscribed\t" in publisher("subscribers", "list").stdout
    publisher("subscribers", "erase", "Ada@example.org")
    assert publisher("subscribers", "list").stdout == ""


def test_choices_are_set_and_changed(publisher: Run, examples: Path) -> None:
    source = {"PUBLISHER_SOURCE__FOLDERS": str(examples)}
    added = publisher(
        *("subscribers", "add", "a@example.org", "--language", "both", "--frequency", "monthly"),
        **source,
    )
    assert added.stdout == "a@example.org\tpending\tall topics\tboth, monthly\n"
    assert "does not offer monthly; until it does, they get weekly issues" in added.stderr
    changed = publisher(
        *("subscribers", "set", "a@example.org", "--length", "short", "--topic", "NeRF"), **source
    )
    assert changed.stdout == "a@example.org\tpending\tnerf\tboth, short, monthly\n"
    back = publisher("subscribers", "set", "a@example.org", "--all-topics")
    assert back.stdout == "a@example.org\tpending\tall topics\tboth, short, monthly\n"
    publisher("subscribers", "set", "b@example.org", "--length", "short", code=1)
    assert publisher("subscribers", "set", "a@example.org", "--length", "huge", code=2).stderr


def test_an_address_in_another_case_is_the_same_person(publisher: Run, tmp_path: Path) -> None:
    publisher("subscribers", "add", "A.Smith@Example.org", "--confirmed", "--note", "x")
    refused = publisher("subscribers", "add", "a.smith@example.org", code=1)
    assert "is on the list already" in refused.stderr
    other = "a.SMITH@EXAMPLE.ORG"
    assert "short" in publisher("subscribers", "set", other, "--length", "short").stdout
    assert "A.Smith@example.org paused" in publisher("subscribers", "pause", other).stdout
    assert "A.Smith@example.org active" in publisher("subscribers", "resume", other).stdout
    assert '"email": "A.Smith@example.org"' in publisher("subscribers", "show", other).stdout
    publisher("subscribers", "suppress", other)
    lifted = publisher("subscribers", "suppress", "a.smith@example.org", "--lift")
    assert "gets mail again" in lifted.stdout
    publisher("subscribers", "remove", other)
    (tmp_path / "in.csv").write_text("email,confirmed_at\na.smith@example.org,2024-05-01\n")
    refused = publisher("subscribers", "import", "in.csv", code=1)
    assert "in.csv:2: has unsubscribed" in refused.stderr
    assert publisher("subscribers", "list").stdout == (
        "A.Smith@example.org\tunsubscribed\tall topics\tshort\n"
    )
    assert publisher("subscribers", "erase", other).stdout == "erased\n"
    assert publisher("subscribers", "list").stdout == ""


def test_an_unknown_topic_is_said(publisher: Run, examples: Path) -> None:
    source = {"PUBLISHER_SOURCE__FOLDERS": str(examples)}
    added = publisher("subscribers", "add", "a@example.org", "--topic", "NeRV", **source)
    assert "no digest has the topic 'NeRV' yet" in added.stderr


BAD = [
    "",
    "no-at",
    "a@b@c",
    "a b@example.org",
    "a@example.org\nBcc: x@y.z",
    "a@-",
]


@pytest.mark.parametrize("address", BAD)
def test_a_bad_address_is_refused(publisher: Run, address: str) -> None:
    refused = publisher("subscribers", "add", address, code=1)
    assert refused.stderr.startswith("publisher: ")
    assert refused.stderr.count("\n") == 1
    assert publisher("subscribers", "list").stdout == ""


def test_import_and_export(publisher: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(
        "email,name,topics,confirmed_at\n"
        "ada@example.org,Ada,NeRF;3DGS,2024-05-01\n"
        "not an address,,,\n"
        'bo@example.org,"=cmd()",,\n'
        "ada@example.org,Ada again,,\n",
        encoding="utf-8",
    )
    result = publisher("subscribers", "import", "in.csv", code=1)
    assert "2 added" in result.stdout
    assert "1 rejected" in result.stdout
    assert "in.csv:3:" in result.stderr
    publisher("subscribers", "add", "gone@example.org")
    publisher("subscribers", "remove", "gone@example.org")
    publisher("subscribers", "export", "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows] == ["active", "pending", "unsubscribed"]
    assert rows[1]["name"].startswith("'=")
    (tmp_path / ".publisher" / "publisher.db").rename(tmp_path / "old.db")
    imported = publisher("subscribers", "import", "out.csv")
    assert "1 became active, 1 pending, 1 kept as unsubscribed" in imported.stdout
    publisher("subscribers", "export", "again.csv")
    assert (tmp_path / "again.csv").read_bytes().decode() == (
        tmp_path / "out.csv"
    ).read_bytes().decode()


def test_an_export_of_another_system(publisher: Run, examples: Path, tmp_path: Path) -> None:
    (tmp_path / "ghost.csv").write_bytes(
        "sep=;\r\n"
        "id;email;name;subscribed_to_emails;created_at;deleted_at;topics\r\n"
        '1;ada@example.org;Ada;true;2024-01-01;;"NeRF;NeRV"\r\n'
        "2;bo@example.org;Bo;false;2024-01-01;;\r\n"
        "3;cy@example.org;Cy;true;2024-01-01;2024-05-01;\r\n"
        "4;di@example.org;Di;true;2024-01-01;;3DGS\r\n".encode("utf-16")
    )
    source = {"PUBLISHER_SOURCE__FOLDERS": str(examples)}
    arguments = ("subscribers", "import", "ghost.csv", "--confirmed", "--note", "said so")
    result = publisher(*arguments, code=1, **source)
    assert result.stdout == (
        "2 added, 0 confirmed, 0 already on the list, 2 rejected\n2 became active, 0 pending\n"
    )
    assert "ghost.csv:4: gets no mail (column subscribed_to_emails: 'false')" in result.stderr
    assert "ghost.csv:5: has left (column deleted_at: '2024-05-01')" in result.stderr
    assert "warning: no digest has the topic 'NeRV' yet (nerv)" in result.stderr
    assert "'3DGS'" not in result.stderr
    assert '"detail": "said so"' in publisher("subscribers", "show", "ada@example.org").stdout
    listed = publisher("subscribers", "list").stdout
    assert listed == ("ada@example.org\tactive\tnerf, nerv\ndi@example.org\tactive\t3dgs\n")


def test_who_is_pending_and_why_a_file_is_refused(publisher: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("Email Address\tName\na@x.org\tAda\n")
    result = publisher("subscribers", "import", "in.csv")
    assert result.stdout.endswith("\n0 became active, 1 pending\n")
    assert "--invite asks them" in result.stderr
    cleaned = tmp_path / "cleaned_members_export_1.csv"
    cleaned.write_text("Email Address\nb@x.org\n")
    refused = publisher("subscribers", "import", cleaned, code=1)
    assert "everybody in it mail to the address bounced" not in refused.stderr
    assert "rename it" in refused.stderr
    (tmp_path / "none.csv").write_text("name;town\n")
    refused = publisher("subscribers", "import", "none.csv", code=1)
    assert "none.csv: line 1: no column 'email' among name, town" in refused.stderr
    (tmp_path / "latin.csv").write_bytes("email\nb@x.org\nç@x.org\n".encode("latin-1"))
    assert "UTF-8" in publisher("subscribers", "import", "latin.csv", code=1).stderr
    rows = [b"r%d@x.org,\xe9\n" % n if n == 15_000 else b"r%d@x.org,e\n" % n for n in range(20_000)]
    (tmp_path / "long.csv").write_bytes(b"email,name\n" + b"".join(rows))
    refused = publisher("subscribers", "import", "long.csv", code=1)
    assert "long.csv: the file is not UTF-8 text; save it as UTF-8; nothing is imported" in (
        refused.stderr
    )
    assert publisher("subscribers", "list").stdout.count("\n") == 1


def test_a_line_with_more_values_than_columns_is_refused(publisher: Run, tmp_path: Path) -> None:
    unquoted = tmp_path / "unquoted.csv"
    unquoted.write_text("email;topics;name\nb@x.org;nerf;3dgs;Bo\nc@x.org;'nerf';Cy;;\nd@x.org\n")
    refused = publisher("subscribers", "import", unquoted, code=1)
    assert refused.stdout.startswith("2 added, 0 confirmed, 0 already on the list, 1 rejected\n")
    assert "unquoted.csv:2: 4 values for 3 columns; not imported" in refused.stderr
    assert "contains ';' needs quotes" in refused.stderr


def test_the_store_can_not_be_opened(publisher: Run, tmp_path: Path) -> None:
    (tmp_path / "publisher.db").write_bytes(b"this is no database, it is a letter" * 100)
    assert "publisher.db" in publisher("subscribers", "list", code=1).stderr
