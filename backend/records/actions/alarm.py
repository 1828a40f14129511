"""Keep what a reading or an incident made us say."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.core.db import rows
from backend.records.lifecycle.alerts import MEANINGS, AlertCode

ALERTS = """
INSERT INTO alerts (subject_id, person, code, rule, severity, recorded_at)
SELECT $1, $2, code, rule, severity, $3
  FROM unnest($4::text[], $5::text[], $6::text[]) AS said(code, rule, severity)
"""


async def keep_alerts(
    *, subject_id: UUID, person_id: UUID, codes: Sequence[AlertCode], now: datetime
) -> None:
    """Keep the alerts, in the transaction of what they are about."""
    rules = [MEANINGS[code].rule for code in codes]
    severities = [MEANINGS[code].severity for code in codes]
    await rows(ALERTS, subject_id, person_id, now, codes, rules, severities)
