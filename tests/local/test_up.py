"""What `make up` says when it cannot start: one sentence, and no traceback."""

import os
import socket
import subprocess
import sys

import pytest

from backend.local.places import PROJECT, CannotStart, remove, taken
from backend.local.supervisor import up


@pytest.fixture
def own_servers(servers, monkeypatch):
    """Start nothing: use the servers of the test run."""
    monkeypatch.setenv("DATABASE_URL", servers.database_url)
    monkeypatch.setenv("REDIS_URL", servers.redis_url)


@pytest.fixture
def free(monkeypatch):
    """A port that is free, as the one to serve on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("PORT", str(port))
    return port


def test_a_taken_port_is_named_with_the_way_out(tmp_path):
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        port = somebody.getsockname()[1]

        ended = subprocess.run(
            [sys.executable, "-m", "backend.local"], cwd=PROJECT, text=True, check=False,
            env=dict(os.environ, PORT=str(port)), capture_output=True,
        )  # fmt: skip

    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert f"Port {port} of 127.0.0.1 is taken" in ended.stderr


@pytest.mark.parametrize("said", ["eight", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(said, tmp_path, monkeypatch):
    monkeypatch.setenv("PORT", said)

    with pytest.raises(CannotStart, match="PORT should be a number"):
        up(tmp_path)


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL"])
@pytest.mark.parametrize("address", ["127.0.0.1:1", "127.0.0.1:1/x y?z", "nowhere.invalid"])
def test_a_server_of_ones_own_that_does_not_answer_is_named(
    name, address, own_servers, free, tmp_path, monkeypatch
):
    scheme = "postgresql" if name == "DATABASE_URL" else "redis"
    monkeypatch.setenv(name, f"{scheme}://somebody:secret@{address}")

    with pytest.raises(CannotStart, match=f"^{name} does not answer") as refusal:
        up(tmp_path)

    assert "secret" not in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_wrong_password_is_named(own_servers, free, servers, tmp_path, monkeypatch):
    wrong = f"postgresql://bedside:wrong@127.0.0.1:{servers.postgres.port}/bedside"
    monkeypatch.setenv("DATABASE_URL", wrong)

    with pytest.raises(CannotStart, match="password authentication failed"):
        up(tmp_path)


def test_a_full_disk_is_named(free, tmp_path, monkeypatch):
    monkeypatch.setattr("backend.local.supervisor.DISK_MIN_MB", 2**40)

    with pytest.raises(CannotStart, match="MB left"):
        up(tmp_path)


def test_a_second_one_in_the_same_folder_is_refused(free, tmp_path):
    with taken(tmp_path), pytest.raises(CannotStart, match="already runs"):
        up(tmp_path)


def test_cleaning_removes_the_folder_but_not_under_running_servers(tmp_path):
    folder = tmp_path / ".local"
    with taken(folder), pytest.raises(CannotStart, match="already runs"):
        remove(folder)

    remove(folder)

    assert not folder.exists()
    remove(folder)
