"""Who goes, and when on the day. Pure: what is known of the carers and the elder, and a choice."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from backend.careplans.lifecycle.content import Intervention, moment
from backend.core import calendar
from backend.core.access import DOCTORS, FIELD, Role


class Why(StrEnum):
    """Why nobody is sent for something.

    `NO_VISITING_ROLE`: who does that item goes to no bedside. A pharmacist's work (S401-S403) may
    stand in a plan, but to depart, check in and check out is for field staff, so a visit of theirs
    could never begin or be proven. It is arranged otherwise: in the center, or with a visit
    that a dispatcher plans for somebody else and that names the item.
    """

    NO_VISITING_ROLE = "no_visiting_role"
    NOWHERE_TO_GO = "nowhere_to_go"
    NOBODY_FREE = "nobody_free"


def why_nobody(role: Role, *, lives_somewhere: bool) -> Why:
    """Why nobody was sent, most lasting reason first."""
    if role not in FIELD:
        return Why.NO_VISITING_ROLE
    return Why.NOBODY_FREE if lives_somewhere else Why.NOWHERE_TO_GO


class Span(msgspec.Struct, frozen=True):
    """A stretch of time, its end not part of it."""

    start: datetime
    end: datetime

    def meets(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end


class Carer(msgspec.Struct):
    """Somebody of the center who may be sent. `taken` are their visits, `away` their absences."""

    id: UUID
    sex: str | None
    roles: frozenset[str]
    employed_until: date | None
    is_responsible: bool
    is_in_team: bool
    taken: list[Span]
    away: list[Span]

    def visits_on(self, day: date) -> int:
        return sum(calendar.on(each.start) == day for each in self.taken)

    def is_free(self, span: Span) -> bool:
        return not any(each.meets(span) for each in (*self.taken, *self.away))

    def goes_as(self, role: Role) -> bool:
        """A senior doctor is a doctor too; not the other way round."""
        wanted = DOCTORS if role is Role.GP else {role}
        return bool(self.roles & {each.value for each in wanted})

    def lends_a_hand(self, role: Role) -> bool:
        """HC-09: the second is a doctor or a nurse, or does that work too."""
        return self.goes_as(role) or self.goes_as(Role.GP) or self.goes_as(Role.NURSE)


class Hours(msgspec.Struct, frozen=True):
    """From when to when plans send somebody, how far apart they try, and how often a day."""

    opens: time
    closes: time
    step: timedelta
    visits_max: int


class Need(msgspec.Struct, frozen=True):
    """What is to be done on one day by one carer: one visit, for one intervention or for some."""

    day: date
    role: Role
    at: time | None
    interventions: tuple[Intervention, ...]

    @property
    def lasts(self) -> timedelta:
        return timedelta(minutes=sum(each.lasts_min for each in self.interventions))

    @property
    def items(self) -> list[str]:
        return list(dict.fromkeys(each.item_code for each in self.interventions))


class Choice(msgspec.Struct, frozen=True):
    """Who goes and when; `second` goes along where one must not go alone (HC-09)."""

    carer: Carer
    span: Span
    second: Carer | None = None

    @property
    def going(self) -> list[Carer]:
        return [self.carer, self.second] if self.second else [self.carer]


def needs(due: Iterable[tuple[date, Intervention]], *, lasts_max: timedelta) -> list[Need]:
    """Who is sent for one thing does the others of that role and hour, as long as one visit is."""
    together: dict[tuple[date, Role, time | None], list[list[Intervention]]] = {}
    for day, intervention in due:
        visits = together.setdefault((day, intervention.goes_as, intervention.at), [[]])
        minutes = sum(each.lasts_min for each in (*visits[-1], intervention))
        if visits[-1] and timedelta(minutes=minutes) > lasts_max:
            visits.append([])
        visits[-1].append(intervention)
    found = [
        Need(day, role, at, tuple(interventions))
        for (day, role, at), visits in together.items()
        for interventions in visits
    ]
    return sorted(found, key=lambda each: (each.day, each.at or time(), each.role))


def spans(need: Need, *, hours: Hours, after: datetime) -> Iterator[Span]:
    """When on the day, nearest to the hour asked for first; never before `after`."""
    opens, closes = moment(need.day, hours.opens), moment(need.day, hours.closes)
    wanted = moment(need.day, need.at) if need.at else opens
    starts = {wanted}
    step = opens
    while step + need.lasts <= closes:
        starts.add(step)
        step += hours.step
    for start in sorted(starts, key=lambda each: (abs(each - wanted), each)):
        if start > after:
            yield Span(start, start + need.lasts)


def choose(
    need: Need,
    *,
    carers: Iterable[Carer],
    elder: list[Span],
    hours: Hours,
    after: datetime,
    needs_two: Callable[[Carer, Span], bool],
) -> Choice | None:
    """Who goes and when; None when nobody can.

    The responsible doctor first, then who is in the care team, then who has least that day. An
    hour that was asked for counts more than who comes. Where two must go (HC-09) a second goes
    along who is free as well; with nobody free all day, one is sent, and a second is missed.
    """
    able = _in_order(carers, need.day, hours)
    free = [
        span
        for span in spans(need, hours=hours, after=after)
        if not any(each.meets(span) for each in elder)
    ]
    choices = [
        Choice(carer, span)
        for carer in able
        if carer.goes_as(need.role)
        for span in free
        if carer.is_free(span)
    ]
    if need.at is not None:
        choices.sort(key=lambda each: free.index(each.span))
        choices = [each for each in choices if each.span == choices[0].span]
    for each in choices:
        if not needs_two(each.carer, each.span):
            return each
        second = second_for(each.carer.id, need.role, each.span, carers=able, hours=hours)
        if second is not None:
            return msgspec.structs.replace(each, second=second)
    return choices[0] if choices else None


def _in_order(carers: Iterable[Carer], day: date, hours: Hours) -> list[Carer]:
    """Who works that day and has not enough to do yet, whoever is asked first first."""
    there = (
        each
        for each in carers
        if (each.employed_until is None or each.employed_until >= day)
        and each.visits_on(day) < hours.visits_max
    )
    return sorted(
        there,
        key=lambda each: (
            not each.is_responsible,
            not each.is_in_team,
            each.visits_on(day),
            each.id,
        ),
    )


def second_for(
    lead_id: UUID, role: Role, span: Span, *, carers: Iterable[Carer], hours: Hours
) -> Carer | None:
    """Who goes along (HC-09): a colleague of the same work before another doctor or nurse."""
    others = [
        each
        for each in _in_order(carers, calendar.on(span.start), hours)
        if each.id != lead_id and each.lends_a_hand(role) and each.is_free(span)
    ]
    others.sort(key=lambda each: not each.goes_as(role))
    return next(iter(others), None)
