"""Amounts as the channels write them."""

from decimal import Decimal, InvalidOperation

FEN_OF_A_YUAN = 100
DIGITS_MAX = 20


def fen_of(yuan: str) -> int:
    """Read `88.00`.

    :raises ValueError: it is no amount, below zero, or finer than a fen
    """
    try:
        fen = Decimal(yuan) * FEN_OF_A_YUAN
        if len(yuan) > DIGITS_MAX or not fen.is_finite() or fen != fen.to_integral_value():
            raise ValueError("amount")
    except InvalidOperation:
        raise ValueError("amount") from None
    if fen < 0:
        raise ValueError("amount")
    return int(fen)
