"""Who may do what to which plan. Pure: an actor, a plan, a yes or no."""

from typing import Any

from backend.careplans.lifecycle import PlanStatus
from backend.core.access import DOCTORS, FAMILY, Actor


def is_responsible(actor: Actor, plan: Any) -> bool:
    """20A.1: the responsible doctor, in the center that the plan belongs to; or a rule."""
    if actor.why is not None:
        return True
    return (
        actor.person_id == plan["doctor"]
        and actor.is_any(DOCTORS)
        and actor.organization_id == plan["organization"]
    )


def may_write(actor: Actor, plan: Any) -> bool:
    """A draft is its author's, who may be a nurse, and the responsible doctor's."""
    return is_responsible(actor, plan) or actor.person_id == plan["author"]


def may_see(actor: Actor, plan: Any) -> bool:
    """A draft is nothing yet for the elder's side."""
    return may_see_drafts(actor) or plan["status"] != PlanStatus.DRAFT


def may_see_drafts(actor: Actor) -> bool:
    return actor.role not in FAMILY
