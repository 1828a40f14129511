"""The one phone that an operator lets in: the first admin's."""

import asyncio
import os
import sys

import pytest

from backend.core.db import row
from backend.core.ids import uuid7
from tests.people.phones import a_doctor

pytestmark = pytest.mark.anyio


async def trust(*words: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "backend.trust",
        *words,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ,
    )
    _, said = await process.communicate()
    return process.returncode, said.decode()


async def test_the_first_admin_is_let_in_from_the_terminal(a_phone) -> None:
    await a_doctor("CHC_ADMIN")
    phone = a_phone()
    assert (await phone.try_to_sign_in()).status_code == 403
    assert await trust(str(phone.id)) == (0, "")
    await phone.sign_in()
    noted = await row("SELECT role, subject_id FROM audit WHERE what = 'devices.trust'")
    assert noted is not None
    assert tuple(noted) == ("SYSTEM", phone.id)


async def test_what_is_no_phone_is_told_in_one_sentence(db) -> None:
    assert await trust(str(uuid7())) == (1, "There is nothing here.\n")
    assert (await trust("x"))[0] == 2
    assert (await trust())[0] == 2
