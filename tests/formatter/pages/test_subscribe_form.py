"""The languages that a form offers, and the one that is chosen already."""

from __future__ import annotations

import pytest

from publisher.formatter.pages.subscribe_form import FormOffer, subscribe_form
from publisher.models import Language, Preferences
from publisher.settings import Newsletter, Settings, Site

EN, ZH, BOTH = Language.ENGLISH, Language.CHINESE, Language.BOTH
CASES = [
    # languages of texts, page, of the list, chosen by somebody, offered, selected
    (("en", "zh"), "en", None, None, ["en", "zh", "both"], "en"),
    (("en", "zh"), "zh-CN", None, None, ["en", "zh", "both"], "zh"),
    (("en", "ja", "zh"), "en", ZH, None, ["en", "zh", "both"], "en"),
    (("en", "zh"), "en", BOTH, None, ["en", "zh", "both"], "both"),
    (("en", "zh"), "en", BOTH, ZH, ["en", "zh", "both"], "zh"),
    (("en", "zh"), "de", None, None, ["en", "zh", "both"], "en"),
    (None, "en", None, None, ["en", "zh", "both"], "en"),  # a site of an earlier version
    (("en",), "zh-CN", None, None, [], ""),
    (("zh",), "en", BOTH, None, [], ""),
    (("ja",), "en", None, None, [], ""),
    ((), "en", None, None, [], ""),
    # Somebody's language that is gone can be kept, or left.
    (("en",), "en", None, ZH, ["en", "zh"], "zh"),
    (("zh",), "en", None, BOTH, ["zh", "both"], "both"),
    (("en",), "en", None, EN, [], ""),
]


@pytest.mark.parametrize(("texts", "page", "of_list", "chosen", "offered", "selected"), CASES)
def test_languages(
    texts: tuple[str, ...] | None,
    page: str,
    of_list: Language | None,
    chosen: Language | None,
    offered: list[str],
    selected: str,
) -> None:
    settings = Settings(
        site=Site(language="zh-CN"),
        newsletter=Newsletter(language=of_list.value if of_list else ""),
    )
    form = subscribe_form(
        (), settings, page, offer=FormOffer(texts), preferences=Preferences(language=chosen)
    )
    assert sorted(option.value for option in form.languages) == sorted(offered)
    assert "".join(option.value for option in form.languages if option.chosen) == selected
