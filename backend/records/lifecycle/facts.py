"""Clinical facts as somebody at the bedside says them, before we add what we know."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from backend.records.lifecycle.incidents import EmergencyKind, IncidentKind
from backend.records.lifecycle.notes import Content, NoteKind
from backend.records.lifecycle.red_signs import Symptom
from backend.records.lifecycle.scores import Instrument
from backend.records.lifecycle.vitals import Level, VitalSign


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Whom it is about, and when the phone says it happened."""

    person_id: UUID
    client_time: datetime
    visit_id: UUID | None = None


class Reading(Fact, frozen=True, kw_only=True):
    code: VitalSign
    value: Decimal | Level
    unit: str
    symptoms: frozenset[Symptom] = frozenset()
    body_site: str | None = None
    posture: str | None = None
    device: str | None = None


class Draft(Fact, frozen=True, kw_only=True):
    """A note before it is signed. `amends` names the signed note that it corrects."""

    kind: NoteKind
    text: str
    content: Content = Content()
    amends: UUID | None = None
    amend_reason: str | None = None


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """`version` is the one that the signer read; `signature` their phone's, over its digest."""

    client_time: datetime
    version: int | None = None
    signature: str | None = None


class Sheet(Fact, frozen=True, kw_only=True):
    """An instrument's questions, answered."""

    instrument: Instrument
    answers: Mapping[str, int]


class Incident(Fact, frozen=True, kw_only=True):
    kind: IncidentKind
    symptoms: frozenset[Symptom] = frozenset()
    on_anticoagulant: bool = False
    text: str | None = None


class Place(msgspec.Struct, frozen=True, kw_only=True):
    lat: float
    lon: float
    datum: str
    accuracy_m: float | None = None


class Call(Fact, frozen=True, kw_only=True):
    """A call for help (EM-03): a person and a place are enough."""

    kind: EmergencyKind = EmergencyKind.OTHER
    point: Place | None = None
    onset_at: datetime | None = None
    text: str | None = None
