"""What must still happen, and when: PostgreSQL owes it, the workers only run it.

pending ──relay──▶ sent ──worker──▶ done
   ▲                 │ ├─ failed cleanly: pending again, later
   └────────resend───┘ └─ five process deaths, or out of tries ─▶ dead
uncertain: handed to a gateway that never said whether it took it; a person looks
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from piccolo.columns import BigSerial, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.core import columns, db
from backend.core.db import one_of


class Status(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    DONE = "done"
    DEAD = "dead"
    UNCERTAIN = "uncertain"


class Job(Table, tablename="jobs"):
    """`sends` counts what the relay handed over, `starts` what a worker began and never ended."""

    id = BigSerial(primary_key=True)
    task = columns.word(60)
    key = Varchar(length=200, null=False, default=None, unique=True)
    args = columns.snapshot()
    due_at = columns.moment()
    status = Varchar(length=10, null=False, default=Status.PENDING.value)
    sends = Integer(null=False, default=0)
    starts = Integer(null=False, default=0)
    tries = Integer(null=False, default=0)
    sent_at = columns.moment(optional=True)
    done_at = columns.moment(optional=True)
    error = columns.word(60, optional=True)
    recorded_at = Timestamptz(default=TimestamptzNow())

    job_status_is_known = one_of("status", Status)


def enqueue(task: str, *, key: str, due_at: datetime, **ids: UUID | str | int) -> None:
    """Owe a task, once for ever under this key; asking again changes nothing.

    Arguments are ids, never a clinical word. Through Valkey passes the number of the row alone.
    """
    words = {"task": task, "key": f"{task}:{key}", "due_at": due_at, "args": ids}
    db.current().last_words.append(("job", words))
