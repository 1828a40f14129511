"""Break-glass, and copies of the record."""

from datetime import datetime

import msgspec
import pytest

from backend.core import calendar
from backend.core.access import Role
from backend.core.db import row, rows, value
from backend.core.ids import uuid7
from backend.people import actions
from backend.people.actions.facts import CopyFacts
from backend.people.lifecycle import Chapter
from tests.builders import (
    TUESDAY_NINE,
    a_delegation,
    a_person,
    a_tie,
    acting,
    an_organization,
    staff_of,
)

pytestmark = pytest.mark.anyio

REASON = {"reason": "邻居呼救，老人倒地，需了解过敏史"}


@pytest.mark.rule("RC-05")
async def test_in_need_a_stranger_sees_for_four_hours(db, client_for) -> None:
    elder = await a_person()
    nurse = await staff_of(await an_organization(), Role.NURSE)
    client, person = client_for(nurse), f"/v1/persons/{elder}"
    assert (await client.get(person)).status_code == 404
    path = f"{person}/break-glass/{uuid7()}"
    opened = await client.put(path, json=REASON)
    assert opened.status_code == 201, opened.text
    assert (await client.put(path, json=REASON)).json() == opened.json()
    assert (await client.put(path, json={"reason": "别的原因"})).status_code == 409
    assert (await client.get(person)).status_code == 200

    kept = opened.json()
    hours = moment(kept["until_at"]) - moment(kept["from_at"])
    review = moment(kept["review_due_at"]) - moment(kept["from_at"])
    assert (hours.total_seconds(), review.days) == (4 * 3600, 3)
    assert await value("SELECT array_agg(topic ORDER BY id) FROM journal") == [
        "CareTeamJoined",
        "BreakGlassOpened",
    ]
    due = await row("SELECT task, due_at FROM jobs WHERE task = 'look_for_review'")
    assert due is not None
    assert due["due_at"] == moment(kept["review_due_at"])
    why = "SELECT ties[1] FROM audit WHERE what = 'people.person'"
    assert await value(why) == "break_glass"

    await rows("UPDATE care_team SET until_at = now() - interval '1 second'")
    over = await client.get(person)
    assert (over.status_code, over.json()["code"]) == (403, "tie_ended")


@pytest.mark.rule("RC-05")
async def test_an_administrator_reviews_it_and_never_oneself(db, client_for) -> None:
    elder, center = await a_person(), await an_organization()
    nurse = await staff_of(center, Role.NURSE)
    admin = await staff_of(center, Role.CHC_ADMIN)
    elsewhere = await staff_of(await an_organization(), Role.CHC_ADMIN)
    path = f"/v1/persons/{elder}/break-glass/{uuid7()}"
    await client_for(nurse).put(path, json=REASON)

    waiting = (await client_for(admin).get("/v1/break-glass")).json()["items"]
    assert [(each["opened_by_name"], each["reason"]) for each in waiting] == [
        ("沈明", REASON["reason"])
    ]
    verdict = {"is_justified": False}
    oneself = msgspec.structs.replace(nurse, role=Role.CHC_ADMIN)
    assert (await client_for(oneself).put(f"{path}/review", json=verdict)).status_code == 403
    assert (await client_for(elsewhere).put(f"{path}/review", json=verdict)).status_code == 404
    reviewed = await client_for(admin).put(f"{path}/review", json=verdict)
    assert (reviewed.status_code, reviewed.json()["is_justified"]) == (201, False)
    assert (await client_for(admin).put(f"{path}/review", json=verdict)).status_code == 200
    other = await client_for(admin).put(f"{path}/review", json={"is_justified": True})
    assert (other.status_code, other.json()["code"]) == (409, "already_different")
    assert (await client_for(nurse).get(f"/v1/persons/{elder}")).status_code == 403


@pytest.mark.rule("RC-05")
async def test_a_review_that_is_not_made_in_time_is_told_of(db, client_for) -> None:
    elder, center = await a_person(), await an_organization()
    nurse, admin = await staff_of(center, Role.NURSE), await staff_of(center, Role.CHC_ADMIN)
    late, done = uuid7(), uuid7()
    for access_id in (late, done):
        await client_for(nurse).put(f"/v1/persons/{elder}/break-glass/{access_id}", json=REASON)
    review = f"/v1/persons/{elder}/break-glass/{done}/review"
    await client_for(admin).put(review, json={"is_justified": True})
    for access_id in (late, done):
        await actions.look_for_review(access_id=access_id)
    overdue = "SELECT array_agg(subject_id) FROM journal WHERE topic = 'BreakGlassReviewOverdue'"
    assert await value(overdue) == [late]


async def test_glass_is_not_broken_for_nobody_nor_without_a_reason(db, client_for) -> None:
    client = client_for(await staff_of(await an_organization(), Role.NURSE))
    nobody = await client.put(f"/v1/persons/{uuid7()}/break-glass/{uuid7()}", json=REASON)
    assert nobody.status_code == 404
    path = f"/v1/persons/{await a_person()}/break-glass/{uuid7()}"
    assert (await client.put(path, json={"reason": ""})).status_code == 400


@pytest.mark.rule("RC-06")
async def test_a_copy_is_due_within_two_working_days(db) -> None:
    elder = await a_person()
    friday = TUESDAY_NINE.replace(day=27)
    kept = await actions.ask_copy(
        copy_id=uuid7(),
        actor=await acting(elder, Role.ELDER),
        said=CopyFacts(person_id=elder, chapters=[Chapter.NOTES]),
        now=friday,
    )
    assert kept.thing["due_on"] == calendar.on(TUESDAY_NINE.replace(month=12, day=1))


@pytest.mark.rule("RC-06")
async def test_an_administrator_hands_the_copy_over(db, client_for) -> None:
    elder, center = await a_person(), await an_organization()
    admin = client_for(await staff_of(center, Role.CHC_ADMIN))
    client = client_for(await acting(elder, Role.ELDER))
    path = f"/v1/copies/{uuid7()}"
    said = {"person_id": str(elder), "chapters": ["notes"]}
    assert (await client.put(path, json=said)).status_code == 201
    assert (await client.put(path, json=said)).status_code == 200
    file = {"file_id": str(uuid7())}
    assert (await admin.put(f"{path}/hand-over", json=file)).status_code == 404
    await a_tie(elder, center, kind="organization")
    assert len((await admin.get("/v1/copies")).json()["items"]) == 1
    assert (await admin.put(f"{path}/hand-over", json=file)).status_code == 201
    assert (await client.get(path)).json()["file_id"] == file["file_id"]
    assert len((await client.get("/v1/copies")).json()["items"]) == 1


@pytest.mark.rule("RC-03")
async def test_a_relative_copies_only_what_was_ticked(db, client_for) -> None:
    elder, daughter = await a_person(), await a_person(name="周敏")
    client = client_for(await acting(daughter, Role.RELATIVE))
    said = {"person_id": str(elder), "chapters": ["notes", "mental_health"]}
    path = f"/v1/copies/{uuid7()}"
    assert (await client.put(path, json=said)).status_code == 404
    delegation = await a_delegation(elder, daughter, "VIEW_FULL")
    refused = await client.put(path, json=said)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    await rows(
        "UPDATE delegations SET sensitive_chapters = '{mental_health}' WHERE id = $1", delegation
    )
    assert (await client.put(path, json=said)).status_code == 201


@pytest.mark.rule("RC-08")
async def test_after_a_death_close_kin_ask_with_proof(db, client_for) -> None:
    elder, daughter = await a_person(), await a_person(name="周敏")
    client = client_for(await acting(daughter, Role.RELATIVE))
    await rows("UPDATE persons SET died_on = '2026-11-01' WHERE id = $1", elder)
    path = f"/v1/copies/{uuid7()}"
    said = {"person_id": str(elder), "chapters": ["notes"]}
    assert (await client.put(path, json=said)).status_code == 404
    await rows(
        "INSERT INTO kinships (id, person, relative, relation, is_emergency_contact, version,"
        " fingerprint, recorded_at) VALUES ($1, $2, $3, '3', false, 1, '', $4)",
        uuid7(),
        elder,
        daughter,
        TUESDAY_NINE,
    )
    refused = await client.put(path, json=said)
    assert (refused.status_code, refused.json()["code"]) == (422, "needs_proof")
    proven = said | {"proof_ids": [str(uuid7())]}
    assert (await client.put(path, json=proven)).status_code == 201


def moment(said: str) -> datetime:
    return datetime.fromisoformat(said)
