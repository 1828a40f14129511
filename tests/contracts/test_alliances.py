"""五床联动: an alliance, its joint team, and the elders who signed."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from backend.contracts import actions, queries
from backend.contracts.lifecycle.said import (
    AllianceSaid,
    Colleague,
    Joining,
    Leaving,
    Partner,
    Signer,
)
from backend.contracts.problems import (
    NeedsEvidence,
    NobodyToSign,
    NotAJointTeam,
    NotAnAlliance,
    NotInForce,
    NotOfTheAlliance,
)
from backend.contracts.schemas import AllianceDetail
from backend.core.access import Role
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, Forbidden, Missing, NeedsVersion
from backend.people import queries as people
from tests.builders import a_tie, acting, an_organization, staff_of
from tests.contracts.world import NOW, TODAY, World, a_contract, a_world, at, ties

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


def an_alliance(world: World, **changed) -> AllianceSaid:
    def one(actor, duty: Any) -> Colleague:
        return Colleague(
            person_id=actor.person_id, organization_id=actor.organization_id, duty=duty
        )

    said: dict[str, Any] = {
        "name": "大宁五床联动",
        "members": [
            Partner(organization_id=world.house, beds=["INSTITUTION", "HOME_CARE"]),
            Partner(organization_id=world.center, beds=["HOME_SICK"]),
        ],
        "team": [one(world.house_admin, "lead"), one(world.doctor, "doctor")],
        "valid_from": TODAY,
        "valid_to": date(2027, 11, 23),
    }
    return AllianceSaid(**{**said, **changed})


async def founded(world: World) -> UUID:
    alliance_id = uuid7()
    await actions.keep_alliance(
        alliance_id=alliance_id,
        actor=world.house_admin,
        said=an_alliance(world),
        if_match=None,
        now=NOW,
    )
    return alliance_id


def joining(world: World, bed: Any = "HOME_CARE", **changed) -> Joining:
    return Joining(client_time=NOW, institution_id=world.house, bed=bed, **changed)


@pytest.mark.rule("FB-11")
async def test_an_alliance_has_one_team_that_is_called_in_order(world: World) -> None:
    found = await queries.alliance(await founded(world))
    said = AllianceDetail.of(found, actor=world.house_admin)
    assert [each.duty for each in said.team] == ["lead", "doctor"]
    assert {each.name for each in said.members} == {
        "静安示例养老院",
        "大宁路街道社区卫生服务中心",
    }


@pytest.mark.rule("FB-11")
async def test_every_member_has_somebody_who_works_there(world: World) -> None:
    lead, doctor = an_alliance(world).team
    stranger = (await staff_of(world.municipal, Role.NURSE)).person_id
    borrowed = Colleague(person_id=stranger, organization_id=world.center, duty="nurse")
    outside = Colleague(person_id=stranger, organization_id=world.municipal, duty="nurse")
    for team in ([lead], [lead, borrowed], [lead, doctor, outside]):
        with pytest.raises(NotAJointTeam):
            await actions.keep_alliance(
                alliance_id=uuid7(),
                actor=world.house_admin,
                said=an_alliance(world, team=team),
                if_match=None,
                now=NOW,
            )


@pytest.mark.rule("FB-03")
async def test_it_takes_an_institution_and_a_medical_partner(world: World) -> None:
    two = [
        Partner(organization_id=each, beds=["HOSPITAL"]) for each in (world.center, world.municipal)
    ]
    with pytest.raises(NotAnAlliance):
        await actions.keep_alliance(
            alliance_id=uuid7(),
            actor=world.admin,
            said=an_alliance(world, members=two),
            if_match=None,
            now=NOW,
        )


async def test_only_members_keep_it_and_with_the_version_they_read(world: World) -> None:
    alliance_id = await founded(world)
    said: dict[str, Any] = {"alliance_id": alliance_id, "now": NOW}
    other = an_alliance(world, name="静安五床联动")
    outsider = await staff_of(world.municipal, Role.HOSPITAL_STAFF)
    with pytest.raises(Missing):
        await actions.keep_alliance(**said, actor=outsider, said=other, if_match='"1"')
    with pytest.raises(Forbidden):
        await actions.keep_alliance(
            alliance_id=uuid7(), actor=outsider, said=other, if_match=None, now=NOW
        )
    with pytest.raises(NeedsVersion):
        await actions.keep_alliance(**said, actor=world.admin, said=other, if_match=None)
    kept = await actions.keep_alliance(**said, actor=world.admin, said=other, if_match='"1"')
    assert not kept.first


@pytest.mark.rule("FB-03", "FB-10")
async def test_a_home_care_elder_who_signs_shares_the_institution(world: World) -> None:
    alliance_id = await founded(world)
    said: dict[str, Any] = {"alliance_id": alliance_id, "person_id": world.elder, "now": NOW}
    nurse = await staff_of(world.house, Role.INST_NURSE)
    with pytest.raises(Missing):
        await people.tie(actor=nurse, person_id=world.elder, now=NOW)
    elder = await world.herself()
    assert (await actions.join_alliance(**said, actor=elder, said=joining(world))).first
    assert not (await actions.join_alliance(**said, actor=elder, said=joining(world))).first
    assert await people.tie(actor=nurse, person_id=world.elder, now=NOW) == "contract"
    found = await queries.alliance(alliance_id)
    shown = AllianceDetail.of(found, actor=elder)
    assert (shown.elders, shown.team) == (1, [])
    assert "green_channel" in shown.free_services


@pytest.mark.rule("FB-03")
async def test_a_resident_signs_as_a_resident_of_a_member(world: World) -> None:
    alliance_id = await founded(world)
    resident = await acting(world.resident, Role.ELDER)
    said: dict[str, Any] = {
        "alliance_id": alliance_id,
        "person_id": world.resident,
        "actor": resident,
        "now": NOW,
    }
    for wrong in (
        joining(world),
        Joining(client_time=NOW, institution_id=world.center, bed="HOME_CARE"),
    ):
        with pytest.raises(NotOfTheAlliance):
            await actions.join_alliance(**said, said=wrong)
    assert (await actions.join_alliance(**said, said=joining(world, "INSTITUTION"))).first
    with pytest.raises(AlreadyDifferent):
        await actions.join_alliance(**said, said=joining(world, "INSTITUTION", evidence_id=uuid7()))


async def test_the_institution_only_witnesses(world: World) -> None:
    alliance_id = await founded(world)
    await a_tie(world.resident, world.house, why="residence", kind="organization")
    said: dict[str, Any] = {
        "alliance_id": alliance_id,
        "person_id": world.resident,
        "actor": world.house_admin,
        "now": NOW,
    }
    with pytest.raises(NeedsEvidence):
        await actions.join_alliance(**said, said=joining(world, "INSTITUTION"))
    hand: dict[str, Any] = {"signer": Signer(person_id=world.resident), "evidence_id": uuid7()}
    made = await actions.join_alliance(**said, said=joining(world, "INSTITUTION", **hand))
    assert made.thing["signed_by"] == world.resident


async def test_nobody_joins_what_is_over_or_after_a_death(world: World) -> None:
    alliance_id = await founded(world)
    elder = await world.herself()
    said: dict[str, Any] = {"alliance_id": alliance_id, "person_id": world.elder, "actor": elder}
    late = NOW + timedelta(days=365)
    with pytest.raises(NotInForce):
        await actions.join_alliance(**said, said=joining(world), now=late)
    await rows("UPDATE persons SET died_on = $2 WHERE id = $1", world.elder, TODAY)
    with pytest.raises(NobodyToSign):
        await actions.join_alliance(**said, said=joining(world), now=NOW)


async def test_who_leaves_is_left_alone_and_may_come_back(world: World) -> None:
    alliance_id = await founded(world)
    elder = await world.herself()
    said: dict[str, Any] = {"alliance_id": alliance_id, "person_id": world.elder, "actor": elder}
    await actions.join_alliance(**said, said=joining(world), now=NOW)
    later = NOW + timedelta(hours=1)
    leaving = Leaving(client_time=later)
    assert (await actions.leave_alliance(**said, said=leaving, now=later)).first
    assert not (await actions.leave_alliance(**said, said=leaving, now=later)).first
    assert [until for _, _, until in await ties(world.elder)] == [later]
    again = joining(world)
    again.client_time = later
    assert (await actions.join_alliance(**said, said=again, now=later)).first
    page = await queries.elders(
        alliance_id=alliance_id, actor=world.house_admin, limit=50, after=None, now=later
    )
    assert [each["person"] for each in page.items] == [world.elder]
    assert msgspec.json.decode(page.items[0]["said"])["bed"] == "HOME_CARE"


@pytest.mark.rule("FB-03", "FB-10")
async def test_who_signed_is_seen_as_long_as_the_agreement_lasts(world: World) -> None:
    alliance_id = await founded(world)
    elder = await world.herself()
    said: dict[str, Any] = {"alliance_id": alliance_id, "person_id": world.elder, "actor": elder}
    await actions.join_alliance(**said, said=joining(world), now=NOW)

    async def change(version: int, **changed: Any) -> None:
        await actions.keep_alliance(
            alliance_id=alliance_id,
            actor=world.house_admin,
            said=an_alliance(world, **changed),
            if_match=f'"{version}"',
            now=NOW,
        )

    await change(1, valid_to=date(2026, 11, 30))
    assert [until for *_, until in await ties(world.elder)] == [at(date(2026, 12, 1), 0)]
    await change(2, valid_to=date(2028, 11, 23))
    assert [until for *_, until in await ties(world.elder)] == [at(date(2028, 11, 24), 0)]
    boss = await staff_of(await an_organization(kinds=("ELDER_CARE_INSTITUTION",)), Role.INST_ADMIN)
    assert boss.organization_id is not None
    theirs = an_alliance(world)
    theirs.members[0] = Partner(organization_id=boss.organization_id, beds=["INSTITUTION"])
    theirs.team[0] = Colleague(
        person_id=boss.person_id, organization_id=boss.organization_id, duty="lead"
    )
    await change(3, members=theirs.members, team=theirs.team)
    assert [until for *_, until in await ties(world.elder)] == [NOW]


async def test_the_timeline_tells_whose_doctor_and_which_alliance(world: World, client_for) -> None:
    await a_contract(world)
    alliance_id = await founded(world)
    elder = await world.herself()
    await actions.join_alliance(
        alliance_id=alliance_id, person_id=world.elder, actor=elder, said=joining(world), now=NOW
    )
    answer = await client_for(elder).get(f"/v1/persons/{world.elder}/timeline?level=full")
    told = {each["said"]: each["thing"] for each in answer.json()["items"]}
    assert told["家庭医生签约"]["doctor_id"] == str(world.doctor.person_id)
    assert told["加入五床联动"]["name"] == "大宁五床联动"
