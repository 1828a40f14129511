"""Tell somebody something, once."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from backend.core import jobs
from backend.core.db import action, rows
from backend.core.ids import uuid7
from backend.notifications import queries
from backend.notifications.lifecycle import Urgency, hours
from backend.notifications.lifecycle.kinds import KINDS
from backend.notifications.queries.owed import Details

KEEP = """
INSERT INTO notifications
  (id, recipient, kind, event_key, person_id, subject_id, urgency, details, recorded_at)
SELECT id, recipient, $3, $4, $5, $6, $7, $8::jsonb, $9
  FROM unnest($1::uuid[], $2::uuid[]) AS told (id, recipient)
 WHERE EXISTS (SELECT FROM persons WHERE persons.id = recipient AND died_on IS NULL)
ON CONFLICT DO NOTHING
RETURNING id, recipient
"""


@action
async def tell(
    *,
    recipients: Collection[UUID],
    kind: str,
    event_key: str,
    person_id: UUID | None = None,
    subject_id: UUID | None = None,
    when: datetime | None = None,
    now: datetime,
) -> int:
    """Record it for each recipient and owe its push; how many were not told before.

    Once for a recipient, a kind and an event. At night only what cannot wait is pushed at once,
    the rest in the morning (BG-24); the inbox has it now.
    """
    told = sorted(set(recipients))
    about = KINDS[kind]
    kept = await rows(
        KEEP,
        [uuid7() for _ in told],
        told,
        kind,
        event_key,
        person_id,
        subject_id,
        about.urgency,
        msgspec.json.encode(Details(when=when)).decode(),
        now,
    )
    wishes = await queries.hours_of(person_ids=[each["recipient"] for each in kept], now=now)
    emergency = about.urgency is Urgency.EMERGENCY
    for each in kept:
        jobs.enqueue(
            "push_emergency" if emergency else "push_notification",
            key=str(each["id"]),
            due_at=hours.due_at(now, about, wishes[each["recipient"]]),
            notification_id=each["id"],
        )
    return len(kept)
