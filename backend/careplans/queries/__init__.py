"""Questions about plans. Every read that answers a caller is narrowed to what they may see."""

from backend.careplans.queries.expanding import (
    alone,
    carers,
    company,
    hold_carers,
    known,
    the_elders,
)
from backend.careplans.queries.orders import (
    assessed_at,
    has_infusion_room,
    is_doctor_of,
    unconsented,
)
from backend.careplans.queries.plans import (
    active_plans,
    find_plan,
    hold_person,
    hold_plan,
    move,
    open_plans,
    plan,
    plans,
    revision,
    to_call_off,
)

__all__ = [
    "active_plans",
    "alone",
    "assessed_at",
    "carers",
    "company",
    "find_plan",
    "has_infusion_room",
    "hold_carers",
    "hold_person",
    "hold_plan",
    "is_doctor_of",
    "known",
    "move",
    "open_plans",
    "plan",
    "plans",
    "revision",
    "the_elders",
    "to_call_off",
    "unconsented",
]
