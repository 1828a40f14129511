"""What can be done to visits. One function per verb; each commits whole or not at all."""

from backend.visits.actions.absences import cover, record_absence
from backend.visits.actions.alarms import raise_alarm
from backend.visits.actions.attend import check_in, check_out, depart
from backend.visits.actions.call_off import call_off, call_off_visits
from backend.visits.actions.charging import bill_visit, bill_what_waited
from backend.visits.actions.doorstep import attest, cancel, check_bag, find_nobody, refuse
from backend.visits.actions.hand_over import hand_over_visits
from backend.visits.actions.pair import send_along
from backend.visits.actions.plan import plan
from backend.visits.actions.residents import follow_resident
from backend.visits.actions.resolve import appeal, decide, weigh_again
from backend.visits.actions.rounds import enter, plan_round
from backend.visits.actions.staffing import assign
from backend.visits.actions.tracks import forget_tracks, track
from backend.visits.actions.watch import (
    abort,
    close_day,
    look_for_carer,
    look_for_end,
    look_for_start,
)

__all__ = [
    "abort",
    "appeal",
    "assign",
    "attest",
    "bill_visit",
    "bill_what_waited",
    "call_off",
    "call_off_visits",
    "cancel",
    "check_bag",
    "check_in",
    "check_out",
    "close_day",
    "cover",
    "decide",
    "depart",
    "enter",
    "find_nobody",
    "follow_resident",
    "forget_tracks",
    "hand_over_visits",
    "look_for_carer",
    "look_for_end",
    "look_for_start",
    "plan",
    "plan_round",
    "raise_alarm",
    "record_absence",
    "refuse",
    "send_along",
    "track",
    "weigh_again",
]
