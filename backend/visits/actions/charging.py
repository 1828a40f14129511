"""The bill of a visit: owed when it may be verified, made right after, on what is true then.

Money never stands in the way of care: a check-out commits whether or not a price is known.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.core import jobs
from backend.core.access import SYSTEM
from backend.core.db import action
from backend.payments import actions as payments
from backend.payments import queries as paid
from backend.payments.lifecycle.billing import Done
from backend.payments.lifecycle.statuses import Kind as PayableKind
from backend.visits import queries
from backend.visits.lifecycle.charges import charges, charges_of_entry, charges_of_stay
from backend.visits.queries.charges import ToBill


def owe_bill(visit_id: UUID, *, because_id: UUID, now: datetime) -> None:
    """Let the visit be billed as soon as this commits; `because_id` is what may verify it."""
    jobs.enqueue("bill_visit", key=f"{visit_id}:{because_id}", due_at=now, visit_id=visit_id)


async def bill_visit(*, visit_id: UUID, now: datetime) -> list[UUID]:
    """Open the bills of a verified visit: one, or one for each resident of a round (HB-15).

    Each in a transaction of its own, as each holds its person. Run again it finds them there; what
    a second carer did, whose phone spoke later, is billed beside.
    """
    found = await queries.to_bill(visit_id)
    if found is None:
        return []
    if found.person_id is None:
        seen = await queries.seen_on(visit_id)
        opened = [
            await _bill(
                found,
                each.person_id,
                charges_of_entry(found.visit, seen_by=each.by, seen_at=each.at),
                now=now,
            )
            for each in seen
        ]
        return [each for each in opened if each is not None]
    first = await _bill(found, found.person_id, charges(found.visit), now=now)
    if first is None:
        return []
    stays = found.visit.stays if len(found.visit.stays) > 1 else ()
    late = [
        await _bill(
            found,
            found.person_id,
            charges_of_stay(found.visit, stay),
            subject_id=stay.left_by,
            now=now,
        )
        for stay in stays
    ]
    return [first, *(each for each in late if each is not None)]


async def _bill(
    found: ToBill,
    person_id: UUID,
    done: Sequence[Done],
    *,
    now: datetime,
    subject_id: UUID | None = None,
) -> UUID | None:
    if not done:
        return None
    return await payments.bill(
        kind=PayableKind.VISIT,
        subject_id=subject_id or found.visit.id,
        person_id=person_id,
        organization_id=found.organization_id,
        institution_id=found.institution_id,
        is_outpatient=found.is_outpatient,
        done=done,
        actor=SYSTEM,
        now=now,
    )


@action
async def bill_what_waited(*, tariff_id: UUID, now: datetime) -> int:
    """A price was missed and now stands: bill what waited for it. How many visits."""
    waiting = await paid.waiting_for(tariff_id=tariff_id, kind=PayableKind.VISIT)
    visits = {await queries.visit_of(each) for each in waiting}
    for visit_id in sorted(visits):
        owe_bill(visit_id, because_id=tariff_id, now=now)
    return len(visits)
