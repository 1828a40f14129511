"""Statuses, and the choice of who goes when: pure, so tried with everything."""

from datetime import date, time, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.careplans.lifecycle import (
    PATHS,
    Carer,
    Hours,
    Intervention,
    Need,
    PlanMove,
    PlanStatus,
    Span,
    after,
    choose,
    needs,
)
from backend.careplans.lifecycle.content import moment
from backend.core import calendar
from backend.core.access import Role
from backend.core.problems import CannotMove

TUESDAY = date(2026, 11, 24)
HOURS = Hours(opens=time(8, 30), closes=time(17), step=timedelta(minutes=30), visits_max=3)
MIDNIGHT = calendar.day(TUESDAY)[0]


@pytest.mark.parametrize(("status", "move"), [*product(PlanStatus, PlanMove)])
def test_a_move_leads_where_the_table_says_or_nowhere(status: PlanStatus, move: PlanMove) -> None:
    if (status, move) in PATHS:
        assert after(status, move) is PATHS[status, move]
    else:
        with pytest.raises(CannotMove):
            after(status, move)


def test_what_has_ended_goes_nowhere() -> None:
    assert not any(status is PlanStatus.ENDED for status, _ in PATHS)


def an_intervention(number: int, *, minutes: int = 20, at: time | None = None) -> Intervention:
    return Intervention(
        id=UUID(int=number),
        item_code="S105",
        frequency="FREQ=DAILY",
        start_on=TUESDAY,
        minutes=minutes,
        at=at,
    )


STRETCHES = st.lists(
    st.builds(
        lambda begins, minutes: Span(
            MIDNIGHT + timedelta(minutes=begins), MIDNIGHT + timedelta(minutes=begins + minutes)
        ),
        st.integers(0, 1400),
        st.integers(1, 300),
    ),
    max_size=4,
)
CARERS = st.lists(
    st.builds(
        Carer,
        id=st.uuids(),
        sex=st.sampled_from("MF"),
        roles=st.sets(st.sampled_from(["GP", "SENIOR_GP", "NURSE"]), min_size=1).map(frozenset),
        employed_until=st.none() | st.dates(TUESDAY - timedelta(3), TUESDAY + timedelta(3)),
        is_responsible=st.booleans(),
        is_in_team=st.booleans(),
        taken=STRETCHES,
        away=STRETCHES,
    ),
    max_size=4,
)


@given(
    carers=CARERS,
    elder=STRETCHES,
    role=st.sampled_from([Role.GP, Role.SENIOR_GP, Role.NURSE]),
    at=st.none() | st.times(),
    minutes=st.integers(1, 240),
    now=st.integers(0, 1440),
    alone=st.sampled_from(["M", "F", "MF", ""]),
)
def test_whoever_is_chosen_can_go(carers, elder, role, at, minutes, now, alone) -> None:
    """Only carers of the sexes in `alone` may go alone."""
    need = Need(TUESDAY, role, at, (an_intervention(1, minutes=minutes),))
    moment_now = MIDNIGHT + timedelta(minutes=now)
    choice = choose(
        need,
        carers=carers,
        elder=elder,
        hours=HOURS,
        after=moment_now,
        needs_two=lambda carer, _: carer.sex not in alone,
    )
    if choice is None:
        wanted = moment(TUESDAY, at or HOURS.opens)
        span = Span(wanted, wanted + need.lasts)
        assert not any(
            each.goes_as(role)
            and each.is_free(span)
            and each.visits_on(TUESDAY) < HOURS.visits_max
            and (each.employed_until or date.max) >= TUESDAY
            and wanted > moment_now
            and not any(span.meets(other) for other in elder)
            for each in carers
        )
        return
    assert calendar.on(choice.span.start) == TUESDAY
    assert choice.span.start > moment_now
    assert choice.carer.goes_as(role)
    assert not any(choice.span.meets(each) for each in elder)
    for each in choice.going:
        assert each.is_free(choice.span)
        assert each.visits_on(TUESDAY) < HOURS.visits_max
    if choice.carer.sex in alone:
        assert choice.second is None
        return
    others = [
        each
        for each in carers
        if each is not choice.carer
        and each.lends_a_hand(role)
        and each.is_free(choice.span)
        and each.visits_on(TUESDAY) < HOURS.visits_max
        and (each.employed_until or date.max) >= TUESDAY
    ]
    assert (choice.second is not None) == bool(others)


@given(
    minutes=st.lists(st.integers(1, 240), max_size=12),
    lasts_max=st.integers(240, 600),
)
def test_what_goes_together_loses_nothing_and_is_no_longer_than_a_visit(minutes, lasts_max) -> None:
    due = [(TUESDAY, an_intervention(n, minutes=each)) for n, each in enumerate(minutes)]
    found = needs(due, lasts_max=timedelta(minutes=lasts_max))
    together = [each.id for need in found for each in need.interventions]
    assert together == [each.id for _, each in due]
    assert all(need.lasts <= timedelta(minutes=lasts_max) for need in found)


def a_carer(
    number: int, role: str = "GP", *, responsible: bool = False, in_team: bool = False
) -> Carer:
    return Carer(
        id=UUID(int=number),
        sex="F",
        roles=frozenset({role}),
        employed_until=None,
        is_responsible=responsible,
        is_in_team=in_team,
        taken=[],
        away=[],
    )


def chosen(need: Need, *carers: Carer, needs_two: bool = False) -> list[Carer]:
    choice = choose(
        need,
        carers=carers,
        elder=[],
        hours=HOURS,
        after=MIDNIGHT,
        needs_two=lambda *_: needs_two,
    )
    assert choice is not None
    return choice.going


def test_the_responsible_doctor_goes_before_a_colleague() -> None:
    need = Need(TUESDAY, Role.GP, None, (an_intervention(1),))
    idle, known = a_carer(1), a_carer(2, in_team=True)
    theirs = a_carer(3, responsible=True)
    assert chosen(need, idle, known, theirs) == [theirs]
    assert chosen(need, idle, known) == [known]


def test_an_hour_that_was_asked_for_counts_more_than_who_comes() -> None:
    idle, theirs = a_carer(1), a_carer(3, responsible=True)
    theirs.away.append(Span(moment(TUESDAY, time(8)), moment(TUESDAY, time(9))))
    at_some_time = Need(TUESDAY, Role.GP, None, (an_intervention(1),))
    at_eight = Need(TUESDAY, Role.GP, time(8, 30), (an_intervention(1),))
    assert chosen(at_some_time, idle, theirs) == [theirs]
    assert chosen(at_eight, idle, theirs) == [idle]


@pytest.mark.rule("HC-09")
def test_a_second_goes_along_who_does_that_work_or_is_a_doctor_or_nurse() -> None:
    need = Need(TUESDAY, Role.THERAPIST, None, (an_intervention(1),))
    first, another = a_carer(1, "THERAPIST"), a_carer(4, "THERAPIST")
    social, nurse = a_carer(2, "SOCIAL_WORKER"), a_carer(3, "NURSE")
    assert chosen(need, first, social, nurse) == [first]
    assert chosen(need, first, social, needs_two=True) == [first]
    assert chosen(need, first, social, nurse, needs_two=True) == [first, nurse]
    assert chosen(need, first, social, nurse, another, needs_two=True) == [first, another]


@pytest.mark.rule("HC-09")
def test_two_go_later_on_the_day_rather_than_one_alone() -> None:
    first, second = a_carer(1), a_carer(2)
    second.away.append(Span(moment(TUESDAY, time(8)), moment(TUESDAY, time(11))))
    at_some_time = Need(TUESDAY, Role.GP, None, (an_intervention(1),))
    choice = choose(
        at_some_time,
        carers=[first, second],
        elder=[],
        hours=HOURS,
        after=MIDNIGHT,
        needs_two=lambda *_: True,
    )
    assert choice is not None
    assert (choice.going, choice.span.start) == ([first, second], moment(TUESDAY, time(11)))
    at_eight = Need(TUESDAY, Role.GP, time(8, 30), (an_intervention(1),))
    assert chosen(at_eight, first, second, needs_two=True) == [first]
