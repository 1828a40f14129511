"""`make day` on a fresh machine: nothing runs, so it starts a system of its own."""

import os
import socket
import subprocess
import sys

from backend.local.places import PROJECT


def test_the_day_goes_as_it_should():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    played = subprocess.run(
        [sys.executable, "-m", "tests.day"],
        cwd=PROJECT,
        env={**os.environ, "PORT": str(port)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert played.returncode == 0, played.stdout[-3000:] + played.stderr
    assert "与预期一致" in played.stdout
