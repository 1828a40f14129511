"""The town, planted in order: places, who works there, who is cared for, who comes when."""

from datetime import datetime, timedelta
from functools import partial

from backend.core import calendar
from seeds import beds, contracts, payers, planting, tariffs, weeks
from seeds.elders import elders
from seeds.places import FLAGSHIP, HOUSE, places
from seeds.planting import each
from seeds.staff import staff


async def plant_town(*, now: datetime, whole: bool = True) -> None:
    """Plant all fourteen streets, or Dr. 沈's center and its patients alone. Twice is once."""
    homes = [one for one in elders() if whole or one.center == FLAGSHIP]
    theirs = {FLAGSHIP, *(one.house for one in homes)}
    standing = [
        place
        for place in places().values()
        if whole or place.key in theirs or _is_shared(place.key)
    ]
    keys = {place.key for place in standing}
    working = [one for one in staff() if one.at in keys]
    await each("organizations", standing, partial(planting.organization, now=now))
    await each("people at work", working, partial(planting.worker, now=now))
    centers = [place for place in standing if place.is_center]
    await each("price tables", centers, partial(tariffs.price_table, now=now))
    await each("elders with families", homes, partial(planting.elder, now=now))
    today = calendar.on(now)
    yesterday = today - timedelta(days=1)
    await each("beds", homes, partial(beds.place, yesterday=yesterday, now=now))
    open_ones = beds.opened(homes, yesterday=yesterday)
    # One doctor goes to all of them, and is at one bedside at a time.
    await each("home-sickbeds", open_ones, partial(beds.home_sickbed, now=now), at_once=1)
    await each("family doctors", homes, partial(contracts.doctor_contract, now=now))
    await contracts.institution_contract(HOUSE, now=now)
    living_there = [one for one in homes if one.house == HOUSE and not one.lacks_capacity]
    await contracts.alliance(living_there, now=now)
    await payers.standing_payers(homes, now=now)
    coming = weeks.planned(homes, today=today)
    await each("visits and rounds", coming, partial(weeks.plan, now=now))


def _is_shared(key: str) -> bool:
    """Neither a center nor a house: hospital, pharmacies, couriers, regulators."""
    place = places()[key]
    return not place.is_center and not place.is_house
