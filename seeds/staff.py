"""Who works in the town: the cast, and enough colleagues in the other streets."""

from datetime import date
from functools import cache
from random import Random

from backend.core.access import Role
from seeds.cast import Worker, cast
from seeds.names import a_name
from seeds.places import FLAGSHIP, HOUSE, Place, places

FIRST_PHONE = 140_0000_2000
OF_A_CENTER = (
    Role.CHC_ADMIN, Role.DISPATCHER, Role.SENIOR_GP, Role.GP, Role.GP, Role.NURSE, Role.NURSE,
)  # fmt: skip
OF_A_HOUSE = (Role.INST_ADMIN, Role.INST_NURSE, Role.INST_STAFF)
TITLES = {
    Role.SENIOR_GP: "副主任医师",
    Role.GP: "主治医师",
    Role.NURSE: "主管护师",
    Role.INST_NURSE: "护师",
}


@cache
def staff() -> list[Worker]:
    """Everybody employed in the town, the cast first."""
    found = cast()
    for place in places().values():
        if place.key not in (FLAGSHIP, HOUSE):
            found += _colleagues(place, first_phone=FIRST_PHONE + len(found))
    return found


def _colleagues(place: Place, *, first_phone: int) -> list[Worker]:
    roles = OF_A_CENTER if place.is_center else OF_A_HOUSE if place.is_house else ()
    dice = Random(place.key)
    return [
        _a_worker(f"{place.key}-{number}", role, place, str(first_phone + number), dice)
        for number, role in enumerate(roles)
    ]


def _a_worker(key: str, role: Role, place: Place, phone: str, dice: Random) -> Worker:
    sex = dice.choice("MF") if role not in (Role.NURSE, Role.INST_NURSE) else "F"
    since = dice.randint(1998, 2014)
    return Worker(
        key=key,
        name=a_name(dice, sex),
        sex=sex,
        roles=(role,),
        at=place.key,
        phone=phone,
        title=TITLES.get(role),
        born_on=date(since - 24, dice.randint(1, 12), dice.randint(1, 28)),
        practising_since=date(since, 7, 1) if role in TITLES else None,
    )
