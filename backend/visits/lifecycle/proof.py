"""What a check-in and a check-out prove, and what is odd about them (EV-02): never a refusal."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.core import geo
from backend.core.geo import Coordinates
from backend.core.times import Times
from backend.core.wire import Code as Word
from backend.core.wire import Point, Text200
from backend.visits.lifecycle.said import Said

FASTEST = 99_999  # not policy: no evidence needs to say more


class Code(StrEnum):
    """What may be odd. The last five are ours: a person resolves them like the others."""

    FAR = "FAR"
    LOW_ACCURACY = "LOW_ACCURACY"
    MOCK = "MOCK"
    EARLY = "EARLY"
    LATE = "LATE"
    WRONG_PERSON = "WRONG_PERSON"
    CLOCK_SKEW = "CLOCK_SKEW"
    NO_LOCATION = "NO_LOCATION"
    TOO_SHORT = "TOO_SHORT"
    TOO_LONG = "TOO_LONG"
    OVERLAP = "OVERLAP"
    IMPOSSIBLE_SPEED = "IMPOSSIBLE_SPEED"
    OFFLINE_LATE = "OFFLINE_LATE"
    BAD_TOKEN = "BAD_TOKEN"  # noqa: S105 - a code of ours
    ENDED = "ENDED"
    NO_CHECK_IN = "NO_CHECK_IN"
    ALONE = "ALONE"
    NO_CONSENT = "NO_CONSENT"


RULES = {
    Code.CLOCK_SKEW: "EV-05",
    Code.OFFLINE_LATE: "EV-05",
    Code.TOO_SHORT: "EV-06",
    Code.TOO_LONG: "EV-06",
    Code.OVERLAP: "EV-06",
    Code.IMPOSSIBLE_SPEED: "EV-07",
    Code.ENDED: "EV-03",
    Code.NO_CHECK_IN: "EV-03",
    Code.ALONE: "HC-09",
    Code.NO_CONSENT: "HC-10",
}

CLEARS = {
    Code.FAR: ("地址更正获批，或说明原因", "an approved address correction, or a reason"),
    Code.LOW_ACCURACY: ("说明原因", "a reason"),
    Code.MOCK: ("说明原因并由另一人核实", "a reason, verified by somebody else"),
    Code.EARLY: ("说明原因", "a reason"),
    Code.LATE: ("说明原因", "a reason"),
    Code.WRONG_PERSON: ("确认由此人代为上门", "confirmation that this carer went instead"),
    Code.CLOCK_SKEW: ("核对手机时间", "a check of the phone's clock"),
    Code.NO_LOCATION: ("说明原因，或家属确认", "a reason, or the family's attestation"),
    Code.TOO_SHORT: ("说明原因", "a reason"),
    Code.TOO_LONG: ("说明原因", "a reason"),
    Code.OVERLAP: ("核对两次上门的时间", "a check of both visits' times"),
    Code.IMPOSSIBLE_SPEED: ("核对两次签到", "a check of both check-ins"),
    Code.OFFLINE_LATE: ("主管确认离线记录", "a supervisor confirms the offline record"),
    Code.BAD_TOKEN: ("机构确认到场", "the institution confirms the arrival"),
    Code.ENDED: ("核对取消与上门", "a check of the cancellation against the visit"),
    Code.NO_CHECK_IN: ("补充签到说明", "a word on the missing check-in"),
    Code.ALONE: ("说明为何单人上门", "why nobody else came along"),
    Code.NO_CONSENT: ("补签知情同意，或说明紧急情况", "a signed consent, or why it could not wait"),
}


class Proof(Said):
    """Where the phone was, and how it knows (EV-01)."""

    method: Literal["GPS", "QR", "NFC", "PHONE_CALL", "MANUAL"]
    point: Point | None = None
    provider: Literal["gps", "network", "fused"] | None = None
    is_mock: bool = False
    battery_pct: Annotated[int, Meta(ge=0, le=100)] | None = None
    monotonic_ms: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    token: Annotated[str, Meta(max_length=40)] | None = None
    photo_id: UUID | None = None
    app_version: Annotated[str, Meta(max_length=40, pattern=r"^[^\u0000]*$")] | None = None
    signature: Annotated[str, Meta(max_length=200, pattern=r"^[A-Za-z0-9_=-]*$(?!\n)")] | None = (
        None
    )
    reason_code: Word | None = None
    reason: Text200 | None = None


class Limits(msgspec.Struct, frozen=True):
    """The numbers of the policy in force."""

    fence_m: int
    accuracy_max_m: int
    early: timedelta
    late: timedelta
    skew_max: timedelta
    offline_max: timedelta
    speed_max_kmh: float
    shortest: timedelta
    longest: timedelta


class Seen(msgspec.Struct, frozen=True):
    """Where the same carer was proven to be before."""

    at: datetime
    place: Coordinates | None
    visit_id: str
    institution_id: str | None
    is_open: bool


class Plan(msgspec.Struct, frozen=True):
    """What was agreed, and what is known of the carer around it."""

    start: datetime
    end: datetime
    place: Coordinates | None
    institution_id: str | None
    is_assigned: bool
    is_ended: bool
    is_alone: bool
    token_holds: bool | None
    before: Seen | None
    meanwhile: str | None = None


class Finding(msgspec.Struct, frozen=True):
    """One odd thing: its rule, what it was seen by, and what would clear it."""

    code: Code
    evidence: dict[str, int | float | str | None] = {}

    @property
    def rule(self) -> str:
        return RULES.get(self.code, "EV-02")


def distance_m(proof: Proof, place: Coordinates | None) -> int | None:
    """Metres between the phone and the door, in one datum (EV-04); None when one is not known."""
    if proof.point is None or place is None:
        return None
    point = geo.as_wgs84(proof.point.lat, proof.point.lon, proof.point.datum)
    return round(geo.distance_m(point, place))


def findings(
    proof: Proof, *, times: Times, plan: Plan, limits: Limits, away_m: int | None
) -> list[Finding]:
    """What is odd about a check-in."""
    return [
        *_of_place(proof, plan, limits, away_m),
        *_of_times(times, limits),
        *_of_plan(times, plan, limits),
        *_of_the_carer(proof, times, plan, limits),
    ]


def end_findings(
    proof: Proof,
    *,
    times: Times,
    plan: Plan,
    limits: Limits,
    away_m: int | None,
    began_at: datetime | None,
    unconsented: Collection[str] = (),
) -> list[Finding]:
    """What is odd about a check-out. `unconsented` are the items done without the consent asked."""
    found = [*_of_place(proof, plan, limits, away_m), *_of_times(times, limits)]
    if plan.meanwhile is not None:
        found.append(Finding(Code.OVERLAP, {"visit_id": plan.meanwhile}))
    if unconsented:
        found.append(Finding(Code.NO_CONSENT, {"items": " ".join(unconsented)}))
    if began_at is None:
        return [*found, Finding(Code.NO_CHECK_IN)]
    lasted = times.happened_at - began_at
    minutes = _minutes(lasted)
    if lasted < limits.shortest:
        found.append(Finding(Code.TOO_SHORT, {"minutes": minutes}))
    if lasted > limits.longest:
        found.append(Finding(Code.TOO_LONG, {"minutes": minutes}))
    return found


def _of_place(proof: Proof, plan: Plan, limits: Limits, away_m: int | None) -> list[Finding]:
    found = []
    if plan.token_holds is False:
        found.append(Finding(Code.BAD_TOKEN))
    if proof.is_mock:
        found.append(Finding(Code.MOCK))
    if proof.point is None:
        # A code can be photographed and sent on: without a place it proves no arrival.
        return [*found, Finding(Code.NO_LOCATION, {"method": proof.method})]
    accuracy_m = proof.point.accuracy_m or 0
    if accuracy_m > limits.accuracy_max_m:
        found.append(Finding(Code.LOW_ACCURACY, {"accuracy_m": accuracy_m}))
    if away_m is None:
        found.append(Finding(Code.NO_LOCATION, {"method": proof.method, "place": "unknown"}))
    elif away_m > limits.fence_m + min(accuracy_m, limits.accuracy_max_m):
        found.append(Finding(Code.FAR, {"distance_m": away_m, "fence_m": limits.fence_m}))
    return found


def _of_times(times: Times, limits: Limits) -> list[Finding]:
    found = []
    # A phone that speaks of the future has a wrong clock, whatever its last handshake showed.
    ahead = times.client_time - times.recorded_at
    skew = ahead if ahead > abs(times.skew) else times.skew
    if abs(skew) > limits.skew_max:
        found.append(Finding(Code.CLOCK_SKEW, {"skew_s": round(skew.total_seconds())}))
    waited = times.recorded_at - times.happened_at
    if waited > limits.offline_max:
        found.append(Finding(Code.OFFLINE_LATE, {"minutes": _minutes(waited)}))
    return found


def _of_plan(times: Times, plan: Plan, limits: Limits) -> list[Finding]:
    found = []
    if not plan.is_assigned:
        found.append(Finding(Code.WRONG_PERSON))
    if plan.is_ended:
        found.append(Finding(Code.ENDED))
    if plan.is_alone:
        found.append(Finding(Code.ALONE))
    if times.happened_at < plan.start - limits.early:
        found.append(Finding(Code.EARLY, {"minutes": _minutes(plan.start - times.happened_at)}))
    if times.happened_at > plan.start + limits.late:
        found.append(Finding(Code.LATE, {"minutes": _minutes(times.happened_at - plan.start)}))
    return found


def _of_the_carer(proof: Proof, times: Times, plan: Plan, limits: Limits) -> list[Finding]:
    before = plan.before
    if before is None:
        return []
    found = []
    # EV-06: a round is one visit with many entries, and the same institution is no overlap.
    same_house = plan.institution_id is not None and before.institution_id == plan.institution_id
    if before.is_open and not same_house:
        found.append(Finding(Code.OVERLAP, {"visit_id": before.visit_id}))
    if proof.point is not None and before.place is not None:
        here = geo.as_wgs84(proof.point.lat, proof.point.lon, proof.point.datum)
        metres = geo.distance_m(here, before.place)
        speed_kmh = geo.speed_kmh(metres, times.happened_at - before.at)
        blur_m = limits.fence_m  # two fixes of one standing phone differ by tens of metres
        if metres > blur_m and speed_kmh > limits.speed_max_kmh:
            found.append(
                Finding(
                    Code.IMPOSSIBLE_SPEED,
                    {"speed_kmh": round(min(speed_kmh, FASTEST)), "distance_m": round(metres)},
                )
            )
    return found


def _minutes(length: timedelta) -> int:
    return round(length.total_seconds() / 60)  # not policy: a minute
