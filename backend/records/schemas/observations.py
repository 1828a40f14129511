"""Readings, and what they make us say."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

import msgspec
from msgspec import Meta

from backend import policy
from backend.core import crypto, wire
from backend.core.wire import Moment, Request, Response, Text200
from backend.records.lifecycle import alerts, facts
from backend.records.lifecycle.alerts import AlertCode, Severity
from backend.records.lifecycle.news2 import News2
from backend.records.lifecycle.red_signs import Symptom
from backend.records.lifecycle.vitals import Flag, Level, Source, VitalSign, vital
from backend.records.schemas.fields import Clinical, all_but

Figure = Annotated[float, Meta(ge=0, le=100_000)]
Symptoms = Annotated[list[Symptom], Meta(max_length=40)]
Unit = Annotated[str, Meta(max_length=20, description="UCUM, as the code has it")]
Word = Annotated[str, Meta(pattern=r"^[a-z_]{1,20}$(?!\n)")]


class Reading(Request):
    """One reading. Blood pressure is two: `sbp` and `dbp`; consciousness is a letter of ACVPU."""

    person_id: UUID
    client_time: Moment
    code: VitalSign
    value: Figure | Level
    unit: Unit
    visit_id: UUID | None = None
    symptoms: Symptoms = []
    body_site: Word | None = None
    posture: Word | None = None
    device: wire.Code | None = None

    def said(self) -> facts.Reading:
        value = self.value if isinstance(self.value, Level) else Decimal(str(self.value))
        return facts.Reading(
            **all_but(self, "value", "symptoms"), value=value, symptoms=frozenset(self.symptoms)
        )


class Void(Request):
    reason: Text200


class Alert(Response):
    """What is the matter, and what to do about it now."""

    code: Clinical[AlertCode]
    rule: str
    severity: Severity
    text: Clinical[str]
    text_en: Clinical[str]

    @classmethod
    def of(cls, code: AlertCode, happened_at: datetime) -> Self:
        """What the alert meant under the policy of that day."""
        meaning = alerts.MEANINGS[code]
        minutes = policy.whole(happened_at, "em.call_back_min")
        return cls(
            code=code,
            rule=meaning.rule,
            severity=meaning.severity,
            text=meaning.text.format(minutes=minutes),
            text_en=meaning.text_en.format(minutes=minutes),
        )

    @classmethod
    def all_of(cls, found: Mapping[str, Any]) -> list[Self]:
        """The alerts of a reading or an incident, the gravest first."""
        codes = alerts.in_order(AlertCode(code) for code in found["alerts"])
        return [cls.of(code, found["happened_at"]) for code in codes]


class Observation(Response):
    """A reading as stored. `news2` is there when it completed the seven inputs of its moment."""

    id: UUID
    person_id: UUID
    code: VitalSign
    loinc: str
    value: Clinical[float | Level]
    unit: str
    symptoms: Clinical[list[Symptom]]
    body_site: str | None
    posture: str | None
    device: str | None
    source: Source
    author_id: UUID
    visit_id: UUID | None
    client_time: Moment
    happened_at: Moment
    recorded_at: Moment
    flags: Clinical[list[Flag]]
    alerts: list[Alert]
    news2: Clinical[News2] | None
    voided_at: Moment | None
    voided_by: UUID | None
    void_reason: Clinical[str] | None

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        code = VitalSign(found["code"])
        level = found["value_code"]
        reason = found["void_reason"]
        return cls(
            id=found["id"],
            person_id=found["person"],
            code=code,
            loinc=vital(code).loinc,
            value=found["value"] if level is None else Level(level),
            unit=found["unit"],
            symptoms=[Symptom(symptom) for symptom in found["symptoms"]],
            body_site=found["body_site"],
            posture=found["posture"],
            device=found["device"],
            source=Source(found["source"]),
            author_id=found["author"],
            visit_id=found["visit_id"],
            client_time=found["client_time"],
            happened_at=found["happened_at"],
            recorded_at=found["recorded_at"],
            flags=[Flag(flag) for flag in found["flags"]],
            alerts=Alert.all_of(found),
            news2=msgspec.json.decode(found["news2"], type=News2) if found["news2"] else None,
            voided_at=found["voided_at"],
            voided_by=found["voided_by"],
            void_reason=crypto.unseal(reason, "observations.void_reason") if reason else None,
        )
