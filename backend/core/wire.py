"""The shapes of what phones send and receive, and how an answer says that it was kept."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import msgspec
from litestar import Response as HttpResponse
from litestar.params import HeaderParameter
from msgspec import Meta

from backend.core.problems import AlreadyDifferent, NeedsVersion, Stale

INT4 = 2**31 - 1
NO_NUL = r"^[^\u0000]*$"

T = TypeVar("T")
S = TypeVar("S")

Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset")]
Day = Annotated[date, Meta(description="a date in Asia/Shanghai")]
# Everywhere: `$` alone lets a line break stand behind it, and `\d` the digits of all scripts.
Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:-]{1,40}$(?!\n)")]
Text20 = Annotated[str, Meta(min_length=1, max_length=20, pattern=NO_NUL)]
Text200 = Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_NUL)]
Text2000 = Annotated[str, Meta(min_length=1, max_length=2000, pattern=NO_NUL)]
Text20000 = Annotated[str, Meta(min_length=1, max_length=20_000, pattern=NO_NUL)]
Int4 = Annotated[int, Meta(ge=0, le=INT4)]
Version = Annotated[int, Meta(ge=1, le=INT4)]
Phone = Annotated[
    str, Meta(pattern=r"^(\+86)?1[0-9]{10}$(?!\n)", description="a mainland mobile number")
]
IfMatch = Annotated[
    str | None, HeaderParameter(name="If-Match", description="the version you read, when it exists")
]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]


class Request(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What a phone sends. An unknown field is a mistake, so we say so.

    What was left out stays out of the fingerprint: a field added later changes no old body.
    """


class Response(msgspec.Struct, kw_only=True):
    """What a phone receives. Fields may be added within a version, never taken away."""


class Point(Request):
    """A place on the map; its datum is part of it: mixed ones lie 480 m apart (EV-04)."""

    lat: Latitude
    lon: Longitude
    datum: Annotated[str, Meta(pattern=r"^(wgs84|gcj02)$(?!\n)", description="wgs84 or gcj02")]
    accuracy_m: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None


class Page(Response, Generic[T]):
    """One page of a list; `next` goes into `?after=` for the one behind it."""

    items: list[T]
    next: str | None = None


class Kept(NamedTuple, Generic[T]):
    """What an action answers to a PUT: the thing as stored, and whether this was the first time."""

    thing: T
    first: bool


async def answer(kept: Awaitable[Kept[T]], represent: Callable[[T], S]) -> HttpResponse[S]:
    """201 the first time, 200 ever after, with the thing as stored."""
    thing, first = await kept
    return HttpResponse(represent(thing), status_code=201 if first else 200)


def kept_as(representation: S, *, first: bool) -> HttpResponse[S]:
    """The same, when what is answered was read after it was kept."""
    return HttpResponse(representation, status_code=201 if first else 200)


def fingerprint(said: Any) -> bytes:
    """What decides whether a body is the same again: a hash over its canonical form."""
    return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).digest()


def check_same(said: bytes, stored: bytes, represented: Callable[[], object]) -> None:
    """A repeat of a fact must be the fact.

    :raises AlreadyDifferent: with the stored one
    """
    if said != stored:
        raise AlreadyDifferent(stored=msgspec.to_builtins(represented()))


def check_version(said: str | None, stored: int) -> None:
    """An edit of a document must be of the version that its author read.

    :raises NeedsVersion: no `If-Match` :raises Stale: another version
    """
    if said is None:
        raise NeedsVersion(version=stored)
    if said.strip().removeprefix("W/").strip('"') != str(stored):
        raise Stale(version=stored)
