"""The bill of a visit: owed when it may be verified, made right after, on what is true then.

Money never stands in the way of care: a check-out commits whether or not a price is known.
"""

from datetime import datetime
from uuid import UUID

from backend.core import jobs
from backend.core.access import SYSTEM
from backend.core.db import action
from backend.payments import actions as payments
from backend.payments import queries as paid
from backend.payments.lifecycle.statuses import Kind as PayableKind
from backend.visits import queries
from backend.visits.lifecycle.charges import charges, charges_of_entry


def owe_bill(visit_id: UUID, *, because_id: UUID, now: datetime) -> None:
    """Let the visit be billed as soon as this commits; `because_id` is what may verify it."""
    jobs.enqueue("bill_visit", key=f"{visit_id}:{because_id}", due_at=now, visit_id=visit_id)


async def bill_visit(*, visit_id: UUID, now: datetime) -> list[UUID]:
    """Open the bills of a verified visit: one, or one for each resident of a round (HB-15).

    Each in a transaction of its own, as each holds its person. Run again it finds them there.
    """
    found = await queries.to_bill(visit_id)
    if found is None:
        return []
    if found.person_id is not None:
        done = {found.person_id: charges(found.visit)}
    else:
        done = {
            each.person_id: charges_of_entry(found.visit, seen_by=each.by, seen_at=each.at)
            for each in await queries.seen_on(visit_id)
        }
    opened = [
        await payments.bill(
            kind=PayableKind.VISIT,
            subject_id=visit_id,
            person_id=person_id,
            organization_id=found.organization_id,
            institution_id=found.institution_id,
            is_outpatient=found.is_outpatient,
            done=what,
            actor=SYSTEM,
            now=now,
        )
        for person_id, what in done.items()
        if what
    ]
    return [each for each in opened if each is not None]


@action
async def bill_what_waited(*, tariff_id: UUID, now: datetime) -> int:
    """A price was missed and now stands: bill what waited for it. How many visits."""
    waiting = await paid.waiting_for(tariff_id=tariff_id, kind=PayableKind.VISIT)
    for visit_id in waiting:
        owe_bill(visit_id, because_id=tariff_id, now=now)
    return len(waiting)
