"""A copy of the record, for the patient or who may ask for them (RC-06, RC-08)."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import audit, calendar, wire
from backend.core.access import Actor, Role
from backend.core.db import action, rows
from backend.core.ids import is_uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Malformed, Missing
from backend.core.wire import Kept
from backend.people import queries
from backend.people.actions.facts import CopyFacts, CopyHandedOver
from backend.people.events import CopyAsked, CopyReady
from backend.people.lifecycle import CLOSE_KIN, Scope, SensitiveChapter
from backend.people.problems import NeedsProof, ScopeMissing
from backend.people.schemas.accesses import CopyDetail

ASK = """
INSERT INTO record_copies (id, person, asked_by, chapters, proof_ids, asked_at, due_on, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

READY = "UPDATE record_copies SET file_id = $2, ready_at = $3 WHERE id = $1"


@action
async def ask_copy(*, copy_id: UUID, actor: Actor, said: CopyFacts, now: datetime) -> Kept[Record]:
    """Ask for a copy; it is due within working days. After a death, close kin show proof.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    :raises NeedsProof: :raises AlreadyDifferent:
    """
    person = await queries.hold_person(said.person_id)
    tie = await _may_ask(said, person, actor, now)
    if stored := await queries.copy(copy_id):
        if stored["asked_by"] != actor.person_id:
            raise AlreadyDifferent
        wire.check_same(
            wire.fingerprint(said), stored["fingerprint"], lambda: CopyDetail.of(stored)
        )
        return Kept(stored, first=False)
    if not is_uuid7(copy_id):
        raise Malformed(field="copy_id")
    # RC-06: within so many working days.
    due_on = calendar.add_working_days(calendar.on(now), policy.whole(now, "rc.copy_workdays"))
    await rows(
        ASK,
        copy_id,
        said.person_id,
        actor.person_id,
        sorted(set(said.chapters)),
        said.proof_ids,
        now,
        due_on,
        wire.fingerprint(said),
    )
    publish(CopyAsked(person_id=said.person_id, subject_id=copy_id))
    audit.wrote(actor, "people.copy", person_id=said.person_id, subject_id=copy_id, tie=tie)
    return Kept(await _copy(copy_id), first=True)


@action
async def hand_over_copy(
    *, copy_id: UUID, actor: Actor, said: CopyHandedOver, now: datetime
) -> Kept[Record]:
    """The copy is ready, as this file.

    :raises Missing: :raises TieEnded: :raises AlreadyDifferent:
    """
    stored = await queries.hold_copy(copy_id)
    if stored is None:
        raise Missing
    tie = await queries.tie(actor=actor, person_id=stored["person"], now=now)
    if stored["file_id"] is not None:
        if stored["file_id"] != said.file_id:
            raise AlreadyDifferent(stored=CopyDetail.of(stored))
        return Kept(stored, first=False)
    await rows(READY, copy_id, said.file_id, now)
    publish(CopyReady(person_id=stored["person"], subject_id=copy_id))
    audit.wrote(
        actor, "people.hand_over_copy", person_id=stored["person"], subject_id=copy_id, tie=tie
    )
    return Kept(await _copy(copy_id), first=True)


async def _may_ask(said: CopyFacts, person: Record | None, actor: Actor, now: datetime) -> str:
    """The word of what lets the actor ask for these chapters."""
    if person is not None and person["died_on"] is not None and actor.role is not Role.ELDER:
        # RC-08: the delegations have ended; close kin ask with proof.
        kin = await queries.kin_of(person_id=said.person_id, relative_id=actor.person_id)
        if kin not in CLOSE_KIN:
            raise Missing
        if not said.proof_ids:
            raise NeedsProof
        return "kin"
    tie = await queries.tie(actor=actor, person_id=said.person_id, now=now, scope=Scope.VIEW_FULL)
    ticked = await queries.ticked_chapters(actor=actor, person_id=said.person_id, now=now)
    if ticked is not None:
        shut = {*SensitiveChapter} & {*said.chapters} - ticked
        if shut:
            # RC-03: sensitive chapters are shut unless the elder ticked them.
            raise ScopeMissing(chapters=sorted(shut))
    return tie


async def _copy(copy_id: UUID) -> Record:
    found = await queries.copy(copy_id)
    assert found is not None
    return found
