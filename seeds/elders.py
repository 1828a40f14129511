"""The elders of the town, and who is whose daughter, son, wife or husband."""

from datetime import date
from functools import cache
from random import Random
from uuid import UUID

import msgspec

from backend.people.lifecycle import Relation, Scope
from seeds.ids import seed_id
from seeds.names import SURNAMES, a_name, given_name
from seeds.numbers import identity_number
from seeds.places import DANING, HOUSE, beside, center_of, places, samples

FIRST_PHONE_OF_KIN = 140_0001_0000
# Where the sample's residents live: more than half with Dr. 沈, so that his round is a real one.
HOUSES = (HOUSE, HOUSE, "house-linfen", HOUSE, "house-tianmu", HOUSE, "house-pengpu")
DEMENTIA = "F03"
LACKS_CAPACITY_BELOW = 40  # Barthel: of those with dementia, who needs a guardian in this town

USUAL = (Scope.VIEW_SUMMARY, Scope.PAY, Scope.NOTIFY, Scope.REQUEST_SERVICE)
CLOSE = (*USUAL, Scope.VIEW_FULL, Scope.RECEIVE_GOODS, Scope.UPLOAD_READINGS)
DISTANT = (Scope.VIEW_SUMMARY, Scope.NOTIFY)


class Kin(msgspec.Struct, frozen=True, kw_only=True):
    """A relative, and what the elder lets them see and do."""

    key: str
    name: str
    sex: str
    born_on: date
    phone: str
    relation: Relation
    scopes: tuple[Scope, ...]
    is_guardian: bool = False

    @property
    def id(self) -> UUID:
        return seed_id("person", self.key)


class Elder(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    name: str
    sex: str
    born_on: date
    identity_number: str
    phone: str
    street_code: str
    lat: float
    lon: float
    conditions: tuple[str, ...]
    barthel: int
    line: str
    room: str
    house: str | None = None
    bed: str | None = None
    lives_alone: bool = False
    lacks_capacity: bool = False
    kin: tuple[Kin, ...]

    @property
    def id(self) -> UUID:
        return seed_id("person", self.key)

    @property
    def center(self) -> str:
        """Whose patient: of the center of the street where the elder lives now."""
        return center_of(places()[self.house].street_code if self.house else self.street_code)


@cache
def elders() -> list[Elder]:
    """Mr. 周 first, then the sixty of the sample."""
    found, beds = [the_father()], {HOUSE: 1}
    for number, line in enumerate(samples(), start=1):
        house = None
        if line["place_bed"] == "INSTITUTION":
            house = HOUSES[sum(beds.values()) % len(HOUSES)]
            beds[house] = beds.get(house, 0) + 1
        found.append(_from_sample(line, number, house, beds.get(house or "", 0)))
    return found


def the_father() -> Elder:
    """周德明, 82, whose daughter lives in Pudong (the day of Ms. 周)."""
    born_on = date(1944, 5, 6)
    lat, lon = beside(*(places()[HOUSE].lat, places()[HOUSE].lon), north_m=600, east_m=-350)
    return Elder(
        key="zhou",
        name="周德明",
        sex="M",
        born_on=born_on,
        identity_number=identity_number(born_on, "M", 400),
        phone=str(FIRST_PHONE_OF_KIN),
        street_code=DANING,
        lat=lat,
        lon=lon,
        conditions=("I10", "E11.9"),
        barthel=75,
        line="示例新村15号",
        room="402",
        house=HOUSE,
        bed=_bed(1),
        kin=(
            Kin(
                key="zhou-min",
                name="周敏",
                sex="F",
                born_on=date(1972, 9, 14),
                phone=str(FIRST_PHONE_OF_KIN + 1),
                relation=Relation.DAUGHTER,
                scopes=USUAL,
            ),
            Kin(
                key="zhou-qiang",
                name="周强",
                sex="M",
                born_on=date(1969, 2, 3),
                phone=str(FIRST_PHONE_OF_KIN + 2),
                relation=Relation.SON,
                scopes=DISTANT,
            ),
        ),
    )


def _from_sample(line: dict[str, str], number: int, house: str | None, bed: int) -> Elder:
    dice = Random(line["elder_id"])
    conditions = tuple(line["conditions_icd10"].split(";"))
    barthel = int(line["barthel"])
    lacks_capacity = DEMENTIA in conditions and barthel < LACKS_CAPACITY_BELOW
    born_on = date.fromisoformat(line["birth_date"])
    return Elder(
        key=line["elder_id"],
        name=line["name_zh"],
        sex=line["sex"],
        born_on=born_on,
        identity_number=line["id_no"],
        phone=line["phone"],
        street_code=line["street_code"],
        lat=float(line["lat"]),
        lon=float(line["lon"]),
        conditions=conditions,
        barthel=barthel,
        line=f"示例路{dice.randint(2, 300)}弄{dice.randint(1, 60)}号",
        room=f"{dice.randint(1, 6)}0{dice.randint(1, 4)}",
        house=house,
        bed=_bed(bed) if house else None,
        lives_alone=house is None and number % 5 == 0,
        lacks_capacity=lacks_capacity,
        kin=_kin(line, number, born_on, dice, needs_guardian=lacks_capacity),
    )


def _kin(
    line: dict[str, str], number: int, born_on: date, dice: Random, *, needs_guardian: bool
) -> tuple[Kin, ...]:
    children = dice.randint(1, 2)
    # Children bear the father's surname: a mother's own tells nothing about theirs.
    surname = line["name_zh"][0] if line["sex"] == "M" else dice.choice(SURNAMES)
    found = []
    for child in range(children):
        sex = dice.choice("MF")
        found.append(
            Kin(
                key=f"{line['elder_id']}-{child}",
                name=a_name(dice, sex, surname),
                sex=sex,
                born_on=date(born_on.year + 26 + 3 * child, dice.randint(1, 12), 15),
                phone=str(FIRST_PHONE_OF_KIN + 10 * number + child),
                relation=Relation.SON if sex == "M" else Relation.DAUGHTER,
                scopes=(CLOSE if number % 3 == 0 else USUAL) if child == 0 else DISTANT,
                is_guardian=needs_guardian and child == 0,
            )
        )
    if number % 4 == 1:
        sex = "F" if line["sex"] == "M" else "M"
        found.append(
            Kin(
                key=f"{line['elder_id']}-spouse",
                name=dice.choice(SURNAMES) + given_name(dice, sex),
                sex=sex,
                born_on=date(born_on.year + 1, dice.randint(1, 12), 8),
                phone=str(FIRST_PHONE_OF_KIN + 10 * number + 9),
                relation=Relation.SPOUSE,
                scopes=USUAL,
            )
        )
    return tuple(found)


def _bed(number: int) -> str:
    floor, rest = divmod(number - 1, 8)
    room, place = divmod(rest, 2)
    return f"{floor + 2}0{room + 1}-{place + 1}"
