"""How personal details look to those who need only recognize them."""

import re

_HIDDEN = "***"
# Nothing behind the street may show, so a word like 镇 counts only before the first house number.
_UP_TO_STREET = re.compile(r"[^\d弄号室]*?(?:街道|镇|乡)")


def phone(number: str) -> str:
    """Such as `138****1234`."""
    return _middle(number, first=3, last=4)


def id_number(number: str) -> str:
    """`310***********0028`, as ID-02 shows it."""
    return _middle(number, first=3, last=4)


def name(full: str) -> str:
    """`周*`: the family name's first character; one star, so that the length does not show."""
    return f"{full[:1]}*"


def address(line: str) -> str:
    """`上海市静安区石门二路街道***`: down to the street, or nothing when none is named."""
    street = _UP_TO_STREET.match(line)
    return f"{street.group() if street else ''}{_HIDDEN}"


def _middle(text: str, *, first: int, last: int) -> str:
    """Star the middle; a text too short to have one is starred whole."""
    hidden = len(text) - first - last
    return text[:first] + "*" * hidden + text[-last:] if hidden > 0 else "*" * len(text)
