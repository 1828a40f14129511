"""Institution rounds: one arrival, many elders."""

from datetime import datetime
from uuid import UUID

from backend import policy
from backend.core import audit, crypto
from backend.core.access import Actor
from backend.core.db import action, row, rows
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Missing
from backend.core.wire import Kept, check_same, check_version, fingerprint
from backend.people import queries as people
from backend.visits import policies, queries
from backend.visits.actions import staffing
from backend.visits.actions.charging import owe_bill
from backend.visits.actions.plan import owe
from backend.visits.events import ResidentSeen, VisitPlanned
from backend.visits.lifecycle import Move, Status
from backend.visits.lifecycle.held import Held
from backend.visits.lifecycle.plans import RoundPlan
from backend.visits.lifecycle.rounds import Entry, EntrySaid
from backend.visits.lifecycle.staffing import Errand
from backend.visits.problems import AlreadyBegun, NeedsReason, NotAResident, UnknownPlace
from backend.visits.schemas.rounds import EntryDetail

INSERT = """
INSERT INTO visits (id, kind, person, organization, place_kind, institution, planned_start,
                    planned_end, items, needs_two, status, planned_by, policy_version, version,
                    fingerprint, recorded_at)
VALUES ($1, 'WARD_ROUND', NULL, $2, 'institution', $3, $4, $5, '[]', false, 'PLANNED', $6, $7, 1,
        $8, $9)
"""

RESIDENTS = """
SELECT id FROM persons
 WHERE residence = $1 AND died_on IS NULL AND ($2::uuid[] IS NULL OR id = ANY ($2))
"""

UNEXPECT = """
DELETE FROM round_entries WHERE visit = $1 AND status = 'expected' AND person <> ALL ($2)
RETURNING person
"""

EXPECT = """
INSERT INTO round_entries (id, visit, person, status)
SELECT uuidv7(), $1, person, 'expected' FROM unnest($2::uuid[]) AS person
ON CONFLICT (visit, person) DO NOTHING
"""


@action
async def plan_round(
    *, round_id: UUID, actor: Actor, said: RoundPlan, if_match: str | None, now: datetime
) -> Kept[UUID]:
    """Plan a round, or change one that has not begun (with `If-Match`).

    The residents whom the center cares for become entries, and the team joins their care teams.

    :raises Missing: :raises UnknownPlace: :raises NotAResident: :raises NotQualified:
    :raises AlreadyBegun: :raises AlreadyDifferent: :raises Stale: :raises NeedsVersion:
    """
    assert actor.organization_id is not None
    errand = Errand(
        visit_id=round_id,
        person_id=None,
        organization_id=actor.organization_id,
        start=said.planned_start,
        end=said.planned_end,
    )
    digest = fingerprint(said)
    stored = await row("SELECT id FROM visits WHERE id = $1", round_id)
    if stored is None:
        residents = await _residents(actor, said, now)
        await _insert(round_id, actor, said, digest, now)
    else:
        held = await queries.hold(round_id, actor=actor, move=Move.BAG_CHECK)
        if not policies.may_plan(actor, held) or held.person is not None:
            raise Missing
        if held.fingerprint == digest:
            return Kept(round_id, first=False)
        if held.institution != said.institution_id:
            raise AlreadyDifferent
        residents = await _residents(actor, said, now)
        await _replace(held, said, digest=digest, if_match=if_match)
        unexpected = [each["person"] for each in await rows(UNEXPECT, round_id, residents)]
        await staffing.untie(errand, unexpected, now=now)
    await rows(EXPECT, round_id, residents)
    await staffing.send(errand, said.staff, by=actor, now=now)
    owe(round_id, start=said.planned_start, end=said.planned_end, now=now)
    publish(VisitPlanned(subject_id=round_id, person_id=None))
    audit.wrote(actor, "visits.plan_round", subject_id=round_id)
    return Kept(round_id, first=stored is None)


async def _residents(actor: Actor, said: RoundPlan, now: datetime) -> list[UUID]:
    """Those named, or all; but nobody whom the center does not care for: a plan makes ties."""
    found = await rows(RESIDENTS, said.institution_id, said.person_ids)
    persons = [each["id"] for each in found]
    tied = await people.ties_of(actor=actor, person_ids=persons, now=now)
    if said.person_ids is None and not tied:
        raise UnknownPlace
    if set(said.person_ids or ()) - tied.keys():
        raise NotAResident
    return sorted(tied)


async def _insert(
    round_id: UUID, actor: Actor, said: RoundPlan, digest: bytes, now: datetime
) -> None:
    await rows(
        INSERT,
        round_id,
        actor.organization_id,
        said.institution_id,
        said.planned_start,
        said.planned_end,
        actor.person_id,
        policy.version(now),
        digest,
        now,
    )


async def _replace(held: Held, said: RoundPlan, *, digest: bytes, if_match: str | None) -> None:
    check_version(if_match, held.version)
    if held.status != Status.PLANNED:
        raise AlreadyBegun(status=held.status)
    await rows(
        "UPDATE visits SET planned_start = $2, planned_end = $3, fingerprint = $4,"
        " version = version + 1 WHERE id = $1",
        held.id,
        said.planned_start,
        said.planned_end,
        digest,
    )


HOLD_ENTRY = """
SELECT e.*, p.residence FROM persons p
  LEFT JOIN round_entries e ON e.person = p.id AND e.visit = $1
 WHERE p.id = $2
"""

WRITE_ENTRY = """
INSERT INTO round_entries (id, visit, person, status, made_by, minutes, witness_id, reason,
                           client_time, happened_at, recorded_at, fingerprint)
VALUES (uuidv7(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (visit, person) DO UPDATE SET
  status = excluded.status, made_by = excluded.made_by, minutes = excluded.minutes,
  witness_id = excluded.witness_id, reason = excluded.reason, client_time = excluded.client_time,
  happened_at = excluded.happened_at, recorded_at = excluded.recorded_at,
  fingerprint = excluded.fingerprint
"""


@action
async def enter(
    *, round_id: UUID, person_id: UUID, actor: Actor, said: EntrySaid, now: datetime
) -> Kept[Entry]:
    """One resident of the round: seen, refused, away.

    Somebody who was not on the list and lives there is simply added: care is never refused.

    :raises Missing: :raises NotAResident: :raises NeedsReason: :raises AlreadyDifferent:
    """
    held = await queries.hold(
        round_id, actor=actor, move=Move.BAG_CHECK, client_time=said.client_time
    )
    if held.person is not None or not policies.may_record(actor, held):
        raise Missing
    found = await row(HOLD_ENTRY, round_id, person_id)
    if found is None:
        raise Missing
    digest = fingerprint(said)
    if found["fingerprint"] is not None:
        stored = await queries.entry(round_id, person_id=person_id)
        check_same(digest, found["fingerprint"], lambda: EntryDetail.of(stored))
        return Kept(stored, first=False)
    if found["id"] is None and found["residence"] != held.institution:
        raise NotAResident
    if said.status == "refused" and not said.reason:
        raise NeedsReason
    await _write_entry(held, person_id, actor, said, digest=digest, now=now)
    if found["id"] is None:
        errand = staffing.errand_of(held)
        await staffing.tie_to(errand, actor.person_id, person_id=person_id, now=now)
    if held.status == Status.CHECKED_OUT:  # written after leaving: the bills were made without it
        owe_bill(round_id, because_id=person_id, now=now)
    return Kept(await queries.entry(round_id, person_id=person_id), first=True)


async def _write_entry(
    held: Held, person_id: UUID, actor: Actor, said: EntrySaid, *, digest: bytes, now: datetime
) -> None:
    times = queries.times_of(held, client_time=said.client_time, now=now)
    await rows(
        WRITE_ENTRY,
        held.id,
        person_id,
        said.status,
        actor.person_id,
        said.minutes,
        said.witness_id,
        crypto.seal(said.reason, "round_entries.reason") if said.reason else None,
        times.client_time,
        times.happened_at,
        times.recorded_at,
        digest,
    )
    if said.status == "seen":
        publish(ResidentSeen(subject_id=held.id, person_id=person_id, staff_id=actor.person_id))
    audit.wrote(actor, "visits.round_entry", person_id=person_id, subject_id=held.id, tie="round")
