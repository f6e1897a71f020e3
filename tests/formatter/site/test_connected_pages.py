"""Pages of authors, venues and topics, and related papers, of a site that grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.formatter.pages.size_limit import MOST_BYTES
from publisher.services import build as build_service
from publisher.settings import load

if TYPE_CHECKING:
    from pathlib import Path

SUBJECTS = ("moss growth", "robot gardens", "lunar tides", "glacier motion", "violin timbre")
GIVEN = ("Ada", "Bo", "Cy", "Dee", "Ed", "Flo", "Gus", "Hal", "Ida", "Jo", "Kim", "Lou", "Mia")
FAMILY = ("Zheng", "Zhang", "Smith", "Íñiguez", "van der Berg", "Okafor", "Zhao")


class Site:
    """A site of digests, three papers each: every fifth paper has the same subject."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def digest(self, number: int, version: int = 1) -> None:
        year, month = 2024 + number // 24, 1 + number // 2 % 12
        lines = [f"---\ntitle: Gardens\ndate: {year}-{month:02}-{1 + number % 2 * 14:02}\n---\n"]
        for paper in range(3 * number, 3 * number + 3):
            subject = SUBJECTS[paper % len(SUBJECTS)]
            authors = [
                f"{GIVEN[(paper + k) % 13]} {FAMILY[(paper * 3 + k * k) % 7]}" for k in range(3)
            ]
            if paper == 7:
                authors[0] = authors[0].replace("Zheng", "ZHENG")
            lines.append(
                f"### [On {subject} of kind {paper}]"
                f"(https://arxiv.org/abs/24{paper // 100 + 1:02}.{paper:05}v{version})\n\n"
                f"*{', '.join(authors)}*\n\n**Comment**: Accepted at CVPR {2020 + paper % 3}\n\n"
                f"<details>\n<summary>Abstract</summary>\n\nWe study {subject} and show how "
                f"{subject} changes with {'water' if paper % 2 else 'light'} in version {version}."
                "\n\n</details>\n"
            )
        (self.folder / "posts").mkdir(exist_ok=True)
        path = self.folder / "posts" / f"{number:03}.md"
        path.write_text("\n".join(lines), encoding="utf-8")

    def build(self, name: str) -> set[str]:
        """Return the paths that were written or removed."""
        flags: dict[str, dict[str, object]] = {
            "source": {
                "folders": (str(self.folder / "posts"),),
                "cache": str(self.folder / f"cache of {name}"),
            },
            "output": {"folder": str(self.folder / name)},
            "feeds": {"entries": 20},
        }
        changes = build_service.build(load(None, {}, flags)).changes
        return {*changes.written, *changes.removed}

    def files(self, name: str) -> dict[str, bytes]:
        return {
            path.relative_to(self.folder / name).as_posix(): path.read_bytes()
            for path in (self.folder / name).rglob("*")
            if path.is_file()
        }


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_site_that_grew_is_the_same_as_one_built_at_once(site: Site) -> None:
    for number in range(38):
        site.digest(number)
    site.build("grown")
    before = site.files("grown")
    site.digest(38)
    changed = site.build("grown")
    site.digest(39)
    site.build("grown")
    site.digest(5, version=2)  # an old paper changes, and with it the words known since
    site.build("grown")
    site.build("cold")

    grown, cold = site.files("grown"), site.files("cold")
    assert grown == cold
    kinds = {path.partition("/")[0] for path in grown}
    assert {"authors", "venues", "topics"} <= kinds
    assert {"topics/gardens/1.html", "topics/gardens/2.html", "venues/cvpr-2020.html"} <= set(grown)
    assert all(len(c) <= MOST_BYTES for path, c in grown.items() if path.endswith(".html"))
    # A page that is full stays as it is, and so do the papers of old digests.
    new = {path for path in changed if path not in before}
    old_papers = {path for path in changed - new if path.startswith("papers/")}
    assert len(new & {f"papers/2402.{number:05}.html" for number in (114, 115, 116)}) == 3
    assert len(old_papers) <= 6
    assert "topics/gardens/1.html" not in changed


def test_lists_link_to_what_there_is(site: Site) -> None:
    for number in range(12):
        site.digest(number)
    site.build("site")
    files = site.files("site")
    sitemap = (files["sitemap-authors.xml"] + files["sitemap-lists.xml"]).decode()
    for path, content in files.items():
        if path.split("/")[0] in ("authors", "venues") and path.endswith(".html"):
            assert path.removesuffix("index.html") in sitemap, path
            assert b"undefined" not in content
    page = files["papers/2401.00030.html"].decode()
    related = page.partition('id="related"')[2].partition("</section>")[0]
    # The subject is that of each fifth paper.
    assert [f"of kind {number}<" in related for number in (25, 20, 15, 29, 33)] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert 'rel="prev"' in page or 'rel="next"' in page
    assert 'href="../venues/cvpr-2020.html"' in page
    assert 'href="../authors/' in page
