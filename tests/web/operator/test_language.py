"""The language of the operator's pages: how it is chosen, and that all of a page is in it."""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from email.policy import default
from itertools import product
from typing import TYPE_CHECKING

import httpx2
import pytest
from conftest import EXAMPLES
from lxml import html
from support.operator_site import ISSUE, OUTSIDE, PAGES, fill, log_in, post
from support.program import until
from support.web_server import PATIENCE, serving

from publisher import translation
from publisher.services.transactional import send_queued

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.web_server import Site

SWITCH = "/operator/language"
# What is English on Chinese pages: names, addresses, commands, and what servers and findings say.
STAYS_ENGLISH = re.compile(
    r"Paper Notes|OPML|English|RSS|HTML|JSON|arXiv|kB|Feedly|Inoreader|Browsers|ada|[\w/ -]+\.md"
    r"|Talking Head Generation|3DGS|NeRF|Reader Number|publisher (run|publish|check|login)"
    r"|publisher gather report|\[\[gather\.topics\]\]|[\w.-]+@[\w.-]+|[\w.-]+\.example(\.org)?"
    r"|atom\.xml|cs\.\w\w|2024-W\d\d|Markdown|CSV|Message-ID|all|Papers of week 49"
    r"|https://\S+|\{\w+\}|publisher send|MB|Mailchimp|Substack|Ghost|Buttondown|listmonk"
    r"|readers of the spring school\.csv|email, name, topics, status, created_at, confirmed_at"
    r"|language, length, frequency|E-mail → email|Colour|signed the list"
    r"|'nobody' is no address: it has no @"
)
SERVERS_WORDS = re.compile(
    r"the connection broke; the answer never came|550 5\.1\.1 no such user here|550 unknown"
    r"|arXiv announces nothing today|400 announced, 241 of them read|241 of 400 read|not out"
)


@pytest.fixture
def operated(tmp_path: Path) -> Iterator[Site]:
    """A site with digests and some of all, where an operator has been at work."""
    shutil.copytree(EXAMPLES, tmp_path / "digests")
    with serving(tmp_path, {"operator": {"addresses": ["ada@example.org"]}}) as site:
        people = fill(site.store, site.clock())
        log_in(site)
        post(site, f"/operator/issues/{ISSUE}/settle", decision="arrived", subscriber=1)
        post(site, f"/operator/issues/{ISSUE}/pause")
        post(site, f"/operator/people/{people.ids[2]}/pause", until="2025-01-31")
        post(site, f"/operator/people/{people.ids[3]}/unsubscribe")
        site.client.get(f"/operator/people/{people.ids[3]}/data.json")
        bounced = "reader5@mail.example.org"
        site.store.suppressions.add(bounced, "bounced: 550 unknown", now=site.clock())
        yield site


def texts(page: str) -> list[str]:
    """Return the texts of a page, with those that are only heard or hovered over."""
    tree = html.fromstring(re.sub(r'(?:</span>)?<wbr>(?:<span class="whole">)?', "", page).encode())
    for element in tree.xpath(
        "//iframe | //script | //style | //*[@class='findings']"
        # Titles and topics of papers.
        " | //*[@id='papers']/following-sibling::ol"
    ):
        element.drop_tree()
    spoken = tree.xpath("//@aria-label | //@title | //@placeholder")
    return [" ".join(text.split()) for text in [*tree.itertext(), *spoken]]


def left_english(page: str) -> list[str]:
    words = [SERVERS_WORDS.sub("", text) for text in texts(page)]
    return [text for text in words if re.search(r"[A-Za-z]{2}", STAYS_ENGLISH.sub("", text))]


def test_every_page_is_chinese_throughout(operated: Site) -> None:
    site = operated
    site.client.headers["Accept-Language"] = "zh-CN,zh;q=0.9,en;q=0.8"
    # The mail of a preview has the language of its readers; paths and servers' answers fill checks.
    pages = [path for path in PAGES if "/preview" not in path and "/health" not in path]
    more = ["/operator/people/3", "/operator/people/4", "/operator/people/99999"]
    for path in (*pages, *more, *OUTSIDE):
        answer = site.client.get(path)
        assert '<html lang="zh-CN">' in answer.text, path
        assert answer.headers["content-language"] == "zh", path
        assert not left_english(answer.text), (path, left_english(answer.text))


def test_the_scan_notices_english(operated: Site) -> None:
    page = operated.client.get("/operator/people", headers={"Accept-Language": "en"}).text
    assert {"People", "Address or name", "active", "Log out"} <= set(left_english(page))


@pytest.mark.parametrize(
    ("setting", "header", "cookie", "expected"),
    [
        ("auto", "", "", "en"),
        ("auto", "zh-CN,zh;q=0.9", "", "zh"),
        ("auto", "de, en;q=0.8, zh;q=0.9", "", "zh"),
        ("auto", "de", "", "en"),
        ("auto", "zh", "en", "en"),
        ("auto", "en", "zh", "zh"),
        ("auto", "zh", "nonsense", "zh"),
        ("zh", "en", "", "zh"),
        ("en", "zh", "", "en"),
        ("en", "en", "zh", "zh"),
    ],
)
def test_the_language_of_a_request(
    tmp_path: Path, setting: str, header: str, cookie: str, expected: str
) -> None:
    with serving(tmp_path, {"operator": {"language": setting}}) as site:
        headers = {"Accept-Language": header}
        if cookie:
            headers["Cookie"] = f"operator-language={cookie}"
        for path in (*OUTSIDE, "/operator/nowhere"):
            page = site.client.get(path, headers=headers)
            assert page.headers["content-language"] == expected, path
            assert {"accept-language", "cookie"} <= set(
                page.headers["vary"].lower().replace(" ", "").split(",")
            )


def test_without_any_choice_it_is_that_of_the_server(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translation, "_language_of_process", lambda: "zh")
    page = site.client.get("/operator/login", headers={"Accept-Language": "de"})
    assert page.headers["content-language"] == "zh"


def test_the_switch_is_remembered_and_leads_back(site: Site) -> None:
    log_in(site)
    page = site.client.get("/operator/people?q=ada").text
    form = html.fromstring(page).xpath("//form[@action='/operator/language']")[0]
    assert form.xpath(".//button/@value") == ["zh"]
    fields = {"language": "zh", "page": form.fields["page"]}
    answer = site.client.post(SWITCH, data=fields)
    assert answer.headers["location"] == "/operator/people?q=ada"
    given = answer.headers["set-cookie"].lower().split("; ")
    assert {"httponly", "path=/operator/", "samesite=lax", "max-age=31536000"} <= set(given)
    assert "secure" not in given
    assert "订阅者" in site.client.get("/operator/people").text
    # What the action did is told in that language too.
    answer = post(site, "/operator/people/1/pause")
    assert answer.status_code == 404
    assert "页面不存在" in answer.text


def test_over_https_the_choice_is_kept_for_https_alone(tmp_path: Path) -> None:
    with serving(tmp_path, {"web": {"url": "https://papers.example.org/"}}) as site:
        headers = {"Origin": "https://papers.example.org"}
        answer = site.client.post(SWITCH, data={"language": "en"}, headers=headers)
        assert "secure" in answer.headers["set-cookie"].lower().split("; ")


@pytest.mark.parametrize(
    "page",
    [
        "",
        "https://evil.example/",
        "//evil.example",
        "/index.html",
        "/operator",
        "/operator/\r\nSet-Cookie: x=y",
        "/operator/" + "x" * 3000,
    ],
)
def test_the_switch_leads_nowhere_else(site: Site, page: str) -> None:
    answer = site.client.post(SWITCH, data={"language": "zh", "page": page})
    assert answer.headers["location"] == "/operator/"


def test_the_switch_takes_what_there_is_from_our_pages_only(site: Site) -> None:
    assert site.client.post(SWITCH, data={"language": "xx"}).status_code == 400
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert site.client.post(SWITCH, data={"language": "zh"}, headers=headers).status_code == 403


def test_two_operators_at_once_have_their_own_language(operated: Site) -> None:
    def ask(language: str, path: str) -> tuple[str, bool]:
        with httpx2.Client(base_url=operated.url, timeout=PATIENCE, trust_env=False) as client:
            client.cookies = operated.client.cookies
            page = client.get(path, headers={"Accept-Language": language})
        return page.headers["content-language"], "退出登录" in page.text

    paths = ("/operator/people", "/operator/bounces", "/operator/nowhere", "/operator/log") * 5
    asked = list(product(("en", "zh"), paths))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: ask(*each), asked))
    for (language, path), (given, has_chinese) in zip(asked, answers, strict=True):
        assert given == language
        assert has_chinese is (language == "zh" and "nowhere" not in path)


def test_told_and_decided_in_chinese(operated: Site) -> None:
    site = operated
    site.client.headers["Accept-Language"] = "zh"
    answer = post(site, f"/operator/issues/{ISSUE}/settle", decision="again", subscriber=2)
    assert "已处理 1 封。" in site.client.get(answer.headers["location"]).text
    answer = post(site, "/operator/people/2/unsubscribe")
    assert "已退订。" in site.client.get(answer.headers["location"]).text
    assert "管理员 ada" in site.client.get("/operator/people/2").text
    answer = post(site, "/operator/people/1/pause", until="2001-01-01")
    assert (answer.status_code, "这个日期已经过去。" in answer.text) == (400, True)
    # The store and its logs stay in one language.
    assert site.store.audit_log.recent_actions(limit=1)[0].action == "unsubscribed"


@pytest.mark.parametrize(
    ("language", "subject", "sentence"),
    [("zh", "登录：Paper Notes", "如需登录管理页面"), ("en", "Log in: Paper Notes", "To log in")],
)
def test_the_mail_with_a_link_is_in_the_language_of_the_page(
    tmp_path: Path, language: str, subject: str, sentence: str
) -> None:
    sections = {
        "operator": {"addresses": ["ada@example.org"]},
        "site": {"language": "zh-CN" if language == "en" else "en"},
    }
    with serving(tmp_path, sections) as site:
        headers, fields = {"Accept-Language": language}, {"email": "ada@example.org"}
        asked = site.client.post("/operator/login", data=fields, headers=headers)
        assert ("链接" in asked.text) is (language == "zh")
        until(lambda: site.store.outgoing_queue.waiting() == 1)
        send_queued(site.settings, site.store, site.clock, topic_names={})
    (file,) = (tmp_path / "outbox").rglob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=default)
    assert mail["subject"] == subject
    assert sentence in mail.get_content()
