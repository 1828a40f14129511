"""Yes or no, about an actor and a row of people."""

from typing import Any
from uuid import UUID

from backend.core.access import Actor, Role


def may_speak_for(actor: Actor, person_id: UUID, *, is_guardian: bool) -> bool:
    """RC-03, RC-04: the elder's word counts, or a live guardian's; never staff's."""
    return (actor.role is Role.ELDER and actor.person_id == person_id) or (
        actor.role is Role.GUARDIAN and is_guardian
    )


def may_decide_correction(actor: Actor, correction: Any) -> bool:
    """Never one's own: two people see the door's address."""
    return bool(correction["asked_by"] != actor.person_id)


def may_review_break_glass(actor: Actor, access: Any) -> bool:
    """RC-05: an administrator of the same organization, and never who looked."""
    return bool(
        access["organization_id"] == actor.organization_id
        and access["opened_by"] != actor.person_id
    )
