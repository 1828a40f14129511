"""R8: the primary dies under writers, its synchronous standby takes over, nobody is restarted."""

import asyncio
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import uvloop

from backend import app, migrate
from backend.core import clock, keys
from backend.local.places import Place, thrown_away
from backend.local.postgres import DATABASE, USER, Postgres
from backend.local.servers import Servers, throw_away_servers
from backend.settings import settings
from tests.faults.phone import Phone
from tests.faults.town import running
from tests.faults.work import at_work, wrong_after
from tests.faults.writers import WRITERS
from tests.prove.registry import Proof, Short

GAP_S_MAX = 2
IN_STEP_WITHIN_S = 20


class Standby(Postgres):
    """Streams from a primary, and has its accounts."""

    def __init__(self, place: Place, primary: Postgres) -> None:
        super().__init__(place)
        self.primary = primary

    @property
    def _password_file(self) -> Path:
        return self.primary._password_file

    def _create(self) -> None:
        unfinished = self.place.folder / "postgres.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self.place.account.own(unfinished)
        self.run([
            self._program("pg_basebackup"), "--dbname", self.primary.url, "-D", str(unfinished),
            "--wal-method=stream", "--checkpoint=fast", "--no-sync", "--write-recovery-conf",
        ])  # fmt: skip
        unfinished.rename(self.folder)


@contextmanager
def primary_and_standby() -> Iterator[tuple[Servers, Standby]]:
    """Both in step, and an environment whose DATABASE_URL names both."""
    with (
        throw_away_servers() as servers,
        thrown_away() as place,
        Standby(place, servers.postgres) as standby,
        tempfile.TemporaryDirectory(prefix="bedside-proof-") as name,
    ):
        asyncio.run(_stay_in_step(servers.postgres.url))
        ports = [servers.postgres.port, standby.port]
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        account = f"{USER}:{servers.postgres._password()}"
        os.environ.update(
            MODE="test",
            DATABASE_URL=(
                f"postgresql://{account}@{hosts}/{DATABASE}?target_session_attrs=read-write"
            ),
            REDIS_URL=servers.redis_url,
            KEYS_FOLDER=f"{name}/keys",
            FILES_FOLDER=f"{name}/files",
            TRUST_FIRST_DEVICE="",
        )
        migrate.run(settings().database_url)
        keys.make(Path(name) / "keys", now=clock.now())
        app.hold_keys(settings().check())
        yield servers, standby


async def _stay_in_step(url: str) -> None:
    """From now on the primary acknowledges nothing that the standby does not have."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        await connection.execute("SELECT pg_reload_conf()")
        state = "SELECT sync_state FROM pg_stat_replication"
        async with asyncio.timeout(IN_STEP_WITHIN_S):
            while await connection.fetchval(state) != "sync":  # noqa: ASYNC110 - theirs to say
                await asyncio.sleep(0.05)
    finally:
        await connection.close()


async def _promote(standby: Standby) -> None:
    connection = await asyncpg.connect(standby.url)
    try:
        assert await connection.fetchval("SELECT pg_promote()")
    finally:
        await connection.close()


async def _prove(servers: Servers, standby: Standby, seed: int) -> str:
    dice = random.Random(seed)
    async with running(servers) as town, Phone(town.ports) as phone:
        writers = [kind(town.people, random.Random(dice.random())) for kind in WRITERS]
        before = [each.running.pid for each in town.processes]
        async with at_work(writers, phone) as check:
            await asyncio.sleep(dice.uniform(3, 6))
            acknowledged = sum(len(each.acknowledged) for each in writers)
            servers.postgres.kill()
            await _promote(standby)
            began, seen = time.monotonic(), len(phone.took_s)
            while len(phone.took_s) == seen:  # noqa: ASYNC110 - the writers tell
                await asyncio.sleep(0.01)
            gap_s = time.monotonic() - began
            await asyncio.sleep(3)
            check()
        drained_s = await town.drained()
        wrong = await wrong_after(writers)
        if before != [each.running.pid for each in town.processes]:
            wrong.append("a process was restarted")
    if gap_s > GAP_S_MAX:
        wrong.append(f"nothing was kept for {gap_s:.1f} s after the promotion")
    if wrong:
        raise Short(f"{len(wrong)} wrong, such as {'; '.join(wrong[:5])}")
    kept = sum(len(each.acknowledged) for each in writers)
    return (
        f"{kept} acknowledged, {acknowledged} of them by the primary: 0 lost, writing again"
        f" {gap_s:.1f} s after the promotion, drained in {drained_s:.0f} s, nothing restarted"
    )


def prove(_times: int, seed: int) -> str:
    with primary_and_standby() as (servers, standby):
        return uvloop.run(_prove(servers, standby, seed))


PROOFS = [Proof("R8", "the standby takes over without loss", None, 1, prove)]
