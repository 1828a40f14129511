"""How a stay is entered in the ledger, held and ended, and who is told: people, and the rounds."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.beds.events import PlaceHeld, StayBegan, StayEnded
from backend.beds.lifecycle import BedKind, Layer, Stay
from backend.beds.problems import BedTaken
from backend.core.access import Actor
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.people import actions as people
from backend.people.lifecycle import MemberKind, Tie
from backend.visits import actions as visits

BEGIN = """
INSERT INTO bed_stays (id, person, kind, layer, organization, address, bed_no, from_at, because_id,
                       recorded_by, recorded_at, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""

END = """
UPDATE bed_stays SET until_at = $2, held_until = NULL, end_fingerprint = $3 WHERE id = $1
"""


async def enter_in_ledger(person: Any, *, at: datetime, actor: Actor, now: datetime) -> Stay:
    """Where `people` knows them to live is where the ledger begins."""
    begun = home(person, at=at - at.resolution, because_id=None)
    house, bed_no = person["residence"], person["bed"]
    if house is not None:
        begun = msgspec.structs.replace(
            begun, kind=BedKind.INSTITUTION, organization_id=house, bed_no=bed_no, address_id=None
        )
    await begin(begun, actor=actor, now=now)
    await settle(begun, now=now)
    return begun


def home(person: Any, *, at: datetime, because_id: UUID | None) -> Stay:
    return Stay(
        id=uuid7(),
        person_id=person["id"],
        kind=BedKind.OWN_HOME,
        layer=Layer.PLACE,
        organization_id=None,
        address_id=person["address"],
        bed_no=None,
        from_at=at,
        until_at=None,
        held_until=None,
        because_id=because_id,
    )


async def begin(stay: Stay, *, actor: Actor, now: datetime, digest: bytes | None = None) -> None:
    try:
        await rows(
            BEGIN,
            stay.id,
            stay.person_id,
            stay.kind.value,
            stay.layer.value,
            stay.organization_id,
            stay.address_id,
            stay.bed_no,
            stay.from_at,
            stay.because_id,
            actor.person_id,
            now,
            digest,
        )
    except asyncpg.ExclusionViolationError as error:
        raise BedTaken(bed_no=stay.bed_no) from error
    if stay.organization_id is not None and stay.kind is not BedKind.HOME_SICK:
        # FB-10: whoever runs the bed sees who is in it, at home or in the house.
        await people.join_care_team(
            person_id=stay.person_id,
            member_id=stay.organization_id,
            member_kind=MemberKind.ORGANIZATION,
            why=Tie.HOME_SICKBED if stay.layer is Layer.OVERLAY else Tie.RESIDENCE,
            because_id=stay.id,
            now=now,
        )
    publish(StayBegan(subject_id=stay.id, person_id=stay.person_id))


async def end(stay: Stay, *, at: datetime, now: datetime, digest: bytes | None = None) -> Stay:
    await rows(END, stay.id, at, digest)
    if stay.organization_id is not None and stay.kind is not BedKind.HOME_SICK:
        await people.leave_care_team(
            person_id=stay.person_id, member_id=stay.organization_id, because_id=stay.id, now=now
        )
    publish(StayEnded(subject_id=stay.id, person_id=stay.person_id))
    return msgspec.structs.replace(stay, until_at=at, held_until=None)


async def hold(stay: Stay, *, until: datetime) -> Stay:
    await rows("UPDATE bed_stays SET held_until = $2 WHERE id = $1", stay.id, until)
    publish(PlaceHeld(subject_id=stay.id, person_id=stay.person_id))
    return msgspec.structs.replace(stay, held_until=until)


FREE = "UPDATE bed_stays SET held_until = NULL WHERE person = $1 AND until_at IS NULL"


async def let_go(ended: tuple[Stay, ...], *, but: Stay | None) -> None:
    """Nobody's bed is held who is back in it; from ward to ward it stays held."""
    wards = [each for each in ended if each.layer is Layer.INPATIENT]
    if wards and (but is None or but.layer is not Layer.INPATIENT):
        await rows(FREE, wards[0].person_id)


async def settle(place: Stay, *, now: datetime) -> None:
    """Visits go where `people` says that somebody lives."""
    lives_in = place.kind is BedKind.INSTITUTION
    await people.settle(
        person_id=place.person_id,
        residence_id=place.organization_id if lives_in else None,
        bed_no=place.bed_no if lives_in else None,
        address_id=place.address_id,
        now=now,
    )


async def keep_rounds(changed: Stay, *, is_inpatient: bool, now: datetime) -> None:
    """The rounds of a house expect whoever lives there and is not in hospital."""
    if changed.layer is not Layer.OVERLAY:
        await visits.follow_resident(
            person_id=changed.person_id, is_inpatient=is_inpatient, now=now
        )
