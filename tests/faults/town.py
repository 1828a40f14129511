"""A small town at work: two APIs, two workers, a provider of pushes, and people with phones."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from uuid import UUID

import msgspec

from backend.core import calendar, clock
from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.local.gateway import keys as gateway_keys
from backend.local.servers import Servers
from backend.notifications import actions as notifications
from backend.notifications.lifecycle.wishes import Registration
from tests.beds import world as beds
from tests.builders import a_person, a_tie, acting, an_organization, staff_of
from tests.payments.family import Family, a_family
from tests.prove.system import Process, free_port, pooled, until_it_answers

ELDERS = 12
MOVERS = 3
DRAINED_WITHIN_S = 60
PACE = "0.02"  # callbacks come again after 0.3 s, not 15


class Logged(Process):
    """Keeps what it said: a bug is told to the log alone."""

    said: Path

    def start(self) -> None:
        self.said = self.__dict__.get("said") or Path(tempfile.mkstemp(prefix="bedside-said-")[1])
        with self.said.open("ab") as log:
            self.running = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                env={**os.environ, **self.variables},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def bugs(self) -> list[str]:
        return [line for line in self.said.read_text().splitlines() if "bug " in line]

    def forget(self) -> None:
        self.stop()
        self.said.unlink(missing_ok=True)


class People(msgspec.Struct, frozen=True):
    doctor: Actor
    nurse: Actor
    dispatcher: Actor
    elders: list[Actor]
    homes: beds.World
    movers: list[UUID]
    family: Family


class Town(msgspec.Struct):
    servers: Servers
    apis: list[Logged]
    ports: list[int]
    workers: list[Logged]
    provider: str
    people: People

    @property
    def processes(self) -> list[Logged]:
        return [*self.apis, *self.workers]

    async def drained(self, within_s: float = DRAINED_WITHIN_S) -> float:
        """Wait until nothing is owed any more; how many seconds it took."""
        began = time.monotonic()
        owed = (
            "SELECT count(*) FROM jobs WHERE status IN ('pending', 'sent')"
            " AND (due_at <= now() OR error IS NOT NULL)"
        )
        unheard = (
            "SELECT count(*) FROM journal j, relay_cursors c WHERE (j.xid, j.id) >"
            " (c.last_xid, c.last_id)"
        )
        while await value(owed) or await value(unheard):
            if time.monotonic() - began > within_s:
                raise AssertionError(f"not drained in {within_s:.0f} s: {await self.waiting()}")
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def waiting(self) -> str:
        found = await rows(
            "SELECT task, status, count(*) AS n FROM jobs"
            " WHERE status <> 'done' AND due_at <= now() GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return ", ".join(f"{each['n']} {each['task']} {each['status']}" for each in found)

    def pushed(self) -> tuple[int, int]:
        """How often the provider was asked, and for how many different messages."""
        with urllib.request.urlopen(self.provider, timeout=10) as answer:
            counted = json.load(answer)
        return counted["asked"], counted["keys"]


@asynccontextmanager
async def running(servers: Servers) -> AsyncIterator[Town]:
    """Everything started and answering; this process reads the database beside it."""
    async with pooled(8):
        people = await settle()
        with ExitStack() as stack:
            provider = stack.enter_context(a_provider(5))
            ports = [free_port(), free_port()]
            stack.enter_context(providers_of_payments(ports[0]))
            apis = [Logged("backend.serve", PORT=str(port)) for port in ports]
            workers = [Logged("workers", PUSH=provider) for _ in range(2)]
            for each in (*apis, *workers):
                stack.callback(each.forget)
            for port in ports:
                until_it_answers(port)
            try:
                yield Town(servers, apis, ports, workers, provider, people)
            except AssertionError as error:
                bugs = [line for each in (*apis, *workers) for line in each.bugs()]
                raise AssertionError(f"{error} {bugs[:3]}") from error


async def settle() -> People:
    """A center, its carers, and elders at home, each with a phone."""
    center = await an_organization()
    elders = []
    for n in range(ELDERS):
        person_id = await a_person(name=f"周某{n}", center_id=center, phone=f"140{n:08}")
        await a_tie(person_id, center, kind="organization")
        elder = await acting(person_id, Role.ELDER)
        await _push_to(elder)
        elders.append(elder)
    homes = await beds.a_world()
    people = People(
        doctor=await staff_of(center, Role.GP),
        nurse=await staff_of(center, Role.NURSE, name="李燕", sex="F"),
        dispatcher=await staff_of(center, Role.DISPATCHER),
        elders=elders,
        homes=homes,
        movers=await _movers(homes),
        family=await a_family(),
    )
    for elder in elders:
        await a_tie(elder.person_id, people.doctor.person_id)
        await a_tie(elder.person_id, people.nurse.person_id)
    await _push_to(people.doctor)
    # Nobody sleeps: what is told at night would wait for the morning.
    everybody = [people.doctor.person_id, people.nurse.person_id, people.dispatcher.person_id]
    for person_id in [*everybody, *(each.person_id for each in elders)]:
        await rows(
            "INSERT INTO notification_preferences (person, muted, quiet_start, quiet_end, version,"
            " fingerprint) VALUES ($1, '{}', '00:00', '00:00', 1, '')",
            person_id,
        )
    return people


async def _movers(homes: beds.World) -> list[UUID]:
    """Elders who go to hospital and come back; the first of them from a home-sickbed."""
    yesterday = calendar.on(clock.now()) - timedelta(days=1)
    nine = datetime.combine(yesterday, time_of_day(9), calendar.SHANGHAI)
    await beds.an_open(homes, at=nine)
    movers = [homes.elder]
    for n in range(1, MOVERS):
        movers.append(await a_person(name=f"顾某{n}", center_id=homes.center))
        await a_tie(movers[-1], homes.center, kind="organization")
    for each in movers:
        await a_tie(each, homes.doctor.person_id)
    return movers


async def _push_to(actor: Actor) -> None:
    assert actor.device_id is not None
    await notifications.register(
        device_id=actor.device_id,
        actor=actor,
        said=Registration("huawei", str(uuid7())),
        now=clock.now(),
    )


@contextmanager
def providers_of_payments(port: int) -> Iterator[None]:
    """微信支付, 支付宝 and 医保, in a process of their own; whoever starts now is told of them."""
    own = Path(os.environ["KEYS_FOLDER"])
    gateway_keys.make(own, own.parent / "gateway")
    address = f"http://127.0.0.1:{(here := free_port())}"
    os.environ.update(
        GATEWAY=address, PUBLIC_URL=f"http://127.0.0.1:{port}", **gateway_keys.settings(address)
    )
    running = Process(
        "backend.local.gateway", str(here), str(own.parent / "gateway"), GATEWAY_PACE=PACE
    )
    try:
        until_it_answers(here, "/")
        yield
    finally:
        running.stop()


@contextmanager
def a_provider(delay_ms: int) -> Iterator[str]:
    """In a process of its own; gives its address."""
    command = [sys.executable, "-m", "tests.gateways", str(delay_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as provider:
        assert provider.stdout is not None
        try:
            yield provider.stdout.readline().strip()
        finally:
            provider.kill()
