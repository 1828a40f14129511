"""Ids sort by the moment they were made."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from backend.core import clock, ids


def test_it_reads_the_example_of_the_standard() -> None:
    example = UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")

    assert ids.is_uuid7(example)
    assert ids.moment_of(example).isoformat() == "2022-02-22T19:22:22+00:00"


def test_an_id_names_the_millisecond_it_was_made_in() -> None:
    before = clock.now()
    made = ids.uuid7()
    after = clock.now()

    assert ids.is_uuid7(made)
    assert before - timedelta(milliseconds=1) < ids.moment_of(made) <= after


def test_ids_rise_within_a_process() -> None:
    made = [ids.uuid7() for _ in range(20_000)]

    assert made == sorted(set(made))


def test_ids_rise_when_the_clock_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = clock.now() - timedelta(hours=1)
    first = ids.uuid7()
    monkeypatch.setattr(clock, "now", lambda: earlier)

    assert ids.uuid7() > first


def test_threads_never_share_an_id() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: ids.uuid7(), range(8_000)))

    assert len(set(made)) == len(made)


def test_each_random_bit_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    # One id a millisecond: those that share one climb by small steps and keep their upper bits.
    monkeypatch.setattr(ids, "_last", 0)
    start = clock.now()
    moments = (start + timedelta(milliseconds=passed) for passed in range(200))
    monkeypatch.setattr(clock, "now", lambda: next(moments))
    made = [ids.uuid7().int & (1 << 62) - 1 for _ in range(200)]

    assert all(any(value >> bit & 1 for value in made) for bit in range(62))


@pytest.mark.parametrize(
    "value",
    [
        uuid4(),
        UUID(int=0),
        UUID("017F22E2-79B0-7CC3-18C4-DC0C0C07398F"),
        UUID("FFFFFFFF-FFFF-7FFF-BFFF-FFFFFFFFFFFF"),
    ],
    ids=["version 4", "nil", "another variant", "after the year 9999"],
)
def test_another_id_is_not_one_of_ours(value: UUID) -> None:
    assert not ids.is_uuid7(value)
    with pytest.raises(ValueError, match="not a UUIDv7"):
        ids.moment_of(value)
