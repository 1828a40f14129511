"""People with phones, and what they were told."""

from datetime import datetime, timedelta
from uuid import UUID

from backend.core.access import Actor, Role
from backend.core.db import rows
from backend.notifications import actions
from backend.notifications.lifecycle.wishes import Registration
from tests.builders import TUESDAY_NINE, a_person, acting


async def somebody_with_a_phone(
    *, name: str = "周秀英", phone: str = "14000000001", role: Role = Role.ELDER
) -> Actor:
    """Signed in on a phone that takes pushes."""
    actor = await acting(await a_person(name=name, phone=phone), role)
    await a_registration(actor)
    return actor


async def a_registration(actor: Actor, *, token: str = "token-1") -> None:
    assert actor.device_id is not None
    stays = "UPDATE sessions SET expires_at = $2 WHERE id = $1"
    await rows(stays, actor.session_id, TUESDAY_NINE + timedelta(days=30))
    await actions.register(
        device_id=actor.device_id,
        actor=actor,
        said=Registration("huawei", token),
        now=TUESDAY_NINE,
    )


async def told(person_id: UUID) -> list[str]:
    """The kinds of what stands in somebody's inbox, in order."""
    found = await rows(
        "SELECT kind FROM notifications WHERE recipient = $1 ORDER BY recorded_at, kind", person_id
    )
    return [each["kind"] for each in found]


async def tell(actor: Actor, kind: str, *, key: str = "1", now: datetime = TUESDAY_NINE) -> int:
    """Tell somebody something about themselves."""
    return await actions.tell(
        recipients=[actor.person_id],
        kind=kind,
        event_key=key,
        person_id=actor.person_id,
        now=now,
    )
