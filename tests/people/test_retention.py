"""What is forgotten, when, and what a legal hold keeps."""

from datetime import timedelta

import pytest

from backend.core import clock
from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.people import actions
from tests.builders import a_person, acting, an_organization, staff_of

pytestmark = [pytest.mark.anyio, pytest.mark.rule("RC-01")]


async def test_sessions_are_forgotten_half_a_year_after_they_ended(db) -> None:
    now = clock.now()
    old, recent, open_one, held = [(await acting(await a_person(), Role.ELDER)) for _ in range(4)]
    for actor, days in ((old, 181), (recent, 179), (held, 181)):
        await rows(
            "UPDATE sessions SET ended_at = $2 WHERE id = $1",
            actor.session_id,
            now - timedelta(days=days),
        )
    for _ in range(2):
        await actions.retain(now=now, held=[held.person_id])
    kept = await value("SELECT array_agg(id) FROM sessions")
    assert set(kept) == {each.session_id for each in (recent, open_one, held)}
    assert await value("SELECT count(*) FROM audit WHERE what = 'people.retain'") == 1


async def test_an_access_in_need_stays_as_long_as_the_record(db) -> None:
    now = clock.now()
    elder, held = await a_person(), await a_person()
    nurse = await staff_of(await an_organization(), Role.NURSE)
    for person_id, years in ((elder, 14), (elder, 16), (held, 16)):
        at = now - timedelta(days=366 * years)
        await rows(
            "INSERT INTO break_glass (id, person, opened_by, organization_id, reason, from_at,"
            " until_at, review_due_at, reviewed_at, fingerprint)"
            " VALUES ($1, $2, $3, $4, '', $5, $5, $5, $5, '')",
            uuid7(),
            person_id,
            nurse.person_id,
            nurse.organization_id,
            at,
        )
    await actions.retain(now=now, held=[held])
    assert await value("SELECT count(*) FROM break_glass WHERE person = $1", elder) == 1
    assert await value("SELECT count(*) FROM break_glass WHERE person = $1", held) == 1
