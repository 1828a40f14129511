"""The plan of the town: visits for fifteen days from today on, and a round a week in each house."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

import msgspec

from backend.core.access import FIELD, Role
from backend.core.calendar import SHANGHAI
from backend.visits import actions as visits
from backend.visits.lifecycle import PlaceKind
from backend.visits.lifecycle.plans import Going, Item, Place, RoundPlan, VisitPlan
from backend.visits.problems import SlotTaken
from seeds.actors import acting, first_of
from seeds.cast import Worker
from seeds.elders import Elder
from seeds.ids import seed_id
from seeds.needs import work_of
from seeds.places import FLAGSHIP, center_of, places
from seeds.planting import keep
from seeds.staff import staff

DAYS = 15
TUESDAY = 1
ROUND_LASTS = timedelta(hours=2)
VISIT_LASTS = timedelta(minutes=40)
SLOTS = (time(9), time(10), time(11), time(13, 30), time(14, 30), time(15, 30), time(16, 30))
EVERY_DAYS = 3  # how often a home is visited in a street of the usual size


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A visit, or with no elder a round."""

    id: UUID
    center: str
    start: datetime
    staff: tuple[Worker, ...]
    elder: Elder | None = None
    house: str | None = None


def planned(town: list[Elder], *, today: date) -> list[Planned]:
    found: list[Planned] = []
    for days in range(DAYS):
        on = today + timedelta(days=days)
        for center in dict.fromkeys(elder.center for elder in town):
            here = [elder for elder in town if elder.center == center]
            found += _visits(center, here, on)
        found += _rounds({elder.house for elder in town if elder.house}, on)
    return found


async def plan(one: Planned, *, now: datetime) -> None:
    """Say it as the center's dispatcher would."""
    dispatcher = acting(first_of(Role.DISPATCHER, one.center))
    going = [Going(person_id=who.id, is_lead=number == 0) for number, who in enumerate(one.staff)]
    if one.elder is None:
        assert one.house is not None
        round_plan = RoundPlan(
            institution_id=places()[one.house].id,
            planned_start=one.start,
            planned_end=one.start + ROUND_LASTS,
            staff=going,
        )
        await keep(
            visits.plan_round(
                round_id=one.id, actor=dispatcher, said=round_plan, if_match=None, now=now
            )
        )
        return
    kind, items = work_of(one.staff[0].roles[0], one.elder)
    visit_plan = VisitPlan(
        kind=kind,
        person_id=one.elder.id,
        place=Place(kind=PlaceKind.INSTITUTION if one.elder.house else PlaceKind.HOME),
        planned_start=one.start,
        planned_end=one.start + VISIT_LASTS,
        staff=going,
        items=[Item(code=code) for code in items],
    )
    try:
        await keep(
            visits.plan(visit_id=one.id, actor=dispatcher, said=visit_plan, if_match=None, now=now)
        )
    except SlotTaken:  # somebody planned another visit since: theirs stays
        return


def _visits(center: str, here: list[Elder], on: date) -> Iterator[Planned]:
    """Everybody of Dr. 沈's center goes somewhere every day; elsewhere each home has its turn."""
    carers = _carers(center)
    at_home = [elder for elder in here if elder.house is None]
    if center == FLAGSHIP:
        # Also into the house, so that its nurse sees who comes today.
        asked = [*at_home, *(elder for elder in here if elder.house)][: len(carers)]
    else:
        asked = [
            elder
            for number, elder in enumerate(at_home)
            if (on.toordinal() + number) % EVERY_DAYS == 0
        ]
    for number, elder in enumerate(asked):
        lead = carers[(on.toordinal() + number) % len(carers)]
        second = carers[(on.toordinal() + number + 1) % len(carers)]
        yield Planned(
            id=seed_id("visit", elder.key, on.isoformat()),
            center=center,
            start=datetime.combine(on, SLOTS[number % len(SLOTS)], SHANGHAI),
            # HC-09: two for the first visits to somebody who lives alone.
            staff=(lead, second) if elder.lives_alone else (lead,),
            elder=elder,
        )


def _rounds(houses: set[str], on: date) -> Iterator[Planned]:
    for number, house in enumerate(key for key in places() if key in houses):
        if on.weekday() != (TUESDAY + number) % 5:
            continue
        center = center_of(places()[house].street_code)
        nurse = first_of(Role.NURSE, center)
        yield Planned(
            id=seed_id("round", house, on.isoformat()),
            center=center,
            start=datetime.combine(on, SLOTS[0], SHANGHAI),
            staff=(first_of(Role.GP, center), nurse),
            house=house,
        )


def _carers(center: str) -> list[Worker]:
    return [each for each in staff() if each.at == center and set(each.roles) & FIELD]
