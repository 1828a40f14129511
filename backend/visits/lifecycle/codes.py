"""确认码: four digits of one visit, shown to the elder's side (EV-08)."""

from datetime import datetime
from uuid import UUID

from backend import policy
from backend.core import crypto


def attestation_code(visit_id: UUID, now: datetime) -> str:
    """The same for the whole visit; nobody who has not been shown it can say it."""
    digits = policy.whole(now, "ev.attestation_code_digits")
    number = int.from_bytes(crypto.sign(visit_id.bytes, "visits.attestation"))
    return str(number)[-digits:]
