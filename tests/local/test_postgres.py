"""PostgreSQL is made, starts again, survives a kill, and is open to nobody else."""

import os
import signal
import socket
import subprocess
import sys
import time

import asyncpg
import psutil
import pytest

from backend.local.places import CannotStart, taken
from backend.local.postgres import Postgres

pytestmark = pytest.mark.anyio

COLD_S, WARM_S = 3.0, 1.0  # 0.4 and 0.03 on an idle machine


async def ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_the_first_start_makes_the_database_and_the_next_one_finds_it(place):
    begun = time.monotonic()
    with Postgres(place) as postgres:
        cold_s = time.monotonic() - begun
        await ask(postgres.url, "CREATE TABLE kept AS SELECT 1 AS one")

    begun = time.monotonic()
    with Postgres(place) as postgres:
        warm_s = time.monotonic() - begun

        assert await ask(postgres.url, "SELECT one FROM kept") == 1
    assert cold_s < COLD_S
    assert warm_s < WARM_S


async def test_it_is_version_18_in_utf8_with_checksums_and_keeps_what_it_commits(place):
    with Postgres(place) as postgres:
        said = [
            await ask(postgres.url, f"SHOW {name}")
            for name in ("server_encoding", "data_checksums", "fsync", "synchronous_commit")
        ]
        version = await ask(postgres.url, "SHOW server_version_num")

    assert said == ["UTF8", "on", "on", "on"]
    assert str(version).startswith("18")


async def test_giving_up_fsync_must_be_asked_for(place):
    with Postgres(place, durable=False) as postgres:
        assert await ask(postgres.url, "SHOW fsync") == "off"


async def test_a_password_is_needed_and_stored_as_scram(place):
    with Postgres(place) as postgres:
        without = postgres.url.replace(f":{postgres._password()}@", "@")
        wrong = postgres.url.replace(postgres._password(), "wrong")

        for url in (without, wrong):
            with pytest.raises(asyncpg.InvalidPasswordError):
                await ask(url, "SELECT 1")
        stored = await ask(postgres.url, "SELECT rolpassword FROM pg_authid WHERE rolcanlogin")

    assert str(stored).startswith("SCRAM-SHA-256$")
    assert postgres._password_file.stat().st_mode & 0o777 == 0o600


async def test_it_listens_on_the_loopback_alone(place):
    with Postgres(place) as postgres:
        heard = [line for line in psutil.Process(postgres.pid).net_connections("all")
                 if line.status == psutil.CONN_LISTEN or not line.laddr]  # fmt: skip
        addresses = {line.laddr.ip for line in heard if line.laddr}

    assert addresses == {"127.0.0.1"}


async def test_it_never_runs_as_root(place):
    with Postgres(place) as postgres:
        processes = postgres._family()
        uids = {process.uids().effective for process in processes}

    seen_as_nobody = bool(place.account.through)
    assert 0 not in uids or seen_as_nobody


async def test_after_a_kill_it_starts_again_on_the_same_port(place):
    with Postgres(place) as postgres:
        port = postgres.port
        await ask(postgres.url, "CREATE TABLE kept AS SELECT 1 AS one")

        postgres.kill()
        postgres.start()

        assert postgres.port == port
        assert await ask(postgres.url, "SELECT one FROM kept") == 1


async def test_a_stale_lock_that_names_a_living_process_is_survived(place):
    with Postgres(place) as postgres:
        postgres.kill()
        lock = postgres.folder / "postmaster.pid"
        _pid, *rest = lock.read_text().splitlines()
        with subprocess.Popen(["sleep", "60"]) as bystander:
            lock.write_text("\n".join([str(bystander.pid), *rest]))

            postgres.start()

            answer = await ask(postgres.url, "SELECT 1")
            bystander_lives = bystander.poll() is None
            bystander.kill()
    assert answer == 1
    assert bystander_lives


async def test_a_folder_cut_short_while_it_was_made_is_made_anew(place):
    unfinished = place.folder / "postgres.unfinished"
    unfinished.mkdir()
    (unfinished / "half").touch()

    with Postgres(place) as postgres:
        assert await ask(postgres.url, "SELECT 1") == 1


async def test_a_taken_port_is_left_alone_and_the_next_one_used(place):
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        wish = somebody.getsockname()[1]

        with Postgres(place, port=wish) as postgres:
            assert postgres.port > wish
            assert await ask(postgres.url, "SELECT 1") == 1


async def test_a_second_server_on_the_same_folder_is_refused(place, monkeypatch):
    monkeypatch.setattr("backend.local.postgres.ORPHANS_LEAVE_WITHIN_S", 0.0)
    with Postgres(place) as postgres:
        with pytest.raises(CannotStart, match=f"already runs .* {postgres.pid}"):
            Postgres(place).start()

        assert await ask(postgres.url, "SELECT 1") == 1


async def test_a_second_starter_on_the_same_folder_is_refused(place):
    with pytest.raises(CannotStart, match="already runs"), taken(place.folder):
        pass


async def test_data_of_another_version_is_refused_in_one_sentence(place):
    with Postgres(place) as postgres:
        pass
    (postgres.folder / "PG_VERSION").write_text("17\n")

    with pytest.raises(CannotStart, match="made by PostgreSQL 17"):
        postgres.start()


async def test_what_postgres_says_against_a_setting_is_passed_on(place):
    with pytest.raises(CannotStart, match="shared_buffers"):
        Postgres(place, tuning={"shared_buffers": "plenty"}).start()


async def test_it_can_be_paused_and_goes_on(place):
    with Postgres(place) as postgres:
        postgres.pause()
        with pytest.raises(TimeoutError):
            connection = await asyncpg.connect(postgres.url, timeout=0.2)
            await connection.close()

        postgres.resume()

        assert await ask(postgres.url, "SELECT 1") == 1


def test_it_dies_with_the_one_who_started_it(place):
    script = """
import sys
from backend.local.places import Place, Account
from backend.local.postgres import Postgres
from pathlib import Path
folder, programs, valkey, uid, gid, *through = sys.argv[1:]
postgres = Postgres(Place(Path(folder), Path(programs), Path(valkey),
                          Account(int(uid), int(gid), tuple(through))))
postgres.start()
print(postgres.pid, flush=True)
sys.stdin.read()
"""
    account = place.account
    with subprocess.Popen(
        [sys.executable, "-c", script, place.folder, place.postgres, place.valkey,
         str(account.uid), str(account.gid), *account.through],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as starter:  # fmt: skip
        assert starter.stdout is not None
        server = psutil.Process(int(starter.stdout.readline()))
        os.kill(starter.pid, signal.SIGKILL)
        psutil.wait_procs([server], timeout=10)

    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
