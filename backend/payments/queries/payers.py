"""Who may pay a bill, with whose money, and how people are named to a channel (PY-02c, PY-10)."""

import hashlib
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import crypto, masks
from backend.core.access import Actor, Role
from backend.core.db import row, rows, value
from backend.core.problems import Missing
from backend.payments.channels import Person
from backend.payments.lifecycle.orders import PayerSaid
from backend.payments.lifecycle.statuses import Kind, Payer
from backend.people import queries as people
from backend.people.lifecycle import Scope

INSTITUTION = "institution"


async def payer_of(*, actor: Actor, payable: Record, now: datetime) -> tuple[PayerSaid, str]:
    """With whose money the caller would pay, and the word of the tie that lets them.

    PY-10: a relative needs a live PAY delegation. PY-13: an institution pays its own top-ups, and
    from its prepaid account what its residents owe.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    if actor.role is Role.INST_ADMIN:
        if payable["institution"] is None or payable["institution"] != actor.organization_id:
            raise Missing
        kind = Payer.INSTITUTION if payable["kind"] == Kind.PREPAYMENT else Payer.PREPAID
        return PayerSaid(kind=kind, institution_id=actor.organization_id), INSTITUTION
    if payable["person"] is None:
        raise Missing
    tie = await people.tie(actor=actor, person_id=payable["person"], now=now, scope=Scope.PAY)
    kind = Payer.SELF if actor.person_id == payable["person"] else Payer.RELATIVE
    return PayerSaid(kind=kind, person_id=actor.person_id), tie


async def masked_payer(order: Record) -> str:
    """PY-09: who is paying, as `周*`; an institution by its name."""
    if order["payer"] is not None:
        names = await people.names([order["payer"]])
        return masks.name(names[order["payer"]])
    return str(await value("SELECT name FROM organizations WHERE id = $1", order["institution"]))


IDENTIFIED = """
SELECT id, name, identity_number FROM persons
 WHERE id = ANY ($1::uuid[]) AND identity_number IS NOT NULL
"""


async def identified(person_ids: Collection[UUID]) -> dict[UUID, Person]:
    """PY-10: names and digests, of those whose resident ID number we know."""
    return {
        each["id"]: Person(
            name=crypto.unseal(each["name"], "persons.name"),
            id_digest=digest(crypto.unseal(each["identity_number"], "persons.identity_number")),
        )
        for each in await rows(IDENTIFIED, list(person_ids))
    }


def digest(identity_number: str) -> str:
    """Lower-case hex MD5 of the 18 characters, an x written X: what the channels ask for."""
    return hashlib.md5(identity_number.upper().encode(), usedforsecurity=False).hexdigest()


async def newest_quote(payable_id: UUID) -> Record | None:
    return await row(
        "SELECT * FROM quotes WHERE payable = $1 ORDER BY number DESC LIMIT 1", payable_id
    )
