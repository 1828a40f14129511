"""Keyset pages: a list goes on behind the last row that was shown, however much was added since."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Any, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from backend.core import crypto
from backend.core.problems import Malformed

LIMIT_DEFAULT = 50
Limit = Annotated[int, Meta(ge=1, le=200, description="how many at most")]
After = Annotated[str, Meta(max_length=1000, description="`next` of the page before")]

_SIGNATURE_BYTES = 16

Row = TypeVar("Row")


class Cut(NamedTuple):
    """The rows of one page, and the cursor to the one behind it."""

    items: list[Any]
    next: str | None


def cut(
    rows: Sequence[Row], *, limit: int, listing: str, key: Callable[[Row], tuple[object, ...]]
) -> Cut:
    """Make a page of rows that were read with `LIMIT limit + 1`: the one too many says "go on".

    `key` gives what the list is ordered by, ending in a unique id. It stands in a URL, signed but
    readable: moments, numbers and ids, never personal data.
    """
    items = list(rows[:limit])
    return Cut(items, write(listing, key(items[-1])) if len(rows) > limit else None)


def write(listing: str, key: tuple[object, ...]) -> str:
    """The cursor behind a row. It is the same for the same row, and opens this listing alone."""
    place = msgspec.json.encode(key)
    signature = crypto.sign(place, f"pages.{listing}")[:_SIGNATURE_BYTES]
    return urlsafe_b64encode(signature + place).rstrip(b"=").decode()


def read(listing: str, after: str | None, *kinds: type) -> tuple[Any, ...]:
    """The key to go on behind, of these kinds; on the first page as many times None.

    Thus one statement reads every page: `$1::timestamptz IS NULL OR (at, id) > ($1, $2)`.

    :raises Malformed: the cursor is not one that this listing gave.
    """
    if after is None:
        return (None,) * len(kinds)
    try:
        signed = urlsafe_b64decode(after.encode("ascii") + b"==")
        signature, place = signed[:_SIGNATURE_BYTES], signed[_SIGNATURE_BYTES:]
        if crypto.is_signed(place, signature, f"pages.{listing}"):
            return msgspec.json.decode(place, type=tuple[kinds])  # type: ignore[valid-type]
    except (UnicodeEncodeError, binascii.Error, msgspec.MsgspecError):
        pass
    raise Malformed(field="after")
