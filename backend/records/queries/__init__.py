"""Questions about a person's record. Every answer is narrowed to its asker, and noted as seen."""

from backend.records.queries.assessments import assessment, assessments, find_assessment
from backend.records.queries.incidents import emergency, find_emergency, find_incident, incident
from backend.records.queries.notes import (
    find_note,
    find_signature,
    has_rescue_note,
    has_signed_note,
    hold_note,
    note,
    notes,
)
from backend.records.queries.observations import (
    Moment,
    alerts_of,
    find_observation,
    has_saturation_target,
    hold_observation,
    observation,
    observations,
    readings_of,
)
from backend.records.queries.recording import hold_person, tie_to_record

__all__ = [
    "Moment",
    "alerts_of",
    "assessment",
    "assessments",
    "emergency",
    "find_assessment",
    "find_emergency",
    "find_incident",
    "find_note",
    "find_observation",
    "find_signature",
    "has_rescue_note",
    "has_saturation_target",
    "has_signed_note",
    "hold_note",
    "hold_observation",
    "hold_person",
    "incident",
    "note",
    "notes",
    "observation",
    "observations",
    "readings_of",
    "tie_to_record",
]
