"""A real process of the API, for what only a socket can show."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from backend.local.processes import free_port

PROJECT = Path(__file__).parents[2]
HOST = "127.0.0.1"
STARTS_WITHIN_S = 30.0


class Serving:
    """A process of ours and its port."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, said: list[bytes]) -> None:
        self.process = process
        self.port = port
        self._said = said

    @property
    def said(self) -> str:
        return b"".join(self._said).decode()

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(HOST, self.port)

    async def answer_to(self, *chunks: bytes) -> bytes:
        """What comes back until the connection ends."""
        reader, writer = await self.connect()
        for chunk in chunks:
            writer.write(chunk)
        answer = await reader.read()
        writer.close()
        return answer


@asynccontextmanager
async def serving(**environment: str) -> AsyncIterator[Serving]:
    """Run `python -m backend.serve` on a free port until the block ends."""
    port = free_port(0)
    assert port
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "backend.serve",
        cwd=PROJECT,
        env={**os.environ, "PORT": str(port), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said: list[bytes] = []
    listening = asyncio.create_task(_listen(process, said))
    serving_ = Serving(process, port, said)
    try:
        await _until_it_answers(serving_)
        yield serving_
    finally:
        if process.returncode is None:
            process.terminate()
        with anyio.CancelScope(shield=True):
            await process.wait()
            await listening


def refusal(environment: Mapping[str, str]) -> tuple[int, str]:
    """How a process ended that must not have started, and what it said."""
    ended = subprocess.run(
        [sys.executable, "-m", "backend.serve"],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=STARTS_WITHIN_S,
        check=False,
    )
    return ended.returncode, ended.stderr


async def _listen(process: asyncio.subprocess.Process, said: list[bytes]) -> None:
    assert process.stdout
    while line := await process.stdout.readline():
        said.append(line)


async def _until_it_answers(started: Serving) -> None:
    async with asyncio.timeout(STARTS_WITHIN_S):
        while True:
            assert started.process.returncode is None, started.said
            try:
                _, writer = await started.connect()
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return
