"""Phones and sessions: why one ended, and what a refresh token deserves."""

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

import msgspec


class SessionEnd(StrEnum):
    """Why a session ended before its time."""

    SIGNED_OUT = "signed_out"
    ENDED_BY_ADMIN = "ended_by_admin"
    IDLE = "idle"
    LEFT = "left"
    ROLE_GONE = "role_gone"
    ROLE_SWITCHED = "role_switched"
    SIGNED_IN_AGAIN = "signed_in_again"
    TOKEN_REUSED = "token_reused"  # noqa: S105 - a word, not a token
    DEVICE_WIPED = "device_wiped"
    NUMBER_CHANGED = "number_changed"


class DeviceKey(msgspec.Struct, frozen=True):
    """A phone as it introduces itself: the id it chose, and the public half of its key."""

    id: UUID
    public_key: bytes
    platform: str


class Choice(msgspec.Struct, frozen=True):
    """Which of several people on one phone signs in, and in which of their roles; None: the first.

    The first role is that of an employment, if there is one.
    """

    person_id: UUID | None = None
    role: str | None = None
    organization_id: UUID | None = None


class Refresh(StrEnum):
    """What a refresh token that we know deserves."""

    ROTATE = "rotate"
    REPEAT = "repeat"
    REUSED = "reused"
    REFUSE = "refuse"


def judge(*, is_newest: bool, is_signed: bool, age: timedelta, again_within: timedelta) -> Refresh:
    """RFC 9700, 4.14.2: a token works once; shown again, a copy of it is about.

    Except to the phone that signs with its key within `again_within` of the refresh (`age` ago):
    its answer was lost on the way, and it gets the same once more.
    """
    if is_newest:
        return Refresh.ROTATE if is_signed else Refresh.REFUSE
    return Refresh.REPEAT if is_signed and age <= again_within else Refresh.REUSED
