"""Problems as a browser shows them: file, line and excerpt of each kind of error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.errors import NoDigests, OutputError, PublisherError, SettingsError, TemplateError
from publisher.live_preview.problems import missing_folders, no_issue, problem_of
from publisher.settings import load

if TYPE_CHECKING:
    from pathlib import Path

WRONG_SETTINGS = [
    ('[site]\ntitle = "a"\nurl = 7\n', 3),
    ('[site]\ntitle = "a"\n[mail]\nport = "x"\n', 4),
    ('[site]\ntitle = "a"\ntitel = "b"\n', 3),
    ("[site]\n\n[gather.model]\n\nname = 3\n", 5),
    ("[site]\ntitle = \n", 2),
    ('[site]\ntitle = "a"\n\n[[feeds.saved]]\nname = "B C"\n', 5),
]


@pytest.mark.parametrize(("text", "line"), WRONG_SETTINGS)
def test_wrong_settings_name_the_line_and_show_none(tmp_path: Path, text: str, line: int) -> None:
    config = tmp_path / "publisher.toml"
    config.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(config, {})
    problem = problem_of(caught.value)
    assert problem.title == "The settings can't be used"
    assert (problem.path, problem.line) == (str(config), line)
    assert problem.excerpt == (), "a password may be there"


def test_settings_of_the_environment_have_no_line() -> None:
    with pytest.raises(SettingsError) as caught:
        load(None, {"PUBLISHER_MAIL__PORT": "x"})
    problem = problem_of(caught.value)
    assert (problem.path, problem.line) == ("", 0)
    assert "PUBLISHER_MAIL__PORT" in problem.message


def test_a_template_shows_its_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    path = tmp_path / "mine" / "a.html.j2"
    path.write_text("".join(f"line {number}\n" for number in range(1, 20)), encoding="utf-8")
    problem = problem_of(TemplateError(f"{path}:9: unexpected '}}'"))
    assert (problem.path, problem.line) == ("mine/a.html.j2", 9)
    assert problem.message == "unexpected '}'"
    assert problem.excerpt == tuple((number, f"line {number}") for number in range(6, 13))
    gone = problem_of(TemplateError(f"{path}.gone:9: unexpected '}}'"))
    assert (gone.line, gone.excerpt) == (9, ())


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (OutputError("a: can't be written"), "The preview can't be written"),
        (PublisherError("a"), "This can't be shown"),
        (ValueError(), "This can't be shown"),
    ],
)
def test_each_error_has_a_title_and_a_message(error: Exception, title: str) -> None:
    problem = problem_of(error)
    assert problem.title == title
    assert problem.message in (str(error), "ValueError")
    assert problem.is_error


def test_what_is_not_there_yet_is_no_error(tmp_path: Path) -> None:
    empty = problem_of(NoDigests("digests: the folder is empty", "do something"))
    for problem in (empty, missing_folders([tmp_path]), no_issue(has_papers=False)):
        assert not problem.is_error
        assert any("publisher formats" in advice for advice in problem.advice)
    assert empty.message == "digests: the folder is empty"
    assert "since the last issue" in no_issue(has_papers=True).title
