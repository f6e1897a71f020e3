"""The API's document holds: requests made from it meet no failure, and no answer breaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from support.api_client import ISSUE, api_site, authorized, freeze, people

from publisher.web.api.endpoint import OPERATIONS
from publisher.web.api.model import Nothing
from publisher.web.api.openapi import document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.web_server import Site

EXAMPLES = 40
# No schema says what an address is, nor that who has agreed already needs a note.
TOO_STRICT = {"addSubscriber": [positive_data_acceptance]}
# Where nothing is given, nothing can be wrong.
WAYS = [
    pytest.param(operation, mode, id=f"{operation.name}-{mode.value}")
    for operation in OPERATIONS
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or operation.body or operation.parameters is not Nothing
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with api_site(tmp_path_factory.mktemp("api")) as running:
        people(running, 5)
        freeze(running)
        yield running


@pytest.fixture(scope="module")
def access(site: Site) -> dict[str, str]:
    return authorized(site)


@pytest.fixture(scope="module")
def schema(site: Site) -> Any:
    return schemathesis.openapi.from_url(f"{site.url}api/v1/openapi.json")


@pytest.mark.slow
@pytest.mark.parametrize(("operation", "mode"), WAYS)
def test_no_failure_and_no_answer_beside_the_document(
    schema: Any, access: dict[str, str], operation: Any, mode: GenerationMode
) -> None:
    # Given here, the header is none of what is made wrong.
    strategy = schema[operation.path][operation.method].as_strategy(mode, headers=access)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def ask(case: Any) -> None:
        case.call_and_validate(excluded_checks=TOO_STRICT.get(operation.name))

    ask()


def test_what_is_there_is_found_by_the_document(schema: Any, access: dict[str, str]) -> None:
    case = schema["/issues/{issue}/deliveries"]["GET"].Case(path_parameters={"issue": ISSUE})
    answer = case.call_and_validate(headers=access)
    assert len(answer.json()["items"]) == 5


def test_the_document_is_the_same_every_time(site: Site) -> None:
    served = site.client.get("/api/v1/openapi.json")
    assert served.json() == document(OPERATIONS)
    assert served.headers["content-type"] == "application/json"
    assert served.json()["openapi"] == "3.1.1"
