"""Amounts in integer fen, divided so that nothing is lost."""

from collections.abc import Sequence


def yuan(fen: int) -> str:
    """Write an amount as people read it: `70.56`."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02}"


def share(fen: int, part: int, whole: int = 100) -> int:
    """So many of a whole, by default so many percent; half a fen is rounded away from zero.

    A refund is thus the same amount as the charge it takes back.
    """
    assert whole > 0, "a part is of something"
    rounded = (2 * abs(fen * part) + whole) // (2 * whole)
    return rounded if fen * part >= 0 else -rounded


def split(fen: int, weights: Sequence[int]) -> list[int]:
    """Divide by weights so that the parts sum to the whole, by the method of largest remainders.

    Of equal remainders the first is served first, so the same division gives the same parts.
    """
    total = sum(weights)
    assert total > 0, "somebody takes a part"
    assert min(weights) >= 0, "nobody takes a negative part"
    if fen < 0:
        return [-part for part in split(-fen, weights)]
    parts, remainders = zip(*(divmod(fen * weight, total) for weight in weights), strict=True)
    left = fen - sum(parts)
    served = sorted(range(len(weights)), key=lambda place: -remainders[place])[:left]
    return [part + (place in served) for place, part in enumerate(parts)]
