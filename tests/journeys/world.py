"""The town of the seeds, as much of it as a story needs, and its workers in this process."""

import secrets
from datetime import datetime
from typing import ClassVar, NamedTuple
from uuid import UUID

import httpx
import msgspec
from asyncpg import Record

from backend.core import clock
from backend.core.access import Role
from backend.core.db import row, rows, value
from backend.core.door import Door
from seeds import planting
from seeds.cast import Worker, cast, played_by
from seeds.elders import Elder, elders
from seeds.places import FLAGSHIP, HOSPITAL, HOUSE, Place, places
from tests.journeys.hour import Hour
from tests.journeys.person import Person
from tests.people.phones import Inbox, Phone, trust
from workers.relay import MAKE_CURSOR, READER, Relay
from workers.task import Begun
from workers.tasks import TASKS

UNREAD = """
SELECT EXISTS (SELECT FROM journal j, relay_cursors c
                WHERE c.reader = $1 AND (j.xid, j.id) > (c.last_xid, c.last_id))
"""

DUE = """
SELECT id, task, key, tries, args, due_at FROM jobs
 WHERE status = 'pending' AND due_at <= $1 ORDER BY due_at, id LIMIT 1
"""

ADMIN = "qian"  # registers the elders when they are planted

DONE = "UPDATE jobs SET status = 'done' WHERE id = $1"
AGAIN = "UPDATE jobs SET due_at = $2 WHERE id = $1"


class Known(NamedTuple):
    """Somebody of the seeds: who they are, how they sign in, and with whom they are planted."""

    id: UUID
    number: str
    role: Role
    elder: Elder | None = None


def _known() -> dict[str, Known]:
    found = {}
    for elder in reversed([each for each in elders() if each.center == FLAGSHIP]):
        found[elder.name] = Known(elder.id, elder.phone, Role.ELDER, elder)
        for kin in elder.kin:
            role = Role.GUARDIAN if kin.is_guardian else Role.RELATIVE
            found[kin.name] = Known(kin.id, kin.phone, role, elder)
    for worker in cast():
        found[worker.name] = Known(worker.id, worker.phone, worker.roles[0])
    return found


KNOWN = _known()


class Town:
    """Whoever a story meets is planted then: workers by themselves, an elder with the family."""

    house: ClassVar[Place] = places()[HOUSE]
    center: ClassVar[Place] = places()[FLAGSHIP]
    hospital: ClassVar[Place] = places()[HOSPITAL]

    def __init__(self, *, hour: Hour, relay: Relay, inbox: Inbox, app: Door) -> None:
        self.hour, self.inbox = hour, inbox
        self._relay, self._app = relay, app

    async def plant_places(self) -> None:
        for place in (self.center, self.house, self.hospital):
            await planting.organization(place, now=clock.now())
        await planting.worker(played_by(ADMIN), now=clock.now())

    async def people(self, *names: str) -> list[Person]:
        """These people of the seeds, each signed in on a trusted phone."""
        return [await self.signed_in(await self.stranger(name)) for name in names]

    async def stranger(self, name: str) -> Person:
        """Somebody of the seeds with a phone that nobody has seen yet."""
        known = KNOWN[name]
        if known.elder is not None:
            await self.elder(known.elder.name)
        else:
            await planting.worker(_worker(name), now=clock.now())
        return Person(known.id, name, self.phone(known.number), known.role, self.hour)

    async def elder(self, name: str) -> Elder:
        """An elder whose family lives in the town; they need no phone to be cared for."""
        elder = KNOWN[name].elder
        assert elder is not None
        await planting.elder(elder, now=clock.now())
        return elder

    async def signed_in(self, person: Person) -> Person:
        """With the code of an SMS and the key of the phone; a phone for work is trusted at once."""
        with self.hour.before_the_story():
            login_code_id, code = await person.phone.ask_code(), self.inbox.code()
            answer = await person.phone.enter(login_code_id, code, role=person.role)
            if answer.status_code == httpx.codes.FORBIDDEN:
                await trust(person.phone)
                answer = await person.phone.enter(login_code_id, code, role=person.role)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        person.phone.pair = answer.json()
        return person

    def phone(self, number: str) -> Phone:
        """A phone on an address of the internet of its own."""
        address = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
        transport = httpx.ASGITransport(self._app, client=(address, 1))
        network = httpx.AsyncClient(transport=transport, base_url="http://bedside")
        return Phone(network, self.inbox, number=number)

    async def clock_shows(self, said: str, *, days: int = 0) -> None:
        """Time passes until then, and whatever falls due on the way is done at its hour."""
        until = self.hour.at(said, days=days)
        await self.finish_all_work(until=until)
        self.hour.moment = until

    async def finish_all_work(self, *, until: datetime | None = None) -> None:
        """Do what a relay and a worker would have done by then; by now, when nothing is said."""
        await rows(MAKE_CURSOR, READER)
        while True:
            while await value(UNREAD, READER):
                await self._relay.listen()
            due = await row(DUE, until or self.hour.now())
            if due is None:
                return
            await self._run(due)

    async def _run(self, due: Record) -> None:
        now = max(due["due_at"], self.hour.now())
        if self.hour.moment is not None:
            self.hour.moment = now
        task = TASKS[due["task"]]
        job = Begun(due["id"], due["key"], due["tries"], msgspec.json.decode(due["args"]), now)
        again = (await task.run_together([job]))[0] if task.together else await task.run(job)
        assert not isinstance(again, BaseException), (due["task"], again)
        await (rows(DONE, job.id) if again is None else rows(AGAIN, job.id, again))


def _worker(name: str) -> Worker:
    return next(each for each in cast() if each.name == name)
