"""Odd things to say: values that break decoders and databases, and bodies spoilt by them."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

from hypothesis import strategies as st

Json = Any
Path = tuple[str | int, ...]

TEXTS = [
    "",
    " ",
    "\u0000",
    "a\u0000b",
    "\ud800",
    "\udfff\ud800",
    "\uffff",
    "\u202e床旁",
    "👩🏽‍⚕️" * 40,
    "'; DROP TABLE persons; --",
    "{{7*7}}${7*7}<script>",
    "../../etc/passwd",
    "%00%ff%s%n",
    "x" * 100_000,
    "床" * 50_000,
    "0",
    "-1",
    "1e400",
    "true",
    "null",
    "2026-11-24",
    "2026-11-24T09:00:00",
    "2026-11-24T09:00:00+99:99",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "0001-01-01T00:00:00+14:00",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
]
NUMBERS = [
    0,
    -1,
    1,
    2**31 - 1,
    2**31,
    -(2**31) - 1,
    2**53,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    2**64,
    10**40,
    0.1,
    -0.0,
    1e308,
    5e-324,
    91,
    181,
]
RAW = [
    b"",
    b"null",
    b"[]",
    b"0",
    b'""',
    b"{",
    b"{}",
    b'{"a":1,"a":2}',
    b"\xff",
    b"\xef\xbb\xbf{}",
    b"[" * 2_000,
    b"[" * 100_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"x": 1e400}',
    b'{"x": -1e400}',
    b'{"x": NaN}',
    b'{"x": ' + b"9" * 5_000 + b"}",
    b'{"x": "\\ud800"}',
    b'{"x": "\\u0000"}',
    b'{"x": "' + b"a" * 200_000 + b'"}',
]
LEAVES = st.one_of(
    st.integers(0, len(TEXTS) - 1).map(TEXTS.__getitem__),
    st.integers(0, len(NUMBERS) - 1).map(NUMBERS.__getitem__),
    st.none(),
    st.booleans(),
    st.text(max_size=40),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


class Spoiling(NamedTuple):
    """What to do to a body, whatever body it is: the place is counted round and round."""

    how: str
    place: int
    key: str
    value: Any


SPOILINGS = st.lists(
    st.builds(
        Spoiling,
        st.sampled_from(["value", "value", "value", "without", "unknown"]),
        st.integers(0, 1_000),
        st.text(max_size=8),
        VALUES,
    ),
    max_size=2,
)
RAWS = st.integers(0, 10 * len(RAW)).map(lambda number: RAW[number] if number < len(RAW) else None)


def paths(body: Json, at: Path = ()) -> Iterator[Path]:
    """Every place in a body, the whole first."""
    yield at
    if isinstance(body, dict):
        for key, inner in body.items():
            yield from paths(inner, (*at, key))
    elif isinstance(body, list):
        for index, inner in enumerate(body):
            yield from paths(inner, (*at, index))


def spoilt(body: Json, at: Path, value: Json) -> Json:
    """A copy with another value at that place."""
    if not at:
        return value
    copy = deepcopy(body)
    holder = copy
    for step in at[:-1]:
        holder = holder[step]
    holder[at[-1]] = value
    return copy


def without(body: Json, at: Path) -> Json:
    """A copy that lacks what stands there."""
    copy = deepcopy(body)
    holder = copy
    for step in at[:-1]:
        holder = holder[step]
    del holder[at[-1]]
    return copy


def encoded(body: Json) -> bytes:
    """As JSON, with lone surrogates written as escapes and not-numbers as they come."""
    return json.dumps(body).encode()


def spoil(valid: Json, spoilings: list[Spoiling]) -> bytes:
    """A valid body, spoilt in one place or two."""
    body = valid
    for each in spoilings:
        places = list(paths(body))
        at = places[each.place % len(places)]
        if each.how == "without" and at:
            body = without(body, at)
        elif each.how == "unknown" and isinstance(body, dict):
            body = {**body, each.key: each.value}
        else:
            body = spoilt(body, at, each.value)
    return encoded(body)
