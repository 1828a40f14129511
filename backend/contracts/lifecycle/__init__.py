"""The words of contracts, and what follows from them. Pure."""

from backend.contracts.lifecycle.groups import HOSPITALS, Group
from backend.contracts.lifecycle.statuses import (
    OF_A_DOCTOR_CONTRACT,
    OF_AN_INSTITUTION_CONTRACT,
    PATHS,
    Move,
    Side,
    Standing,
    Status,
    after,
    standing,
)
from backend.contracts.lifecycle.terms import (
    MONTHS_A_YEAR,
    Panel,
    contract_year,
    ends_on,
    lacks_contact,
    last_day,
    next_month,
    panel,
)
from backend.contracts.lifecycle.weeks import Came, Limits, Reason, Stay, Week, WeekStanding

__all__ = [
    "HOSPITALS",
    "MONTHS_A_YEAR",
    "OF_AN_INSTITUTION_CONTRACT",
    "OF_A_DOCTOR_CONTRACT",
    "PATHS",
    "Came",
    "Group",
    "Limits",
    "Move",
    "Panel",
    "Reason",
    "Side",
    "Standing",
    "Status",
    "Stay",
    "Week",
    "WeekStanding",
    "after",
    "contract_year",
    "ends_on",
    "lacks_contact",
    "last_day",
    "next_month",
    "panel",
    "standing",
]
