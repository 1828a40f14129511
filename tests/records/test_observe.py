"""Readings: kept once, judged at once, told once, voided and never lost."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.core.access import Actor, Role
from backend.core.db import row, rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, Forbidden, Missing
from backend.people.problems import DelegationEnded, ScopeMissing
from backend.records import actions, queries
from backend.records.lifecycle import facts
from backend.records.lifecycle.notes import NoteKind
from backend.records.lifecycle.red_signs import Symptom
from backend.records.lifecycle.vitals import Implausible, Level, Source, VitalSign
from backend.records.schemas import Observation
from tests.builders import TUESDAY_NINE, a_delegation, a_person, acting, an_organization, staff_of
from tests.records.conftest import Cast
from tests.records.said import a_draft, a_reading, topics

pytestmark = pytest.mark.anyio

NOW = TUESDAY_NINE + timedelta(minutes=5)
SIX_OTHERS: dict[VitalSign, float | Level] = {
    VitalSign.RESP: 22,
    VitalSign.SPO2: 93,
    VitalSign.O2_FLOW: 0,
    VitalSign.SBP: 105,
    VitalSign.PULSE: 98,
    VitalSign.AVPU: Level.ALERT,
}


async def take(
    actor: Actor, said: facts.Reading, observation_id: UUID | None = None
) -> Observation:
    kept = await actions.observe(
        observation_id=observation_id or uuid7(), actor=actor, said=said, now=NOW
    )
    return Observation.of(kept.thing)


async def test_a_reading_is_kept_with_three_times_and_its_audit(cast: Cast) -> None:
    taken = await take(cast.nurse, a_reading(cast.elder_id))

    assert (taken.value, taken.loinc, taken.source) == (128, "8480-6", Source.NURSE)
    assert (taken.client_time, taken.happened_at) == (TUESDAY_NINE, TUESDAY_NINE)
    assert taken.recorded_at == NOW
    assert (taken.alerts, taken.flags) == ([], [])
    audited = await row("SELECT what, persons, subject_id, ties FROM audit")
    assert audited is not None
    assert tuple(audited) == ("records.observe", [cast.elder_id], taken.id, ["registration"])
    assert await topics() == ["ObservationTaken"]


@pytest.mark.rule("FU-03", "EM-02")
async def test_186_with_a_headache_alarms_doctor_and_family(cast: Cast) -> None:
    taken = await take(
        cast.doctor,
        a_reading(cast.elder_id, VitalSign.SBP, 186, symptoms=frozenset({Symptom.SEVERE_HEADACHE})),
    )

    assert [(alert.code, alert.rule) for alert in taken.alerts] == [
        ("HIGH_PRESSURE", "EM-02"),
        ("HTN_EMERGENCY", "FU-03"),
    ]
    assert await topics() == ["ObservationTaken", "AlarmRaised"]
    body = await value("SELECT body FROM journal WHERE topic = 'AlarmRaised'")
    assert "HTN" not in body


@pytest.mark.rule("FU-03")
async def test_both_halves_of_a_blood_pressure_alarm_once(cast: Cast) -> None:
    visit_id = uuid7()

    for code, figure in ((VitalSign.SBP, 186), (VitalSign.DBP, 112)):
        await take(cast.doctor, a_reading(cast.elder_id, code, figure, visit_id=visit_id))

    assert await topics() == ["ObservationTaken", "AlarmRaised", "ObservationTaken"]
    assert await value("SELECT count(*) FROM alerts") == 2


@pytest.mark.rule("FU-03")
async def test_a_relatives_reading_alarms_too_and_says_who_took_it(cast: Cast) -> None:
    taken = await take(cast.daughter, a_reading(cast.elder_id, VitalSign.SBP, 181))

    assert taken.source is Source.RELATIVE
    assert [alert.code for alert in taken.alerts] == ["HTN_EMERGENCY"]
    assert "AlarmRaised" in await topics()


async def test_a_familys_device_speaks_for_itself_and_a_nurse_for_hers(cast: Cast) -> None:
    said = a_reading(cast.elder_id, device="omron-u10")

    assert (await take(cast.daughter, said)).source is Source.DEVICE
    assert (await take(cast.nurse, said)).source is Source.NURSE


@pytest.mark.rule("EM-01", "EV-11")
async def test_the_seventh_input_completes_news2(cast: Cast) -> None:
    for code, said in SIX_OTHERS.items():
        assert (await take(cast.nurse, a_reading(cast.elder_id, code, said))).news2 is None

    taken = await take(cast.nurse, a_reading(cast.elder_id, VitalSign.TEMP, 38.4))

    assert taken.news2 is not None
    assert (taken.news2.total, taken.news2.band) == (7, "HIGH")
    assert [alert.code for alert in taken.alerts] == ["NEWS2_HIGH"]
    assert (await topics())[-1] == "AlarmRaised"


@pytest.mark.rule("EM-01")
async def test_a_single_three_asks_a_doctor_to_call_back_and_alarms_nobody(cast: Cast) -> None:
    well = SIX_OTHERS | {
        VitalSign.RESP: 16,
        VitalSign.SPO2: 98,
        VitalSign.SBP: 120,
        VitalSign.PULSE: 70,
    }
    for code, said in well.items():
        await take(cast.nurse, a_reading(cast.elder_id, code, said))

    taken = await take(cast.nurse, a_reading(cast.elder_id, VitalSign.TEMP, 35.0))

    assert [alert.code for alert in taken.alerts] == ["NEWS2_SINGLE"]
    assert "60分钟" in taken.alerts[0].text
    assert (await topics())[-1] == "CallBackAsked"
    due_at = await value("SELECT body->>'due_at' FROM journal WHERE topic = 'CallBackAsked'")
    assert due_at == (NOW + timedelta(hours=1)).isoformat().replace("+00:00", "Z")


@pytest.mark.rule("EM-01")
@pytest.mark.parametrize(
    ("earlier", "same_visit", "is_complete"),
    [
        (timedelta(minutes=30), False, True),
        (timedelta(minutes=31), False, False),
        (timedelta(minutes=31), True, True),
    ],
)
async def test_news2_takes_readings_of_one_visit_or_one_half_hour(
    cast: Cast, earlier: timedelta, same_visit: bool, is_complete: bool
) -> None:
    before = {"client_time": TUESDAY_NINE - earlier, "visit_id": uuid7() if same_visit else None}
    for code, said in SIX_OTHERS.items():
        await take(cast.nurse, a_reading(cast.elder_id, code, said, **before))

    last = a_reading(cast.elder_id, VitalSign.TEMP, 38.4, visit_id=before["visit_id"])

    assert ((await take(cast.nurse, last)).news2 is not None) is is_complete


@pytest.mark.rule("EM-01")
async def test_scale_2_holds_from_a_doctors_signed_order_until_its_end(cast: Cast) -> None:
    async def order(kind: NoteKind, hour: int) -> None:
        note_id, at = uuid7(), TUESDAY_NINE + timedelta(hours=hour)
        said = a_draft(cast.elder_id, kind, client_time=at)
        await actions.write_note(
            note_id=note_id, actor=cast.doctor, said=said, version=None, now=at
        )
        signature = facts.Signature(client_time=at)
        await actions.sign_note(note_id=note_id, actor=cast.doctor, said=signature, now=at)

    async def scale_at(hour: int) -> int:
        at = TUESDAY_NINE + timedelta(hours=hour)
        scale = 0
        for code, said in (SIX_OTHERS | {VitalSign.SPO2: 90, VitalSign.TEMP: 36.5}).items():
            kept = await actions.observe(
                observation_id=uuid7(),
                actor=cast.nurse,
                said=a_reading(cast.elder_id, code, said, client_time=at),
                now=at,
            )
            news2 = Observation.of(kept.thing).news2
            scale = news2.scale if news2 else 0
        return scale

    assert await scale_at(0) == 1
    await order(NoteKind.SPO2_TARGET, 1)
    assert await scale_at(2) == 2
    await order(NoteKind.SPO2_TARGET_END, 3)
    assert await scale_at(4) == 1


@pytest.mark.rule("EM-01")
async def test_a_nurse_may_not_order_a_saturation_target(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        await actions.write_note(
            note_id=uuid7(),
            actor=cast.nurse,
            said=a_draft(cast.elder_id, NoteKind.SPO2_TARGET),
            version=None,
            now=NOW,
        )


@pytest.mark.rule("EV-11")
async def test_an_implausible_reading_leaves_nothing_behind(cast: Cast) -> None:
    with pytest.raises(Implausible):
        await take(cast.nurse, a_reading(cast.elder_id, VitalSign.TEMP, 45.1))

    assert await value("SELECT count(*) FROM observations") == 0
    assert await topics() == []


@pytest.mark.rule("EV-11")
async def test_an_unusual_reading_is_flagged(cast: Cast) -> None:
    taken = await take(cast.nurse, a_reading(cast.elder_id, VitalSign.TEMP, 37.8))

    assert taken.flags == ["HIGH"]


async def test_the_same_reading_again_is_the_same_reading(cast: Cast) -> None:
    observation_id, said = uuid7(), a_reading(cast.elder_id, VitalSign.SBP, 186)

    first = await actions.observe(
        observation_id=observation_id, actor=cast.nurse, said=said, now=NOW
    )
    for repeated in range(2):
        again = await actions.observe(
            observation_id=observation_id,
            actor=cast.nurse,
            said=said,
            now=NOW + timedelta(hours=repeated),
        )
        assert not again.first
        assert Observation.of(again.thing) == Observation.of(first.thing)

    assert first.first
    assert await value("SELECT count(*) FROM observations") == 1
    assert await topics() == ["ObservationTaken", "AlarmRaised"]


async def test_another_reading_under_the_same_id_is_refused_with_the_stored_one(cast: Cast) -> None:
    observation_id = uuid7()
    await take(cast.nurse, a_reading(cast.elder_id), observation_id)

    with pytest.raises(AlreadyDifferent) as refusal:
        await take(cast.nurse, a_reading(cast.elder_id, VitalSign.SBP, 129), observation_id)

    assert refusal.value.facts["stored"]["value"] == 128  # type: ignore[index]


async def test_an_id_taken_for_somebody_else_shows_nothing_of_them(cast: Cast) -> None:
    observation_id = uuid7()
    await take(cast.nurse, a_reading(cast.elder_id), observation_id)
    another = await a_person(center_id=cast.stranger.organization_id)

    with pytest.raises(AlreadyDifferent) as refusal:
        await take(cast.stranger, a_reading(another), observation_id)

    assert refusal.value.facts == {}


async def test_a_stranger_cannot_tell_that_the_person_exists(cast: Cast) -> None:
    with pytest.raises(Missing):
        await take(cast.stranger, a_reading(cast.elder_id))
    with pytest.raises(Missing):
        await take(cast.stranger, a_reading(uuid7()))


async def test_who_cared_once_may_still_land_what_they_measured(cast: Cast) -> None:
    await rows("UPDATE care_team SET until_at = $1", TUESDAY_NINE)
    await rows("UPDATE persons SET center = NULL WHERE id = $1", cast.elder_id)

    taken = await take(cast.nurse, a_reading(cast.elder_id))

    assert await value("SELECT ties FROM audit") == ["ended"]
    assert taken.author_id == cast.nurse.person_id


async def test_field_staff_of_the_center_may_record_without_a_tie(cast: Cast) -> None:
    await rows("DELETE FROM care_team")

    await take(cast.nurse, a_reading(cast.elder_id))

    assert await value("SELECT ties FROM audit") == ["center"]


@pytest.mark.rule("RC-03")
async def test_a_relative_needs_the_scope_and_a_living_delegation(cast: Cast) -> None:
    son = await acting(await a_person(name="周强", sex="M"), Role.RELATIVE)
    await a_delegation(cast.elder_id, son.person_id, "VIEW_FULL")

    with pytest.raises(ScopeMissing):
        await take(son, a_reading(cast.elder_id))

    await rows("UPDATE delegations SET revoked_at = $1", TUESDAY_NINE)
    for relative in (son, cast.daughter):
        with pytest.raises(DelegationEnded):
            await take(relative, a_reading(cast.elder_id))


async def test_an_elder_reads_only_for_themself(cast: Cast) -> None:
    elder = await acting(cast.elder_id, Role.ELDER)

    assert (await take(elder, a_reading(cast.elder_id))).source is Source.ELDER
    with pytest.raises(Missing):
        await take(elder, a_reading(cast.daughter.person_id))


async def test_a_wrong_reading_is_voided_by_its_author_and_stays(cast: Cast) -> None:
    taken = await take(cast.daughter, a_reading(cast.elder_id, VitalSign.SBP, 118))
    await rows("UPDATE delegations SET revoked_at = $1", TUESDAY_NINE)

    kept = await actions.void_observation(
        observation_id=taken.id, actor=cast.daughter, reason="量错人了", now=NOW
    )
    again = await actions.void_observation(
        observation_id=taken.id, actor=cast.daughter, reason="量错人了", now=NOW
    )

    voided = Observation.of(kept.thing)
    assert (kept.first, again.first) == (True, False)
    assert (voided.voided_at, voided.voided_by) == (NOW, cast.daughter.person_id)
    assert (voided.value, voided.void_reason) == (118, "量错人了")
    assert (await topics())[-1] == "ObservationVoided"
    assert await value("SELECT count(*) FROM observations") == 1


async def test_a_doctor_voids_anybodys_reading_and_a_nurse_only_her_own(cast: Cast) -> None:
    taken = await take(cast.daughter, a_reading(cast.elder_id))

    async def void(actor: Actor, reason: str = "wrong person") -> None:
        await actions.void_observation(observation_id=taken.id, actor=actor, reason=reason, now=NOW)

    with pytest.raises(Missing):
        await void(cast.stranger)
    with pytest.raises(Forbidden):
        await void(cast.nurse)
    await void(cast.doctor)
    with pytest.raises(AlreadyDifferent):
        await void(cast.doctor, "another reason")


@pytest.mark.rule("EM-01")
async def test_a_voided_reading_counts_no_more(cast: Cast) -> None:
    for code, said in SIX_OTHERS.items():
        taken = await take(cast.nurse, a_reading(cast.elder_id, code, said))
    await actions.void_observation(
        observation_id=taken.id, actor=cast.nurse, reason="录错", now=NOW
    )

    last = await take(cast.nurse, a_reading(cast.elder_id, VitalSign.TEMP, 38.4))

    assert last.news2 is None


async def test_readings_are_listed_newest_first_page_by_page_and_the_look_is_noted(
    cast: Cast,
) -> None:
    taken = [
        await take(
            cast.nurse,
            a_reading(
                cast.elder_id, VitalSign.PULSE, 60 + hour, client_time=NOW - timedelta(hours=hour)
            ),
        )
        for hour in range(5)
    ]
    await take(cast.nurse, a_reading(cast.elder_id, VitalSign.SBP, 120))
    seen: list[UUID] = []
    after = None
    while True:
        page = await queries.observations(
            person_id=cast.elder_id,
            code=VitalSign.PULSE,
            actor=cast.daughter,
            limit=2,
            after=after,
            now=NOW,
        )
        seen += [found["id"] for found in page.items]
        after = page.next
        if after is None:
            break

    assert seen == [each.id for each in taken]
    looks = await rows("SELECT actor_id, ties FROM audit WHERE what = 'records.observations'")
    assert [tuple(look) for look in looks] == [(cast.daughter.person_id, ["delegation"])] * 3


async def test_readings_of_a_foreign_person_are_not_listed(cast: Cast) -> None:
    taken = await take(cast.nurse, a_reading(cast.elder_id))

    with pytest.raises(Missing):
        await queries.observations(
            person_id=cast.elder_id,
            code=None,
            actor=cast.stranger,
            limit=50,
            after=None,
            now=NOW,
        )
    with pytest.raises(Missing):
        await queries.observation(observation_id=taken.id, actor=cast.stranger, now=NOW)


@pytest.mark.rule("FU-12")
async def test_an_institution_nurse_reads_glucose_for_a_resident(cast: Cast) -> None:
    institution_id = await an_organization(kinds=("ELDER_CARE_INSTITUTION",), name="静安养老院")
    nurse = await staff_of(institution_id, Role.INST_NURSE, name="李护士", sex="F")
    with pytest.raises(Missing):
        await take(nurse, a_reading(cast.elder_id, VitalSign.GLU_RANDOM, 3.9))

    await rows("UPDATE care_team SET member_id = $1", institution_id)
    taken = await take(nurse, a_reading(cast.elder_id, VitalSign.GLU_RANDOM, 3.9))

    assert taken.source is Source.INST_NURSE
    assert [alert.code for alert in taken.alerts] == ["GLUCOSE_LOW_EMERGENCY"]
