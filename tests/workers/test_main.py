"""`python -m workers`, as it runs in production."""

import json
import os
import sys
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest

from backend.core import clock
from backend.people import actions
from backend.settings import settings
from tests.builders import a_person
from tests.workers.conftest import done

pytestmark = pytest.mark.anyio


async def test_a_login_code_is_sent_and_the_process_ends_in_order(db, valkey) -> None:
    await a_person(phone="14000000009")
    await actions.ask_login_code(phone="14000000009", now=clock.now())
    worker = Popen([sys.executable, "-m", "workers"], stdout=DEVNULL, env={**os.environ})
    try:
        await done(1, task="send_login_code")
        worker.terminate()
        assert worker.wait(20) == 0
    finally:
        worker.kill()
    messages = (Path(settings().files_folder) / "sms.log").read_text(encoding="utf-8")
    assert json.loads(messages.splitlines()[-1])["phone"] == "14000000009"
