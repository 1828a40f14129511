"""L3: a slow caller costs us one connection for ten seconds, and nobody else anything."""

import anyio
import pytest

from tests.input.serving import serving
from tests.input.slow_callers import PATIENCE_S, besiege

pytestmark = pytest.mark.anyio


async def test_slow_callers_are_let_go_while_good_ones_are_answered(pool) -> None:
    async with serving() as api:
        told = await besiege(api, silent=25, half_heads=25, slow_bodies=10)
    assert told.still_held == 0
    assert max(told.let_go) <= PATIENCE_S
    assert len(told.let_go) == 60
    assert len(told.answered) > 50
    assert max(told.answered) < 2.0


async def test_a_slow_body_that_keeps_coming_is_read(pool) -> None:
    """A photo over a bad line: 64 KiB in pieces, each within the deadline of those before."""
    piece = b" " * 8192
    async with serving() as api:
        reader, writer = await api.connect()
        writer.write(
            b"PUT /v1/nothing HTTP/1.1\r\nHost: bedside\r\nContent-Type: application/json\r\n"
            b"Content-Length: 65536\r\n\r\n"
        )
        for _ in range(8):
            writer.write(piece)
            await anyio.sleep(0.2)
        assert (await reader.readline()).startswith(b"HTTP/1.1 4")
        writer.close()
