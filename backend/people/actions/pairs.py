"""Pairs of tokens: what whoever signs in, refreshes or switches goes away with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.core import audit, crypto, tokens
from backend.core.access import Actor, Role
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.people.lifecycle import refresh_tokens
from backend.people.queries.sessions import HeldRole, Pair

OPEN = """
INSERT INTO sessions (id, person, device, role, organization_id, refresh_digest, previous_digest,
                      next_token, refreshed_at, started_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)
"""


async def open_session(
    *,
    person_id: UUID,
    device_id: UUID,
    held: HeldRole,
    expires_at: datetime,
    now: datetime,
    instead_of: bytes | None = None,
) -> Pair:
    """A new session, in the caller's transaction; it knows the token of the one it follows."""
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
    return pair_of(session, token, now)


def pair_of(session: Mapping[str, Any], token: str, now: datetime) -> Pair:
    """The refresh token and a fresh access token of a session as its row has it."""
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


def note(what: str, pair: Pair, device_id: UUID) -> None:
    """Note for the audit what a person did by getting this pair."""
    actor = Actor(
        person_id=pair.person_id,
        role=pair.role,
        organization_id=pair.organization_id,
        session_id=pair.session_id,
        device_id=device_id,
    )
    audit.wrote(actor, what, person_id=pair.person_id, subject_id=pair.session_id, tie="self")
