"""Numbers that name people and organizations in China: their normal form and their check digits."""

import re
import unicodedata
from datetime import date
from typing import Literal

# ID-02, GB 11643: the weights of the first 17 digits, and the check digit for each sum modulo 11.
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"
_PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_RESIDENT = re.compile(rf"{_PROVINCE}[0-9]{{15}}[0-9X]")
_LEGACY_RESIDENT = re.compile(r"[0-9]{15}")

# GB 32100: digits and capitals without I O S V Z; the weights are the powers of 3 modulo 31.
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(3**place % 31 for place in range(17))
_CREDIT = re.compile(rf"[{_CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{_CREDIT_ALPHABET}]{{10}}")

_MOBILE = re.compile(r"(?:(?:\+|00)?86)?(1[3-9][0-9]{9})")


def resident_number(said: str) -> str:
    """The 18 characters of a resident ID; one of the old 15 digits is converted.

    :raises ValueError: it is no such number: form, province, birth date or check digit.
    """
    number = _plain(said)
    if _LEGACY_RESIDENT.fullmatch(number):
        # The old numbers were given until 1999, and named the year by two digits.
        number = f"{number[:6]}19{number[6:]}"
        number += _resident_check(number)
    if not _RESIDENT.fullmatch(number):
        raise ValueError("not a resident ID number")
    if number[17] != _resident_check(number):
        raise ValueError("the check digit of the resident ID number is wrong")
    born_on(number)
    return number


def born_on(resident_number: str) -> date:
    """The birth date in a resident ID number of 18 characters.

    :raises ValueError: there is no such date.
    """
    digits = resident_number[6:14]
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def sex(resident_number: str) -> Literal["M", "F"]:
    """The sex in a resident ID number of 18 characters: men have odd sequence numbers."""
    return "M" if int(resident_number[16]) % 2 else "F"


def credit_code(said: str) -> str:
    """The 18 characters of an organization's unified social credit code (GB 32100).

    :raises ValueError: it is no such code: form or check character.
    """
    code = _plain(said)
    if not _CREDIT.fullmatch(code):
        raise ValueError("not a unified social credit code")
    if code[17] != _credit_check(code):
        raise ValueError("the check character of the unified social credit code is wrong")
    return code


def mobile_number(said: str) -> str:
    """The 11 digits of a Chinese mobile number, without +86.

    :raises ValueError: it is no such number.
    """
    mobile = _MOBILE.fullmatch(_plain(said))
    if mobile is None:
        raise ValueError("not a Chinese mobile number")
    return mobile[1]


def _plain(said: str) -> str:
    """Without the spaces, dashes and full-width characters that people type."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", said)).upper()


def _resident_check(number: str) -> str:
    weighed = zip(number, _RESIDENT_WEIGHTS, strict=False)
    return _RESIDENT_CHECKS[sum(int(digit) * weight for digit, weight in weighed) % 11]


def _credit_check(code: str) -> str:
    weighed = zip(code, _CREDIT_WEIGHTS, strict=False)
    total = sum(_CREDIT_ALPHABET.index(character) * weight for character, weight in weighed)
    return _CREDIT_ALPHABET[-total % 31]
