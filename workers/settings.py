"""How fast the workers go. None of these is a number of care: that is policy."""

import msgspec


class Pace(msgspec.Struct, frozen=True):
    """Seconds, and how many at once. Tests go faster."""

    tick_s: float = 0.05  # the relay looks for what is due
    poll_s: float = 0.02  # the worker looks into its queue
    sweep_s: float = 1.0  # the relay looks for what got lost, and for timers
    resend_s: float = 30.0  # longer than the longest wait in the queue, and than `chunk_timeout_s`
    resend_now_s: float = 5.0  # the same for what cannot wait
    task_timeout_s: float = 12.0
    chunk_timeout_s: float = 20.0
    settle_within_s: float = 6.0  # how long a result waits for a database that is away
    stop_within_s: float = 15.0
    backoff_s: tuple[float, ...] = (0.1, 0.5, 1.0, 2.0, 5.0)
    claimed_max: int = 500
    chunks_max: int = 10
    running_max: int = 64
    connections: int = 12


VALKEY_ANSWERS_WITHIN_S = 0.2
DEATHS_MAX = 5

# What began and never ended goes into smaller company, so that only the guilty one is counted.
CHUNKS = (100, 10, 1)

# After a failure that may pass; then the job is dead and a person looks.
RETRY_S = (1, 5, 30, 120, 600, 1800, 3600, 3600, 3600, 3600, 3600, 3600)
