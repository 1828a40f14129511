"""在院: whether the insurance knows of an open stay in a hospital (23.1 step 17)."""

import logging
from uuid import UUID

from backend.core import audit
from backend.core.access import Actor
from backend.payments import queries
from backend.payments.actions import asking
from backend.payments.channels import Refused, Transient

log = logging.getLogger(__name__)


async def open_stay(*, person_id: UUID, actor: Actor) -> str | None:
    """The masked name of the hospital, if any. Not an action: the insurance is asked outside.

    Who may ask is the caller's to say. Of somebody whose number we do not know nobody can ask.

    :raises Transient: it is away, or there is none
    """
    known = await queries.identified([person_id])
    if person_id not in known:
        raise Transient
    await audit.seen(actor, "payments.inpatient_claim", persons=[person_id])
    try:
        async with asking.deadline():
            return await asking.insurance().has_open_inpatient_claim(known[person_id])
    except Refused as refused:
        log.warning("stays refused code=%s", refused.code)
        raise Transient from refused


async def insurance_claim(*, person_id: UUID, actor: Actor) -> str | None:
    """As `open_stay`; care is never refused because the insurance is away."""
    try:
        return await open_stay(person_id=person_id, actor=actor)
    except Transient:
        return None
