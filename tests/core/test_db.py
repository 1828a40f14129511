"""Transactions, and what is said just before they commit."""

import pytest

from backend.core import audit, jobs, journal
from backend.core import db as db_
from backend.core.access import SYSTEM
from backend.core.db import action, row, rows, transaction, value
from backend.core.ids import uuid7
from backend.core.journal import Event, publish
from backend.core.problems import AlreadyDifferent
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


NOTED = "kept AS (INSERT INTO relay_cursors (reader, last_id) VALUES ($1, 0))"
NOTES = "SELECT array_agg(reader::text ORDER BY reader) FROM relay_cursors"


async def test_a_write_goes_out_with_the_last_words_in_one_statement(db) -> None:
    asked: list[str] = []

    @action
    async def note() -> None:
        db_.current().connection.add_query_logger(lambda said: asked.append(said.query))
        await db_.write(NOTED, "last")
        await happen_here()
        assert not asked

    await note()
    assert sum(said.startswith("WITH") for said in asked) == 1
    assert await value(NOTES) == ["last"]
    assert await counts() == (1, 0, 0)


async def happen_here() -> None:
    publish(SomethingHappened(subject_id=str(uuid7())))


async def test_a_write_is_seen_by_the_next_question_and_by_what_is_written_after_it(db) -> None:
    @action
    async def note() -> None:
        await db_.write(NOTED, "first")
        assert await value(NOTES) == ["first"]
        await db_.write(NOTED, "second")
        await db_.write(NOTED, "third")

    await note()
    assert await value(NOTES) == ["first", "second", "third"]


async def test_a_write_that_waits_belongs_to_the_action_that_said_it(db) -> None:
    @action
    async def inner(*, fails: bool) -> None:
        await db_.write(NOTED, "lost" if fails else "kept")
        if fails:
            raise ValueError("lost")

    @action
    async def outer() -> None:
        await db_.write(NOTED, "before")
        await inner(fails=False)
        with pytest.raises(ValueError, match="lost"):
            await inner(fails=True)

    await outer()
    assert await value(NOTES) == ["before", "kept"]


async def test_two_who_write_the_same_at_once_are_told_apart_when_it_goes_out(db) -> None:
    @action
    async def note() -> None:
        await db_.write(NOTED, "taken")

    await note()
    with pytest.raises(AlreadyDifferent):
        await note()


@pytest.mark.parametrize("many", [1, journal.FEW, journal.FEW + 1, 60])
async def test_few_words_and_many_are_kept_alike(db, many) -> None:
    @action
    async def say() -> None:
        for n in range(many):
            await happen(key=f"key {n}")

    await say()
    assert await counts() == (many, many, many)
    assert await value("SELECT count(DISTINCT persons) FROM audit WHERE role = 'SYSTEM'") == many
    assert await value("SELECT count(DISTINCT args ->> 'visit_id') FROM jobs") == many


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
