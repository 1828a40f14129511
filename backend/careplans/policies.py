"""Who may do what to which plan. Pure: an actor, a plan, a yes or no."""

from typing import Any
from uuid import UUID

from backend.careplans.lifecycle import PlanStatus
from backend.core.access import DOCTORS, FAMILY, Actor, Role


def is_responsible(actor: Actor, plan: Any) -> bool:
    """20A.1: the responsible doctor, in the center that the plan belongs to; or a rule.

    Who handed a plan over answers for it until somebody there has taken it.
    """
    if actor.why is not None:
        return True
    is_there = actor.organization_id == plan["organization"]
    return (
        actor.person_id == plan["doctor"]
        and actor.is_any(DOCTORS)
        and (is_there or plan["to_take_since"] is not None)
    )


def may_take_over(actor: Actor, plan: Any, doctor_id: UUID) -> bool:
    """A doctor takes it themselves; the administration of that center may name one."""
    return actor.organization_id == plan["organization"] and (
        actor.role is Role.CHC_ADMIN or (actor.is_any(DOCTORS) and actor.person_id == doctor_id)
    )


def may_write(actor: Actor, plan: Any) -> bool:
    """A draft is its author's, who may be a nurse, and the responsible doctor's."""
    return is_responsible(actor, plan) or actor.person_id == plan["author"]


def may_see(actor: Actor, plan: Any) -> bool:
    """A draft is nothing yet for the elder's side."""
    return may_see_drafts(actor) or plan["status"] != PlanStatus.DRAFT


def may_see_drafts(actor: Actor) -> bool:
    return actor.role not in FAMILY
