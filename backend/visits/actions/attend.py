"""Leaving, arriving and going: what a carer says from the road and from the bedside."""

from datetime import datetime
from uuid import UUID

from backend import policy
from backend.core import jobs
from backend.core.access import Actor
from backend.core.db import action
from backend.core.journal import publish
from backend.core.problems import Missing
from backend.core.times import Times
from backend.core.wire import Kept, fingerprint
from backend.visits import policies, queries
from backend.visits.actions import moving
from backend.visits.actions.charging import owe_bill
from backend.visits.events import CarerDeparted, VisitBegan, VisitEnded
from backend.visits.lifecycle import (
    ENDED,
    Kind,
    Move,
    PlaceKind,
    Plan,
    Proof,
    Status,
    distance_m,
    end_findings,
    findings,
    token,
)
from backend.visits.lifecycle.held import Held, Made
from backend.visits.lifecycle.limits import limits


@action
async def depart(
    *, visit_id: UUID, actor: Actor, client_time: datetime, said: object, now: datetime
) -> Kept[Made]:
    """The carer is on the way. Saying so twice is saying so once.

    :raises Missing: :raises AlreadyDifferent:
    """
    held = await queries.hold(visit_id, actor=actor, move=Move.DEPARTURE, client_time=client_time)
    if not policies.may_record(actor, held):
        raise Missing
    if held.made is not None:
        return await moving.again(held, Move.DEPARTURE, actor=actor, fingerprint=fingerprint(said))
    times = queries.times_of(held, client_time=client_time, now=now)
    made = await moving.write(
        held, Move.DEPARTURE, actor=actor, times=times, fingerprint=fingerprint(said)
    )
    publish(CarerDeparted(subject_id=held.id, person_id=held.person, staff_id=actor.person_id))
    return Kept(made, first=True)


@action
async def check_in(*, visit_id: UUID, actor: Actor, proof: Proof, now: datetime) -> Kept[Made]:
    """Begin the visit: the carer is at the bedside. What is odd becomes exceptions (EV-02, EV-03).

    Saying so twice is the same as saying so once, so a phone may retry. A second carer of the same
    visit makes their own check-in.

    :raises Missing: :raises AlreadyDifferent:
    """
    held = await queries.hold(
        visit_id, actor=actor, move=Move.CHECK_IN, client_time=proof.client_time
    )
    if not policies.may_record(actor, held):
        raise Missing
    if held.made is not None:
        return await moving.again(held, Move.CHECK_IN, actor=actor, fingerprint=fingerprint(proof))
    times = queries.times_of(held, client_time=proof.client_time, now=now)
    plan = _plan(held, proof, times)
    away_m = distance_m(proof, plan.place)
    found = findings(
        proof,
        times=times,
        plan=plan,
        limits=limits(times.happened_at, PlaceKind(held.place_kind)),
        away_m=away_m,
    )
    made = await moving.write(
        held,
        Move.CHECK_IN,
        actor=actor,
        times=times,
        fingerprint=fingerprint(proof),
        said={"distance_m": away_m, "method": proof.method, "reason_code": proof.reason_code},
        reason=proof.reason,
        findings=found,
        proof=proof,
        away_m=away_m,
    )
    _watch(held, actor, times)
    publish(VisitBegan(subject_id=held.id, person_id=held.person, staff_id=actor.person_id))
    return Kept(made, first=True)


@action
async def check_out(
    *, visit_id: UUID, actor: Actor, proof: Proof, items: list[str], now: datetime
) -> Kept[Made]:
    """End the visit. Shorter than ten minutes or longer than four hours asks why (EV-06).

    What was done without the consent it asks for is kept and asked after (HC-10).

    :raises Missing: :raises AlreadyDifferent:
    """
    body = (proof, items)
    held = await queries.hold(
        visit_id, actor=actor, move=Move.CHECK_OUT, client_time=proof.client_time
    )
    if not policies.may_record(actor, held):
        raise Missing
    if held.made is not None:
        return await moving.again(held, Move.CHECK_OUT, actor=actor, fingerprint=fingerprint(body))
    times = queries.times_of(held, client_time=proof.client_time, now=now)
    plan = _plan(held, proof, times)
    away_m = distance_m(proof, plan.place)
    found = end_findings(
        proof,
        times=times,
        plan=plan,
        limits=limits(times.happened_at, PlaceKind(held.place_kind)),
        away_m=away_m,
        began_at=held.began_at,
        unconsented=await queries.unconsented(
            person_id=held.person, items=items, at=times.happened_at
        ),
    )
    made = await moving.write(
        held,
        Move.CHECK_OUT,
        actor=actor,
        times=times,
        fingerprint=fingerprint(body),
        said={
            "distance_m": away_m,
            "method": proof.method,
            "reason_code": proof.reason_code,
            "items": items,
        },
        reason=proof.reason,
        findings=found,
        proof=proof,
        away_m=away_m,
    )
    publish(VisitEnded(subject_id=held.id, person_id=held.person, staff_id=actor.person_id))
    if not found:
        owe_bill(held.id, because_id=made.id, now=now)
    return Kept(made, first=True)


def _plan(held: Held, proof: Proof, times: Times) -> Plan:
    token_holds = None
    if proof.method == "QR":
        token_holds = held.institution is not None and token.holds(
            proof.token or "",
            held.institution,
            at=times.happened_at,
            lasts=policy.span(times.happened_at, "ev.checkin_token_s"),
            drift_steps=policy.whole(times.happened_at, "ev.token_drift_steps"),
        )
    return Plan(
        start=held.planned_start,
        end=held.planned_end,
        place=held.at,
        institution_id=str(held.institution) if held.institution else None,
        is_assigned=held.is_assigned,
        is_ended=Status(held.status) in ENDED - {Status.MISSED, Status.CHECKED_OUT},
        is_alone=held.needs_two and held.going < _two(times) and held.kind != Kind.WARD_ROUND,
        token_holds=token_holds,
        before=held.seen_before,
        meanwhile=str(held.meanwhile) if held.meanwhile else None,
    )


def _two(times: Times) -> int:
    return policy.whole(times.happened_at, "hc.two_person_staff_min")


def _watch(held: Held, actor: Actor, times: Times) -> None:
    """EM-05: somebody asks after a carer who does not come out.

    A late beginning ends late; a phone that was offline is heard of when it speaks again.
    """
    should_end = times.happened_at + (held.planned_end - held.planned_start)
    jobs.enqueue(
        "watch_check_out",
        key=f"{held.id}:{actor.person_id}:1",
        due_at=max(held.planned_end, should_end, times.recorded_at)
        + policy.span(times.happened_at, "em.checkout_overdue_call_min"),
        visit_id=held.id,
        staff_id=actor.person_id,
        stage=1,
    )
