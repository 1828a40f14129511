"""机构签到码: the code on the institution's screen turns over every minute."""

from base64 import b32encode
from datetime import datetime, timedelta
from uuid import UUID

from backend.core import crypto

TOKEN_BYTES = 10  # not policy: enough not to be guessed in a minute


def step_of(moment: datetime, *, lasts: timedelta) -> int:
    return int(moment.timestamp() // lasts.total_seconds())


def token(organization_id: UUID, *, step: int) -> str:
    """The code of one institution in one minute: it proves a screen was seen, and nothing else."""
    said = f"{organization_id}:{step}".encode()
    return b32encode(crypto.sign(said, "visits.check_in_token")[:TOKEN_BYTES]).decode()


def holds(
    said: str, organization_id: UUID, *, at: datetime, lasts: timedelta, drift_steps: int
) -> bool:
    """Whether the code was on that screen at about that moment."""
    step = step_of(at, lasts=lasts)
    return any(
        said == token(organization_id, step=step + off)
        for off in range(-drift_steps, drift_steps + 1)
    )
