"""The words of telling: how urgent, and how far a message has come. Pure."""

from enum import StrEnum


class Urgency(StrEnum):
    ROUTINE = "routine"
    URGENT = "urgent"
    EMERGENCY = "emergency"


class Transport(StrEnum):
    PUSH = "push"
    SMS = "sms"
    VOICE = "voice"


class SendStatus(StrEnum):
    HANDED = "handed"
    FAILED = "failed"
