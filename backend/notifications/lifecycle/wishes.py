"""What a person says about being told. Pure."""

from datetime import time

import msgspec


class Registration(msgspec.Struct, frozen=True):
    """Where to push: the maker's channel and the token it gave this phone."""

    channel: str
    token: str


class Wishes(msgspec.Struct, frozen=True):
    """Times are of Shanghai; None leaves the usual."""

    muted: frozenset[str]
    quiet_start: time | None
    quiet_end: time | None
    digest_at: time | None
