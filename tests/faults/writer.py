"""What a writer is, and how it asks for what must have come of its acts."""

import random
from typing import Any, ClassVar
from uuid import UUID

from backend.core import clock
from backend.core.db import rows
from tests.faults.phone import Phone
from tests.faults.town import People


class Writer:
    """What is asked of every acknowledged thing: how many of what there must be."""

    def __init__(self, people: People, dice: random.Random) -> None:
        self.people = people
        self.dice = dice
        self.acknowledged: list[UUID] = []

    asked: ClassVar[dict[str, tuple[str, int]]] = {}

    async def write(self, phone: Phone) -> None:
        """One act, sent until it is acknowledged."""
        raise NotImplementedError

    def said(self, **more: Any) -> dict[str, Any]:
        elder = self.dice.choice(self.people.elders)
        return {"person_id": elder.person_id, "client_time": clock.now(), **more}

    async def wrong(self) -> list[str]:
        """After everything has settled: what of the acknowledged is lost, or there twice."""
        found: list[str] = []
        for what, (sql, expected) in self.asked.items():
            counted = await rows(
                f"SELECT a.id, count(f.id) AS n FROM unnest($1::uuid[]) AS a (id)"
                f" LEFT JOIN ({sql}) AS f ON f.id = a.id GROUP BY 1 HAVING count(f.id) <> $2",
                self.acknowledged,
                expected,
            )
            found += [
                f"{type(self).__name__}: {each['n']} {what} of {each['id']}" for each in counted
            ]
        return found


def audited(what: str) -> str:
    return f"SELECT subject_id AS id FROM audit WHERE what = '{what}'"


def happened(topic: str) -> str:
    return f"SELECT subject_id AS id FROM journal WHERE topic = '{topic}'"


def told(kind: str) -> str:
    return f"SELECT subject_id AS id FROM notifications WHERE kind = '{kind}'"


def pushed(kind: str) -> str:
    return (
        "SELECT n.subject_id AS id FROM notifications n JOIN notification_sends s"
        f" ON s.notification = n.id AND s.status = 'handed' AND n.kind = '{kind}'"
    )
