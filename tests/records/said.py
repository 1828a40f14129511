"""What somebody at the bedside says: one valid thing of each kind, for a test to change."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from backend.core.db import rows
from backend.records.lifecycle import facts
from backend.records.lifecycle.incidents import IncidentKind
from backend.records.lifecycle.notes import Content, NoteKind
from backend.records.lifecycle.scores import Instrument, items
from backend.records.lifecycle.vitals import Level, VitalSign, vital
from tests.builders import TUESDAY_NINE

ROUND = Content(complaint="头痛", examination="心肺未闻异常", assessment="高血压")


def a_reading(
    person_id: UUID, code: VitalSign = VitalSign.SBP, value: float | Level = 128, **changed: Any
) -> facts.Reading:
    said = value if isinstance(value, Level) else Decimal(str(value))
    return facts.Reading(
        **{
            "person_id": person_id,
            "client_time": TUESDAY_NINE,
            "code": code,
            "value": said,
            "unit": vital(code).unit,
            **changed,
        }
    )


def a_draft(person_id: UUID, kind: NoteKind = NoteKind.ROUND, **changed: Any) -> facts.Draft:
    return facts.Draft(
        **{
            "person_id": person_id,
            "client_time": TUESDAY_NINE,
            "kind": kind,
            "text": "继续目前治疗。",
            "content": ROUND,
            **changed,
        }
    )


def a_sheet(person_id: UUID, **changed: Any) -> facts.Sheet:
    """Barthel 100."""
    best = {item.id: max(item.scale) for item in items(Instrument.BARTHEL)}
    return facts.Sheet(
        **{
            "person_id": person_id,
            "client_time": TUESDAY_NINE,
            "instrument": Instrument.BARTHEL,
            "answers": best,
            **changed,
        }
    )


def a_fall(person_id: UUID, **changed: Any) -> facts.Incident:
    return facts.Incident(
        **{
            "person_id": person_id,
            "client_time": TUESDAY_NINE,
            "kind": IncidentKind.FALL,
            **changed,
        }
    )


def a_call(person_id: UUID, **changed: Any) -> facts.Call:
    return facts.Call(**{"person_id": person_id, "client_time": TUESDAY_NINE, **changed})


async def topics() -> list[str]:
    """What has been published, in order."""
    return [each["topic"] for each in await rows("SELECT topic FROM journal ORDER BY id")]
