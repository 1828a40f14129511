"""周德明 lets his daughter in, gives her more when she asks, and takes it back."""

from datetime import timedelta

import pytest

from backend.core.ids import uuid7
from tests.journeys.person import Json, Person
from tests.journeys.world import Town

pytestmark = pytest.mark.anyio


@pytest.mark.rule("RC-03")
async def test_a_permission_is_given_widened_on_request_and_ends_with_the_next_request(
    town: Town,
) -> None:
    # given a daughter who may see that things happen, and a signed note of yesterday
    daughter, brother, father = await town.people("周敏", "周强", "周德明")
    nurse, doctor = await town.people("李燕", "沈明")
    elder = await town.elder("周德明")
    await town.clock_shows("16:00", days=-1)
    note = await doctor.writes_a_note(elder, "继续目前治疗。")
    await doctor.signs(note)
    await town.clock_shows("08:00")
    entry, *_ = await daughter.lists(f"/persons/{father.id}/timeline")
    assert (entry["said"], entry["thing"]) == ("完成一份病程记录", None)
    await daughter.reads(f"/notes/{note['id']}", answers="403 scope_missing")
    await daughter.reads(f"/persons/{father.id}/timeline?level=full", answers="403 scope_missing")

    # when she asks for more, and staff cannot say yes for him
    (given,) = await daughter.lists("/delegations?as=received")
    path = f"/delegations/{given['id']}"
    await daughter.puts(f"{path}/scope-requests/{uuid7()}", scopes=["VIEW_FULL"])
    await town.finish_all_work()
    assert await father.was_told(about=given["id"]) == ["scopes_asked"]
    (line,) = await father.lists("/work")
    assert (line["kind"], line["person_id"]) == ("scope_request", father.id)
    await nurse.puts(path, answers="403 forbidden", **_with(given, "VIEW_FULL"))
    await daughter.puts(path, answers="403 forbidden", **_with(given, "VIEW_FULL"))

    # and he says yes himself
    await father.puts(path, answers="428 needs_version", **_with(given, "VIEW_FULL"))
    wider = await father.puts(
        path, answers="200", if_match=given["version"], **_with(given, "VIEW_FULL")
    )
    assert "VIEW_FULL" in wider["scopes"]

    # then she reads the note, and his list is empty
    await town.finish_all_work()
    assert (await daughter.was_told(about=given["id"]))[-1] == "delegation_changed"
    assert (await daughter.reads(f"/notes/{note['id']}"))["text"] == "继续目前治疗。"
    assert await father.lists("/work") == []

    # and when he takes it back, her very next request is refused, and her brother's is not
    await father.puts(f"{path}/revocation")
    await daughter.reads(f"/notes/{note['id']}", answers="403 delegation_ended")
    await daughter.reads(f"/persons/{father.id}", answers="403 delegation_ended")
    assert await _sees(brother, father)
    await town.finish_all_work()
    assert (await daughter.was_told(about=given["id"]))[-1] == "delegation_revoked"

    # and she cannot ask for more of what has ended
    again = f"{path}/scope-requests/{uuid7()}"
    await daughter.puts(again, answers="403 delegation_ended", scopes=["VIEW_FULL"])


@pytest.mark.rule("RC-04")
async def test_a_guardian_speaks_for_an_elder_without_capacity(town: Town) -> None:
    # given an elder whom nobody can ask, his guardian, and his other son
    guardian, son, himself = await town.people("徐海涛", "徐浩", "徐国强")
    doctor, admin = await town.people("沈明", "钱敏华")
    elder = await town.elder("徐国强")
    await town.clock_shows("10:00")
    await son.reads(f"/persons/{elder.id}", answers="404 missing")

    # when the guardian lets the son in, as the elder himself could not
    body: Json = {
        "person_id": str(elder.id),
        "delegate_id": son.id,
        "scopes": ["VIEW_SUMMARY", "NOTIFY"],
        "valid_from": str(town.hour.tuesday),
        "valid_to": str(town.hour.tuesday + timedelta(days=30)),
    }
    await himself.puts(f"/delegations/{uuid7()}", answers="422 needs_guardian", **body)
    await guardian.puts(f"/delegations/{uuid7()}", **body)

    # then the son sees him
    assert await _sees(son, himself)

    # and only the guardian consents, with the doctor for a witness
    consent: Json = {
        "person_id": str(elder.id),
        "purpose": "home_care",
        "text_version": "2026.1",
        "method": "paper",
        "client_time": doctor.says_it_is(),
        "evidence_id": str(uuid7()),
    }
    await doctor.puts(
        f"/consents/{uuid7()}", answers="422 needs_guardian", **consent, given_by=str(elder.id)
    )
    await doctor.puts(
        f"/consents/{uuid7()}", answers="422 consent_not_theirs", **consent, given_by=son.id
    )
    kept = await doctor.puts(f"/consents/{uuid7()}", **consent, given_by=guardian.id)
    assert kept["witness_id"] == doctor.id

    # when the ruling ends, so does what the guardian may see and say
    (ruling,) = await admin.lists(f"/guardianships?person_id={elder.id}")
    await admin.puts(
        f"/guardianships/{ruling['id']}",
        answers="200",
        if_match=ruling["version"],
        person_id=str(elder.id),
        guardian_id=guardian.id,
        basis=ruling["basis"],
        proof_id=ruling["proof_id"],
        valid_from=ruling["valid_from"],
        valid_to=ruling["valid_from"],
    )
    await guardian.reads(f"/persons/{elder.id}", answers="403 tie_ended")
    await guardian.puts(f"/consents/{kept['id']}/withdrawal", answers="403 tie_ended")


def _with(given: Json, *scopes: str) -> Json:
    """The delegation as it was given, with these scopes beside its own."""
    kept = {key: given[key] for key in ("person_id", "delegate_id", "valid_from", "valid_to")}
    return {**kept, "scopes": [*given["scopes"], *scopes]}


async def _sees(who: Person, elder: Person) -> bool:
    return bool((await who.reads(f"/persons/{elder.id}"))["name"] == elder.name)
