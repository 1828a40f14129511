"""The only module that asks what time it is."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the moment in UTC, to the microsecond, as PostgreSQL keeps it."""
    return datetime.now(UTC)
