"""The numbers of the policy in force that day, as due dates need them."""

from datetime import date, datetime
from functools import lru_cache

from backend import policy
from backend.beds.lifecycle.due import Limits
from backend.core import calendar


def limits(moment: datetime) -> Limits:
    return _limits(calendar.on(moment))


@lru_cache(maxsize=64)  # not policy: how many days are remembered
def _limits(on: date) -> Limits:
    return Limits(
        assess_workdays=policy.whole(on, "hb.assess_within_workdays"),
        record_within=policy.span(on, "hb.record_within_hours"),
        first_round_within=policy.span(on, "hb.first_round_within_hours"),
        round_every=policy.span(on, "hb.doctor_round_interval_days"),
        round_every_stable=policy.span(on, "hb.doctor_round_interval_stable_days"),
        extra_round_within=policy.span(on, "hb.extra_round_within_hours"),
        superior_first_within=policy.span(on, "hb.superior_first_round_days"),
        superior_every=policy.span(on, "hb.superior_round_interval_days"),
        summary_every=policy.span(on, "hb.stage_summary_interval_days"),
        cycle=policy.span(on, "hb.cycle_days"),
        away_max=policy.span(on, "hb.travel_suspend_max_days"),
        discharge_within=policy.span(on, "hb.discharge_record_hours"),
        contact_within=policy.span(on, "hb.discharge_contact_days"),
    )
