"""Signing in and out, phones, and who I am."""

from base64 import urlsafe_b64encode
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.core.access import Actor, Role
from backend.core.db import rows
from backend.core.ids import uuid7
from tests.access.scene import Asked, Scene
from tests.builders import acting

SIGNATURE = "A" * 86


def _theirs(scene: Scene) -> Actor:
    """Whose session or phone it is: the caller's own, or the doctor's."""
    if scene.caller and scene.standing is scene.standing.OWN:
        return scene.caller
    return scene.world.caller(Role.NURSE if scene.role is Role.GP else Role.GP)


async def nothing(_scene: Scene) -> Asked:
    return Asked()


async def ask_login_code(_scene: Scene) -> Asked:
    return Asked(body={"phone": "13912340000"})


async def start_session(scene: Scene) -> Asked:
    """Well formed; the code was never sent."""
    body = {
        "login_code_id": str(uuid7()),
        "phone": "13912340000",
        "code": "000000",
        "device": {"id": str(uuid7()), "public_key": "A" * 43, "platform": "android"},
        "proof": SIGNATURE,
        "client_time": scene.now.isoformat(),
    }
    return Asked(body=body)


async def refresh_session(scene: Scene) -> Asked:
    """Well formed; nobody was ever given that token."""
    body = {
        "refresh_token": SIGNATURE,
        "proof": SIGNATURE,
        "client_time": scene.now.isoformat(),
    }
    return Asked(body=body)


async def session(scene: Scene) -> Asked:
    session_id = _theirs(scene).session_id
    assert session_id
    return Asked({"session_id": session_id})


async def end_session(scene: Scene) -> Asked:
    """Signed in on another phone, too."""
    theirs = _theirs(scene)
    another = await acting(theirs.person_id, theirs.role, organization_id=theirs.organization_id)
    assert another.session_id
    return Asked({"session_id": another.session_id})


async def switch_role(scene: Scene) -> Asked:
    caller = scene.caller or scene.world.caller(Role.GP)
    organization_id = str(caller.organization_id) if caller.organization_id else None
    return Asked(body={"role": caller.role.value, "organization_id": organization_id})


async def register_device(_scene: Scene) -> Asked:
    key, device_id = Ed25519PrivateKey.generate(), uuid7()
    proof = key.sign(f"bedside:device:{device_id}".encode())
    body = {
        "public_key": _text(key.public_key().public_bytes_raw()),
        "platform": "android",
        "proof": _text(proof),
    }
    return Asked({"device_id": device_id}, body)


async def device(scene: Scene) -> Asked:
    device_id = _theirs(scene).device_id
    assert device_id
    return Asked({"device_id": device_id})


async def trust_device(scene: Scene) -> Asked:
    """A second phone of the same person, which waits."""
    return Asked({"device_id": await _waiting(_theirs(scene).person_id)})


async def wipe_device(scene: Scene) -> Asked:
    return Asked({"device_id": await _waiting(_theirs(scene).person_id)})


async def _waiting(person_id: UUID) -> UUID:
    device_id = uuid7()
    await rows(
        "INSERT INTO devices (id, person, public_key, platform, registered_at, fingerprint)"
        " VALUES ($1, $2, $3, 'test', now(), '')",
        device_id,
        person_id,
        device_id.bytes * 2,
    )
    return device_id


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


BODIES = {
    "ask_login_code": ask_login_code,
    "start_session": start_session,
    "refresh_session": refresh_session,
    "list_sessions": nothing,
    "get_session": session,
    "end_session": end_session,
    "switch_role": switch_role,
    "get_me": nothing,
    "list_devices": nothing,
    "list_waiting_devices": nothing,
    "get_device": device,
    "register_device": register_device,
    "trust_device": trust_device,
    "wipe_device": wipe_device,
}
