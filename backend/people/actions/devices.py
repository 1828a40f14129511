"""Phones: registered with a key, trusted for work, wiped when lost."""

from datetime import datetime
from uuid import UUID

from backend.core import audit, signatures
from backend.core.access import Actor
from backend.core.db import action, row, rows
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent
from backend.core.wire import Kept, fingerprint
from backend.people import queries
from backend.people.actions.sessions import end_sessions_on
from backend.people.events import DeviceAsked, DeviceTrusted, DeviceWiped
from backend.people.lifecycle import DeviceKey, SessionEnd
from backend.people.problems import DeviceIsWiped, DeviceWaits, SignatureWrong
from backend.people.queries.devices import COLUMNS, MAY_TRUST, MAY_WIPE, Device
from backend.settings import settings

KEEP = f"""
INSERT INTO devices AS d (id, person, public_key, platform, registered_at, fingerprint, trusted_at)
SELECT $1, $2, $3, $4, $5, $6,
       CASE WHEN $7 AND NOT EXISTS (SELECT FROM devices WHERE person = $2) THEN $5::timestamptz END
ON CONFLICT DO NOTHING RETURNING {COLUMNS}
"""  # noqa: S608 - text of our own

STORED = f"SELECT {COLUMNS} FROM devices d WHERE d.id = $1 AND d.person = $2"  # noqa: S608

# A clock that goes on as it did is not noted at each refresh: within a second it is the network.
COMPARE_CLOCKS = """
INSERT INTO device_handshakes (device_id, at, skew_s)
SELECT $1, $2, said.skew_s
  FROM (SELECT greatest(least(extract(epoch FROM $3::timestamptz - $2::timestamptz),
                              2147483647), -2147483648)::int AS skew_s) AS said
 WHERE NOT EXISTS (
   SELECT 1 FROM (SELECT skew_s FROM device_handshakes WHERE device_id = $1
                   ORDER BY at DESC LIMIT 1) AS newest
    WHERE abs(newest.skew_s::bigint - said.skew_s) <= 1)
"""


def registration_text(device_id: UUID) -> str:
    """What a phone signs to prove that the key is its own."""
    return f"bedside:device:{device_id}"


@action
async def register_device(
    *, actor: Actor, device: DeviceKey, proof: bytes, now: datetime
) -> Kept[Device]:
    """Register another phone, or a new key, of the actor. For work it waits to be trusted.

    :raises SignatureWrong: :raises AlreadyDifferent: :raises DeviceIsWiped:
    """
    text = registration_text(device.id)
    if not signatures.signed_by(device.public_key, content=text, signature=proof):
        raise SignatureWrong
    kept = await keep_device(person_id=actor.person_id, device=device, now=now)
    if kept.thing.fingerprint != fingerprint(device):
        raise AlreadyDifferent(stored={"id": device.id, "platform": kept.thing.platform})
    if kept.first:
        audit.wrote(actor, "devices.register", person_id=actor.person_id, subject_id=device.id)
        await ask_trust(device=kept.thing, now=now)
    return kept


async def keep_device(*, person_id: UUID, device: DeviceKey, now: datetime) -> Kept[Device]:
    """The phone as stored, in the caller's transaction; registered when it is new.

    :raises AlreadyDifferent: the id is somebody else's, or belongs to another key
    :raises DeviceIsWiped:
    """
    made = await row(
        KEEP,
        device.id,
        person_id,
        device.public_key,
        device.platform,
        now,
        fingerprint(device),
        settings().trust_first_device,
    )
    found = made or await row(STORED, device.id, person_id)
    if found is None or found["public_key"] != device.public_key:
        raise AlreadyDifferent(field="device")
    stored = Device(**found)
    if stored.wiped_at is not None:
        raise DeviceIsWiped
    return Kept(stored, first=made is not None)


async def ask_trust(*, device: Device, now: datetime) -> None:
    """Let the admins know of a phone that waits, if its person works somewhere."""
    held = await queries.roles_of(person_id=device.person, now=now)
    organizations = {each.organization_id for each in held if each.organization_id}
    if organizations and device.trusted_at is None:
        publish(
            DeviceAsked(
                person_id=device.person,
                subject_id=device.id,
                organizations=tuple(sorted(organizations)),
            )
        )


@action
async def trust_device(*, device_id: UUID, actor: Actor, now: datetime) -> Kept[Device]:
    """Let a phone be used for work: from another trusted phone of its person, or as their admin.

    :raises Missing: :raises DeviceWaits: one's own, from a phone that is not trusted itself
    :raises DeviceIsWiped:
    """
    held = await queries.device(actor=actor, device_id=device_id, admins=MAY_TRUST, hold=True)
    if held.wiped_at is not None:
        raise DeviceIsWiped
    if held.trusted_at is not None:
        return Kept(held, first=False)
    if held.person == actor.person_id and not await queries.is_trusted(device_id=actor.device_id):
        raise DeviceWaits(device_id=device_id)
    sql = "UPDATE devices SET trusted_at = $2, trusted_by = $3 WHERE id = $1"
    await rows(sql, device_id, now, actor.person_id)
    publish(DeviceTrusted(person_id=held.person, subject_id=device_id))
    audit.wrote(actor, "devices.trust", person_id=held.person, subject_id=device_id)
    return Kept(await _stored(held), first=True)


@action
async def wipe_device(*, device_id: UUID, actor: Actor, now: datetime) -> Kept[Device]:
    """Order a lost phone to forget everything, and end what is signed in on it. There is no back.

    :raises Missing:
    """
    held = await queries.device(actor=actor, device_id=device_id, admins=MAY_WIPE, hold=True)
    if held.wiped_at is not None:
        return Kept(held, first=False)
    await rows("UPDATE devices SET wiped_at = $2 WHERE id = $1", device_id, now)
    await end_sessions_on(device_id=device_id, reason=SessionEnd.DEVICE_WIPED, now=now)
    publish(DeviceWiped(person_id=held.person, subject_id=device_id))
    audit.wrote(actor, "devices.wipe", person_id=held.person, subject_id=device_id)
    return Kept(await _stored(held), first=True)


async def compare_clocks(*, device_id: UUID, client_time: datetime, now: datetime) -> None:
    """Keep how far this phone's clock is from ours: it corrects what the phone says (EV-05)."""
    await rows(COMPARE_CLOCKS, device_id, now, client_time)


async def _stored(device: Device) -> Device:
    found = await row(STORED, device.id, device.person)
    assert found is not None, "it is held"
    return Device(**found)
