"""What is one's own: the inbox, where to push, the work list; and the timeline over everything."""

from uuid import UUID

from backend.core.access import Actor, Role
from backend.core.db import rows
from backend.core.ids import uuid7
from tests.access.scene import Asked, Scene

TELL = """
INSERT INTO notifications (id, recipient, kind, event_key, person_id, subject_id, urgency, details,
                           recorded_at)
VALUES ($1, $2, 'visit_planned', $3, $4, $1, 'routine', '{}', now())
"""


def _theirs(scene: Scene) -> Actor:
    """Whose it is: the caller's, or the doctor's."""
    if scene.caller and scene.standing is scene.standing.OWN:
        return scene.caller
    return scene.world.caller(Role.NURSE if scene.role is Role.GP else Role.GP)


async def told(scene: Scene) -> Asked:
    notification_id: UUID = uuid7()
    await rows(
        TELL, notification_id, _theirs(scene).person_id, str(notification_id), scene.world.elder
    )
    return Asked({"notification_id": notification_id})


async def list_notifications(scene: Scene) -> Asked:
    await told(scene)
    return Asked()


async def set_notification_preferences(_scene: Scene) -> Asked:
    return Asked(body={"muted": [], "quiet_start": "22:00:00", "quiet_end": "06:00:00"})


async def get_notification_preferences(scene: Scene) -> Asked:
    wishes = await set_notification_preferences(scene)
    await scene.send("set_notification_preferences", wishes)
    return Asked()


async def register_push(scene: Scene) -> Asked:
    device_id = _theirs(scene).device_id
    assert device_id
    return Asked({"device_id": device_id}, {"channel": "huawei", "token": "a-token-of-the-maker"})


async def read_timeline(scene: Scene) -> Asked:
    await scene.done("take_observation")
    return Asked({"person_id": scene.world.elder})


async def list_work(_scene: Scene) -> Asked:
    return Asked()


BODIES = {
    "list_notifications": list_notifications,
    "get_notification": told,
    "record_receipt": told,
    "get_notification_preferences": get_notification_preferences,
    "set_notification_preferences": set_notification_preferences,
    "register_push": register_push,
    "read_timeline": read_timeline,
    "list_work": list_work,
}
