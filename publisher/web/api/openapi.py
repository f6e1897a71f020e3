"""The API's document (OpenAPI 3.1.1, https://spec.openapis.org/oas/v3.1.1.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from publisher import __version__
from publisher.web.api import model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.web.api.operation import Operation

BASE = "/api/v1"
PROBLEM_TYPE = "application/problem+json"
# Errors that every operation may answer with, beside its own.
PROBLEMS = {
    400: "The request is malformed.",
    401: "The token is missing or not valid.",
    403: "The token does not have the required scope.",
    422: "A parameter or the body is not valid.",
    429: "Too many requests; retry after the seconds in Retry-After.",
    503: "The store is not available; retry after the seconds in Retry-After.",
}
WITH_BODY = {
    413: "The body is too large.",
    415: "The body must be application/json.",
}


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """Return the OpenAPI document of `operations`."""
    types: list[Any] = [model.Problem]
    for operation in operations:
        types += [content for _, content in operation.replies.values() if content is not None]
        types += [operation.body] if operation.body else []
    schemas, components = msgspec.json.schema_components(
        types, ref_template="#/components/schemas/{name}"
    )
    for component in components.values():
        if "enum" in component:
            del component["description"]  # meant for readers of the code
    by_type = dict(zip(map(repr, types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(
            operation, by_type
        )
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Publisher",
            "version": __version__,
            "description": "Subscribers, issues, deliveries and builds of a newsletter.",
        },
        "servers": [{"url": BASE}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Create one with `publisher tokens add`.",
                }
            },
            "schemas": components,
        },
    }


def _operation(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    problems = PROBLEMS | (WITH_BODY if operation.body else {}) | dict(operation.problems)
    if operation.path_names:
        # A malformed name in the path is answered like an unknown one.
        problems.setdefault(404, "It does not exist.")
    answers = {
        str(status): _answer(meaning, content, schemas)
        for status, (meaning, content) in operation.replies.items()
    }
    problem = {PROBLEM_TYPE: {"schema": schemas[repr(model.Problem)]}}
    answers |= {
        str(status): {"description": meaning, "content": problem}
        for status, meaning in sorted(problems.items())
    }
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"Requires a token with the scope `{operation.scope}`.",
        "parameters": parameters(operation),
        "responses": answers,
    }
    if operation.body:
        schema = schemas[repr(operation.body)]
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return described


def _answer(meaning: str, content: Any, schemas: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - a type
    if content is None:
        return {"description": meaning}
    return {
        "description": meaning,
        "content": {"application/json": {"schema": schemas[repr(content)]}},
    }


def parameters(operation: Operation) -> list[dict[str, Any]]:
    """Return the parameters of `operation`, each with its schema."""
    _, components = msgspec.json.schema_components([operation.parameters])
    name_of_type = operation.parameters.__name__
    (schema,) = (part for part in components.values() if part["title"] == name_of_type)
    listed = []
    for name, described in schema.get("properties", {}).items():
        in_path = name in operation.path_names
        listed.append(
            {
                "name": name,
                "in": "path" if in_path else "query",
                "required": in_path or name in schema.get("required", ()),
                "schema": _inlined(described, components),
            }
        )
    return listed


def _inlined(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Return `schema`, with a reference replaced by its type."""
    reference = schema.get("$ref", "")
    return components[reference.rpartition("/")[2]] if reference else schema
