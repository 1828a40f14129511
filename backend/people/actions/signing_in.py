"""Signing in, staying signed in, and switching the role one acts in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import audit, crypto, masks, signatures, tokens
from backend.core.access import FAMILY, Actor, Role
from backend.core.db import action, row, rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.core.problems import Unauthenticated
from backend.people import queries, refresh_tokens
from backend.people.actions.devices import ask_trust, compare_clocks, keep_device
from backend.people.actions.login_codes import count_try, phone_key, spend
from backend.people.actions.sessions import END, end_family, end_sessions_on
from backend.people.events import RefreshTokenReused
from backend.people.lifecycle import Choice, DeviceKey, Refresh, SessionEnd, judge
from backend.people.problems import (
    ChoosePerson,
    CodeRefused,
    DeviceIsWiped,
    DeviceWaits,
    RoleNotHeld,
    SessionEnded,
)
from backend.people.queries.login_codes import Owner
from backend.people.queries.sessions import HeldRole, Pair

OPEN = """
INSERT INTO sessions (id, person, device, role, organization_id, refresh_digest, previous_digest,
                      next_token, refreshed_at, started_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)
"""

HOLD = """
SELECT s.id, s.person, s.device, s.role, s.organization_id, s.refresh_digest, s.next_token,
       s.refreshed_at, s.expires_at, s.ended_at, s.end_reason, d.public_key
  FROM sessions s JOIN devices d ON d.id = s.device
 WHERE s.refresh_digest = $1 OR s.previous_digest = $1
 ORDER BY s.ended_at IS NOT NULL LIMIT 1 FOR NO KEY UPDATE OF s
"""

ROTATE = """
UPDATE sessions SET previous_digest = refresh_digest, refresh_digest = $2, next_token = $3,
       refreshed_at = $4
 WHERE id = $1
"""

HOLD_OWN = """
SELECT id, person, device, refresh_digest, expires_at FROM sessions
 WHERE id = $1 AND ended_at IS NULL FOR NO KEY UPDATE
"""


def refresh_text(token: str) -> str:
    """What the phone signs to prove that the token has not left it."""
    return f"bedside:refresh:{token}"


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
    pair = await _open(
        person_id=owner.person_id,
        device_id=device.id,
        held=held,
        expires_at=now + policy.span(now, "login.session_days"),
        now=now,
    )
    _note("sessions.start", pair, device.id)
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


async def refresh_session(
    *, token: str, proof: bytes, client_time: datetime, now: datetime
) -> Pair:
    """A new pair for the newest token, signed by its phone; the old token dies.

    Asked again with the old one within a minute, by the same phone, it answers the same new token:
    the answer was lost. Asked with any other old one, the session ends.

    :raises SessionEnded: :raises DeviceIsWiped:
    """
    pair = await _refresh(token=token, proof=proof, client_time=client_time, now=now)
    if pair is None:
        raise SessionEnded
    return pair


@action
async def _refresh(
    *, token: str, proof: bytes, client_time: datetime, now: datetime
) -> Pair | None:
    """The new pair; None, and committed, when there is none to have."""
    held = await row(HOLD, refresh_tokens.digest(token))
    if held is None:
        await _end_for_reuse(refresh_tokens.session_of(token), now)
        return None
    text = refresh_text(token)
    is_signed = signatures.signed_by(held["public_key"], content=text, signature=proof)
    if held["end_reason"] == SessionEnd.DEVICE_WIPED and is_signed:
        raise DeviceIsWiped
    deserved = judge(
        is_newest=held["refresh_digest"] == refresh_tokens.digest(token) and not held["ended_at"],
        is_signed=is_signed,
        age=now - (held["ended_at"] or held["refreshed_at"]),
        again_within=policy.span(now, "login.refresh_again_s"),
    )
    if held["ended_at"]:
        # The session that followed by a switch of role knew this token no more: it is an old one.
        if deserved is Refresh.REUSED:
            await _end_for_reuse(held["id"], now)
        return None
    if held["expires_at"] <= now or await _is_out(held, now):
        return None
    match deserved:
        case Refresh.ROTATE:
            fresh = await _rotate(held["id"], now)
        case Refresh.REPEAT:
            fresh = crypto.unseal(held["next_token"], "sessions.next_token")
        case Refresh.REUSED:
            await _end_for_reuse(held["id"], now)
            return None
        case Refresh.REFUSE:
            return None
    await compare_clocks(device_id=held["device"], client_time=client_time, now=now)
    return _pair(held, fresh, now)


async def _is_out(held: Record, now: datetime) -> bool:
    """Whether the session idled too long, or its role is gone by now: then it is ended."""
    roles = await queries.roles_of(person_id=held["person"], now=now)
    if held["refreshed_at"] + policy.span(now, "login.session_idle_days") <= now:
        reason = SessionEnd.IDLE
    elif (held["role"], held["organization_id"]) not in {
        (each.role, each.organization_id) for each in roles
    }:
        reason = SessionEnd.ROLE_GONE
    else:
        return False
    await rows(END, held["id"], now, reason)
    queries.forget_sessions()
    return True


async def _rotate(session_id: UUID, now: datetime) -> str:
    fresh = refresh_tokens.make(session_id)
    sealed = crypto.seal(fresh, "sessions.next_token")
    await rows(ROTATE, session_id, refresh_tokens.digest(fresh), sealed, now)
    return fresh


async def _end_for_reuse(session_id: UUID | None, now: datetime) -> None:
    if session_id is None:
        return
    person_id = await end_family(session_id=session_id, now=now)
    if person_id is not None:
        publish(RefreshTokenReused(person_id=person_id, subject_id=session_id))


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
    pair = await _open(
        person_id=actor.person_id,
        device_id=current["device"],
        held=held,
        expires_at=current["expires_at"],
        now=now,
        instead_of=current["refresh_digest"],
    )
    _note("sessions.switch_role", pair, current["device"])
    return pair


async def _open(
    *,
    person_id: UUID,
    device_id: UUID,
    held: HeldRole,
    expires_at: datetime,
    now: datetime,
    instead_of: bytes | None = None,
) -> Pair:
    session_id = uuid7()
    token = refresh_tokens.make(session_id)
    await rows(
        OPEN,
        session_id,
        person_id,
        device_id,
        held.role,
        held.organization_id,
        refresh_tokens.digest(token),
        instead_of,
        crypto.seal(token, "sessions.next_token"),
        now,
        expires_at,
    )
    session = {
        "id": session_id,
        "person": person_id,
        "device": device_id,
        "role": held.role,
        "organization_id": held.organization_id,
        "expires_at": expires_at,
    }
    return _pair(session, token, now)


def _pair(session: Mapping[str, Any], token: str, now: datetime) -> Pair:
    return Pair(
        session_id=session["id"],
        person_id=session["person"],
        role=Role(session["role"]),
        organization_id=session["organization_id"],
        access_token=tokens.sign(
            person_id=session["person"],
            session_id=session["id"],
            role=session["role"],
            organization_id=session["organization_id"],
            device_id=session["device"],
            now=now,
        ),
        access_expires_at=now + tokens.LIFETIME,
        refresh_token=token,
        expires_at=session["expires_at"],
    )


def _note(what: str, pair: Pair, device_id: UUID) -> None:
    actor = Actor(
        person_id=pair.person_id,
        role=pair.role,
        organization_id=pair.organization_id,
        session_id=pair.session_id,
        device_id=device_id,
    )
    audit.wrote(actor, what, person_id=pair.person_id, subject_id=pair.session_id, tie="self")
