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
# What any operation may answer beside what it says itself.
PROBLEMS = {
    400: "The request is not well-formed.",
    401: "There is no token, or it does not hold.",
    403: "The token is for something else.",
    422: "A parameter or the body says what can't be.",
    429: "Too many requests; Retry-After says when to come back.",
    503: "The store can't be reached; Retry-After says when to come back.",
}
WITH_BODY = {
    413: "The body is too large.",
    415: "The body has to be application/json.",
}


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """Return the document of `operations`: the same for the same declarations."""
    types: list[Any] = [model.Problem]
    for operation in operations:
        types += [content for _, content in operation.replies.values() if content is not None]
        types += [operation.body] if operation.body else []
    schemas, components = msgspec.json.schema_components(
        types, ref_template="#/components/schemas/{name}"
    )
    for component in components.values():
        if "enum" in component:
            del component["description"]  # written for who reads the code
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
                    "description": "`publisher tokens add` makes one.",
                }
            },
            "schemas": components,
        },
    }


def _operation(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    problems = PROBLEMS | (WITH_BODY if operation.body else {}) | dict(operation.problems)
    if operation.path_names:
        # What can't be the name of anything is nobody's name.
        problems.setdefault(404, "There is no such thing.")
    answers = {
        str(status): _answer(meaning, content, schemas)
        for status, (meaning, content) in operation.replies.items()
    }
    problem = {PROBLEM_TYPE: {"schema": schemas[repr(model.Problem)]}}
    answers |= {
        str(status): {"description": meaning, "content": problem}
        for status, meaning in sorted(problems.items())
    }
    found: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"Needs a token with the scope `{operation.scope}`.",
        "parameters": parameters(operation),
        "responses": answers,
    }
    if operation.body:
        schema = schemas[repr(operation.body)]
        found["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return found


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
    (schema,) = (
        found for found in components.values() if found["title"] == operation.parameters.__name__
    )
    found = []
    for name, described in schema.get("properties", {}).items():
        in_path = name in operation.path_names
        found.append(
            {
                "name": name,
                "in": "path" if in_path else "query",
                "required": in_path or name in schema.get("required", ()),
                "schema": _inlined(described, components),
            }
        )
    return found


def _inlined(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Return `schema` with the type that it refers to in its place."""
    reference = schema.get("$ref", "")
    return components[reference.rpartition("/")[2]] if reference else schema
