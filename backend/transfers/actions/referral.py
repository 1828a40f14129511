"""1+1+1 (FD-01): to a hospital outside the signed group only by a named referral."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend import policy
from backend.contracts import queries as contracts
from backend.contracts.lifecycle import HOSPITALS, Group
from backend.core import calendar
from backend.core.access import DOCTORS, Actor, Role
from backend.people import queries as people
from backend.transfers import queries
from backend.transfers.lifecycle.held import Held
from backend.transfers.problems import NeedsReferral


async def check_group(
    held: Held, receivers: Sequence[UUID], *, actor: Actor, now: datetime
) -> UUID | None:
    """Who refers, where somebody must; it joins the caller's transaction and writes nothing.

    It is whoever asks, or signed the assessment: the family doctor, or somebody of the signed
    level-2 hospital; or who drafted it there. Who has no contract goes where they like.

    :raises NeedsReferral:
    """
    if held.is_emergency or not policy.flag(now, "fd.referral_outside_group_required"):
        return None
    group = await contracts.group_of(person_id=held.person, on=calendar.on(now))
    if group is None:
        return None
    kinds = await contracts.kinds_of(group.outside(receivers))
    outside = [each for each in sorted(kinds) if kinds[each] & HOSPITALS]
    if not outside:
        return None
    if await _refers(group, actor.person_id, actor.role, now=now):
        return actor.person_id
    form = await queries.assessment(held.id)
    if form is not None and await _refers(group, form.author, Role(form.role), now=now):
        return form.author
    if held.from_organization == group.district_hospital:
        return held.drafted_by
    raise NeedsReferral(
        outside=outside, center_id=group.center, district_hospital_id=group.district_hospital
    )


async def _refers(group: Group, person_id: UUID, role: Role, *, now: datetime) -> bool:
    if role in DOCTORS and group.is_family_doctor(person_id):
        return True
    return role in {*DOCTORS, Role.HOSPITAL_STAFF} and (
        await people.staff_member(
            person_id=person_id, organization_id=group.district_hospital, now=now
        )
        is not None
    )
