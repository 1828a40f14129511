"""Ids that sort by the moment they were made: UUIDv7 of RFC 9562."""

from datetime import UTC, datetime, timedelta
from secrets import randbits
from threading import Lock
from uuid import RFC_4122, UUID

from backend.core import clock

_RANDOM_BITS = 74
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)

_lock = Lock()
_last = 0


def uuid7() -> UUID:
    """Make an id greater than every id this process made before, even when the clock steps back."""
    global _last  # noqa: PLW0603 - the order within a process is the one thing remembered
    milliseconds = (clock.now() - _EPOCH) // timedelta(milliseconds=1)
    fresh = milliseconds << _RANDOM_BITS | randbits(_RANDOM_BITS)
    with _lock:
        # A second id of the same millisecond climbs by a random step, so it cannot be guessed.
        _last = fresh if fresh > _last else _last + 1 + randbits(32)
        return _lay_out(_last)


def is_uuid7(value: UUID) -> bool:
    """Whether it is of version 7 and its moment is one that a calendar can hold."""
    return value.variant == RFC_4122 and value.version == 7 and value.int >> 80 <= _LATEST_MS  # noqa: PLR2004


def moment_of(value: UUID) -> datetime:
    """Read the millisecond an id was made in, as its maker's clock had it.

    :raises ValueError: it is not a UUIDv7.
    """
    if not is_uuid7(value):
        raise ValueError("not a UUIDv7")
    return _EPOCH + timedelta(milliseconds=value.int >> 80)


def _lay_out(number: int) -> UUID:
    """Put the version and the variant between the bits: 48 time, 4, 12 random, 2, 62 random."""
    upper, lower = number >> 62, number & (1 << 62) - 1
    time, random = upper >> 12, upper & 0xFFF
    return UUID(int=time << 80 | 0x7 << 76 | random << 64 | 0b10 << 62 | lower)
