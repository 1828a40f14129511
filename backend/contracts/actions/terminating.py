"""What the ends of both kinds of contract have in common: how one is written, and if one nears."""

from datetime import date, datetime
from typing import TypeGuard

from asyncpg import Record

from backend.contracts.actions import moving
from backend.contracts.lifecycle import Move, Status, after, ends_on
from backend.contracts.lifecycle.said import Termination
from backend.core import calendar
from backend.core.access import Actor
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.wire import Kept

END_OF_A_DOCTOR_CONTRACT = "UPDATE doctor_contracts SET status = $2, until_on = $3 WHERE id = $1"
END_OF_AN_INSTITUTION_CONTRACT = (
    "UPDATE institution_contracts SET status = $2, until_on = $3 WHERE id = $1"
)


async def write_end(
    held: Record,
    end: str,
    *,
    actor: Actor,
    said: Termination,
    now: datetime,
    is_at_once: bool = False,
) -> tuple[Kept[Record], date]:
    """End a held contract, and say from which day on it is none. Joins the caller's transaction.

    A draft is given up; what was signed ends with the next month, or at once.

    :raises CannotMove:
    """
    status = after(Status(held["status"]), Move.TERMINATE)
    until_on: date = held["valid_from"]
    if held["signed_at"] is not None:
        until_on = ends_on(
            on=calendar.on(now),
            valid_from=held["valid_from"],
            until_on=held["until_on"],
            is_at_once=is_at_once,
        )
    kept = await moving.write(
        held,
        Move.TERMINATE,
        move_id=uuid7(),
        status=status,
        actor=actor,
        said=said,
        now=now,
        follows={"until_on": until_on},
    )
    await rows(end, held["id"], status, until_on)
    return kept, until_on


def nears_end(found: Record | None, *, until_on: date, now: datetime) -> TypeGuard[Record]:
    """Whether it still ends on that day, by itself and in the future. It writes nothing."""
    return (
        found is not None
        and found["until_on"] == until_on
        and found["status"] == Status.SIGNED
        and calendar.on(now) < until_on
    )
