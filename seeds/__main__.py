"""`python -m seeds [family|town|district]` plants; `python -m seeds cast` says who is there."""

import sys
import unicodedata

import anyio

from backend.core.access import EVERYONE, Role
from seeds.cast import cast
from seeds.elders import elders
from seeds.places import places

SIZES = ("family", "town", "district")
USAGE = f"Say one of: python -m seeds {'|'.join((*SIZES, 'cast'))}"


def main(words: list[str]) -> int:
    size = words[0] if words else "town"
    if len(words) > 1 or size not in (*SIZES, "cast"):
        print(USAGE, file=sys.stderr)
        return 2
    if size == "cast":
        show_cast()
        return 0
    from seeds.ground import CannotPlant, on_the_ground  # noqa: PLC0415 - the cast needs no database

    try:
        anyio.run(on_the_ground, size, backend_options={"use_uvloop": True})
    except CannotPlant as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


def show_cast() -> None:
    """One phone number for each role."""
    rows = [("role", "phone", "name", "where")]
    shown: set[Role] = set()
    for worker in cast():
        if worker.roles[0] not in shown:
            shown.add(worker.roles[0])
            rows.append((worker.roles[0], worker.phone, worker.name, places()[worker.at].name))
    father = elders()[0]
    rows.append((Role.ELDER, father.phone, father.name, places()[father.house or ""].name))
    rows.append((Role.RELATIVE, father.kin[0].phone, father.kin[0].name, f"{father.name}的女儿"))
    ward, guardian = next((each, kin) for each in elders() for kin in each.kin if kin.is_guardian)
    rows.append((Role.GUARDIAN, guardian.phone, guardian.name, f"{ward.name}的监护人"))
    assert {row[0] for row in rows[1:]} == EVERYONE
    for role, phone, name, where in rows:
        print(f"  {role:<18} {phone:<12} {padded(name, 8)} {where}")


def padded(text: str, columns: int) -> str:
    """Fill up to so many columns of a terminal, where a Chinese character takes two."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return text + " " * (columns - len(text) - wide)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
