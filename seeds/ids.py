"""Ids that are the same on every machine, so that planting twice is planting once."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from backend.core.calendar import SHANGHAI

SEED_MOMENT = datetime(2026, 1, 5, 8, 0, tzinfo=SHANGHAI)
RANDOM_BITS = 74


def seed_id(*words: str, at: datetime = SEED_MOMENT) -> UUID:
    """The UUIDv7 of a moment whose random bits are hashed from these words."""
    drawn = int.from_bytes(sha256("/".join(words).encode()).digest()) % (1 << RANDOM_BITS)
    high, low = drawn >> 62, drawn & (1 << 62) - 1
    milliseconds = int(at.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 7 << 76 | high << 64 | 0b10 << 62 | low)
