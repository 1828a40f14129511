"""What goes along with an elder: their record as it stands, read for the record package."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record

from backend import policy
from backend.core import crypto
from backend.core.db import row, rows
from backend.transfers.queries.reading import assessment

PERSON = "SELECT id, name, sex, born_on FROM persons WHERE id = $1"

NOTES = """
SELECT id, kind, text, author, happened_at, signed_at FROM notes
 WHERE person = $1 AND signed_at IS NOT NULL ORDER BY happened_at DESC, id DESC LIMIT $2
"""

READINGS = """
SELECT DISTINCT ON (code) code, value, value_code, unit, happened_at, flags FROM observations
 WHERE person = $1 AND voided_at IS NULL ORDER BY code, happened_at DESC
"""

SCORES = """
SELECT DISTINCT ON (instrument) instrument, score, band, happened_at FROM assessments
 WHERE person = $1 ORDER BY instrument, happened_at DESC
"""

CONSENTS = """
SELECT id, purpose, items, text_version, given_by, happened_at FROM consents
 WHERE person = $1 AND withdrawn_at IS NULL ORDER BY happened_at
"""

ORDERS = """
SELECT id, organization, doctor, paused_at, content FROM care_plans
 WHERE person = $1 AND status = 'ACTIVE' ORDER BY recorded_at, id
"""

BEDS = """
SELECT kind, organization, bed_no, from_at, held_until FROM bed_stays
 WHERE person = $1 AND until_at IS NULL ORDER BY from_at
"""


async def record_of(*, transfer_id: UUID, person_id: UUID, now: datetime) -> dict[str, Any]:
    """FB-05: summary, last rounds, orders, readings, scores, medicines, allergies, consents."""
    person = await row(PERSON, person_id)
    assert person is not None
    rounds = await rows(NOTES, person_id, policy.whole(now, "fb.package_rounds"))
    form = await assessment(transfer_id)
    kept: dict[str, Any] = msgspec.to_builtins(
        {
            "person": {**person, "name": crypto.unseal(person["name"], "persons.name")},
            "beds": [dict(each) for each in await rows(BEDS, person_id)],
            "rounds": [
                {**each, "text": crypto.unseal(each["text"], "notes.text")} for each in rounds
            ],
            "orders": [_order(each) for each in await rows(ORDERS, person_id)],
            "readings": [dict(each) for each in await rows(READINGS, person_id)],
            "scores": [dict(each) for each in await rows(SCORES, person_id)],
            "consents": [dict(each) for each in await rows(CONSENTS, person_id)],
            "assessment": {**form.form, "news2": form.news2} if form else None,
        }
    )
    return kept


def _order(plan: Record) -> dict[str, Any]:
    """A plan in force with what it orders, opened."""
    content = msgspec.json.decode(crypto.unseal(plan["content"], "care_plans.content"))
    return {**content, **{name: each for name, each in plan.items() if name != "content"}}
