"""What crosses the wire about a person's record."""

from backend.records.schemas.assessments import Assessment, Sheet
from backend.records.schemas.incidents import Emergency, EmergencyCall, Incident, IncidentReport
from backend.records.schemas.notes import Note, NoteDraft, NoteHead, NoteSignature, Signature
from backend.records.schemas.observations import Alert, Observation, Reading, Void

__all__ = [
    "Alert",
    "Assessment",
    "Emergency",
    "EmergencyCall",
    "Incident",
    "IncidentReport",
    "Note",
    "NoteDraft",
    "NoteHead",
    "NoteSignature",
    "Observation",
    "Reading",
    "Sheet",
    "Signature",
    "Void",
]
