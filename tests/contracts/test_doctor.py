"""Family-doctor contracts: drafted and signed, once for a person, within a panel."""

from datetime import date, timedelta
from typing import Any

import anyio
import pytest

from backend.contracts import actions, queries
from backend.contracts.lifecycle import Standing
from backend.contracts.lifecycle.said import Signer
from backend.contracts.problems import (
    AlreadyContracted,
    AlreadySigned,
    NeedsEvidence,
    NotAFamilyDoctor,
    NotAGroup,
    NotTheirHand,
    PanelFull,
    TermTooLong,
)
from backend.contracts.schemas import DoctorContractDetail
from backend.core import calendar
from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import (
    AlreadyDifferent,
    CannotMove,
    Forbidden,
    Missing,
    NeedsVersion,
    Stale,
)
from backend.people import queries as people
from tests.builders import a_person, a_tie, acting, staff_of
from tests.contracts.world import (
    NOW,
    TODAY,
    World,
    a_contract,
    a_draft,
    a_drafted,
    a_signature,
    a_world,
    events,
    sign_both,
    ties,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


async def detail(contract_id, *, now=NOW) -> DoctorContractDetail:
    found = await queries.doctor_contract(contract_id=contract_id, now=now)
    return DoctorContractDetail.of(found, now=now)


@pytest.mark.rule("FD-01", "FD-08")
async def test_a_contract_is_signed_when_both_sides_have(world: World) -> None:
    contract_id = await a_drafted(world)
    assert (await detail(contract_id)).standing is Standing.DRAFT
    await sign_both(world, contract_id)
    said = await detail(contract_id)
    assert said.standing is Standing.ACTIVE
    assert [each.value for each in said.signed_by] == ["center", "resident"]
    assert said.lines == a_draft(world).lines
    assert (said.doctor_id, said.valid_to) == (world.doctor.person_id, date(2027, 11, 23))
    assert await events("DoctorContractSigned") == 1


@pytest.mark.rule("FD-01", "FD-03")
async def test_benefits_come_with_a_contract_in_force(world: World) -> None:
    contract_id = await a_drafted(world)
    assert (await detail(contract_id)).benefits == []
    await sign_both(world, contract_id)
    assert "long_prescription" in (await detail(contract_id)).benefits


async def test_signing_ties_doctor_and_center_from_the_first_day_to_the_last(world: World) -> None:
    begins = TODAY + timedelta(days=7)
    await a_contract(world, valid_from=begins)
    first, end = calendar.day(begins)[0], calendar.day(date(2027, 12, 1))[0]
    members = sorted([world.doctor.person_id, world.center])
    assert await ties(world.elder) == [(each, first, end) for each in members]
    doctor = world.doctor
    tied = [
        await people.ties_of(actor=actor, person_ids=[world.elder], now=now)
        for now in (first - timedelta(seconds=1), first, end - timedelta(seconds=1), end)
        for actor in [await acting(doctor.person_id, Role.GP)]
    ]
    assert [bool(each) for each in tied] == [False, True, True, False]


@pytest.mark.rule("FD-01")
async def test_a_person_has_one_contract_at_a_time(world: World) -> None:
    await a_contract(world)
    second = await a_drafted(world, valid_from=TODAY + timedelta(days=30))
    with pytest.raises(AlreadyContracted):
        await sign_both(world, second)
    behind = await a_drafted(world, valid_from=date(2027, 11, 24))
    await sign_both(world, behind)


async def test_two_contracts_signed_at_once_leave_one(world: World) -> None:
    drafts = [await a_drafted(world), await a_drafted(world)]
    elder = await world.herself()
    for contract_id in drafts:
        await actions.sign(
            contract_id=contract_id,
            signature_id=uuid7(),
            actor=elder,
            said=a_signature("resident"),
            now=NOW,
        )
    refused = []

    async def sign(contract_id) -> None:
        try:
            await actions.sign(
                contract_id=contract_id,
                signature_id=uuid7(),
                actor=world.doctor,
                said=a_signature(),
                now=NOW,
            )
        except AlreadyContracted:
            refused.append(contract_id)

    async with anyio.create_task_group() as group:
        for contract_id in drafts:
            group.start_soon(sign, contract_id)
    assert len(refused) == 1
    assert await value("SELECT count(*) FROM doctor_contracts WHERE status = 'SIGNED'") == 1


@pytest.mark.rule("FD-01")
async def test_a_group_is_a_health_center_and_two_different_hospitals(world: World) -> None:
    for changed in (
        {"district_hospital_id": world.house},
        {"municipal_hospital_id": world.district},
        {"district_hospital_id": world.municipal},
    ):
        with pytest.raises(NotAGroup):
            await a_drafted(world, now=NOW, **changed)


@pytest.mark.rule("FD-01")
async def test_the_doctor_is_one_of_the_center(world: World) -> None:
    stranger = await staff_of(world.municipal, Role.GP)
    for doctor_id in (world.nurse.person_id, stranger.person_id, uuid7()):
        with pytest.raises(NotAFamilyDoctor):
            await a_drafted(world, doctor_id=doctor_id)


@pytest.mark.rule("FD-06")
async def test_a_contract_runs_three_years_at_most(world: World) -> None:
    await a_drafted(world, valid_to=date(2029, 11, 23))
    with pytest.raises(TermTooLong) as refused:
        await a_drafted(world, valid_to=date(2029, 11, 24))
    assert refused.value.facts["years_max"] == 3


async def test_drafting_again_is_the_same_and_changing_asks_for_the_version(world: World) -> None:
    contract_id = await a_drafted(world)
    said: dict[str, Any] = {"contract_id": contract_id, "actor": world.doctor, "now": NOW}
    kept = await actions.draft(**said, said=a_draft(world), if_match=None)
    assert not kept.first
    other = a_draft(world, contract_no="2026-001")
    with pytest.raises(NeedsVersion):
        await actions.draft(**said, said=other, if_match=None)
    with pytest.raises(Stale):
        await actions.draft(**said, said=other, if_match='"7"')
    assert not (await actions.draft(**said, said=other, if_match='"1"')).first
    assert (await detail(contract_id)).version == 2


async def test_an_edit_takes_back_what_was_signed(world: World) -> None:
    contract_id = await a_drafted(world)
    elder = await world.herself()
    signing: dict[str, Any] = {"contract_id": contract_id, "actor": elder, "now": NOW}
    await actions.sign(**signing, signature_id=uuid7(), said=a_signature("resident"))
    await actions.draft(
        contract_id=contract_id,
        actor=world.doctor,
        said=a_draft(world, contract_no="2026-001"),
        if_match='"1"',
        now=NOW,
    )
    said = await detail(contract_id)
    assert (said.standing, said.signed_by) == (Standing.DRAFT, [])
    with pytest.raises(Stale):
        await actions.sign(**signing, signature_id=uuid7(), said=a_signature("resident"))
    await actions.sign(**signing, signature_id=uuid7(), said=a_signature("resident", version=2))
    assert (await detail(contract_id)).standing is Standing.NEGOTIATING


async def test_a_signed_contract_is_not_edited(world: World) -> None:
    contract_id = await a_contract(world)
    with pytest.raises(CannotMove):
        await actions.draft(
            contract_id=contract_id,
            actor=world.doctor,
            said=a_draft(world, contract_no="2026-001"),
            if_match='"1"',
            now=NOW,
        )


async def test_the_same_signature_again_is_one_and_another_of_the_side_is_refused(
    world: World,
) -> None:
    contract_id, signature_id = await a_drafted(world), uuid7()
    said: dict[str, Any] = {"contract_id": contract_id, "actor": world.doctor, "now": NOW}
    first = await actions.sign(**said, signature_id=signature_id, said=a_signature())
    again = await actions.sign(**said, signature_id=signature_id, said=a_signature())
    assert (first.first, again.first) == (True, False)
    assert first.thing == again.thing
    with pytest.raises(AlreadyDifferent):
        other = a_signature(signature="YW5kZXJz")
        await actions.sign(**said, signature_id=signature_id, said=other)
    with pytest.raises(AlreadySigned):
        await actions.sign(**said, signature_id=uuid7(), said=a_signature())


@pytest.mark.rule("RC-02")
async def test_staff_only_witness_a_resident_who_signs_on_paper(world: World) -> None:
    contract_id = await a_drafted(world)
    said: dict[str, Any] = {"contract_id": contract_id, "actor": world.doctor, "now": NOW}
    her = Signer(person_id=world.elder)
    for missing in ({"signer": her}, {"evidence_id": uuid7()}):
        with pytest.raises(NeedsEvidence):
            paper = a_signature("resident", channel="offline", **missing)
            await actions.sign(**said, signature_id=uuid7(), said=paper)
    stranger = Signer(person_id=await a_person(name="别人"))
    with pytest.raises(NotTheirHand):
        paper = a_signature("resident", channel="offline", signer=stranger, evidence_id=uuid7())
        await actions.sign(**said, signature_id=uuid7(), said=paper)
    paper = a_signature("resident", channel="offline", signer=her, evidence_id=uuid7())
    assert (await actions.sign(**said, signature_id=uuid7(), said=paper)).first


@pytest.mark.rule("RC-04")
async def test_who_lacks_capacity_is_spoken_for_by_a_guardian(world: World) -> None:
    await rows("UPDATE persons SET lacks_capacity = true WHERE id = $1", world.elder)
    contract_id = await a_drafted(world)
    with pytest.raises(NotTheirHand):
        await actions.sign(
            contract_id=contract_id,
            signature_id=uuid7(),
            actor=await world.herself(),
            said=a_signature("resident"),
            now=NOW,
        )
    guardian = await a_person(name="监护人")
    await rows(
        "INSERT INTO guardianships (id, person, guardian, basis, proof_id, valid_from,"
        " recorded_by, recorded_at, version, fingerprint) VALUES"
        " ($1, $2, $3, 'court', $1, '2026-01-01', $3, $4, 1, '')",
        uuid7(),
        world.elder,
        guardian,
        NOW,
    )
    made = await actions.sign(
        contract_id=contract_id,
        signature_id=uuid7(),
        actor=await acting(guardian, Role.GUARDIAN),
        said=a_signature("resident"),
        now=NOW,
    )
    assert made.first


async def test_each_signs_for_its_own_side(world: World) -> None:
    contract_id = await a_drafted(world)
    with pytest.raises(Forbidden):
        await actions.sign(
            contract_id=contract_id,
            signature_id=uuid7(),
            actor=await world.herself(),
            said=a_signature("center"),
            now=NOW,
        )


async def test_another_center_knows_nothing_of_it(world: World) -> None:
    contract_id = await a_contract(world)
    hospital = await staff_of(world.municipal, Role.GP)
    await a_tie(world.elder, world.municipal, kind="organization")
    with pytest.raises(Missing):
        await queries.see_doctor_contract(contract_id=contract_id, actor=hospital, now=NOW)
    with pytest.raises(Missing):
        await actions.sign(
            contract_id=contract_id,
            signature_id=uuid7(),
            actor=hospital,
            said=a_signature(),
            now=NOW,
        )


async def fill_the_team(world: World, count: int) -> None:
    """So many others have signed with the doctor's team."""
    await rows(
        "WITH born AS (INSERT INTO persons (id, name, name_key, sex, lacks_capacity, care_flags,"
        " version, fingerprint, recorded_at) SELECT uuidv7(), '', '', 'F', false, '{}', 1, '', $2"
        " FROM generate_series(1, $1) RETURNING id),"
        " signed AS (INSERT INTO doctor_contracts (id, person, center, doctor, team_id,"
        " district_hospital, municipal_hospital, lines, is_chronic, valid_from, until_on, status,"
        " signed_at, drafted_by, policy_version, version, fingerprint, recorded_at)"
        " SELECT uuidv7(), id, $3, $4, $4, $5, $6, '[]', false, $7, $8, 'SIGNED', $2, $4, '', 1,"
        " '', $2 FROM born RETURNING id)"
        " INSERT INTO doctor_terms (id, contract, doctor, team_id, from_on, until_on)"
        " SELECT uuidv7(), id, $4, $4, $7, $8 FROM signed",
        count,
        NOW,
        world.center,
        world.doctor.person_id,
        world.district,
        world.municipal,
        TODAY,
        date(2027, 11, 24),
    )


@pytest.mark.rule("FD-07")
async def test_a_full_team_takes_one_more_only_for_a_reason(world: World) -> None:
    await fill_the_team(world, 2000)
    contract_id = await a_drafted(world)
    with pytest.raises(PanelFull) as refused:
        await sign_both(world, contract_id)
    assert (refused.value.facts["count"], refused.value.facts["cap"]) == (2000, 2000)
    made = await actions.sign(
        contract_id=contract_id,
        signature_id=uuid7(),
        actor=world.doctor,
        said=a_signature(override_reason="夫妻同一团队"),
        now=NOW,
    )
    assert made.thing["to_status"] == "SIGNED"
    assert "夫妻" not in made.thing["said"]
    assert await events("PanelNearlyFull") == 1


@pytest.mark.rule("FD-07")
@pytest.mark.parametrize(("count", "warned"), [(1799, 0), (1800, 1), (1999, 1)])
async def test_a_team_is_warned_when_it_is_nearly_full(
    world: World, count: int, warned: int
) -> None:
    await fill_the_team(world, count)
    await a_contract(world)
    assert await events("PanelNearlyFull") == warned
