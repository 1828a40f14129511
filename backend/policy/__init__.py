"""Every number of care and money, as it was in force on the day: dated profiles, read once.

    policy.whole(visit.planned_start, "ev.geofence_home_m")  # 200
    policy.span(now, "ev.exception_decide_hours")            # timedelta(hours=24)
    policy.version(now)                                      # "shanghai-2026.1": a record keeps it

The profiles are files in `profiles/`; its README says how one is read and how a number changes.
"""

import tomllib
from collections import ChainMap
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from backend.core import calendar
from backend.settings import settings

BASE = "shanghai"
PROFILES = Path(__file__).parent / "profiles"

_SPANS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}

Single = bool | int | float | str | time
Value = Single | tuple[Single, ...]
Kind = TypeVar("Kind", bound=Single)


class MissingNumberError(LookupError):
    """A number of money is in no profile in force: nothing is charged on a guess."""


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One number, and why it is what it is."""

    value: Value
    unit: str
    source: str
    rules: tuple[str, ...]
    note: str = ""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one profile: what its file says, and all it stands upon."""

    version: str
    effective_from: date
    upon: tuple[str, ...]
    own: Mapping[str, Parameter]
    parameters: Mapping[str, Parameter]

    @property
    def name(self) -> str:
        return self.version.rpartition("-")[0]


@cache
def load(version: str) -> Profile:
    """Read one version. Later ones in `upon` win over earlier, its own lines over all."""
    sections = tomllib.loads((PROFILES / f"{version}.toml").read_text("utf-8"))
    said = {word: _frozen(sections.pop(word)) for word in ("version", "effective_from", "upon")}
    own = {
        f"{section}.{name}": Parameter(**{field: _frozen(word) for field, word in line.items()})
        for section, lines in sections.items()
        for name, line in lines.items()
    }
    below = ChainMap(*(dict(load(each).parameters) for each in reversed(said["upon"])))
    return Profile(**said, own=own, parameters={**below, **own})


def _frozen(word: Any) -> Any:
    return tuple(word) if isinstance(word, list) else word


@cache
def versions(name: str) -> tuple[Profile, ...]:
    """All versions of a profile, oldest first."""
    found = [load(file.stem) for file in PROFILES.glob(f"{name}-*.toml")]
    if not found:
        raise LookupError(f"There is no policy profile {name!r}.")
    return tuple(sorted(found, key=lambda profile: profile.effective_from))


def profile(moment: datetime | date, name: str = "") -> Profile:
    """The version in force at that moment; the first one also decides what was before it."""
    on = calendar.on(moment) if isinstance(moment, datetime) else moment
    return _in_force(on, name or settings().policy_profile)


@lru_cache(maxsize=1024)
def _in_force(on: date, name: str) -> Profile:
    first, *later = versions(name)
    return next((each for each in reversed(later) if each.effective_from <= on), first)


def version(moment: datetime | date) -> str:
    """The version a record made at that moment keeps."""
    return profile(moment).version


def parameter(moment: datetime | date, key: str) -> Parameter:
    """The parameter in force: fails closed for money, open for care.

    :raises MissingNumberError: the profile lacks a number of money
    :raises KeyError: nobody ever wrote that parameter
    """
    in_force = profile(moment)
    if found := in_force.parameters.get(key):
        return found
    default = profile(moment, BASE).parameters[key]
    if is_money(key, default):
        raise MissingNumberError(f"{in_force.version} does not say {key}.")
    return default


def is_money(key: str, parameter: Parameter) -> bool:
    """Whether a guess at this number could charge somebody."""
    return parameter.unit == "fen" or key.startswith(("py.", "lt.", "hb.fund_"))


def of(moment: datetime | date, key: str) -> Value:
    """The value in force at that moment, as written. The functions below say its type as well."""
    return parameter(moment, key).value


def whole(moment: datetime | date, key: str) -> int:
    return _typed(moment, key, int)


def number(moment: datetime | date, key: str) -> float:
    value = of(moment, key)
    return float(value) if isinstance(value, int) else _typed(moment, key, float)


def flag(moment: datetime | date, key: str) -> bool:
    return _typed(moment, key, bool)


def text(moment: datetime | date, key: str) -> str:
    return _typed(moment, key, str)


def texts(moment: datetime | date, key: str) -> tuple[str, ...]:
    return _all_typed(moment, key, str)


def times(moment: datetime | date, key: str) -> tuple[time, ...]:
    """Times of the day in Shanghai; also when there is only one: `(at,) = policy.times(…)`."""
    return _all_typed(moment, key, time)


def span(moment: datetime | date, key: str) -> timedelta:
    """How long, by the parameter's own unit: seconds, minutes, hours or days."""
    (one,) = spans(moment, key)
    return one


def spans(moment: datetime | date, key: str) -> tuple[timedelta, ...]:
    unit = _SPANS[parameter(moment, key).unit]
    return tuple(unit * value for value in _all_typed(moment, key, int))


def _typed(moment: datetime | date, key: str, kind: type[Kind]) -> Kind:
    (one,) = _all_typed(moment, key, kind)
    return one


def _all_typed(moment: datetime | date, key: str, kind: type[Kind]) -> tuple[Kind, ...]:
    value = of(moment, key)
    values = value if isinstance(value, tuple) else (value,)
    if all(type(each) is kind for each in values):
        return cast(tuple[Kind, ...], values)
    raise TypeError(f"{key} is {value!r}, not {kind.__name__}.")
