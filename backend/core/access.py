"""Who is calling, and which routes their role opens.

A role opens the route; the care team or a delegation opens the record; a policy opens the move.
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from backend.core import tokens
from backend.core.problems import Forbidden, Unauthenticated


class Role(StrEnum):
    """The roles of the service (ID-01: each request acts under exactly one)."""

    ELDER = "ELDER"
    RELATIVE = "RELATIVE"
    GUARDIAN = "GUARDIAN"
    GP = "GP"
    SENIOR_GP = "SENIOR_GP"
    NURSE = "NURSE"
    THERAPIST = "THERAPIST"
    TCM_DOCTOR = "TCM_DOCTOR"
    SOCIAL_WORKER = "SOCIAL_WORKER"
    PHARMACIST_REVIEW = "PHARMACIST_REVIEW"
    PHARMACIST_DISP = "PHARMACIST_DISP"
    DISPATCHER = "DISPATCHER"
    CHC_ADMIN = "CHC_ADMIN"
    QC = "QC"
    FINANCE = "FINANCE"
    INST_NURSE = "INST_NURSE"
    INST_STAFF = "INST_STAFF"
    INST_ADMIN = "INST_ADMIN"
    HOSPITAL_STAFF = "HOSPITAL_STAFF"
    EXAM_STAFF = "EXAM_STAFF"
    COURIER = "COURIER"
    MEDIATOR = "MEDIATOR"
    STREET = "STREET"
    REGULATOR_MZ = "REGULATOR_MZ"
    REGULATOR_WJ = "REGULATOR_WJ"
    REGULATOR_YB = "REGULATOR_YB"
    REGULATOR_SJ = "REGULATOR_SJ"
    SYSTEM = "SYSTEM"


EVERYONE = frozenset(Role) - {Role.SYSTEM}
DOCTORS = frozenset({Role.GP, Role.SENIOR_GP})
FIELD = DOCTORS | {Role.NURSE, Role.THERAPIST, Role.TCM_DOCTOR, Role.SOCIAL_WORKER}
FAMILY = frozenset({Role.ELDER, Role.RELATIVE, Role.GUARDIAN})
REGULATORS = frozenset(role for role in Role if role.startswith("REGULATOR_"))
STAFF = EVERYONE - FAMILY - REGULATORS - {Role.COURIER, Role.INST_STAFF, Role.MEDIATOR, Role.STREET}


class Actor(msgspec.Struct, frozen=True):
    """The person behind the request, as their token describes them."""

    person_id: UUID
    role: Role
    organization_id: UUID | None
    session_id: UUID | None
    device_id: UUID | None = None
    why: str | None = None

    def on_behalf(self, why: str) -> "Actor":
        """The same person acting below by a rule: no route can make such an actor."""
        return msgspec.structs.replace(self, why=why)

    @property
    def is_field(self) -> bool:
        return self.role in FIELD

    def is_any(self, roles: frozenset[Role]) -> bool:
        """Whether the role is among these; a SENIOR_GP is a GP too."""
        return self.role in roles or (self.role is Role.SENIOR_GP and Role.GP in roles)


SYSTEM = Actor(person_id=UUID(int=0), role=Role.SYSTEM, organization_id=None, session_id=None)

_is_alive: Callable[[UUID], Awaitable[bool]] | None = None


def ask_sessions(is_alive: Callable[[UUID], Awaitable[bool]]) -> None:
    """Tell the guard how to ask whether a session still lives. Said once, by the assembly."""
    global _is_alive  # noqa: PLW0603 - the slice that keeps sessions stands above us
    _is_alive = is_alive


async def only_allowed_roles(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Open a route to whom it names, and to nobody else; a route that names none is shut.

    Async on purpose: the framework runs a plain function in a thread on every request.

    :raises Unauthenticated: :raises Forbidden:
    """
    if handler.opt.get("public"):
        return
    actor = actor_of(tokens.bearer(connection.scope))
    if _is_alive is None or not await _is_alive(actor.session_id or UUID(int=0)):
        raise Unauthenticated
    connection.scope["user"] = actor
    if not actor.is_any(handler.opt.get("allow", frozenset())):
        raise Forbidden


def actor_of(claims: tokens.Claims) -> Actor:
    """:raises Unauthenticated: when the token names a role we do not have."""
    try:
        role = Role(claims.role)
    except ValueError:
        raise Unauthenticated from None
    return Actor(
        person_id=claims.sub,
        role=role,
        organization_id=claims.org,
        session_id=claims.sid,
        device_id=claims.did,
    )
