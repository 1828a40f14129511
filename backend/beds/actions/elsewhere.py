"""在院: a stay in another hospital that only the insurance knows of. It is asked outside."""

from datetime import datetime
from uuid import UUID

from backend.beds import policies, queries
from backend.beds.events import HomeSickbedCanOpen
from backend.beds.lifecycle.held import Episode
from backend.core import calendar, jobs
from backend.core.access import SYSTEM, Actor
from backend.core.db import action
from backend.core.journal import publish
from backend.payments import actions as payments
from backend.payments.channels import Transient


async def hospital_of(home_sickbed_id: UUID, *, actor: Actor) -> str | None:
    """Where the elder lies, masked, of a bed that this actor could open now; not an action.

    None when nobody knows of any, or the insurance is away: care is never refused for that.
    """
    episode = await queries.approved(home_sickbed_id)
    if episode is None or not policies.may_treat(actor, episode):
        return None
    return await payments.insurance_claim(person_id=episode.person, actor=actor)


@action
async def ask_tomorrow(*, home_sickbed_id: UUID, now: datetime) -> None:
    """Owe another question for the next day, once a day."""
    tomorrow = _tomorrow(now)
    jobs.enqueue(
        "ask_for_stay",
        key=f"{home_sickbed_id}:{calendar.on(tomorrow)}",
        due_at=tomorrow,
        home_sickbed_id=home_sickbed_id,
    )


async def ask_for_stay(*, home_sickbed_id: UUID, now: datetime) -> datetime | None:
    """Ask each day until the stay is closed, then tell who opens the bed. Not an action.

    Of a bed that was opened or given up in the meantime nobody asks any more.
    """
    episode = await queries.approved(home_sickbed_id)
    if episode is None:
        return None
    try:
        if await payments.open_stay(person_id=episode.person, actor=SYSTEM) is not None:
            return _tomorrow(now)
    except Transient:
        return _tomorrow(now)
    await _tell(episode)
    return None


@action
async def _tell(episode: Episode) -> None:
    publish(
        HomeSickbedCanOpen(subject_id=episode.id, person_id=episode.person, staff_id=episode.doctor)
    )


def _tomorrow(now: datetime) -> datetime:
    return calendar.day(calendar.on(now))[1]
