"""At the door: the bag before, nobody opening, a refusal behind it, a confirmation after."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from backend import policy
from backend.core.access import FAMILY, Actor, Role
from backend.core.db import action, rows
from backend.core.journal import Event, publish
from backend.core.problems import Forbidden, Missing
from backend.core.wire import Kept, Request, fingerprint
from backend.people import queries as people
from backend.people.lifecycle import Scope
from backend.visits import policies, queries
from backend.visits.actions import moving, staffing
from backend.visits.events import NobodyOpened, VisitAttested, VisitCancelled, VisitRefused
from backend.visits.lifecycle import Move, missing_from_bag
from backend.visits.lifecycle.codes import attestation_code
from backend.visits.lifecycle.doorstep import (
    Attestation,
    BagCheck,
    Cancellation,
    NoAccess,
    Refusal,
)
from backend.visits.lifecycle.held import Held, Made
from backend.visits.problems import (
    NeedsReason,
    OneAttemptIsNotEnough,
    TooLateToCancel,
    WrongCode,
)


@action
async def check_bag(*, visit_id: UUID, actor: Actor, said: BagCheck, now: datetime) -> Kept[Made]:
    """Say what is in the bag (HC-08). What is missing is told, and the visit may go on.

    :raises Missing: :raises AlreadyDifferent:
    """
    missing = missing_from_bag(
        set(said.present) - set(said.unusable), minimum=policy.texts(now, "hc.bag_items")
    )
    return await _write(
        await _hold(visit_id, Move.BAG_CHECK, actor, said.client_time),
        Move.BAG_CHECK,
        actor=actor,
        body=said,
        client_time=said.client_time,
        said={"missing": missing, "unusable": said.unusable},
        now=now,
    )


@action
async def refuse(*, visit_id: UUID, actor: Actor, said: Refusal, now: datetime) -> Kept[Made]:
    """The elder refuses: offered, not done.

    :raises Missing: :raises AlreadyDifferent:
    """
    return await _write(
        await _hold(visit_id, Move.REFUSAL, actor, said.client_time),
        Move.REFUSAL,
        actor=actor,
        body=said,
        client_time=said.client_time,
        said={"witness_id": said.witness_id},
        reason=said.reason,
        tells=VisitRefused,
        now=now,
    )


@action
async def find_nobody(*, visit_id: UUID, actor: Actor, said: NoAccess, now: datetime) -> Kept[Made]:
    """Nobody opened after knocking and calling; a relative is called.

    :raises Missing: :raises AlreadyDifferent: :raises OneAttemptIsNotEnough:
    """
    held = await _hold(visit_id, Move.NO_ACCESS, actor, said.client_time)
    # HB-12 counts failed visits: leaving after one knock is no failed visit.
    attempts_min = policy.whole(now, "ev.no_access_attempts")
    if held.made is None and said.attempts < attempts_min:
        raise OneAttemptIsNotEnough(attempts_min=attempts_min)
    return await _write(
        held,
        Move.NO_ACCESS,
        actor=actor,
        body=said,
        client_time=said.client_time,
        said={"attempts": said.attempts, "photo_id": said.photo_id},
        tells=NobodyOpened,
        now=now,
    )


@action
async def attest(*, visit_id: UUID, actor: Actor, said: Attestation, now: datetime) -> Kept[Made]:
    """The elder's side confirms the visit, or says why it cannot (EV-08).

    :raises Missing: :raises AlreadyDifferent: :raises WrongCode: :raises NeedsReason:
    """
    held = await queries.hold(
        visit_id, actor=actor, move=Move.ATTESTATION, client_time=said.client_time
    )
    if not policies.may_attest(actor, held):
        raise Missing
    if actor.role is not Role.INST_NURSE:
        await _family_tie(held, actor, Scope.VIEW_SUMMARY, now)
    if said.method == "code" and said.code != attestation_code(visit_id, now):
        raise WrongCode
    if said.method in ("unable", "refused") and not said.reason:
        raise NeedsReason(rule="EV-08")
    return await _write(
        held,
        Move.ATTESTATION,
        actor=actor,
        body=said,
        client_time=said.client_time,
        said={"method": said.method, "file_id": said.file_id},
        reason=said.reason,
        tells=VisitAttested,
        now=now,
    )


@action
async def cancel(*, visit_id: UUID, actor: Actor, said: Cancellation, now: datetime) -> Kept[Made]:
    """Cancel a visit that has not begun.

    Staff until two hours before, then the dispatcher; the elder's side at any time, free of
    charge until two hours before.

    :raises Missing: :raises Forbidden: :raises ScopeMissing: :raises TooLateToCancel:
    :raises CannotMove: :raises AlreadyDifferent:
    """
    # A statement that waits for the lock still sees the moves of before: wait first, then look.
    await rows("SELECT FROM visits WHERE id = $1 FOR NO KEY UPDATE", visit_id)
    held = await queries.hold(
        visit_id, actor=actor, move=Move.CANCELLATION, client_time=said.client_time
    )
    if actor.role in FAMILY:
        await _family_tie(held, actor, Scope.REQUEST_SERVICE, now)
    elif not policies.may_record(actor, held) and not policies.may_plan(actor, held):
        raise Missing
    if held.made is None:
        _check_cancel(held, actor, now)
    free_until = held.planned_start - policy.span(now, "ev.free_cancel_before_hours")
    kept = await _write(
        held,
        Move.CANCELLATION,
        actor=actor,
        body=said,
        client_time=said.client_time,
        said={"reason_code": said.reason_code, "is_free": now <= free_until},
        reason=said.reason,
        tells=VisitCancelled,
        now=now,
    )
    if kept.first:
        await staffing.untie_all(staffing.errand_of(held), now=now)
    return kept


def _check_cancel(held: Held, actor: Actor, now: datetime) -> None:
    if not policies.may_cancel(actor, held):
        raise Forbidden
    # 20A.1: staff more than two hours before; later it goes to the dispatcher.
    until = held.planned_start - policy.span(now, "ev.staff_cancel_before_hours")
    if actor.is_field and now >= until:
        raise TooLateToCancel(planned_start=held.planned_start)


async def _family_tie(held: Held, actor: Actor, scope: Scope, now: datetime) -> None:
    if held.person is None:
        raise Missing
    await people.tie(actor=actor, person_id=held.person, now=now, scope=scope)


async def _hold(visit_id: UUID, move: Move, actor: Actor, client_time: datetime) -> Held:
    held = await queries.hold(visit_id, actor=actor, move=move, client_time=client_time)
    if not policies.may_record(actor, held):
        raise Missing
    return held


async def _write(
    held: Held,
    move: Move,
    *,
    actor: Actor,
    body: Request,
    client_time: datetime,
    said: Mapping[str, Any],
    now: datetime,
    reason: str | None = None,
    tells: type[Event] | None = None,
) -> Kept[Made]:
    digest = fingerprint(body)
    if held.made is not None:
        return await moving.again(held, move, actor=actor, fingerprint=digest)
    made = await moving.write(
        held,
        move,
        actor=actor,
        times=queries.times_of(held, client_time=client_time, now=now),
        fingerprint=digest,
        said=said,
        reason=reason,
    )
    if tells is not None:
        publish(tells(subject_id=held.id, person_id=held.person))
    return Kept(made, first=True)
