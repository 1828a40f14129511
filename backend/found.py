"""`python -m backend.found < first.json`: enrol the first organization and its first admin.

    {"organization": {"name": …, "kinds": ["COMMUNITY_HEALTH_CENTER"], …},
     "admin": {"name": …, "sex": "F", "phone": …, "identity_number": …}}

The bodies are those of `PUT /v1/organizations/{id}` and `PUT /v1/persons/{id}`. Only an empty
deployment is founded; everybody after is enrolled with the app.
"""

import asyncio
import sys

import msgspec

from backend.app import hold_keys
from backend.core import calendar, clock, db
from backend.core.access import SYSTEM, Role
from backend.core.db import action, value
from backend.core.ids import uuid7
from backend.core.problems import Problem
from backend.people import actions
from backend.people.actions.facts import OrganizationFacts, PersonFacts, StaffFacts
from backend.people.lifecycle import OrganizationKind
from backend.people.problems import AlreadyFounded
from backend.settings import settings

ADMINS = {OrganizationKind.ELDER_CARE_INSTITUTION: Role.INST_ADMIN}


class First(msgspec.Struct, forbid_unknown_fields=True):
    organization: OrganizationFacts
    admin: PersonFacts


@action
async def found(*, said: First) -> str:
    """Both, or neither; the admin's telephone number then signs in.

    :raises AlreadyFounded: and whatever the two actions refuse
    """
    if await value("SELECT EXISTS (SELECT FROM organizations)"):
        raise AlreadyFounded
    now = clock.now()
    organization_id, admin_id = uuid7(), uuid7()
    await actions.keep_organization(
        organization_id=organization_id, actor=SYSTEM, said=said.organization, now=now
    )
    await actions.register(person_id=admin_id, actor=SYSTEM, said=said.admin, now=now)
    role = ADMINS.get(said.organization.kinds[0], Role.CHC_ADMIN)
    await actions.employ(
        staff_id=uuid7(),
        actor=msgspec.structs.replace(SYSTEM, organization_id=organization_id),
        said=StaffFacts(person_id=admin_id, roles=[role], employed_from=calendar.on(now)),
        now=now,
    )
    return f"organization {organization_id}\nadmin        {admin_id}  {role}\n"


async def _found(said: First) -> str:
    hold_keys(settings().check())
    await db.start_pool(connections=1)
    try:
        return await found(said=said)
    finally:
        await db.close_pool()


def main() -> int:
    try:
        said = msgspec.json.decode(sys.stdin.buffer.read(), type=First)
        sys.stdout.write(asyncio.run(_found(said)))
    except msgspec.MsgspecError as error:
        sys.stderr.write(f"The first organization cannot be read: {error}\n")
        return 2
    except Problem as problem:
        sys.stderr.write(f"{problem.title_en} {msgspec.to_builtins(problem.facts) or ''}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
