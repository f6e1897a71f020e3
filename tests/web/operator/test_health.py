"""The checks of `publisher doctor` on the operator's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import html
from support.operator_site import log_in, post
from support.program import until
from support.web_server import serving

if TYPE_CHECKING:
    from pathlib import Path

    from support.web_server import Site

PATH = "/operator/health"


def page_of(site: Site, path: str) -> html.HtmlElement:
    """Return a page when all of its figures are there."""
    until(lambda: 'http-equiv="refresh"' not in site.client.get(path).text)
    return html.fromstring(site.client.get(path).text)


def texts(page: html.HtmlElement, query: str) -> list[str]:
    return [" ".join(" ".join(element.itertext()).split()) for element in page.xpath(query)]


def test_only_operators_see_it(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        answer = site.client.get(PATH)
        assert (answer.status_code, answer.headers["location"]) == (303, "/operator/login")
        assert site.client.post(PATH).status_code in (303, 403)


def test_problems_are_on_the_overview_and_all_on_the_page(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "broken.html.j2").write_text("{% if %}", encoding="utf-8")
    with serving(tmp_path, {"templates": {"folder": str(tmp_path / "mine")}}) as site:
        log_in(site)
        needs = texts(page_of(site, "/operator/"), f"//section[@class='needs']//a[@href='{PATH}']")
        assert any("broken.html.j2:1" in need for need in needs)
        assert any(need.endswith("about this installation to look at") for need in needs)
        page = page_of(site, PATH)
        assert "No server was asked." in texts(page, "//form/p")
        titles = texts(page, "//h2")
        assert titles[:2] == ["What to mend and to look at", "Program"]
        assert titles[-1] == "Backups"
        problems = texts(page, "//section[@aria-labelledby='problems']//li")
        assert any(problem.startswith("mend it Templates: ") for problem in problems)
        assert any(problem.startswith("look at it Templates: ") for problem in problems)


def test_all_checks_run_on_demand(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        log_in(site)
        answer = post(site, PATH)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?online=yes")
        page = page_of(site, f"{PATH}?online=yes")
        assert "Servers were asked too." in texts(page, "//form/p")
        # The app asks itself.
        app = texts(page, "//h2[text()='Web app']/following-sibling::ul/li")
        assert f"in order {site.url}healthz answers" in app
