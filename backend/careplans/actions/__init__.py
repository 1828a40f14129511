"""What can be done to plans. One function per verb; each commits whole or not at all."""

from backend.careplans.actions.above import (
    Touched,
    end_plans,
    hand_over_plans,
    pause_plans,
    resume_plans,
    review_plans,
)
from backend.careplans.actions.activate import activate
from backend.careplans.actions.end import end
from backend.careplans.actions.revise import revise
from backend.careplans.actions.take_over import take_over
from backend.careplans.actions.watch import (
    end_for_the_dead,
    expand_plan,
    expand_plans_of,
    look_for_review,
    owe_days,
)
from backend.careplans.actions.write import countersign, write

__all__ = [
    "Touched",
    "activate",
    "countersign",
    "end",
    "end_for_the_dead",
    "end_plans",
    "expand_plan",
    "expand_plans_of",
    "hand_over_plans",
    "look_for_review",
    "owe_days",
    "pause_plans",
    "resume_plans",
    "review_plans",
    "revise",
    "take_over",
    "write",
]
