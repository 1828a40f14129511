"""Calling somebody, when an emergency reached them in no other way: a port, until one is bought."""

import logging
from typing import Protocol

log = logging.getLogger(__name__)


class VoiceGateway(Protocol):
    async def call(self, *, phone: str, text: str, key: str) -> None:
        """Ring and read the text aloud, once under the key.

        :raises Transient: :raises Permanent:
        """


class NoLine:
    """Nobody is called; the log says that somebody should have been."""

    async def call(self, *, phone: str, text: str, key: str) -> None:  # noqa: ARG002 - a port
        log.error("nobody was called, there is no voice gateway key=%s", key)


_gateway: VoiceGateway = NoLine()


def use(chosen: VoiceGateway) -> None:
    """Say at the start of a process through which gateway it calls."""
    global _gateway  # noqa: PLW0603 - a process belongs to one deployment
    _gateway = chosen


def gateway() -> VoiceGateway:
    return _gateway
