"""药品目录: what an in-house unit stocks, and of which common drugs it has none (IM-09)."""

from collections.abc import Iterable
from typing import NamedTuple

from backend.policy.terminology import Drug

CLASS = 5  # not policy: so many characters of an ATC code name the chemical class


class MissingClass(NamedTuple):
    """A class without any drug in stock. Each of `drugs` would do."""

    atc: str
    is_chronic: bool
    drugs: tuple[Drug, ...]


def missing_classes(stocked: Iterable[str], *, listed: Iterable[Drug]) -> list[MissingClass]:
    """A hint, never a refusal. One drug of a class will do: nobody stocks seven sartans.

    What is controlled, and what has no ATC code such as 中成药, is asked of nobody.
    """
    classes: dict[str, list[Drug]] = {}
    for drug in listed:
        if drug.atc and not drug.is_controlled:
            classes.setdefault(drug.atc[:CLASS], []).append(drug)
    has = set(stocked)
    return [
        MissingClass(atc, any(each.is_chronic for each in drugs), tuple(drugs))
        for atc, drugs in sorted(classes.items())
        if has.isdisjoint(each.id for each in drugs)
    ]
