"""Transactions, and what is said just before they commit."""

import pytest

from backend.core import audit, jobs
from backend.core.access import SYSTEM
from backend.core.db import action, row, rows, transaction, value
from backend.core.ids import uuid7
from backend.core.journal import Event, publish
from tests.builders import TUESDAY_NINE

pytestmark = pytest.mark.anyio


class SomethingHappened(Event, frozen=True):
    subject_id: str


@action
async def happen(*, key: str, fails: bool = False) -> None:
    publish(SomethingHappened(subject_id=str(uuid7())))
    jobs.enqueue("remind", key=key, due_at=TUESDAY_NINE, visit_id=uuid7())
    audit.wrote(SYSTEM, "things.happen", person_id=uuid7())
    if fails:
        raise ValueError(key)


async def counts() -> tuple[int, int, int]:
    found = await row(
        "SELECT (SELECT count(*) FROM journal), (SELECT count(*) FROM jobs),"
        " (SELECT count(*) FROM audit)"
    )
    assert found is not None
    return tuple(found)


async def test_event_job_and_audit_commit_with_the_change(db) -> None:
    await happen(key="once")
    assert await counts() == (1, 1, 1)


async def test_a_failed_action_says_nothing(db) -> None:
    with pytest.raises(ValueError, match="never"):
        await happen(key="never", fails=True)
    assert await counts() == (0, 0, 0)


async def test_an_inner_failure_that_is_caught_leaves_nothing_behind(db) -> None:
    @action
    async def outer() -> None:
        await happen(key="kept")
        with pytest.raises(ValueError, match="lost"):
            await happen(key="lost", fails=True)

    await outer()
    assert await value("SELECT array_agg(key) FROM jobs") == ["remind:kept"]


async def test_a_job_is_owed_once_under_its_key(db) -> None:
    await happen(key="same")
    await happen(key="same")
    assert await counts() == (2, 1, 2)


async def test_a_lost_commit_gives_its_connection_back(db) -> None:
    await rows("CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    for _ in range(40):
        with pytest.raises(Exception, match="late_id_key"):
            async with transaction():
                await rows("INSERT INTO late VALUES (1), (1)")
    await rows("DROP TABLE late")
    assert await value("SELECT 1") == 1


async def test_reads_are_noted_together_and_sealed(db) -> None:
    await audit.seen(SYSTEM, "visits.list", persons=[uuid7(), uuid7()], ties=["visit", "round"])
    await happen(key="sealed")
    assert await audit.seal() == 2
    assert await audit.seal() == 0
    assert await audit.first_broken_seal() is None


async def test_the_verifier_names_a_changed_row(db) -> None:
    await happen(key="changed")
    await audit.seal()
    await rows("UPDATE audit SET why = 'somebody else'")
    assert await audit.first_broken_seal() is not None
