"""Assessments: answers in, scores out."""

from collections.abc import Mapping
from typing import Annotated, Any, Self
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.core import crypto
from backend.core.wire import Moment, Request, Response, Text20
from backend.records.lifecycle import facts
from backend.records.lifecycle.scores import Instrument, Result
from backend.records.schemas.fields import Clinical, all_but

Points = Annotated[int, Meta(ge=0, le=100)]
Answers = Annotated[dict[Text20, Points], Meta(max_length=60)]


class Sheet(Request):
    """An instrument's questions by their id, each answered by its points; 1 is yes, 0 is no."""

    person_id: UUID
    client_time: Moment
    instrument: Instrument
    answers: Clinical[Answers]
    visit_id: UUID | None = None

    def said(self) -> facts.Sheet:
        return facts.Sheet(**all_but(self))


class Assessment(Response):
    """An assessment, scored: `band` says it in words; TCM has no total but findings by type."""

    id: UUID
    person_id: UUID
    instrument: Instrument
    answers: Clinical[dict[str, int]]
    total: Clinical[int] | None
    band: Clinical[str]
    parts: Clinical[Mapping[str, int]]
    findings: Clinical[Mapping[str, str]]
    author_id: UUID
    visit_id: UUID | None
    client_time: Moment
    happened_at: Moment
    recorded_at: Moment
    version: int

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        result = msgspec.json.decode(found["result"], type=Result)
        return cls(
            id=found["id"],
            person_id=found["person"],
            instrument=Instrument(found["instrument"]),
            answers=msgspec.json.decode(crypto.unseal(found["answers"], "assessments.answers")),
            total=found["score"],
            band=found["band"],
            parts=result.parts,
            findings=result.findings,
            author_id=found["author"],
            visit_id=found["visit_id"],
            client_time=found["client_time"],
            happened_at=found["happened_at"],
            recorded_at=found["recorded_at"],
            version=found["version"],
        )
