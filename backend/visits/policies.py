"""Who may do what to which visit. Pure: an actor, a held visit, a yes or no."""

from typing import Any

from backend.core.access import DOCTORS, FAMILY, Actor, Role
from backend.core.problems import Missing
from backend.visits.lifecycle.held import Held

PLANNERS = frozenset({Role.DISPATCHER, Role.CHC_ADMIN}) | DOCTORS
OFFICE = frozenset({Role.DISPATCHER, Role.CHC_ADMIN})
DECIDERS = frozenset({Role.CHC_ADMIN, Role.QC})


def may_record(actor: Actor, visit: Held) -> bool:
    """Field staff of the center, or whoever was ever assigned: care is never refused (EV-03)."""
    return visit.was_assigned or (actor.is_field and visit.organization == actor.organization_id)


def may_plan(actor: Actor, visit: Held) -> bool:
    return actor.is_any(PLANNERS) and visit.organization == actor.organization_id


def may_attest(actor: Actor, visit: Held) -> bool:
    """The elder's side: the institution's nurse where the visit is; the family by its tie."""
    if actor.role is Role.INST_NURSE:
        return visit.institution is not None and visit.institution == actor.organization_id
    return actor.role in FAMILY


def may_cancel(actor: Actor, visit: Held) -> bool:
    """Who goes, who plans, and the elder's side by its tie (20A.1)."""
    return visit.is_going or may_plan(actor, visit) or actor.role in FAMILY


def may_decide(actor: Actor, *, organization_id: object) -> bool:
    return actor.role in DECIDERS and organization_id == actor.organization_id


def may_see_exception(actor: Actor, exception: Any) -> bool:
    return exception["author"] == actor.person_id or may_decide(
        actor, organization_id=exception["organization"]
    )


def may_see_of_staff(actor: Actor, *, staff_id: object, organization_id: object) -> bool:
    """What is about a carer: theirs, and their office's who must act on it."""
    return staff_id == actor.person_id or (
        actor.role in OFFICE and organization_id == actor.organization_id
    )


def sees_whole_center(actor: Actor) -> bool:
    """Who plans and answers for a center sees all of its visits."""
    return actor.role in OFFICE or actor.is_any(DOCTORS) or actor.is_field


def check_own_house(actor: Actor, organization_id: object) -> None:
    """:raises Missing: another institution's code is nobody else's to know"""
    if organization_id != actor.organization_id:
        raise Missing
