"""Assessments, scored and corrected."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.core.access import Actor
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, Forbidden, Missing, NeedsVersion, Stale
from backend.records import actions, queries
from backend.records.lifecycle import facts
from backend.records.lifecycle.scores import NO, Instrument, WrongAnswers, items
from backend.records.schemas import Assessment
from tests.builders import TUESDAY_NINE
from tests.records.conftest import Cast
from tests.records.said import a_sheet, topics

pytestmark = pytest.mark.anyio

NOW = TUESDAY_NINE + timedelta(minutes=5)


async def assess(
    actor: Actor, said: facts.Sheet, assessment_id: UUID | None = None, version: str | None = None
) -> Assessment:
    kept = await actions.assess(
        assessment_id=assessment_id or uuid7(), actor=actor, said=said, version=version, now=NOW
    )
    return Assessment.of(kept.thing)


async def test_a_sheet_is_scored_and_its_answers_are_sealed(cast: Cast) -> None:
    made = await assess(cast.nurse, a_sheet(cast.elder_id))

    assert (made.total, made.band, made.version) == (100, "无需依赖", 1)
    assert made.answers["feeding"] == 10
    assert b"feeding" not in await value("SELECT answers FROM assessments")
    assert await topics() == ["AssessmentMade"]


async def test_a_sheet_that_is_not_whole_leaves_nothing_behind(cast: Cast) -> None:
    with pytest.raises(WrongAnswers):
        await assess(cast.nurse, a_sheet(cast.elder_id, answers={"feeding": 10}))

    assert await value("SELECT count(*) FROM assessments") == 0


async def test_a_sheet_is_corrected_by_its_author_with_the_version_read(cast: Cast) -> None:
    made = await assess(cast.nurse, a_sheet(cast.elder_id))
    changed = a_sheet(cast.elder_id, answers={**made.answers, "walking": 10})

    assert await assess(cast.nurse, a_sheet(cast.elder_id), made.id) == made
    with pytest.raises(NeedsVersion):
        await assess(cast.nurse, changed, made.id)
    with pytest.raises(Stale):
        await assess(cast.nurse, changed, made.id, '"7"')
    with pytest.raises(Forbidden):
        await assess(cast.doctor, changed, made.id, '"1"')
    second = await assess(cast.nurse, changed, made.id, '"1"')

    assert (second.total, second.band, second.version) == (95, "轻度依赖", 2)


async def test_a_correction_stays_with_its_instrument_and_its_person(cast: Cast) -> None:
    made = await assess(cast.nurse, a_sheet(cast.elder_id))
    gds = a_sheet(
        cast.elder_id,
        instrument=Instrument.GDS_15,
        answers=dict.fromkeys((item.id for item in items(Instrument.GDS_15)), NO),
    )

    with pytest.raises(AlreadyDifferent):
        await assess(cast.nurse, gds, made.id, '"1"')


@pytest.mark.rule("RC-03")
async def test_a_relative_reads_a_depression_scale_when_its_chapter_is_ticked(cast: Cast) -> None:
    barthel = await assess(cast.nurse, a_sheet(cast.elder_id))
    gds = await assess(
        cast.nurse,
        a_sheet(
            cast.elder_id,
            instrument=Instrument.GDS_15,
            answers=dict.fromkeys((item.id for item in items(Instrument.GDS_15)), NO),
        ),
    )

    async def listed(actor: Actor) -> set[UUID]:
        page = await queries.assessments(
            person_id=cast.elder_id,
            instrument=None,
            actor=actor,
            limit=50,
            after=None,
            now=NOW,
        )
        return {found["id"] for found in page.items}

    assert await listed(cast.doctor) == {barthel.id, gds.id}
    assert await listed(cast.daughter) == {barthel.id}
    with pytest.raises(Missing):
        await queries.assessment(assessment_id=gds.id, actor=cast.daughter, now=NOW)

    await rows("UPDATE delegations SET sensitive_chapters = '{mental_health}'")

    assert await listed(cast.daughter) == {barthel.id, gds.id}
    await queries.assessment(assessment_id=gds.id, actor=cast.daughter, now=NOW)


async def test_a_stranger_neither_assesses_nor_reads(cast: Cast) -> None:
    made = await assess(cast.nurse, a_sheet(cast.elder_id))

    with pytest.raises(Missing):
        await assess(cast.stranger, a_sheet(cast.elder_id))
    with pytest.raises(Missing):
        await queries.assessment(assessment_id=made.id, actor=cast.stranger, now=NOW)
