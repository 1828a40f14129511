"""What the elders of the town need at home: from a condition to who goes and what is done."""

from backend.core.access import Role
from backend.policy import terminology
from backend.visits.lifecycle import Kind
from seeds.elders import Elder

# What each of them does, and what it is called: the kind of the visit and its service items.
USUAL: dict[Role, tuple[Kind, tuple[str, ...]]] = {
    Role.GP: (Kind.HOMEBED_ROUND, ("S115", "S105")),
    Role.SENIOR_GP: (Kind.SUPERIOR_ROUND, ("S116",)),
    Role.NURSE: (Kind.NURSING, ("S201", "S216")),
    Role.THERAPIST: (Kind.ASSESSMENT, ("S301", "S306")),
    Role.TCM_DOCTOR: (Kind.FOLLOW_UP, ("S601", "S607")),
    Role.SOCIAL_WORKER: (Kind.PALLIATIVE, ("S504",)),
}

# ICD-10 of three characters: what a doctor, and what a nurse, is also asked for.
BY_CONDITION: dict[str, dict[Role, tuple[str, ...]]] = {
    "E11": {Role.GP: ("S106",), Role.NURSE: ("S214",)},
    "I10": {Role.GP: ("S105",)},
    "J44": {Role.NURSE: ("S203",)},
    "L89": {Role.NURSE: ("S210",)},
    "I69": {Role.THERAPIST: ("S304",)},
    "S72": {Role.THERAPIST: ("S304",)},
    "G20": {Role.THERAPIST: ("S305",)},
    "C34": {Role.GP: ("S501",), Role.NURSE: ("S503",)},
}


def work_of(role: Role, who: Elder) -> tuple[Kind, list[str]]:
    """The kind of a visit by this role, and its items without doubles, in order."""
    kind, items = USUAL[role]
    asked = [
        item for code in who.conditions for item in BY_CONDITION.get(code[:3], {}).get(role, ())
    ]
    return kind, list(dict.fromkeys((*items, *asked)))


def consented_items(who: Elder) -> list[str]:
    """HC-10: of everything that may be done at this bedside, what asks for consent."""
    known = terminology.service_items()
    items = {item for role in USUAL for item in work_of(role, who)[1]}
    return sorted(item for item in items if known[item].needs_consent)
