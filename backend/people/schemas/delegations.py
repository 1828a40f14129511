"""Delegations, guardians and kin as they cross the wire."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from asyncpg import Record
from msgspec import Meta

from backend.core import crypto, masks
from backend.core.access import FAMILY, Role
from backend.core.wire import Moment, Response
from backend.people.lifecycle import Basis, Relation, Scope, SensitiveChapter
from backend.people.schemas.persons import Personal


class DelegationDetail(Response):
    """What an elder lets a relative see and do; `asked_scopes` wait for the elder's answer."""

    id: UUID
    person_id: UUID
    person_name: Personal
    delegate_id: UUID
    delegate_name: Personal
    scopes: list[Scope]
    sensitive_chapters: list[SensitiveChapter]
    valid_from: date
    valid_to: Annotated[date, Meta(description="the last day")]
    granted_by_id: UUID
    granted_at: Moment
    revoked_at: Moment | None
    asked_scopes: list[Scope]
    version: int

    @classmethod
    def of(cls, found: Record) -> Self:
        return cls(
            id=found["id"],
            person_id=found["person"],
            person_name=crypto.unseal(found["person_name"], "persons.name"),
            delegate_id=found["delegate"],
            delegate_name=crypto.unseal(found["delegate_name"], "persons.name"),
            scopes=[Scope(each) for each in found["scopes"]],
            sensitive_chapters=[SensitiveChapter(each) for each in found["sensitive_chapters"]],
            valid_from=found["valid_from"],
            valid_to=found["valid_to"],
            granted_by_id=found["granted_by"],
            granted_at=found["granted_at"],
            revoked_at=found["revoked_at"],
            asked_scopes=[Scope(each) for each in found["asked_scopes"]],
            version=found["version"],
        )


class ScopeRequestDetail(Response):
    id: UUID
    delegation_id: UUID
    scopes: list[Scope]
    asked_at: Moment

    @classmethod
    def of(cls, found: Record) -> Self:
        return cls(
            id=found["id"],
            delegation_id=found["delegation"],
            scopes=[Scope(each) for each in found["scopes"]],
            asked_at=found["asked_at"],
        )


class GuardianshipDetail(Response):
    id: UUID
    person_id: UUID
    person_name: Personal
    guardian_id: UUID
    guardian_name: Personal
    basis: Basis
    proof_id: UUID
    valid_from: date
    valid_to: date | None
    recorded_at: Moment
    version: int

    @classmethod
    def of(cls, found: Record) -> Self:
        return cls(
            id=found["id"],
            person_id=found["person"],
            person_name=crypto.unseal(found["person_name"], "persons.name"),
            guardian_id=found["guardian"],
            guardian_name=crypto.unseal(found["guardian_name"], "persons.name"),
            basis=Basis(found["basis"]),
            proof_id=found["proof_id"],
            valid_from=found["valid_from"],
            valid_to=found["valid_to"],
            recorded_at=found["recorded_at"],
            version=found["version"],
        )


class KinshipDetail(Response):
    id: UUID
    person_id: UUID
    relative_id: UUID
    relative_name: Personal
    relative_phone: (
        Annotated[Personal, Meta(description="for staff in full; 138****1234 for the elder's side")]
        | None
    )
    relation: Annotated[Relation, Meta(description="GB/T 4761: what the relative is to the person")]
    is_emergency_contact: bool
    version: int

    @classmethod
    def of(cls, found: Record, *, reader: Role) -> Self:
        """Who names a relative need not know their number: it is for whoever must call them."""
        return cls(
            id=found["id"],
            person_id=found["person"],
            relative_id=found["relative"],
            relative_name=crypto.unseal(found["relative_name"], "persons.name"),
            relative_phone=_phone(found["relative_phone"], reader),
            relation=Relation(found["relation"]),
            is_emergency_contact=found["is_emergency_contact"],
            version=found["version"],
        )


def _phone(sealed: bytes | None, reader: Role) -> str | None:
    # One relative does not learn another's number.
    if sealed is None or reader is Role.RELATIVE:
        return None
    phone = crypto.unseal(sealed, "persons.phone")
    return masks.phone(phone) if reader in FAMILY else phone
