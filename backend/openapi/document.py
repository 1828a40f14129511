"""The OpenAPI 3.1 document of an application."""

import importlib
from collections.abc import Iterator
from http import HTTPStatus
from inspect import cleandoc
from typing import Annotated, Any, get_args, get_origin

import msgspec
from litestar import Litestar
from litestar import Response as HttpResponse
from litestar.handlers import HTTPRouteHandler
from litestar.params import HeaderParameter, PathParameter, QueryParameter
from litestar.routes import HTTPRoute
from msgspec import Meta

from backend.core import door
from backend.core.access import EVERYONE, Role, only_allowed_roles
from backend.core.answers import PROBLEM_JSON
from backend.core.problems import (
    Malformed,
    Missing,
    NotJson,
    Problem,
    TooLarge,
    TooMany,
    every_problem,
)
from backend.core.wire import Response
from backend.openapi.reached import Reached, reached

JSON = "application/json"
ANY_BYTES = "application/octet-stream"
COMPONENT = "#/components/schemas/{name}"
PLACES = {PathParameter: "path", QueryParameter: "query", HeaderParameter: "header"}
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


class Parameter(msgspec.Struct):
    """A parameter of a route, with the type that decides what it may be."""

    name: str
    place: str
    shape: Any
    default: Any
    is_required: bool


class Operation(msgspec.Struct):
    """One method of one path."""

    method: str
    path: str
    handler: HTTPRouteHandler

    @property
    def is_public(self) -> bool:
        return bool(self.handler.opt.get("public"))

    @property
    def allow(self) -> list[str]:
        """Who may call it; a SENIOR_GP is a GP too."""
        allow = set(self.handler.opt.get("allow", ()))
        if Role.GP in allow:
            allow.add(Role.SENIOR_GP)
        return sorted(allow)

    @property
    def area(self) -> str:
        """The slice whose route it is."""
        return str(self.handler.fn.__module__.split(".")[1])

    @property
    def body(self) -> Any:
        """The Struct it takes; None without one."""
        given = self.handler.parsed_fn_signature.parameters.get("data")
        return _bare(given.raw) if given else None

    @property
    def takes_bytes(self) -> bool:
        return self.method == "put" and self.path.startswith(door.OWN_MEDIA)

    @property
    def parameters(self) -> list[Parameter]:
        return list(_parameters(self.handler))

    @property
    def returned(self) -> Any:
        given = self.handler.parsed_fn_signature.return_type.raw
        return get_args(given)[0] if get_origin(given) is HttpResponse else given

    @property
    def successes(self) -> list[int]:
        """A PUT answers 201 the first time and 200 ever after."""
        given = self.handler.parsed_fn_signature.return_type.raw
        if self.method == "put" and get_origin(given) is HttpResponse:
            return [HTTPStatus.OK, HTTPStatus.CREATED]
        return [self.handler.status_code]

    @property
    def reached(self) -> Reached:
        found = reached(self.handler.fn)
        problems = {*found.problems, door.HeadersTooLarge}
        if not self.is_public:
            problems |= reached(only_allowed_roles).problems
        if "limit" in self.handler.opt:
            problems |= {TooMany}
        if self.parameters:
            problems |= {Malformed}
        if "{" in self.path:
            problems |= {Missing}
        if self.method in ("put", "post") and not self.takes_bytes:
            problems |= {Malformed, TooLarge, NotJson}
        return Reached(frozenset(problems), found.policies)


def operations(app: Litestar) -> list[Operation]:
    """Every operation of the application, in order of path and method."""
    found = [
        Operation(method.lower(), route.path_format, handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS" and handler.resolve_include_in_schema()
    ]
    return sorted(found, key=lambda operation: (operation.path, operation.method))


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
        media = operation.handler.media_type or JSON
        described["content"] = {str(media): {"schema": shapes.of(operation.returned)}}
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


def _parameters(handler: HTTPRouteHandler) -> Iterator[Parameter]:
    for name, given in handler.parsed_fn_signature.parameters.items():
        marks = get_args(given.raw)[1:] if get_origin(given.raw) is Annotated else ()
        for mark in marks:
            if place := PLACES.get(type(mark)):
                yield Parameter(
                    name=getattr(mark, "name", None) or name,
                    place=place,
                    shape=_bare(given.raw),
                    default=None if given.has_default is False else given.default,
                    is_required=not given.has_default,
                )


def _bare(annotation: Any) -> Any:
    """The annotation without the marks of the framework; bounds stay."""
    if get_origin(annotation) is not Annotated:
        return annotation
    kind, *marks = get_args(annotation)
    bounds = [mark for mark in marks if isinstance(mark, Meta)]
    for bound in bounds:
        kind = Annotated[kind, bound]
    return kind


def _words(package: str) -> str:
    return cleandoc(importlib.import_module(package).__doc__ or "").partition("\n\n")[0]


def allowed(operation: Json) -> frozenset[str]:
    """The roles that an operation of a document opens to; everybody when it is public."""
    named = frozenset(operation["x-allow"])
    return frozenset(EVERYONE) if named == {"public"} else named
