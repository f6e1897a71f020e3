"""Copies of figures, fetched from a real host and shown by a real site."""

from __future__ import annotations

import hashlib
import time
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from support.figure_host import FigureHost, figure_host

from publisher.services import build as build_service
from publisher.services.figures.figure_cache import DAY, HOUR, UNUSED_SECONDS
from publisher.services.figures.update import FetchOptions, FigureReport, update_figures
from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.settings import Settings

PAPER = """## Paper number {number}

**Authors:Ada Lovelace**

We measure {number} things.

[PDF](http://arxiv.org/abs/2411.{number:05d}v1)

**Summary**
They are {number}.

<details>
{figures}
</details>


"""


@pytest.fixture
def host() -> Iterator[FigureHost]:
    with figure_host() as running:
        yield running


def digest(folder: Path, day: str, papers: dict[int, list[str]]) -> None:
    body = "".join(
        PAPER.format(number=number, figures="\n".join(f'<img src="{url}">' for url in urls))
        for number, urls in papers.items()
    )
    (folder / "digests").mkdir(exist_ok=True)
    text = f"---\ntitle: {day}\ndate: {day} 08:00:00\ntags: NeRF\n---\n\n{body}"
    (folder / "digests" / f"{day}.md").write_text(text)


def settings(folder: Path, **figures: object) -> Settings:
    flags: dict[str, object] = {
        "site": {"url": "https://papers.example.org/"},
        "source": {"folders": [str(folder / "digests")], "cache": str(folder / "cache")},
        "output": {"folder": str(folder / "out")},
        "figures": {"copy": True, "pause_seconds": 0, "allow_private_hosts": True, **figures},
    }
    return load(None, {}, flags)


def update(
    chosen: Settings, now: float = 1_000_000, seconds: float = 30, *, retry: bool = False
) -> FigureReport:
    options = FetchOptions(seconds=seconds, retry=retry, clock=lambda: now)
    return update_figures(build_service.collect(chosen), chosen, options)[1]


def copies(folder: Path) -> set[str]:
    return {path.name for path in (folder / "out" / "figures").glob("*")}


@pytest.mark.parametrize(
    ("name", "size", "small"),
    [
        ("photo.jpg", (960, 540), (320, 180)),
        ("moved.jpg", (960, 540), (320, 180)),
        ("tall.png", (80, 2400), None),
        ("clear.png", (200, 100), None),
        ("moving.gif", (400, 300), (320, 240)),
        ("sixteen.png", (500, 500), (320, 320)),
    ],
)
def test_pictures_are_copied_in_two_sizes(
    tmp_path: Path, host: FigureHost, name: str, size: tuple[int, int], small: tuple[int, int]
) -> None:
    digest(tmp_path, "2024-11-30", {1: [f"{host.root}/{name}"]})
    build_service.build(settings(tmp_path))
    page = (tmp_path / "out/papers/2411.00001.html").read_text()
    files = {
        path.name: Image.open(BytesIO(path.read_bytes()))
        for path in (tmp_path / "out/figures").iterdir()
    }
    assert {image.size for image in files.values()} == {size, small} - {None}
    assert {image.format for image in files.values()} == {"WEBP"}
    (whole,) = [name for name in files if f"-{size[0]}x{size[1]}.webp" in name]
    assert f'src="../figures/{whole}"' in page
    assert f'width="{size[0]}" height="{size[1]}"' in page
    assert host.root not in page
    assert f'property="og:image" content="https://papers.example.org/figures/{whole}"' in page
    assert f"https://papers.example.org/figures/{whole}" in (tmp_path / "out/atom.xml").read_text()
    assert next(iter(files.values())).has_transparency_data == (name == "clear.png")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("drawing.svg", "no picture in pixels"),
        ("paper.pdf", "no picture in pixels"),
        ("page.html", "no picture in pixels"),
        ("bomb.png", "20,000 x 10,000 pixels are too many"),
        ("cut.jpg", "damaged or incomplete"),
        ("cut.png", "damaged or incomplete"),
        ("empty.png", "no picture in pixels"),
        ("huge.png", "more than 15 MB"),
        ("missing.png", "answers 404"),
        ("local.jpg", "no http"),
        ("loop.jpg", "redirects more than 5 times"),
        ("drip.png", "takes too long"),
    ],
)
def test_other_figures_have_a_reason(
    tmp_path: Path, host: FigureHost, monkeypatch: pytest.MonkeyPatch, name: str, reason: str
) -> None:
    monkeypatch.setattr("publisher.services.figures.download.MOST_SECONDS", 0.5)
    digest(tmp_path, "2024-11-30", {1: [f"{host.root}/{name}"]})
    (failed,) = update(settings(tmp_path)).failed
    assert reason in failed.reason
    assert sum(host.asked.values()) <= 6
    assert not list((tmp_path / "cache/figures").glob("*.webp"))


def test_a_figure_without_a_copy_is_shown_from_its_host(tmp_path: Path, host: FigureHost) -> None:
    url = f"{host.root}/drawing.svg"
    digest(tmp_path, "2024-11-30", {1: [url]})
    built = build_service.build(settings(tmp_path))
    assert [text for text in built.warnings if "1 figure can't be copied" in text]
    assert f'src="{url}"' in (tmp_path / "out/papers/2411.00001.html").read_text()
    assert not (tmp_path / "out/figures").exists()


def test_a_private_host_is_not_asked(tmp_path: Path, host: FigureHost) -> None:
    digest(tmp_path, "2024-11-30", {1: [f"{host.root}/photo.jpg"]})
    (failed,) = update(settings(tmp_path, allow_private_hosts=False)).failed
    assert failed.reason == "its host is in a private network"
    assert not host.asked


def test_nothing_is_fetched_twice_and_a_vanished_host_does_no_harm(
    tmp_path: Path, host: FigureHost
) -> None:
    urls = [f"{host.root}/{name}" for name in ("photo.jpg", "other.jpg", "moved.jpg", "404.png")]
    digest(tmp_path, "2024-11-30", {1: urls, 2: urls[:1]})
    built = build_service.build(settings(tmp_path, per_paper=4))
    assert host.asked == {"/photo.jpg": 2, "/other.jpg": 1, "/moved.jpg": 1, "/404.png": 1}
    assert len(copies(tmp_path)) == 4  # of three figures, two of which are equal
    host.status = 503
    assert build_service.build(settings(tmp_path, per_paper=4)).changes.written == ()
    digest(tmp_path, "2024-12-01", {3: [f"{host.root}/new.png"]})
    written = build_service.build(settings(tmp_path, per_paper=4)).changes.written
    assert not [path for path in written if path.startswith(("figures/", "papers/2411.00001"))]
    assert built.changes.written
    assert sum(host.asked.values()) == 6


def test_pages_follow_their_copies_and_equal_those_of_a_cold_build(
    tmp_path: Path, host: FigureHost
) -> None:
    for day in (28, 29, 30):
        digest(
            tmp_path,
            f"2024-11-{day}",
            {day: [f"{host.root}/photo.jpg"], day + 10: [f"{host.root}/other.jpg?{day}"]},
        )
    build_service.build(settings(tmp_path, build_seconds=0))
    assert not host.asked
    update(settings(tmp_path))
    written = build_service.build(settings(tmp_path, build_seconds=0)).changes.written
    assert {path for path in written if path.startswith("papers/")} == {
        f"papers/2411.000{number}.html" for number in (28, 29, 30, 38, 39, 40)
    }
    digest(tmp_path, "2024-12-01", {50: [f"{host.root}/photo.jpg", f"{host.root}/tall.png"]})
    build_service.build(settings(tmp_path))
    # The digest that named the photograph first goes; others name it too.
    (tmp_path / "digests/2024-11-28.md").unlink()
    build_service.build(settings(tmp_path))
    incremental = contents(tmp_path / "out")
    assert len(copies(tmp_path)) == 5
    (tmp_path / "out").rename(tmp_path / "old")
    build_service.build(settings(tmp_path))
    assert contents(tmp_path / "out") == incremental
    for path in (tmp_path / "digests").iterdir():
        path.write_text(path.read_text().replace("/photo.jpg", "/gone.jpg"))
    build_service.build(settings(tmp_path))
    assert len(copies(tmp_path)) == 3


def test_a_failed_figure_is_tried_again_ever_later(tmp_path: Path, host: FigureHost) -> None:
    digest(tmp_path, "2024-11-30", {1: [f"{host.root}/gone.png"]})
    now = 1_000_000
    for count, wait in enumerate((HOUR, 6 * HOUR, DAY), start=1):
        report = update(settings(tmp_path), now)
        assert host.asked["/gone.png"] == count
        assert report.failed[0].next_try == now + wait
        update(settings(tmp_path), now + wait - 1)
        assert host.asked["/gone.png"] == count
        now += wait
    update(settings(tmp_path), now - DAY, retry=True)
    assert host.asked["/gone.png"] == 4


def test_a_host_that_fails_is_left_alone(tmp_path: Path, host: FigureHost) -> None:
    host.status = 503
    digest(tmp_path, "2024-11-30", {n: [f"{host.root}/{n}.png"] for n in range(1, 9)})
    report = update(settings(tmp_path))
    assert sum(host.asked.values()) == 2
    assert len(report.failed) == 8
    host.status = 404
    update(settings(tmp_path), 1_000_000 + HOUR)
    assert sum(host.asked.values()) == 2 + 8


def test_a_build_does_not_wait_longer_than_it_may(tmp_path: Path, host: FigureHost) -> None:
    papers = {n: [f"{host.root}/other.jpg?{n}", f"{host.root}/drip.png"] for n in range(1, 9)}
    digest(tmp_path, "2024-11-30", papers)
    began = time.monotonic()
    report = update(settings(tmp_path, pause_seconds=0.2), seconds=1)
    assert time.monotonic() - began < 4
    assert report.waiting
    assert not report.failed  # a run that ended says nothing of the host
    assert all(b - a > 0.18 for a, b in zip(host.moments, host.moments[1:], strict=False))


def test_copies_of_papers_that_are_gone_are_kept_for_a_month(
    tmp_path: Path, host: FigureHost
) -> None:
    digest(tmp_path, "2024-11-30", {1: [f"{host.root}/photo.jpg"]})
    update(settings(tmp_path))
    digest(tmp_path, "2024-11-30", {1: []})
    held = tmp_path / "cache/figures"
    for now in (1_000_000, 1_000_000 + UNUSED_SECONDS - 1):
        update(settings(tmp_path), now)
        assert len(list(held.glob("*.webp"))) == 2
    update(settings(tmp_path), 1_000_000 + UNUSED_SECONDS)
    assert not list(held.glob("*.webp"))


def test_a_damaged_cache_is_made_anew(tmp_path: Path, host: FigureHost) -> None:
    digest(tmp_path, "2024-11-30", {1: [f"{host.root}/photo.jpg"]})
    update(settings(tmp_path))
    held = tmp_path / "cache/figures"
    next(held.glob("*-small.webp")).unlink()
    assert update(settings(tmp_path)).new == 1
    (held / "figures.sqlite").write_bytes(b"not a database" * 100)
    assert update(settings(tmp_path)).new == 1
    assert host.asked["/photo.jpg"] == 3


def test_without_pillow_the_build_says_what_to_install(
    tmp_path: Path, host: FigureHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest(tmp_path, "2024-11-30", {1: [f"{host.root}/photo.jpg"]})
    monkeypatch.setattr("publisher.services.figures.update.find_spec", lambda _name: None)
    built = build_service.build(settings(tmp_path))
    assert [w for w in built.warnings if "pip install 'digest-publisher[figures]'" in w]
    assert not host.asked
    assert f'src="{host.root}/photo.jpg"' in (tmp_path / "out/papers/2411.00001.html").read_text()


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
