"""The words of telling. Pure."""

from enum import StrEnum


class Urgency(StrEnum):
    ROUTINE = "routine"
    URGENT = "urgent"
    EMERGENCY = "emergency"


class SendStatus(StrEnum):
    OWED = "owed"
    HANDED = "handed"
    FAILED = "failed"
