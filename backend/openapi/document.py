"""The OpenAPI 3.1 document of an application."""

import importlib
from http import HTTPStatus
from inspect import cleandoc
from typing import Any

import msgspec
from litestar import Litestar

from backend.core.access import EVERYONE
from backend.core.answers import PROBLEM_JSON
from backend.core.problems import Problem, every_problem
from backend.core.strict import Parameter
from backend.core.wire import Response
from backend.openapi.operations import Operation, operations

JSON = "application/json"
ANY_BYTES = "application/octet-stream"
COMPONENT = "#/components/schemas/{name}"
Json = dict[str, Any]


class ProblemDetails(Response):
    """A refusal (RFC 9457). `code` is stable, `facts` are for the phone, `title` for the user."""

    type: str
    title: str
    status: int
    code: str
    facts: dict[str, Any]
    trace_id: str
    rule: str | None = None
    policy_version: str | None = None


def document(app: Litestar) -> Json:
    """The whole document; the same code gives the same document."""
    found = operations(app)
    shapes = _Shapes(found)
    paths: Json = {}
    for operation in found:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation, shapes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Bedside 床旁", "version": "1", "description": _words("backend")},
        "servers": [{"url": "/"}],
        "tags": [
            {"name": area, "description": _words(f"backend.{area}")}
            for area in sorted({operation.area for operation in found})
        ],
        "paths": paths,
        "components": {
            "schemas": shapes.components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "at+jwt"}
            },
        },
        "x-problems": {
            kind.code: {
                "status": kind.status,
                "title": kind.title,
                "title_en": kind.title_en,
                "rule": kind.rule,
            }
            for kind in sorted(every_problem(), key=lambda kind: kind.code)
            if kind.__module__.startswith("backend.")  # a test may have its own
        },
    }


class _Shapes:
    """The JSON schemas of everything that crosses the wire, each named once."""

    def __init__(self, found: list[Operation]) -> None:
        bodies = [operation.body for operation in found if operation.body is not None]
        parameters = [each.shape for operation in found for each in operation.parameters]
        answers = [operation.returned for operation in found if operation.returned is not bytes]
        shapes = [ProblemDetails, *bodies, *parameters, *answers]
        schemas, self.components = msgspec.json.schema_components(shapes, ref_template=COMPONENT)
        self._schemas = {str(shape): schema for shape, schema in zip(shapes, schemas, strict=True)}

    def of(self, shape: Any) -> Json:
        return self._schemas[str(shape)]


def _operation(operation: Operation, shapes: _Shapes) -> Json:
    said = cleandoc(operation.handler.fn.__doc__ or "")
    problems, policies = operation.reached
    described: Json = {
        "operationId": operation.handler.handler_name,
        "summary": " ".join(said.partition("\n\n")[0].split()),
        "description": said,
        "tags": [operation.area],
        "parameters": [_parameter(each, shapes) for each in operation.parameters],
        "responses": {
            **{str(status): _success(operation, status, shapes) for status in operation.successes},
            **_refusals(problems, shapes),
        },
        "security": [] if operation.is_public else [{"token": []}],
        "x-allow": ["public"] if operation.is_public else operation.allow,
        "x-policies": sorted(policies),
        "x-problems": sorted(kind.code for kind in problems),
    }
    if operation.body is not None:
        schema = shapes.of(operation.body)
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    elif operation.takes_bytes:
        described["requestBody"] = {"required": True, "content": {ANY_BYTES: {}}}
    return described


def _parameter(parameter: Parameter, shapes: _Shapes) -> Json:
    schema = dict(shapes.of(parameter.shape))
    if not parameter.is_required and parameter.default is not None:
        schema["default"] = msgspec.to_builtins(parameter.default)
    described = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.is_required,
        "schema": schema,
    }
    if parameter.name == "If-Match":
        described["description"] = "the version you read, once the document exists"
    return described


def _success(operation: Operation, status: int, shapes: _Shapes) -> Json:
    described: Json = {"description": HTTPStatus(status).phrase}
    if operation.method == "put" and len(operation.successes) > 1:
        described["description"] = {
            HTTPStatus.OK: "It was kept before; this is the stored one.",
            HTTPStatus.CREATED: "It was kept now.",
        }[HTTPStatus(status)]
    if operation.returned is bytes:
        described["content"] = {"*/*": {}}
    elif operation.returned is not None:
        described["content"] = {JSON: {"schema": shapes.of(operation.returned)}}
    return described


def _refusals(problems: frozenset[type[Problem]], shapes: _Shapes) -> Json:
    described: Json = {}
    for kind in sorted(problems, key=lambda kind: (kind.status, kind.code)):
        refusal = described.setdefault(
            str(kind.status),
            {
                "description": "",
                "content": {PROBLEM_JSON: {"schema": shapes.of(ProblemDetails)}},
            },
        )
        sentence = f"`{kind.code}` {kind.title_en}"
        refusal["description"] = f"{refusal['description']}\n{sentence}".strip()
        if kind.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            refusal["headers"] = {
                "Retry-After": {
                    "description": "seconds to wait",
                    "schema": {"type": "integer", "minimum": 0},
                }
            }
    return described


def _words(package: str) -> str:
    return cleandoc(importlib.import_module(package).__doc__ or "").partition("\n\n")[0]


def allowed(operation: Json) -> frozenset[str]:
    """The roles that an operation of a document opens to; everybody when it is public."""
    named = frozenset(operation["x-allow"])
    return frozenset(EVERYONE) if named == {"public"} else named
