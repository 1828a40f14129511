"""What is asked is what the contract says: a body without guessing, parameters within their bounds.

Left to itself the framework reads "1" as a number and 0 as a moment, and forgets the bounds of a
parameter; then a limit of -1 reaches PostgreSQL. So we decode before it does, and it finds the
body decoded.
"""

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, NamedTuple, cast, get_args, get_origin

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.params import HeaderParameter, PathParameter, QueryParameter
from litestar.utils.scope.state import ScopeState
from msgspec import Meta

from backend.core.problems import Malformed

PLACES = {PathParameter: "path", QueryParameter: "query", HeaderParameter: "header"}
AT = " - at `$."
LISTS = (msgspec.inspect.ListType,)
# Only these are read out of a text: 0.5 is not a moment.
NUMBERS = (msgspec.inspect.IntType, msgspec.inspect.FloatType, msgspec.inspect.BoolType)


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a route, with the type that decides what it may be."""

    name: str
    place: str
    shape: Any
    default: Any
    is_required: bool


class Agreed(NamedTuple):
    """What a route takes; `data` is its name in a handler."""

    body: msgspec.json.Decoder[Any] | None
    parameters: tuple[Parameter, ...]


async def as_agreed(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Decode the body and check the parameters. Path parameters are ids, read by the router.

    :raises Malformed: naming the fields, never their values
    """
    agreed = _agreed(handler)
    for parameter in agreed.parameters:
        _check(parameter, connection)
    if agreed.body is not None:
        body = await cast("Request[Any, Any, Any]", connection).body()
        if body:
            ScopeState.from_scope(connection.scope).json = _decoded(agreed.body, body)


_known: dict[Any, Agreed] = {}


def _agreed(handler: BaseRouteHandler) -> Agreed:
    found = _known.get(handler.fn)
    if found is None:
        shape = body_of(handler)
        found = _known[handler.fn] = Agreed(
            msgspec.json.Decoder(shape) if shape is not None else None,
            tuple(each for each in parameters(handler) if each.place != "path"),
        )
    return found


def _decoded(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        field = str(error).partition(AT)[2].rstrip("`")
        raise Malformed(fields=[field] if field else []) from None
    except (msgspec.DecodeError, ValueError):  # bad UTF-8 is a ValueError
        raise Malformed(what="body") from None


def _check(parameter: Parameter, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    given = connection.headers if parameter.place == "header" else connection.query_params
    if parameter.name not in given:
        return  # the framework knows whether it may be left out
    said = given.getall(parameter.name)
    try:
        msgspec.convert(
            said if _holds(parameter.shape, LISTS) else _the_one(said),
            parameter.shape,
            strict=not _holds(parameter.shape, NUMBERS),
        )
    except (msgspec.ValidationError, ValueError):
        raise Malformed(fields=[parameter.name]) from None


def _the_one(said: list[str]) -> str:
    """Said twice, it could be read in two ways."""
    if len(said) > 1:
        raise ValueError("said twice")
    return said[0]


@cache
def _holds(shape: Any, kinds: tuple[type, ...]) -> bool:
    found = msgspec.inspect.type_info(shape)
    while isinstance(found, msgspec.inspect.Metadata):
        found = found.type
    options = found.types if isinstance(found, msgspec.inspect.UnionType) else (found,)
    return any(
        isinstance(each.type if isinstance(each, msgspec.inspect.Metadata) else each, kinds)
        for each in options
    )


def parameters(handler: BaseRouteHandler) -> Iterator[Parameter]:
    """What a route takes beside a body, and within which bounds."""
    for name, given in handler.parsed_fn_signature.parameters.items():
        marks = get_args(given.raw)[1:] if get_origin(given.raw) is Annotated else ()
        for mark in marks:
            if place := PLACES.get(type(mark)):
                yield Parameter(
                    name=getattr(mark, "name", None) or name,
                    place=place,
                    shape=bare(given.raw),
                    default=given.default if given.has_default else None,
                    is_required=not given.has_default,
                )


def body_of(handler: BaseRouteHandler) -> Any:
    """The Struct that a route takes; None without one."""
    given = handler.parsed_fn_signature.parameters.get("data")
    return bare(given.raw) if given else None


def bare(annotation: Any) -> Any:
    """The annotation without the marks of the framework; bounds stay."""
    if get_origin(annotation) is not Annotated:
        return annotation
    kind, *marks = get_args(annotation)
    for bound in marks:
        if isinstance(bound, Meta):
            kind = Annotated[kind, bound]
    return kind
