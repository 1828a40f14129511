"""How fast the workers go. None of these is a number of care: that is policy."""

import msgspec


class Pace(msgspec.Struct, frozen=True):
    """Seconds, and how many at once. Tests go faster."""

    tick_s: float = 0.05  # not policy: how often the relay looks for what is due
    poll_s: float = 0.02  # not policy: how often the worker looks into its queue
    sweep_s: float = 1  # the relay looks for what got lost, and at the clock
    # Longer than a task may take, and than `sent_max` jobs wait in the queue: what is sent again
    # before its turn comes would never have one.
    resend_s: float = 15  # not policy: when a job that was sent counts as lost
    resend_now_s: float = 5  # not policy: the same for what cannot wait
    task_timeout_s: float = 12  # not policy: one task
    chunk_timeout_s: float = 20  # not policy: all of a chunk
    settle_within_s: float = 6  # not policy: how long a result waits for a database that is away
    stop_within_s: float = 15  # not policy: what began may end when we are told to stop
    backoff_s: tuple[float, ...] = (0.1, 0.5, 1, 2, 5)  # not policy: when something is away
    claimed_max: int = 500  # not policy: rows of one step
    sent_max: int = 4000  # not policy: jobs in the queue at once; the others wait in PostgreSQL
    chunks_max: int = 10  # not policy: chunks at once in a process
    running_max: int = 64  # not policy: tasks at once in a process
    connections: int = 12  # not policy: to PostgreSQL


VALKEY_ANSWERS_WITHIN_S = 0.2  # not policy: or it counts as away
DEATHS_MAX = 5  # not policy: processes that one job may take with it

# What began and never ended goes into smaller company, so that only the guilty one is counted.
CHUNKS = (100, 10, 1)  # not policy: rows of a chunk, by how often they began

# After a failure that may pass; then the job is dead and a person looks.
RETRY_S = (1, 5, 30, 120, 600, 1800, 3600, 3600, 3600, 3600, 3600, 3600)  # not policy: seconds

DONE_JOBS_KEPT_DAYS = 30  # not policy: their keys still refuse a repeat
FORGOTTEN_AT_ONCE = 10_000  # not policy: rows of one step
