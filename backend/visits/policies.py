"""Who may do what to which visit. Pure: an actor, a held visit, a yes or no."""

from datetime import datetime, timedelta

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


def may_cancel_now(actor: Actor, visit: Held, *, now: datetime, staff_before: timedelta) -> bool:
    """Staff cancel early; later it goes to the dispatcher. The elder's side may always."""
    return (
        actor.role not in (Role.DISPATCHER, Role.CHC_ADMIN)
        and actor.is_field
        and now <= visit.planned_start - staff_before
    ) or actor.role in OFFICE | FAMILY


def may_decide(actor: Actor, *, organization_id: object) -> bool:
    return actor.role in DECIDERS and organization_id == actor.organization_id


def sees_whole_center(actor: Actor) -> bool:
    """Who plans and answers for a center sees all of its visits."""
    return actor.role in OFFICE or actor.is_any(DOCTORS) or actor.is_field


def check_own_house(actor: Actor, organization_id: object) -> None:
    """:raises Missing: another institution's code is nobody else's to know"""
    if organization_id != actor.organization_id:
        raise Missing
