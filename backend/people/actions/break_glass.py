"""Seeing a person without a tie, in need: for a reason, for four hours, reviewed (RC-05)."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import audit, crypto, wire
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.ids import is_uuid7
from backend.core.jobs import enqueue
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Forbidden, Malformed, Missing
from backend.core.wire import Kept
from backend.people import policies, queries
from backend.people.actions.care_team import join_care_team, leave_care_team
from backend.people.actions.facts import BreakGlassFacts, BreakGlassReview
from backend.people.events import (
    BreakGlassOpened,
    BreakGlassReviewed,
    BreakGlassReviewOverdue,
)
from backend.people.lifecycle import MemberKind, Tie
from backend.people.schemas.accesses import BreakGlassDetail

OPEN = """
INSERT INTO break_glass (id, person, opened_by, organization_id, reason, from_at, until_at,
                         review_due_at, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""

REVIEW = """
UPDATE break_glass SET reviewed_by = $2, reviewed_at = $3, is_justified = $4 WHERE id = $1
"""


@action
async def break_glass(
    *, access_id: UUID, person_id: UUID, actor: Actor, said: BreakGlassFacts, now: datetime
) -> Kept[Record]:
    """See a person for some hours. The administrators are told at once, and one reviews it.

    :raises Missing: :raises Forbidden: :raises AlreadyDifferent:
    """
    person = await queries.hold_person(person_id)
    if person is None:
        raise Missing
    if actor.organization_id is None:
        raise Forbidden
    if stored := await queries.break_glass(access_id):
        if (stored["person"], stored["opened_by"]) != (person_id, actor.person_id):
            raise AlreadyDifferent
        wire.check_same(
            wire.fingerprint(said), stored["fingerprint"], lambda: BreakGlassDetail.of(stored)
        )
        return Kept(stored, first=False)
    if not is_uuid7(access_id):
        raise Malformed(field="access_id")
    # RC-05: the person's center watches over who looks; a hospital or a house has no such office.
    watching_id = person["center"] or actor.organization_id
    until_at = now + policy.span(now, "rc.break_glass_hours")
    review_due_at = now + policy.span(now, "rc.break_glass_review_days")
    await rows(
        OPEN,
        access_id,
        person_id,
        actor.person_id,
        watching_id,
        crypto.seal(said.reason, "break_glass.reason"),
        now,
        until_at,
        review_due_at,
        wire.fingerprint(said),
    )
    await join_care_team(
        person_id=person_id,
        member_id=actor.person_id,
        member_kind=MemberKind.STAFF,
        why=Tie.BREAK_GLASS,
        because_id=access_id,
        now=now,
        until=until_at,
    )
    publish(
        BreakGlassOpened(person_id=person_id, subject_id=access_id, organization_id=watching_id)
    )
    enqueue("look_for_review", key=str(access_id), due_at=review_due_at, access_id=access_id)
    audit.wrote(
        actor, "people.break_glass", person_id=person_id, subject_id=access_id, tie=Tie.BREAK_GLASS
    )
    return Kept(await _access(access_id), first=True)


@action
async def review_break_glass(
    *, access_id: UUID, person_id: UUID, actor: Actor, said: BreakGlassReview, now: datetime
) -> Kept[Record]:
    """Say whether it was justified; an access that was not ends at once.

    :raises Missing: :raises Forbidden: one's own :raises AlreadyDifferent:
    """
    stored = await queries.hold_break_glass(access_id)
    if stored is None or stored["person"] != person_id:
        raise Missing
    if stored["organization_id"] != actor.organization_id:
        raise Missing
    if not policies.may_review_break_glass(actor, stored):
        raise Forbidden
    if stored["reviewed_at"] is not None:
        if stored["is_justified"] != said.is_justified:
            raise AlreadyDifferent(stored=BreakGlassDetail.of(stored))
        return Kept(stored, first=False)
    await rows(REVIEW, access_id, actor.person_id, now, said.is_justified)
    if not said.is_justified:
        await leave_care_team(
            person_id=person_id, member_id=stored["opened_by"], because_id=access_id, now=now
        )
    publish(
        BreakGlassReviewed(
            person_id=person_id,
            subject_id=access_id,
            organization_id=stored["organization_id"],
            is_justified=said.is_justified,
        )
    )
    audit.wrote(
        actor, "people.review_break_glass", person_id=person_id, subject_id=access_id, tie="review"
    )
    return Kept(await _access(access_id), first=True)


@action
async def look_for_review(*, access_id: UUID) -> None:
    """When the review was due: say so if nobody has made it."""
    stored = await queries.break_glass(access_id)
    if stored is not None and stored["reviewed_at"] is None:
        publish(
            BreakGlassReviewOverdue(
                person_id=stored["person"],
                subject_id=access_id,
                organization_id=stored["organization_id"],
            )
        )


async def _access(access_id: UUID) -> Record:
    found = await queries.break_glass(access_id)
    assert found is not None
    return found
