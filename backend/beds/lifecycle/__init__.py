"""The words of beds, and what follows from them. Pure."""

from backend.beds.lifecycle.beds import LAYERS, BedKind, Layer, check_way, ways
from backend.beds.lifecycle.due import Due, Facts, Limits, Reminder, Stage, What, dues, reminders
from backend.beds.lifecycle.episodes import (
    FINAL,
    IN_BED,
    PATHS,
    CloseReason,
    Criterion,
    Exclusion,
    Move,
    Outcome,
    Part,
    RecordKind,
    Status,
    SuspensionReason,
    after,
)
from backend.beds.lifecycle.ledger import Changes, Stay

__all__ = [
    "FINAL",
    "IN_BED",
    "LAYERS",
    "PATHS",
    "BedKind",
    "Changes",
    "CloseReason",
    "Criterion",
    "Due",
    "Exclusion",
    "Facts",
    "Layer",
    "Limits",
    "Move",
    "Outcome",
    "Part",
    "RecordKind",
    "Reminder",
    "Stage",
    "Status",
    "Stay",
    "SuspensionReason",
    "What",
    "after",
    "check_way",
    "dues",
    "reminders",
    "ways",
]
