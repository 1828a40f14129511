"""Amounts as the channels write them."""

import re

PLAIN = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?")
FEN_DIGITS = 2


def fen_of(yuan: str) -> int:
    """Read `88.00`.

    :raises ValueError: it is written in any other way, or finer than a fen
    """
    found = PLAIN.fullmatch(yuan)
    if found is None:
        raise ValueError("amount")
    whole, rest = found.groups(default="")
    return int(whole + rest.ljust(FEN_DIGITS, "0"))
