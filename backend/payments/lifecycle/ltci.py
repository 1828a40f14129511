"""长护险 (LT-01..LT-03): what a level gives in a week, and minutes that are billed to it. Pure."""

from collections.abc import Mapping, Sequence
from datetime import MAXYEAR, MINYEAR, date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from backend import policy
from backend.core.wire import Code, Day, Moment, Request
from backend.people.lifecycle import months_later

LEVEL_HOURS = "lt.level_hours_"
AN_HOUR_MIN = 60  # not policy: minutes


class Scheme(msgspec.Struct, frozen=True, kw_only=True):
    """The scheme in force on a day. Levels are data (LT-03): a profile may name others."""

    week_min: Mapping[int, int]
    visit_min: int
    age_min: int
    bonus_level: int
    bonus_after_months: int
    higher_after_months: int
    bonus_min: int
    bonus_fen: int
    higher_min: int
    higher_fen: int
    home_pct: int
    institution_pct: int


class Period(msgspec.Struct, frozen=True):
    """A level from a day until a day (exclusive)."""

    level: int
    from_on: date
    until_on: date | None


class Entitlement(msgspec.Struct, frozen=True, kw_only=True):
    """What is paid for: minutes in a week and of one visit; a bonus a month, in minutes or money.

    `fund_pct` is the fund's share: at home, or in an institution.
    """

    level: int
    week_min: int
    visit_min: int
    month_bonus_min: int
    month_bonus_fen: int
    fund_pct: int


def scheme(on: date) -> Scheme:
    """As the policy of that day says.

    :raises MissingNumberError: it lacks a number of money
    """

    def hours(name: str) -> int:
        return policy.whole(on, f"lt.{name}") * AN_HOUR_MIN

    return Scheme(
        week_min={
            int(level): hours(key.removeprefix("lt."))
            for key in policy.profile(on).parameters
            if key.startswith(LEVEL_HOURS)
            for level in key.removeprefix(LEVEL_HOURS).split("_")
        },
        visit_min=hours("visit_hours"),
        age_min=policy.whole(on, "lt.min_age"),
        bonus_level=policy.whole(on, "lt.bonus_level_min"),
        bonus_after_months=policy.whole(on, "lt.bonus_after_months"),
        higher_after_months=policy.whole(on, "lt.higher_bonus_over_months"),
        bonus_min=hours("bonus_hours_per_month"),
        bonus_fen=policy.whole(on, "lt.bonus_fen_per_month"),
        higher_min=hours("higher_bonus_hours_per_month"),
        higher_fen=policy.whole(on, "lt.higher_bonus_fen_per_month"),
        home_pct=policy.whole(on, "lt.home_fund_pct"),
        institution_pct=policy.whole(on, "lt.institution_fund_pct"),
    )


def entitlement(
    scheme: Scheme, *, levels: Sequence[Period], on: date, age: int, is_at_home: bool
) -> Entitlement | None:
    """What somebody of these levels is entitled to in the week of that day; None without a level.

    The bonus is for care at home that went on without a gap (LT-01): levels that follow each other
    from day to day count as one stretch.
    """
    level = next((each.level for each in levels if _holds(each, on)), None)
    if level is None:
        return None
    is_insured = age >= scheme.age_min
    since = _unbroken_since(levels, on, level_min=scheme.bonus_level)
    bonus_min = bonus_fen = 0
    if since is not None and is_insured and is_at_home:
        # After more than six months the higher one: half a year to the day is not yet more.
        if on > months_later(since, scheme.higher_after_months):
            bonus_min, bonus_fen = scheme.higher_min, scheme.higher_fen
        elif on >= months_later(since, scheme.bonus_after_months):
            bonus_min, bonus_fen = scheme.bonus_min, scheme.bonus_fen
    return Entitlement(
        level=level,
        week_min=scheme.week_min.get(level, 0) if is_insured else 0,
        visit_min=scheme.visit_min,
        month_bonus_min=bonus_min,
        month_bonus_fen=bonus_fen,
        fund_pct=scheme.home_pct if is_at_home else scheme.institution_pct,
    )


def _holds(period: Period, on: date) -> bool:
    return period.from_on <= on and (period.until_on is None or on < period.until_on)


def _unbroken_since(levels: Sequence[Period], on: date, *, level_min: int) -> date | None:
    """Since when a level of at least this has been held without a gap up to that day."""
    since: date | None = None
    for each in sorted(levels, key=lambda period: period.from_on, reverse=True):
        joins = _holds(each, on) if since is None else each.until_on == since
        if joins and each.level >= level_min:
            since = each.from_on
    return since


class LevelSaid(Request):
    """What the assessment of 长护险 found, from a day until a day (exclusive)."""

    person_id: UUID
    level: Annotated[int, Meta(ge=0, le=20)]
    from_on: Day
    until_on: Day | None = None

    def __post_init__(self) -> None:
        if self.until_on is not None and self.until_on <= self.from_on:
            raise ValueError("until_on must be after from_on")


class MinutesSaid(Request):
    """A stretch of an item that 长护险 pays."""

    person_id: UUID
    item: Code
    from_at: Moment
    until_at: Moment

    def __post_init__(self) -> None:
        if not (has_a_week(self.from_at.date()) and has_a_week(self.until_at.date())):
            raise ValueError("beyond any calendar")
        if self.until_at <= self.from_at:
            raise ValueError("until_at must be after from_at")


def has_a_week(on: date) -> bool:
    """The first and the last year there are have weeks that begin before, or end after them."""
    return MINYEAR < on.year < MAXYEAR


def length_min(from_at: datetime, until_at: datetime) -> int:
    """Whole minutes; a begun one counts."""
    return -int(-(until_at - from_at).total_seconds() // 60)  # not policy: a minute
