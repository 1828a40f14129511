"""The inbox, its receipts, where to push, and when not to."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import EVERYONE, Actor
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import IfMatch, Page, answer
from backend.notifications import actions, queries
from backend.notifications.schemas import (
    NotificationDetail,
    NotificationPreferences,
    NotificationPreferencesDetail,
    PushRegistration,
    PushRegistrationDetail,
    Receipt,
)


@get("/notifications", allow=EVERYONE, tags=["notifications"])
async def list_notifications(
    actor: NamedDependency[Actor],
    unread: FromQuery[bool] = False,  # noqa: FBT002 - `?unread=true`
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[NotificationDetail]:
    """List what I was told, the newest first; `unread=true` leaves out what I have seen."""
    page = await queries.inbox(actor=actor, unread=unread, limit=limit, after=after)
    return Page(items=[NotificationDetail.of(each) for each in page.items], next=page.next)


@get("/notifications/{notification_id:uuid}", allow=EVERYONE, tags=["notifications"])
async def get_notification(
    notification_id: FromPath[UUID], actor: NamedDependency[Actor]
) -> NotificationDetail:
    """Read one of my notifications: what a push on the lock screen opens."""
    found = await queries.notification(notification_id=notification_id, actor=actor)
    return NotificationDetail.of(found)


@put("/notifications/{notification_id:uuid}/receipt", allow=EVERYONE, tags=["notifications"])
async def record_receipt(
    notification_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Response[Receipt]:
    """Say that I have seen it. It is then neither pushed again nor sent as a text message."""
    kept = actions.see(notification_id=notification_id, actor=actor, now=now)
    return await answer(kept, Receipt.of)


@put("/push-registrations/{device_id:uuid}", allow=EVERYONE, tags=["notifications"])
async def register_push(
    device_id: FromPath[UUID],
    data: JSONBody[PushRegistration],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[PushRegistrationDetail]:
    """Push to this phone of mine, while I am signed in on it. Say it again with each new token."""
    kept = actions.register(device_id=device_id, actor=actor, said=data.said(), now=now)
    return await answer(kept, PushRegistrationDetail.of)


@put("/notification-preferences", allow=EVERYONE, tags=["notifications"])
async def set_notification_preferences(
    data: JSONBody[NotificationPreferences],
    actor: NamedDependency[Actor],
    if_match: IfMatch = None,
) -> Response[NotificationPreferencesDetail]:
    """Say what I do not want pushed, and when it is quiet. An emergency comes all the same."""
    kept = actions.prefer(actor=actor, said=data.said(), if_match=if_match)
    return await answer(kept, NotificationPreferencesDetail.of)


@get("/notification-preferences", allow=EVERYONE, tags=["notifications"])
async def get_notification_preferences(
    actor: NamedDependency[Actor],
) -> NotificationPreferencesDetail:
    """Read my wishes; 404 when I never said any."""
    return NotificationPreferencesDetail.of(await queries.my_preference(actor=actor))


ROUTES = [
    list_notifications,
    get_notification,
    record_receipt,
    register_push,
    set_notification_preferences,
    get_notification_preferences,
]
