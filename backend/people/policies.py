"""Yes or no, about an actor and a row of people."""

from collections.abc import Collection
from typing import Any

from backend.core.access import EVERYONE, FIELD, STAFF, Actor, Role

IN_INSTITUTIONS = frozenset({Role.INST_NURSE, Role.INST_STAFF, Role.INST_ADMIN})

# An institution employs its carers, and the doctors and nurses of its in-house unit; everybody else
# employs whoever works, but never a regulator, a mediator or the family.
EMPLOYABLE = {
    Role.INST_ADMIN: IN_INSTITUTIONS | FIELD,
    Role.CHC_ADMIN: (STAFF | {Role.COURIER}) - IN_INSTITUTIONS,
    Role.SYSTEM: EVERYONE,
}


def may_employ(actor: Actor, roles: Collection[Role]) -> bool:
    """Nobody gives a role that is not their organization's to give."""
    return set(roles) <= EMPLOYABLE.get(actor.role, frozenset())


def may_decide_correction(actor: Actor, correction: Any) -> bool:
    """Never one's own: two people see the door's address."""
    return bool(correction["asked_by"] != actor.person_id)


def may_review_break_glass(actor: Actor, access: Any) -> bool:
    """RC-05: an administrator of the center that watches, and never who looked."""
    return bool(
        access["organization_id"] == actor.organization_id
        and access["opened_by"] != actor.person_id
    )
