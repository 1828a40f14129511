"""What can be done to a person's record: one function per verb, each whole or not at all."""

from backend.records.actions.assess import assess
from backend.records.actions.incidents import (
    look_for_rescue_note,
    raise_emergency,
    report_incident,
)
from backend.records.actions.notes import look_for_signature, sign_note, write_note
from backend.records.actions.observe import observe
from backend.records.actions.void import void_observation

__all__ = [
    "assess",
    "look_for_rescue_note",
    "look_for_signature",
    "observe",
    "raise_emergency",
    "report_incident",
    "sign_note",
    "void_observation",
    "write_note",
]
