"""Signing in with a code and a phone's key, and switching the role one acts in."""

from datetime import datetime
from uuid import UUID

from backend import policy
from backend.core import masks
from backend.core.access import FAMILY, Actor
from backend.core.db import action, row, rows
from backend.core.problems import Unauthenticated
from backend.people import queries
from backend.people.actions.devices import ask_trust, compare_clocks, keep_device
from backend.people.actions.login_codes import count_try, phone_key, spend
from backend.people.actions.pairs import note, open_session
from backend.people.actions.sessions import END, end_sessions_on
from backend.people.lifecycle import Choice, DeviceKey, SessionEnd
from backend.people.problems import ChoosePerson, CodeRefused, DeviceWaits, RoleNotHeld
from backend.people.queries.login_codes import Owner
from backend.people.queries.sessions import HeldRole, Pair

HOLD_OWN = """
SELECT id, person, device, refresh_digest, expires_at FROM sessions
 WHERE id = $1 AND ended_at IS NULL FOR NO KEY UPDATE
"""


async def sign_in(
    *,
    login_code_id: UUID,
    phone: str,
    code: str,
    device: DeviceKey,
    proof: bytes,
    choice: Choice,
    client_time: datetime,
    now: datetime,
) -> Pair:
    """Sign a phone in. Two steps, each committed: a try counts whatever follows from it.

    :raises CodeRefused: :raises ChoosePerson: :raises RoleNotHeld: the code is not spent
    :raises DeviceWaits: the phone is kept, and who may trust it is told; the code is not spent
    :raises DeviceIsWiped: :raises AlreadyDifferent:
    """
    if not await count_try(
        login_code_id=login_code_id, phone=phone, code=code, device=device, proof=proof, now=now
    ):
        raise CodeRefused
    pair = await _start(
        login_code_id=login_code_id,
        phone=phone,
        device=device,
        choice=choice,
        client_time=client_time,
        now=now,
    )
    if pair is None:
        raise DeviceWaits(device_id=device.id)
    return pair


@action
async def _start(
    *,
    login_code_id: UUID,
    phone: str,
    device: DeviceKey,
    choice: Choice,
    client_time: datetime,
    now: datetime,
) -> Pair | None:
    """The new session, None when the phone must wait."""
    owner = _chosen(await queries.owners_of(phone_key=phone_key(phone)), choice.person_id)
    held = await _held(owner.person_id, choice, now)
    stored = (await keep_device(person_id=owner.person_id, device=device, now=now)).thing
    if held.role not in FAMILY and stored.trusted_at is None:
        await ask_trust(device=stored, now=now)
        return None
    if not await spend(login_code_id=login_code_id, now=now):
        raise CodeRefused
    await end_sessions_on(device_id=device.id, reason=SessionEnd.SIGNED_IN_AGAIN, now=now)
    await compare_clocks(device_id=device.id, client_time=client_time, now=now)
    pair = await open_session(
        person_id=owner.person_id,
        device_id=device.id,
        held=held,
        expires_at=now + policy.span(now, "login.session_days"),
        now=now,
    )
    note("sessions.start", pair, device.id)
    return pair


def _chosen(owners: list[Owner], person_id: UUID | None) -> Owner:
    meant = [owner for owner in owners if person_id in (None, owner.person_id)]
    if not meant:
        raise CodeRefused
    if len(meant) > 1:
        raise ChoosePerson(
            persons=[
                {"person_id": owner.person_id, "name": masks.name(owner.name)} for owner in meant
            ]
        )
    return meant[0]


async def _held(person_id: UUID, choice: Choice, now: datetime) -> HeldRole:
    """ID-01: one role, of those the person holds today."""
    roles = await queries.roles_of(person_id=person_id, now=now)
    for each in roles:
        if choice.role in (None, each.role) and choice.organization_id in (
            None,
            each.organization_id,
        ):
            return each
    raise RoleNotHeld(roles=roles)


async def switch_role(*, actor: Actor, choice: Choice, now: datetime) -> Pair:
    """Act under another of one's roles (ID-01): a new pair, and the old session ends.

    When the answer is lost, a refresh with the old token within a minute answers the new pair.

    :raises RoleNotHeld: :raises DeviceWaits: :raises Unauthenticated: the session has ended
    """
    pair = await _switch(actor=actor, choice=choice, now=now)
    if pair is None:
        raise DeviceWaits(device_id=actor.device_id)
    return pair


@action
async def _switch(*, actor: Actor, choice: Choice, now: datetime) -> Pair | None:
    """The new session, None when the phone must wait."""
    current = await row(HOLD_OWN, actor.session_id)
    if current is None:
        raise Unauthenticated
    held = await _held(actor.person_id, choice, now)
    if held.role not in FAMILY and not await queries.is_trusted(device_id=current["device"]):
        device = await queries.device(actor=actor, device_id=current["device"])
        await ask_trust(device=device, now=now)
        return None
    await rows(END, current["id"], now, SessionEnd.ROLE_SWITCHED)
    queries.forget_sessions()
    pair = await open_session(
        person_id=actor.person_id,
        device_id=current["device"],
        held=held,
        expires_at=current["expires_at"],
        now=now,
        instead_of=current["refresh_digest"],
    )
    note("sessions.switch_role", pair, current["device"])
    return pair
