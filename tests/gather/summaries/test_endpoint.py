from __future__ import annotations

import logging
import time
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from support.fake_model import FakeModel
from support.ports import free_port
from support.summarizing import DAY, KEY, paper

from publisher.errors import SettingsError
from publisher.settings.values import Secret

if TYPE_CHECKING:
    from support.summarizing import Bench


@pytest.mark.parametrize(
    ("refuses", "formats"),
    [
        ((), ["json_schema"]),
        (("json_schema",), ["json_schema", "json_object"]),
        (("json_schema", "json_object"), ["json_schema", "json_object", ""]),
    ],
)
def test_formats_that_a_service_refuses(
    bench: Bench, refuses: tuple[str, ...], formats: list[str]
) -> None:
    bench.fake.refuses = set(refuses)
    results = bench.ask([paper(1), paper(2), paper(3)], concurrency=3)
    assert all(result.summary for result in results)
    # What is taken is learned from the first paper, and remembered.
    assert [call.response_format for call in bench.fake.calls] == formats + [formats[-1]] * 2
    assert len(bench.store.calls) == 3


def test_newer_models_take_another_name_of_the_limit(bench: Bench) -> None:
    bench.fake.refuses = {"max_tokens", "json_schema"}
    summarizer = bench.summarizer(max_tokens=700)
    for number in (1, 2):
        assert all(
            result.summary for result in summarizer.summarize_all([paper(number)], DAY).values()
        )
    bodies = [call.body for call in bench.fake.calls]
    assert [body.get("max_completion_tokens") for body in bodies] == [None, 700, 700, 700]


def test_a_service_that_refuses_everything_is_given_up(bench: Bench) -> None:
    bench.fake.refuses = {"model"}
    results = bench.ask([paper(number) for number in range(9)])
    assert len(bench.fake.calls) == 5 * 3
    assert results[0].problem.endswith(
        "answers with HTTP 400: This response_format type is unavailable now invalid_request_error"
    )
    assert results[8].problem.startswith("not asked about: ")
    assert results[8].problem.endswith("(5 papers in a row)")
    assert bench.billed_micro() == 0


def test_the_request_is_as_services_expect_it(bench: Bench) -> None:
    assert bench.ask_one(max_tokens=321).summary
    call = bench.fake.calls[0]
    assert call.authorization == f"Bearer {KEY}"
    assert (call.body["model"], call.body["max_tokens"]) == ("fake-1", 321)
    # Neither a temperature, which some models refuse, nor a stream.
    assert set(call.body) == {"model", "messages", "max_tokens", "response_format"}
    assert call.body["response_format"]["json_schema"]["strict"] is True


def test_a_local_service_needs_no_key(bench: Bench) -> None:
    assert bench.ask_one(api_key=Secret("")).summary
    assert bench.fake.calls[0].authorization == ""


def test_an_address_may_have_a_query_and_a_password(bench: Bench) -> None:
    url = bench.fake.url.replace("://", "://me:p%40ss@") + "/?api-version=3"
    assert bench.ask_one(url=url, api_key=Secret("")).summary
    call = bench.fake.calls[0]
    assert call.path == "/v1/chat/completions?api-version=3"
    assert call.authorization == "Basic " + b64encode(b"me:p@ss").decode()


@pytest.mark.parametrize("key", ["sk-a\nb", "sk-ключ", "sk a", "sk\x00"])
def test_a_key_that_cannot_be_sent(bench: Bench, key: str) -> None:
    with pytest.raises(SettingsError, match=r"gather\.model\.api_key") as error:
        bench.summarizer(api_key=Secret(key))
    assert key not in str(error.value)


def test_a_key_may_end_in_a_line_break(bench: Bench) -> None:
    assert bench.ask_one(api_key=Secret(f"{KEY}\n")).summary
    assert bench.fake.calls[0].authorization == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "way", ["401", "403", "404", "500", "html", "redirect", "no credit", "hang", "drop"]
)
def test_no_error_and_no_log_has_a_secret(
    bench: Bench, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bench.fake.always = way
    url = bench.fake.url.replace("://", "://user:PASSWORD@") + "?token=TOKEN"
    for model in ({}, {"url": url}):
        for result in bench.ask([paper(1), paper(2)], timeout_seconds=0.3, retries=0, **model):
            assert result.problem
            shown = repr(result) + caplog.text + repr(bench.store)
            assert not [word for word in (KEY, "PASSWORD") if word in shown]
            assert "TOKEN" not in repr(result)


def test_a_service_out_of_reach(bench: Bench) -> None:
    start = time.perf_counter()
    results = bench.ask([paper(n) for n in range(40)], url=f"http://127.0.0.1:{free_port()}/v1")
    assert time.perf_counter() - start < 5
    assert "can't be reached" in results[0].problem
    assert all(result.is_failure and not result.summary for result in results)
    # Five papers with three further tries each, which cost nothing.
    assert [call.outcome for call in bench.store.calls] == ["busy"] * 20
    assert bench.billed_micro() == 0
    assert "gather" not in bench.store.refusals


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/v1", "http://a b/v1"])
def test_an_address_that_is_none(url: str) -> None:
    with FakeModel() as fake:
        from support.summarizing import Bench

        bench = Bench(fake)
        assert bench.ask_one(url=url).is_failure
