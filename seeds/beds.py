"""Where everybody of the town is."""

from datetime import date, datetime, time

from backend.beds import actions as beds
from backend.beds.lifecycle import BedKind
from backend.beds.lifecycle.said import StaySaid
from backend.core.access import Role
from backend.core.calendar import SHANGHAI
from seeds.actors import acting, first_of
from seeds.elders import Elder
from seeds.ids import seed_id
from seeds.planting import keep


async def place(who: Elder, *, yesterday: date, now: datetime) -> None:
    """The house says who lives in its beds, the center who lives at home."""
    role, at = (Role.INST_ADMIN, who.house) if who.house else (Role.CHC_ADMIN, who.center)
    said = StaySaid(
        client_time=datetime.combine(yesterday, time(6), SHANGHAI),
        person_id=who.id,
        kind=BedKind.INSTITUTION if who.house else BedKind.OWN_HOME,
        bed_no=who.bed,
    )
    stay_id = seed_id("stay", who.key)
    await keep(
        beds.keep_stay(stay_id=stay_id, actor=acting(first_of(role, at)), said=said, now=now)
    )
