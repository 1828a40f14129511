"""Numbers of people and organizations that nobody has, with check digits that hold (ID-03)."""

from collections.abc import Callable
from datetime import date

from backend.core import identity_numbers

COUNTY = "310999"  # ID-03: there is no such county
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def identity_number(born_on: date, sex: str, sequence: int) -> str:
    """A resident ID number; of a sequence only its hundreds of pairs count, the sex the parity."""
    order = sequence % 500 * 2 + (1 if sex == "M" else 0)
    head = f"{COUNTY}{born_on:%Y%m%d}{order:03}"
    return _completed(head, "0123456789X", identity_numbers.resident_number)


def credit_code(sequence: int) -> str:
    """A unified social credit code of the same county."""
    return _completed(f"52{COUNTY}{sequence:09}", CREDIT_ALPHABET, identity_numbers.credit_code)


def _completed(head: str, characters: str, check: Callable[[str], str]) -> str:
    for character in characters:
        try:
            return check(head + character)
        except ValueError:
            continue
    raise AssertionError(head)
