"""The world of beds, another hospital and another house, and a transfer at each stage."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend.beds.lifecycle import BedKind
from backend.beds.lifecycle.said import Diagnosis, Terminal
from backend.core import crypto
from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.people import actions as people
from backend.people.actions.facts import ConsentFacts
from backend.people.lifecycle import ConsentMethod
from backend.records import actions as records
from backend.records.lifecycle import facts
from backend.records.lifecycle.vitals import Level
from backend.transfers import actions
from backend.transfers.lifecycle import Decision, Reason, Urgency
from backend.transfers.lifecycle.held import Made
from backend.transfers.lifecycle.said import (
    EmergencyTransfer,
    TransferAnswer,
    TransferArrival,
    TransferDeparture,
    TransferDraft,
    TransferFeedback,
    TransferForm,
    TransferRequest,
    Transport,
    Vitals,
)
from tests.beds import world as of_beds
from tests.beds.world import DAY, HOUR, NINE
from tests.builders import an_organization, staff_of

__all__ = ["DAY", "HOUR", "NINE", "Terminal"]

MINUTE = timedelta(minutes=1)
LONG_AGO = NINE - 320 * DAY


class World(msgspec.Struct):
    """`beds` is the world of beds; the elder lives at home to begin with."""

    beds: of_beds.World
    other_hospital: UUID
    other_ward: Actor

    @property
    def elder(self) -> UUID:
        return self.beds.elder

    @property
    def doctor(self) -> Actor:
        return self.beds.doctor

    @property
    def ward(self) -> Actor:
        return self.beds.ward

    @property
    def hospital(self) -> UUID:
        return self.beds.hospital


async def a_world(place: BedKind = BedKind.OWN_HOME) -> World:
    beds = await of_beds.a_world()
    # A receiver is let in by the transfer, not by a tie of before.
    await rows("DELETE FROM care_team WHERE member_id = $1", beds.hospital)
    other = await an_organization(kinds=("HOSPITAL",), name="静安示例第二医院")
    by = beds.admin if place is BedKind.OWN_HOME else beds.house_admin
    await of_beds.admit(beds, place, at=LONG_AGO, by=by)
    await rows("UPDATE care_team SET from_at = $1", LONG_AGO)
    return World(
        beds=beds, other_hospital=other, other_ward=await staff_of(other, Role.HOSPITAL_STAFF)
    )


async def consent(world: World, *, purpose: str = "transfer", at: datetime = NINE) -> UUID:
    consent_id = uuid7()
    await people.consent(
        consent_id=consent_id,
        actor=world.beds.herself,
        said=ConsentFacts(
            person_id=world.elder,
            purpose=purpose,
            text_version="2026.1",
            given_by=world.elder,
            method=ConsentMethod.APP,
            client_time=at,
        ),
        now=at,
    )
    return consent_id


def a_form(*, at: datetime = NINE, **changed: Any) -> TransferForm:
    said: dict[str, Any] = {
        "client_time": at,
        "vitals": Vitals(resp=22, spo2=93, o2_flow=0, sbp=118, pulse=96, temp=38.4),
        "consciousness": Level.ALERT,
        "barthel": 35,
        "tubes_and_wounds": ["导尿管"],
        "infection": "无",
        "diagnoses": [Diagnosis(icd10="J18.9", name="肺炎", is_primary=True)],
        "medicines": [],
        "allergies": ["青霉素"],
        "carer": "女儿",
        "transport": Transport.STRETCHER,
        "recommendation": "建议住院",
    }
    return TransferForm(**{**said, **changed})


async def drafted(world: World, *, at: datetime = NINE, **changed: Any) -> UUID:
    transfer_id = uuid7()
    said: dict[str, Any] = {
        "person_id": world.elder,
        "to_bed": BedKind.HOSPITAL,
        "reason_code": Reason.WORSE,
        "urgency": Urgency.ROUTINE,
    }
    by = changed.pop("by", world.doctor)
    await actions.draft(
        transfer_id=transfer_id,
        actor=by,
        said=TransferDraft(**{**said, **changed}),
        if_match=None,
        now=at,
    )
    return transfer_id


async def assessed(world: World, *, at: datetime = NINE, **changed: Any) -> UUID:
    transfer_id = await drafted(world, at=at, **changed)
    await assess(world, transfer_id, at=at, consent_id=await consent(world, at=at))
    return transfer_id


async def assess(
    world: World, transfer_id: UUID, *, at: datetime = NINE, version: str | None = None, **said: Any
) -> Any:
    return await actions.assess(
        transfer_id=transfer_id,
        actor=world.doctor,
        said=a_form(at=at, **said),
        if_match=version,
        now=at,
    )


async def request(
    world: World, transfer_id: UUID, *receivers: UUID, at: datetime = NINE, by: Actor | None = None
) -> Any:
    return await actions.request(
        transfer_id=transfer_id,
        actor=by or world.doctor,
        said=TransferRequest(client_time=at, receivers=list(receivers) or [world.hospital]),
        now=at,
    )


async def requested(world: World, *receivers: UUID, at: datetime = NINE, **changed: Any) -> UUID:
    transfer_id = await assessed(world, at=at, **changed)
    await request(world, transfer_id, *receivers, at=at)
    return transfer_id


async def answer(
    transfer_id: UUID, by: Actor, *, at: datetime = NINE, accept: bool = True, bed_no: str = "12"
) -> Any:
    assert by.organization_id is not None
    said = (
        TransferAnswer(client_time=at, decision=Decision.ACCEPT, bed_no=bed_no)
        if accept
        else TransferAnswer(
            client_time=at, decision=Decision.DECLINE, reason="无空床", alternative="二院"
        )
    )
    return await actions.answer(
        transfer_id=transfer_id, organization_id=by.organization_id, actor=by, said=said, now=at
    )


async def accepted(world: World, *, at: datetime = NINE, **changed: Any) -> UUID:
    transfer_id = await requested(world, at=at, **changed)
    await answer(transfer_id, world.ward, at=at)
    return transfer_id


async def depart(transfer_id: UUID, by: Actor, *, at: datetime = NINE, **said: Any) -> Any:
    return await actions.depart(
        transfer_id=transfer_id,
        actor=by,
        said=TransferDeparture(client_time=at, **said),
        now=at,
    )


async def in_transit(world: World, *, at: datetime = NINE, **changed: Any) -> UUID:
    transfer_id = await accepted(world, at=at, **changed)
    await depart(transfer_id, world.doctor, at=at)
    return transfer_id


async def arrive(transfer_id: UUID, by: Actor, *, at: datetime = NINE + HOUR, **said: Any) -> Made:
    kept = await actions.arrive(
        transfer_id=transfer_id,
        actor=by,
        said=TransferArrival(client_time=at, **said),
        now=at,
    )
    return kept.thing


async def feedback(transfer_id: UUID, by: Actor, *, at: datetime = NINE + 2 * HOUR) -> Any:
    return await actions.give_feedback(
        transfer_id=transfer_id,
        actor=by,
        said=TransferFeedback(client_time=at, result="已收治"),
        now=at,
    )


async def an_emergency(world: World, *, at: datetime = NINE, by: Actor | None = None) -> UUID:
    emergency_id = uuid7()
    await records.raise_emergency(
        emergency_id=emergency_id,
        actor=by or world.doctor,
        said=facts.Call(person_id=world.elder, client_time=at),
        now=at,
    )
    return emergency_id


async def a_green_channel(
    world: World, *, at: datetime = NINE, by: Actor | None = None, to: UUID | None = None
) -> UUID:
    emergency_id = await an_emergency(world, at=at, by=by)
    await actions.open_emergency(
        emergency_id=emergency_id,
        actor=by or world.doctor,
        said=EmergencyTransfer(to_organization_id=to),
        now=at,
    )
    return emergency_id


async def status_of(transfer_id: UUID) -> str:
    return str(await value("SELECT status FROM transfers WHERE id = $1", transfer_id))


async def beds_of(world: World) -> dict[str, str | None]:
    """The open stays: kind -> organization."""
    found = await rows(
        "SELECT kind, organization::text FROM bed_stays WHERE person = $1 AND until_at IS NULL",
        world.elder,
    )
    return {each["kind"]: each["organization"] for each in found}


async def told(topic: str) -> list[dict[str, Any]]:
    found = await rows("SELECT body FROM journal WHERE topic = $1 ORDER BY id", topic)
    return [msgspec.json.decode(each["body"]) for each in found]


async def owed(task: str) -> list[Any]:
    return await rows("SELECT key, due_at, args FROM jobs WHERE task = $1 ORDER BY due_at", task)


async def package_of(transfer_id: UUID) -> list[Any]:
    found = await rows(
        "SELECT content, hash, number FROM transfer_packages WHERE transfer = $1 ORDER BY number",
        transfer_id,
    )
    return [
        (crypto.unseal(each["content"], "transfer_packages.content"), each["hash"])
        for each in found
    ]
