"""Every line of code in the guide runs, against a running system and a planted town."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from backend.settings import settings
from tests.house.documents import snippets
from tests.input.serving import PROJECT, serving

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def working() -> AsyncIterator[None]:
    """A worker, which sends the SMS."""
    command = [sys.executable, "-m", "workers"]
    process = await anyio.open_process(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        with anyio.CancelScope(shield=True):
            await process.wait()


async def told(command: list[str], said: str, **environment: str) -> str:
    """What a program answers that ends well."""
    ended = await anyio.run_process(
        command, input=said.encode(), env={**os.environ, **environment}, cwd=PROJECT, check=False
    )
    assert ended.returncode == 0, ended.stderr.decode()
    return ended.stdout.decode()


async def test_the_guide_runs_from_top_to_bottom(db) -> None:
    await told([sys.executable, "-m", "seeds", "family"], "")
    async with serving(TRUST_FIRST_DEVICE="true") as api, working():
        environment = {
            "BEDSIDE": f"http://127.0.0.1:{api.port}",
            "LOCAL": str(Path(settings().files_folder).parent),
        }
        said = await told([sys.executable, "-"], snippets("python"), **environment)
        assert "signed in as 蒋慧 NURSE" in said
        if shutil.which("curl"):
            said = await told(["sh", "-e"], snippets("sh"), **environment)
            assert "Sign in first." in said
