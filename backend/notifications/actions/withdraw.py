"""Take back what somebody may not know any more."""

from uuid import UUID

from backend.core.db import action, rows

# What tells of the permission itself stays: it is how they know that it ended.
THEIRS = """
SELECT id FROM notifications
 WHERE recipient = $1 AND person_id = $2 AND kind NOT LIKE 'delegation%'
"""


@action
async def withdraw(*, recipient: UUID, person_id: UUID) -> None:
    """Empty an inbox of one person; what waits for the morning is not pushed (RC-03)."""
    await rows(
        f"DELETE FROM notification_sends WHERE notification IN ({THEIRS})",  # noqa: S608
        recipient,
        person_id,
    )
    await rows(f"DELETE FROM notifications WHERE id IN ({THEIRS})", recipient, person_id)  # noqa: S608
