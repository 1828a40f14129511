"""Amounts in integer fen, divided so that nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend.core import money

amounts = some.integers(-(10**12), 10**12)
weights = some.lists(some.integers(0, 10**6), min_size=1, max_size=20).filter(any)


@pytest.mark.parametrize(
    ("fen", "written"),
    [(7056, "70.56"), (0, "0.00"), (5, "0.05"), (-5, "-0.05"), (-12345, "-123.45")],
)
def test_an_amount_is_written_in_yuan(fen: int, written: str) -> None:
    assert money.yuan(fen) == written


@pytest.mark.parametrize(
    ("fen", "part", "whole", "expected"),
    [
        (25640, 60, 100, 15384),
        (5, 50, 100, 3),
        (-5, 50, 100, -3),
        (1, 49, 100, 0),
        (1000, 25, 1000, 25),
        (0, 50, 100, 0),
    ],
    ids=[
        "60 percent",
        "half up",
        "half up of a refund",
        "less than half",
        "2.5 percent",
        "nothing",
    ],
)
def test_a_share_is_rounded_half_up(fen: int, part: int, whole: int, expected: int) -> None:
    assert money.share(fen, part, whole) == expected


@given(amounts, some.integers(0, 100))
def test_taking_back_a_share_takes_back_the_same(fen: int, percent: int) -> None:
    assert money.share(-fen, percent) == -money.share(fen, percent)


def test_the_largest_remainders_take_the_rest() -> None:
    assert money.split(100, [1, 1, 1]) == [34, 33, 33]
    assert money.split(100, [0, 1, 2]) == [0, 33, 67]
    assert money.split(-100, [1, 1, 1]) == [-34, -33, -33]


@given(amounts, weights)
def test_the_parts_sum_to_the_whole_and_each_is_within_a_fen(fen: int, weights: list[int]) -> None:
    parts = money.split(fen, weights)

    assert sum(parts) == fen
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - fen * weight) < sum(weights)


def test_there_must_be_somebody_to_divide_between() -> None:
    with pytest.raises(AssertionError):
        money.split(100, [0, 0])
