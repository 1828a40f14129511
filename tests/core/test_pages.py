"""Keyset pages."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from backend.core import crypto, ids, pages
from backend.core.problems import Malformed

AT = datetime(2026, 11, 21, 8, tzinfo=UTC)
PLACE = (datetime, UUID)


@pytest.fixture(autouse=True, scope="module")
def keys() -> Iterator[None]:
    held = crypto._keys
    crypto.use(crypto.Keys(data={1: b"1" * 32}, lookup=b"L" * 32))
    yield
    crypto._keys = held


def test_a_list_is_read_page_by_page_to_its_end() -> None:
    rows = [(AT, ids.uuid7()) for _ in range(7)]
    read, after = [], None
    for _ in range(3):
        place = pages.read("visits", after, *PLACE)
        behind = [row for row in rows if place == (None, None) or row > place]
        page = pages.cut(behind[:4], limit=3, listing="visits", key=lambda row: row)
        read += page.items
        after = page.next

    assert read == rows
    assert after is None


def test_an_empty_list_has_no_next_page() -> None:
    assert pages.cut([], limit=50, listing="visits", key=lambda row: row) == ([], None)


def test_a_full_last_page_has_no_next_page() -> None:
    assert pages.cut([1, 2], limit=2, listing="visits", key=lambda row: (row,)).next is None


def test_the_same_place_has_the_same_cursor() -> None:
    place = (AT, ids.uuid7())

    assert pages.write("visits", place) == pages.write("visits", place)


def test_a_cursor_is_fit_for_an_address() -> None:
    cursor = pages.write("visits", (AT, ids.uuid7()))

    assert cursor.replace("-", "").replace("_", "").isalnum()


def test_a_cursor_opens_only_its_own_listing() -> None:
    cursor = pages.write("visits", (AT, ids.uuid7()))

    with pytest.raises(Malformed):
        pages.read("persons", cursor, *PLACE)


def test_a_cursor_of_another_shape_is_malformed() -> None:
    cursor = pages.write("visits", (AT,))

    with pytest.raises(Malformed):
        pages.read("visits", cursor, *PLACE)


@given(some.text() | some.binary().map(lambda content: content.hex()))
@example("")
@example("=")
@example("A")
@example("\ud800")
def test_a_made_up_cursor_is_malformed(after: str) -> None:
    with pytest.raises(Malformed):
        pages.read("visits", after, *PLACE)


@given(some.integers(0, 200), some.sampled_from("ABab01-_"))
def test_a_changed_cursor_is_malformed_or_the_same(at: int, letter: str) -> None:
    place = (AT, UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"))
    cursor = pages.write("visits", place)
    at %= len(cursor)

    with suppress(Malformed):
        assert pages.read("visits", f"{cursor[:at]}{letter}{cursor[at + 1 :]}", *PLACE) == place
