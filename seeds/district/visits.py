"""A visit a week to each elder: forty-eight weeks that were, two that come."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

import msgspec

from backend import policy
from backend.core import calendar
from backend.core.calendar import SHANGHAI
from backend.visits.lifecycle import Status
from seeds.district.people import Carer, Patient, Row, carers, centers, patients
from seeds.ids import seed_id
from seeds.needs import USUAL
from seeds.places import beside, places

WEEKS_BEFORE, WEEKS_TO_COME, WEEKS_PROVEN = 48, 2, 4
DAYS_A_WEEK = 7
LASTS = timedelta(minutes=40)
SLOTS = tuple(time(8 + half // 2, 30 * (half % 2)) for half in range(1, 17))
HALF_DAY = len(SLOTS) // 2
TIED_AFTER = timedelta(days=30)
# Of a hundred visits that were planned, what became of those that were not made.
UNUSUAL = {7: Status.CANCELLED, 31: Status.CANCELLED, 55: Status.MISSED, 83: Status.NO_ACCESS}

VISIT = (
    "id", "kind", "person", "organization", "place_kind", "address", "planned_start",
    "planned_end", "items", "needs_two", "status", "planned_by", "policy_version", "version",
    "fingerprint", "recorded_at",
)  # fmt: skip
ASSIGNMENT = (
    "id", "visit", "staff", "role", "is_lead", "planned_start", "from_at", "assigned_by",
    "fingerprint",
)  # fmt: skip
MOVE = (
    "id", "visit", "move", "made_by", "role", "from_status", "to_status", "client_time",
    "happened_at", "recorded_at", "findings", "said", "fingerprint",
)  # fmt: skip
PROOF = (
    "move", "staff", "visit", "method", "happened_at", "lat", "lon", "datum", "accuracy_m",
    "provider", "is_mock", "distance_m", "skew_s",
)  # fmt: skip


class Made(msgspec.Struct, frozen=True):
    """One visit of the district."""

    id: UUID
    patient: Patient
    carer: Carer
    start: datetime
    status: Status


def visits(now: datetime) -> Iterator[Made]:
    """Every visit, week by week."""
    today = calendar.on(now)
    monday = today - timedelta(days=today.weekday())
    for week in range(-WEEKS_BEFORE, WEEKS_TO_COME):
        first = monday + timedelta(weeks=week)
        for number, patient in enumerate(patients()):
            yield _visit(number, week, patient, first, now)


def _visit(number: int, week: int, patient: Patient, first: date, now: datetime) -> Made:
    team = carers(patient.center)
    of_the_center = number // len(centers())
    turn, weekday = divmod(of_the_center, DAYS_A_WEEK)
    on = first + timedelta(days=weekday)
    # Whoever goes twice a day goes once in the morning and once after noon.
    slot = SLOTS[(turn % HALF_DAY + HALF_DAY * (turn // len(team))) % len(SLOTS)]
    start = datetime.combine(on, slot, SHANGHAI)
    if start + LASTS > now:
        status = Status.PLANNED
    else:
        status = UNUSUAL.get((number + week) % 100, Status.CHECKED_OUT)
    return Made(
        # Ids in the order of planning, as phones make them: a fortnight ahead.
        id=seed_id("district", "visit", str(number), on.isoformat(), at=start - timedelta(weeks=2)),
        patient=patient,
        carer=team[(turn + week % 2) % len(team)],
        start=start,
        status=status,
    )


def rows_of_visits(made: list[Made], now: datetime) -> Iterator[Row]:
    version = policy.version(now)
    for visit in made:
        kind, items = USUAL[visit.carer.role]
        planned_at = visit.start - timedelta(weeks=2)
        yield (
            visit.id,
            kind.value,
            visit.patient.id,
            places()[visit.patient.center].id,
            "home",
            visit.patient.address,
            visit.start,
            visit.start + LASTS,
            ITEMS[items],
            False,
            visit.status.value,
            visit.carer.id,
            version,
            1,
            visit.id.bytes * 2,
            planned_at,
        )


ITEMS = {
    items: msgspec.json.encode([{"code": code, "minutes": None} for code in items]).decode()
    for _, items in USUAL.values()
}


def rows_of_assignments(made: list[Made]) -> Iterator[Row]:
    for visit in made:
        yield (
            _beside(visit.id, 1),
            visit.id,
            visit.carer.id,
            visit.carer.role.value,
            True,
            visit.start,
            visit.start - timedelta(weeks=2),
            visit.carer.id,
            b"",
        )


def rows_of_ties(made: list[Made], now: datetime) -> Iterator[Row]:
    """The ties that still live: a visit opens the record until thirty days after it."""
    for visit in made:
        until = visit.start + LASTS + TIED_AFTER
        if until > now:
            yield (
                _beside(visit.id, 2),
                visit.patient.id,
                "staff",
                visit.carer.id,
                "visit",
                visit.id,
                visit.start - timedelta(weeks=2),
                until,
            )


def proven(made: list[Made], now: datetime) -> list[Made]:
    since = now - timedelta(weeks=WEEKS_PROVEN)
    return [each for each in made if each.status is Status.CHECKED_OUT and each.start > since]


def rows_of_moves(made: list[Made]) -> Iterator[Row]:
    for visit in made:
        for part, move, before, after, at in _moves(visit):
            yield (
                _beside(visit.id, part),
                visit.id,
                move,
                visit.carer.id,
                visit.carer.role.value,
                before.value,
                after.value,
                at,
                at,
                at + timedelta(seconds=1),
                [],
                '{"method": "GPS", "findings": []}',
                visit.id.bytes * 2,
            )


def rows_of_proofs(made: list[Made]) -> Iterator[Row]:
    dice = Random("proofs")
    for visit in made:
        for part, _, _, _, at in _moves(visit):
            north_m, east_m = dice.uniform(-40, 40), dice.uniform(-40, 40)
            lat, lon = beside(visit.patient.lat, visit.patient.lon, north_m=north_m, east_m=east_m)
            yield (
                _beside(visit.id, part),
                visit.carer.id,
                visit.id,
                "GPS",
                at,
                lat,
                lon,
                "wgs84",
                12.0,
                "fused",
                False,
                round((north_m**2 + east_m**2) ** 0.5),
                0,
            )


def _moves(visit: Made) -> tuple[tuple[int, str, Status, Status, datetime], ...]:
    late = timedelta(minutes=visit.id.int % 13)
    return (
        (3, "check_in", Status.PLANNED, Status.CHECKED_IN, visit.start + late),
        (4, "check_out", Status.CHECKED_IN, Status.CHECKED_OUT, visit.start + LASTS - late),
    )


def _beside(visit_id: UUID, part: int) -> UUID:
    """The id of what belongs to a visit: as random as the visit's own, and another."""
    return UUID(int=visit_id.int ^ part)
