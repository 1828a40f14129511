"""急诊急救绿色通道 (FB-08): an emergency is enough; everything else is filled in afterwards."""

from datetime import datetime
from uuid import UUID

from backend import policy
from backend.beds import queries as beds
from backend.beds.lifecycle import BedKind
from backend.core import audit
from backend.core.access import Actor
from backend.core.db import action, row, rows
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Missing
from backend.core.wire import Kept, fingerprint
from backend.people import queries as people
from backend.people.queries.existence import check_organizations
from backend.records import queries as records
from backend.transfers import queries
from backend.transfers.actions import closing
from backend.transfers.actions.ask import owe_package
from backend.transfers.actions.draft import INSERT, from_which, leaves
from backend.transfers.events import EmergencyTransferOpened
from backend.transfers.lifecycle import Reason, Status, Urgency, deadlines
from backend.transfers.lifecycle.said import EmergencyTransfer
from backend.transfers.problems import NobodyToMove


@action
async def open_emergency(
    *, emergency_id: UUID, actor: Actor, said: EmergencyTransfer, now: datetime
) -> Kept[UUID]:
    """Open the green channel to a hospital, under the id of the emergency. Twice is once.

    The package is owed within hours (HB-14), and builds itself if nobody seals it.

    :raises Missing: :raises TieEnded: :raises AlreadyDifferent: :raises NobodyToMove:
    :raises UnknownReference:
    """
    emergency = await records.find_emergency(emergency_id)
    if emergency is None:
        raise Missing
    person_id: UUID = emergency["person"]
    person = await beds.hold_person(person_id)
    tie = "author"
    if emergency["raised_by"] != actor.person_id:
        tie = await people.tie(actor=actor, person_id=person_id, now=now)
    digest = fingerprint(said)
    stored = await row("SELECT fingerprint FROM transfers WHERE id = $1", emergency_id)
    if stored is not None:
        if stored["fingerprint"] != digest:
            raise AlreadyDifferent
        return Kept(emergency_id, first=False)
    if person["died_on"] is not None:
        raise NobodyToMove
    await check_organizations(to_organization_id=said.to_organization_id)
    current = await beds.current(person_id)
    stay = leaves(current)
    due_at = deadlines.package_by(now, is_emergency=True)
    await rows(
        INSERT,
        emergency_id,
        person_id,
        actor.organization_id,
        from_which(current),
        stay.id if stay else None,
        BedKind.HOSPITAL.value,
        said.to_organization_id,
        emergency_id,
        Reason.EMERGENCY.value,
        Urgency.EMERGENCY.value,
        None,
        said.transport.value,
        Status.EMERGENCY_OPENED.value,
        due_at,
        actor.person_id,
        policy.version(now),
        digest,
        now,
    )
    held = await queries.hold(emergency_id)
    if held.to_organization is not None:
        await closing.tie_receiver(held, now=now)
    await closing.tie_streets(held, now=now)
    owe_package(held, due_at=due_at)
    publish(
        EmergencyTransferOpened(
            subject_id=emergency_id,
            person_id=person_id,
            organization_id=said.to_organization_id,
        )
    )
    audit.wrote(actor, "transfers.emergency", person_id=person_id, subject_id=emergency_id, tie=tie)
    return Kept(emergency_id, first=True)
