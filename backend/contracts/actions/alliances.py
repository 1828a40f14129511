"""五床联动: who takes part in an alliance, in which team, and which elders joined it."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend.contracts import policies, queries
from backend.contracts.actions.signing import check_hand, midnight
from backend.contracts.events import AllianceChanged, AllianceJoined, AllianceLeft
from backend.contracts.lifecycle.said import AllianceSaid, Joining, Leaving
from backend.contracts.problems import (
    NobodyToSign,
    NotAJointTeam,
    NotAnAlliance,
    NotInForce,
    NotOfTheAlliance,
)
from backend.contracts.schemas.alliances import AllianceElderDetail
from backend.core import audit, calendar, times
from backend.core.access import FAMILY, Actor
from backend.core.db import action, rows
from backend.core.ids import is_uuid7, uuid7
from backend.core.journal import publish
from backend.core.problems import Forbidden, Malformed, Missing
from backend.core.wire import Kept, check_same, check_version, fingerprint
from backend.people import actions as care_team
from backend.people import queries as people
from backend.people.lifecycle import MEDICAL, MemberKind, OrganizationKind, Tie

KEEP = """
INSERT INTO alliances (id, name, member_ids, members, team, valid_from, until_on, fingerprint,
                       version, recorded_at)
VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7, $8, 1, $9)
"""

CHANGE = """
UPDATE alliances SET name = $2, member_ids = $3, members = $4::jsonb, team = $5::jsonb,
       valid_from = $6, until_on = $7, fingerprint = $8, version = version + 1 WHERE id = $1
"""

JOIN = """
INSERT INTO alliance_elders (id, alliance, person, institution, bed, said, signed_by, client_time,
                             happened_at, recorded_at, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11)
ON CONFLICT (alliance, person) DO UPDATE SET
  institution = excluded.institution, bed = excluded.bed, said = excluded.said,
  signed_by = excluded.signed_by, client_time = excluded.client_time,
  happened_at = excluded.happened_at, recorded_at = excluded.recorded_at,
  fingerprint = excluded.fingerprint, left_at = NULL, left_by = NULL, left_fingerprint = NULL
"""

LEAVE = """
UPDATE alliance_elders SET left_at = $3, left_by = $4, left_fingerprint = $5
 WHERE alliance = $1 AND person = $2
"""


@action
async def keep_alliance(
    *, alliance_id: UUID, actor: Actor, said: AllianceSaid, if_match: str | None, now: datetime
) -> Kept[UUID]:
    """Found an alliance that one's organization is in, or change it (with `If-Match`).

    :raises Missing: :raises Forbidden: :raises Stale: :raises NeedsVersion: :raises NotAnAlliance:
    :raises NotAJointTeam:
    """
    stored = await queries.hold_alliance(alliance_id)
    members = sorted(each.organization_id for each in said.members)
    if stored is not None:
        if not policies.may_keep_alliance(actor, stored["member_ids"]):
            raise Missing
        if stored["fingerprint"] == fingerprint(said):
            return Kept(alliance_id, first=False)
        check_version(if_match, stored["version"])
    elif not policies.may_keep_alliance(actor, members):
        raise Forbidden(field="members")
    elif not is_uuid7(alliance_id):
        raise Malformed(field="alliance_id")
    await _check(said, members, now)
    columns = (
        alliance_id,
        said.name,
        members,
        msgspec.json.encode(said.members).decode(),
        msgspec.json.encode(said.team).decode(),
        said.valid_from,
        said.valid_to + date.resolution,
        fingerprint(said),
    )
    if stored is None:
        await rows(KEEP, *columns, now)
    else:
        await rows(CHANGE, *columns)
        await _follow(
            alliance_id, members, until=midnight(said.valid_to + date.resolution), now=now
        )
    publish(AllianceChanged(subject_id=alliance_id, organizations=tuple(members)))
    audit.wrote(actor, "contracts.keep_alliance", subject_id=alliance_id)
    return Kept(alliance_id, first=stored is None)


@action
async def join_alliance(
    *, alliance_id: UUID, person_id: UUID, actor: Actor, said: Joining, now: datetime
) -> Kept[Record]:
    """An elder signs the five-bed agreement with a member institution (FB-03).

    A home-care elder shares the institution's medical services from then on (FB-10): it joins
    their care team until the agreement ends. Who has left may sign again.

    :raises Missing: :raises TieEnded: :raises AlreadyDifferent: :raises NobodyToSign:
    :raises NotOfTheAlliance: :raises NotInForce: :raises NeedsEvidence: :raises NotTheirHand:
    """
    person = await people.hold_person(person_id)
    tie = await people.tie(actor=actor, person_id=person_id, now=now)
    held = await queries.hold_alliance(alliance_id)
    if held is None or person is None:
        raise Missing
    if actor.role not in FAMILY and actor.organization_id != said.institution_id:
        raise Missing
    stored = await queries.elder(alliance_id, person_id=person_id)
    if stored is not None and stored["left_at"] is None:
        check_same(fingerprint(said), stored["fingerprint"], lambda: AllianceElderDetail.of(stored))
        return Kept(stored, first=False)
    if person["died_on"] is not None:
        raise NobodyToSign
    await _check_belongs(held, person, said)
    if not held["valid_from"] <= calendar.on(now) < held["until_on"]:
        raise NotInForce
    resident = {"person": person_id, "lacks_capacity": person["lacks_capacity"]}
    await check_hand(actor, resident, said.signer, evidence_id=said.evidence_id, now=now)
    when = await times.of(device_id=actor.device_id, client_time=said.client_time, now=now)
    await rows(
        JOIN,
        uuid7(),
        alliance_id,
        person_id,
        said.institution_id,
        said.bed,
        msgspec.json.encode(said).decode(),
        said.signer.person_id if said.signer else actor.person_id,
        when.client_time,
        when.happened_at,
        when.recorded_at,
        fingerprint(said),
    )
    made = await queries.elder(alliance_id, person_id=person_id)
    assert made is not None
    await care_team.join_care_team(
        person_id=person_id,
        member_id=said.institution_id,
        member_kind=MemberKind.ORGANIZATION,
        why=Tie.CONTRACT,
        because_id=made["id"],
        now=now,
        until=midnight(held["until_on"]),
    )
    publish(
        AllianceJoined(
            subject_id=alliance_id, person_id=person_id, organization_id=said.institution_id
        )
    )
    audit.wrote(
        actor, "contracts.join_alliance", person_id=person_id, subject_id=alliance_id, tie=tie
    )
    return Kept(made, first=True)


@action
async def leave_alliance(
    *, alliance_id: UUID, person_id: UUID, actor: Actor, said: Leaving, now: datetime
) -> Kept[Record]:
    """The elder no longer takes part, at once. Twice is once.

    :raises Missing: :raises TieEnded: :raises AlreadyDifferent:
    """
    person = await people.hold_person(person_id)
    tie = await people.tie(actor=actor, person_id=person_id, now=now)
    stored = await queries.elder(alliance_id, person_id=person_id)
    if person is None or stored is None:
        raise Missing
    if actor.role not in FAMILY and actor.organization_id != stored["institution"]:
        raise Missing
    if stored["left_at"] is not None:
        check_same(
            fingerprint(said), stored["left_fingerprint"], lambda: AllianceElderDetail.of(stored)
        )
        return Kept(stored, first=False)
    await rows(LEAVE, alliance_id, person_id, now, actor.person_id, fingerprint(said))
    await care_team.leave_care_team(
        person_id=person_id,
        member_id=stored["institution"],
        because_id=stored["id"],
        now=now,
    )
    publish(
        AllianceLeft(
            subject_id=alliance_id, person_id=person_id, organization_id=stored["institution"]
        )
    )
    audit.wrote(
        actor, "contracts.leave_alliance", person_id=person_id, subject_id=alliance_id, tie=tie
    )
    made = await queries.elder(alliance_id, person_id=person_id)
    assert made is not None
    return Kept(made, first=True)


async def _follow(
    alliance_id: UUID, members: list[UUID], *, until: datetime, now: datetime
) -> None:
    """Who signed is seen as long as the agreement lasts now, by an institution still in it."""
    for each in await queries.hold_elders(alliance_id):
        who = {
            "person_id": each["person"],
            "member_id": each["institution"],
            "because_id": each["id"],
        }
        if each["institution"] in members:
            await care_team.join_care_team(
                **who,
                member_kind=MemberKind.ORGANIZATION,
                why=Tie.CONTRACT,
                now=now,
                until=max(until, now),
            )
        else:
            await care_team.leave_care_team(**who, now=now)


async def _check(said: AllianceSaid, members: list[UUID], now: datetime) -> None:
    """FB-03: an institution and a medical partner. FB-11: everybody has somebody to call."""
    kinds = await queries.kinds_of(members)
    if len(kinds) < len(members):
        raise NotAnAlliance(field="members")
    houses = [each for each in kinds.values() if OrganizationKind.ELDER_CARE_INSTITUTION in each]
    if not houses or not any(each & MEDICAL for each in kinds.values()):
        raise NotAnAlliance(field="members")
    for member in members:
        theirs = [each.person_id for each in said.team if each.organization_id == member]
        if not theirs:
            raise NotAJointTeam(field="members", organization_id=member)
        strangers = await queries.strangers(
            persons=theirs, organization_id=member, in_the_field=False, now=now
        )
        if strangers:
            raise NotAJointTeam(field="team", person_id=strangers[0])
    if any(each.organization_id not in kinds for each in said.team):
        raise NotAJointTeam(field="team")


async def _check_belongs(held: Record, person: Record, said: Joining) -> None:
    """FB-03: a resident of the institution, or an elder with a home-care bed of it."""
    kinds = await queries.kinds_of([said.institution_id])
    is_house = OrganizationKind.ELDER_CARE_INSTITUTION in kinds.get(
        said.institution_id, frozenset()
    )
    if said.institution_id not in held["member_ids"] or not is_house:
        raise NotOfTheAlliance(field="institution_id")
    lives_there = person["residence"] == said.institution_id
    if lives_there != (said.bed == "INSTITUTION"):
        raise NotOfTheAlliance(field="bed")
