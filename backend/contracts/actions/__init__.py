"""What can be done about contracts, the weeks they promise, and alliances."""

from backend.contracts.actions.agreed import plan_ahead, plan_all_ahead
from backend.contracts.actions.alliances import join_alliance, keep_alliance, leave_alliance
from backend.contracts.actions.draft import draft
from backend.contracts.actions.ending import end_after_death, remind_renewal, terminate
from backend.contracts.actions.institution import (
    draft_institution_contract,
    sign_institution_contract,
)
from backend.contracts.actions.renewing import change_doctor, renew
from backend.contracts.actions.signing import sign
from backend.contracts.actions.suspending import (
    lift,
    remind_ending,
    suspend,
    terminate_institution_contract,
)
from backend.contracts.actions.weeks import log_training, state_reason, tell_of_weeks

__all__ = [
    "change_doctor",
    "draft",
    "draft_institution_contract",
    "end_after_death",
    "join_alliance",
    "keep_alliance",
    "leave_alliance",
    "lift",
    "log_training",
    "plan_ahead",
    "plan_all_ahead",
    "remind_ending",
    "remind_renewal",
    "renew",
    "sign",
    "sign_institution_contract",
    "state_reason",
    "suspend",
    "tell_of_weeks",
    "terminate",
    "terminate_institution_contract",
]
