"""Who says what while the town is planted: its people, in their roles, without a phone."""

from functools import cache
from uuid import UUID

import msgspec

from backend.core.access import SYSTEM, Actor, Role
from seeds.cast import Worker
from seeds.elders import Elder
from seeds.places import places
from seeds.staff import staff


def acting(worker: Worker) -> Actor:
    return Actor(
        person_id=worker.id,
        role=worker.roles[0],
        organization_id=places()[worker.at].id,
        session_id=None,
    )


@cache
def first_of(role: Role, at: str) -> Worker:
    """The first who has this role in an organization."""
    return next(each for each in staff() if each.at == at and role in each.roles)


def speaking_for(elder: Elder) -> Actor:
    """The elder, who alone may let relatives in and consent."""
    return Actor(person_id=elder.id, role=Role.ELDER, organization_id=None, session_id=None)


def founding(organization_id: UUID) -> Actor:
    """Whoever employs the first people of an organization: nobody works there yet."""
    return msgspec.structs.replace(SYSTEM, organization_id=organization_id)
