"""Incidents, and calls for help."""

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

import msgspec

from backend.core import crypto
from backend.core.wire import Moment, Point, Request, Response, Text2000
from backend.records.lifecycle import alerts, facts
from backend.records.lifecycle.incidents import EmergencyKind, IncidentKind
from backend.records.lifecycle.red_signs import Symptom
from backend.records.schemas.fields import Clinical, all_but
from backend.records.schemas.observations import Alert, Symptoms


class IncidentReport(Request):
    """What happened. A fall on an anticoagulant is a red sign, however it looks."""

    person_id: UUID
    client_time: Moment
    kind: IncidentKind
    symptoms: Symptoms = []
    on_anticoagulant: bool = False
    text: Clinical[Text2000] | None = None
    visit_id: UUID | None = None

    def said(self) -> facts.Incident:
        return facts.Incident(**all_but(self, "symptoms"), symptoms=frozenset(self.symptoms))


class EmergencyCall(Request):
    """A person and a point are enough; everything else may follow, or never."""

    person_id: UUID
    client_time: Moment
    point: Point | None = None
    kind: EmergencyKind = EmergencyKind.OTHER
    onset_at: Moment | None = None
    text: Clinical[Text2000] | None = None
    visit_id: UUID | None = None

    def said(self) -> facts.Call:
        point = facts.Place(**msgspec.structs.asdict(self.point)) if self.point else None
        return facts.Call(**all_but(self, "point"), point=point)


class Incident(Response):
    """An incident as stored, with its red signs."""

    id: UUID
    person_id: UUID
    kind: Clinical[IncidentKind]
    symptoms: Clinical[list[Symptom]]
    on_anticoagulant: Clinical[bool]
    text: Clinical[str] | None
    author_id: UUID
    visit_id: UUID | None
    client_time: Moment
    happened_at: Moment
    recorded_at: Moment
    alerts: list[Alert]

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        text = found["text"]
        return cls(
            id=found["id"],
            person_id=found["person"],
            kind=IncidentKind(found["kind"]),
            symptoms=[Symptom(symptom) for symptom in found["symptoms"]],
            on_anticoagulant=found["on_anticoagulant"],
            text=crypto.unseal(text, "incidents.text") if text else None,
            author_id=found["author"],
            visit_id=found["visit_id"],
            client_time=found["client_time"],
            happened_at=found["happened_at"],
            recorded_at=found["recorded_at"],
            alerts=Alert.all_of(found),
        )


class Emergency(Response):
    """A call for help as stored. What to do now stands in it: it waits for nothing else."""

    id: UUID
    person_id: UUID
    kind: Clinical[EmergencyKind]
    point: Point | None
    onset_at: Moment | None
    text: Clinical[str] | None
    raised_by: UUID
    visit_id: UUID | None
    client_time: Moment
    happened_at: Moment
    recorded_at: Moment
    rescue_note_due_at: Moment
    advice: str
    advice_en: str

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        text = found["text"]
        return cls(
            id=found["id"],
            person_id=found["person"],
            kind=EmergencyKind(found["kind"]),
            point=_point(found),
            onset_at=found["onset_at"],
            text=crypto.unseal(text, "emergencies.text") if text else None,
            raised_by=found["raised_by"],
            visit_id=found["visit_id"],
            client_time=found["client_time"],
            happened_at=found["happened_at"],
            recorded_at=found["recorded_at"],
            rescue_note_due_at=found["rescue_note_due_at"],
            advice=alerts.CALL_120,
            advice_en=alerts.CALL_120_EN,
        )


def _point(found: Mapping[str, Any]) -> Point | None:
    if found["lat"] is None:
        return None
    return Point(
        lat=found["lat"],
        lon=found["lon"],
        datum=found["datum"],
        accuracy_m=found["accuracy_m"],
    )
