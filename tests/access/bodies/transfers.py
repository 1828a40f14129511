"""Transfers at each of their stages."""

from uuid import UUID

from backend.core import crypto
from backend.core.access import Role
from backend.core.db import rows
from backend.core.ids import uuid7
from tests.access.scene import Asked, Json, Scene
from tests.access.world import KINDS

CENTER = "COMMUNITY_HEALTH_CENTER"
HOUSE = "ELDER_CARE_INSTITUTION"
HOSPITAL = "HOSPITAL"
RECEIVING = {CENTER: "HOSPITAL", HOUSE: "INSTITUTION", HOSPITAL: "HOSPITAL"}

# What an earlier caller of the same world left is cleared: the ledger begins anew.
CLEAR = ("DELETE FROM home_sickbed_suspensions", "DELETE FROM bed_stays")

INSERT = """
INSERT INTO transfers (id, person, from_organization, to_organization, to_bed, reason_code, urgency,
                       status, consent_id, due_at, drafted_by, policy_version, version, fingerprint,
                       recorded_at)
VALUES ($1, $2, $3, $4, $5, 'WORSE', 'ROUTINE', $6, $7, $8, $9, '', 1, '', $8)
"""

CONSENT = """
INSERT INTO consents (id, person, purpose, items, text_version, given_by, method, client_time,
                      happened_at, recorded_at, fingerprint)
VALUES ($1, $2, 'transfer', '{}', '2026.1', $2, 'app', $3, $3, $3, '')
"""

ASKED = """
INSERT INTO transfer_receivers (id, transfer, organization, place, asked_at, answer_due_at)
VALUES ($1, $2, $3, 1, $4, $4)
"""

PACKAGE = """
INSERT INTO transfer_packages (id, transfer, number, content, hash, sealed_by, sealed_at)
VALUES ($1, $2, 1, $3, '', $1, $4)
"""


def _house(scene: Scene) -> UUID:
    """Where the caller works, if it is one of hers; the like of it that is."""
    kind = KINDS.get(scene.role, CENTER)
    return scene.world.here[CENTER if kind == "STREET_OFFICE" else kind]


def _said(scene: Scene, **more: object) -> Json:
    return {"client_time": scene.now.isoformat(), **more}


async def _transfer(
    scene: Scene,
    status: str,
    *,
    sender: UUID | None = None,
    receiver: UUID | None = None,
    to_bed: str = "HOSPITAL",
    consent_id: UUID | None = None,
) -> Asked:
    for statement in CLEAR:
        await rows(statement)
    transfer_id = uuid7()
    await rows(
        INSERT,
        transfer_id,
        scene.world.elder,
        sender or _house(scene),
        receiver,
        to_bed,
        status,
        consent_id,
        scene.now,
        scene.world.caller(Role.GP).person_id,
    )
    return Asked({"transfer_id": transfer_id})


async def draft_transfer(scene: Scene) -> Asked:
    body = {
        "person_id": str(scene.world.elder),
        "to_bed": "HOSPITAL",
        "reason_code": "WORSE",
        "reason": "气促加重",
    }
    return Asked({"transfer_id": uuid7()}, body)


async def list_transfers(scene: Scene) -> Asked:
    await _transfer(scene, "DRAFT")
    return Asked()


async def get_transfer(scene: Scene) -> Asked:
    return await _transfer(scene, "DRAFT")


def _form(scene: Scene) -> Json:
    return _said(
        scene,
        vitals={"pulse": 96, "temp": 38.4},
        consciousness="A",
        barthel=35,
        tubes_and_wounds=[],
        infection="无",
        diagnoses=[{"icd10": "J18.9", "name": "肺炎"}],
        medicines=[],
        allergies=["青霉素"],
        carer="女儿",
        transport="STRETCHER",
        recommendation="建议住院",
    )


async def assess_transfer(scene: Scene) -> Asked:
    return Asked((await _transfer(scene, "DRAFT")).ids, _form(scene))


async def request_transfer(scene: Scene) -> Asked:
    consent_id = uuid7()
    await rows(CONSENT, consent_id, scene.world.elder, scene.now)
    transfer = await _transfer(scene, "ASSESSED", consent_id=consent_id)
    return Asked(transfer.ids, _said(scene, receivers=[str(scene.world.there[HOSPITAL])]))


async def answer_transfer(scene: Scene) -> Asked:
    transfer = await _transfer(scene, "REQUESTED", sender=scene.world.there[CENTER])
    house = _house(scene)
    await rows(ASKED, uuid7(), transfer.ids["transfer_id"], house, scene.now)
    body = _said(scene, decision="accept", bed_no="12")
    return Asked({**transfer.ids, "organization_id": house}, body)


async def cancel_transfer(scene: Scene) -> Asked:
    return Asked((await _transfer(scene, "DRAFT")).ids, _said(scene, reason="家属改变主意"))


async def comment_on_transfer(scene: Scene) -> Asked:
    transfer = await _transfer(scene, "IN_TRANSIT")
    body = _said(scene, text="希望去另一家医院", disagrees=True)
    return Asked({**transfer.ids, "comment_id": uuid7()}, body)


async def depart_transfer(scene: Scene) -> Asked:
    transfer = await _transfer(scene, "ACCEPTED", receiver=scene.world.there[HOSPITAL])
    return Asked(transfer.ids, _said(scene, transport="AMBULANCE"))


async def _coming(scene: Scene, status: str) -> Asked:
    """To where the caller works, if such beds are run there; to the hospital otherwise."""
    kind = KINDS.get(scene.role, CENTER)
    kind = kind if kind in RECEIVING else HOSPITAL
    return await _transfer(
        scene,
        status,
        sender=scene.world.there[CENTER],
        receiver=scene.world.here[kind],
        to_bed=RECEIVING[kind],
    )


async def record_transfer_arrival(scene: Scene) -> Asked:
    return Asked((await _coming(scene, "IN_TRANSIT")).ids, _said(scene, bed_no="12"))


async def give_transfer_feedback(scene: Scene) -> Asked:
    return Asked((await _coming(scene, "ARRIVED")).ids, _said(scene, result="已收治"))


async def read_transfer_package(scene: Scene) -> Asked:
    transfer = await _transfer(scene, "IN_TRANSIT")
    content = crypto.seal(f'{{"person":"{scene.world.elder}"}}', "transfer_packages.content")
    await rows(PACKAGE, uuid7(), transfer.ids["transfer_id"], content, scene.now)
    return transfer


async def open_emergency_transfer(scene: Scene) -> Asked:
    raised = await scene.done("raise_emergency", by=Role.GP)
    return Asked(raised.ids, {"transport": "AMBULANCE"})


BODIES = {
    builder.__name__: builder
    for builder in (
        draft_transfer,
        list_transfers,
        get_transfer,
        assess_transfer,
        request_transfer,
        answer_transfer,
        cancel_transfer,
        comment_on_transfer,
        depart_transfer,
        record_transfer_arrival,
        give_transfer_feedback,
        read_transfer_package,
        open_emergency_transfer,
    )
}
