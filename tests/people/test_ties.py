"""Who may see whom: care team, delegation, guardian, oneself; and nobody else."""

from datetime import timedelta

import msgspec
import pytest

from backend.core.access import SYSTEM, Role
from backend.core.db import action, rows, value
from backend.core.ids import uuid7
from backend.core.problems import Missing
from backend.people import actions, queries
from backend.people.lifecycle import MemberKind, Scope, Tie
from backend.people.problems import DelegationEnded, ScopeMissing, TieEnded
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

NOW = TUESDAY_NINE


@action
async def join(**said) -> None:
    await actions.join_care_team(**said)


@action
async def leave(**said) -> None:
    await actions.leave_care_team(**said)


async def both_ways(actor, person_id, scope=None) -> str | None:
    """The tie as one asks it, which must be the tie as a list asks it."""
    listed = await queries.ties_of(actor=actor, person_ids=[person_id], now=NOW, scope=scope)
    try:
        tie = await queries.tie(actor=actor, person_id=person_id, now=NOW, scope=scope)
    except (Missing, DelegationEnded, ScopeMissing, TieEnded):
        assert listed == {}
        raise
    assert listed == {person_id: tie}
    return tie


async def test_an_elder_sees_oneself_and_nobody_else(db) -> None:
    elder, other = await a_person(), await a_person(name="陈阿大")
    actor = await acting(elder, Role.ELDER)
    assert await both_ways(actor, elder) == "self"
    with pytest.raises(Missing):
        await both_ways(actor, other)


async def test_a_doctor_sees_whom_the_care_team_names(db) -> None:
    elder, other = await a_person(), await a_person()
    doctor = await staff_of(await an_organization(), Role.GP)
    await a_tie(elder, doctor.person_id, why="visit")
    assert await both_ways(doctor, elder) == "visit"
    with pytest.raises(Missing):
        await both_ways(doctor, other)


async def test_an_organization_lends_its_tie_to_its_staff(db) -> None:
    elder, center = await a_person(), await an_organization()
    doctor = await staff_of(center, Role.GP)
    stranger = await staff_of(await an_organization(), Role.GP)
    await a_tie(elder, center, why="registration", kind="organization")
    assert await both_ways(doctor, elder) == "registration"
    with pytest.raises(Missing):
        await both_ways(stranger, elder)


async def test_being_a_doctor_opens_nothing_in_another_role(db) -> None:
    elder = await a_person()
    doctor = await staff_of(await an_organization(), Role.GP)
    await a_tie(elder, doctor.person_id)
    with pytest.raises(Missing):
        await both_ways(msgspec.structs.replace(doctor, role=Role.RELATIVE), elder)


async def test_a_tie_that_ended_is_said_to_have_ended(db) -> None:
    elder, visit = await a_person(), uuid7()
    doctor = await staff_of(await an_organization(), Role.GP)
    await join(
        person_id=elder,
        member_id=doctor.person_id,
        member_kind=MemberKind.STAFF,
        why=Tie.VISIT,
        because_id=visit,
        now=NOW - timedelta(days=2),
    )
    assert await both_ways(doctor, elder) == "visit"
    for _ in range(2):
        await leave(person_id=elder, member_id=doctor.person_id, because_id=visit, now=NOW)
    with pytest.raises(TieEnded):
        await both_ways(doctor, elder)
    assert await value("SELECT array_agg(topic ORDER BY id) FROM journal") == [
        "CareTeamJoined",
        "CareTeamLeft",
    ]


async def test_joining_again_lets_the_tie_live_again(db) -> None:
    elder = await a_person()
    doctor = await staff_of(await an_organization(), Role.GP)
    said = {
        "person_id": elder,
        "member_id": doctor.person_id,
        "member_kind": MemberKind.STAFF,
        "why": Tie.VISIT,
        "because_id": uuid7(),
        "now": NOW - timedelta(days=2),
    }
    await join(**said, until=NOW - timedelta(days=1))
    await join(**said)
    await join(**said)
    assert await both_ways(doctor, elder) == "visit"
    assert await value("SELECT count(*) FROM care_team") == 1
    assert await value("SELECT count(*) FROM journal") == 2


@pytest.mark.rule("RC-03")
async def test_a_relative_sees_what_a_live_delegation_allows(db) -> None:
    elder, daughter = await a_person(), await a_person(name="周敏")
    actor = await acting(daughter, Role.RELATIVE)
    with pytest.raises(Missing):
        await both_ways(actor, elder)
    await a_delegation(elder, daughter, "VIEW_FULL")
    assert await both_ways(actor, elder) == "delegation"
    assert await both_ways(actor, elder, Scope.VIEW_SUMMARY) == "delegation"
    with pytest.raises(ScopeMissing):
        await both_ways(actor, elder, Scope.UPLOAD_READINGS)


@pytest.mark.rule("RC-03")
async def test_a_summary_is_not_everything(db) -> None:
    elder, daughter = await a_person(), await a_person(name="周敏")
    actor = await acting(daughter, Role.RELATIVE)
    await a_delegation(elder, daughter, "VIEW_SUMMARY", "PAY")
    with pytest.raises(ScopeMissing) as refused:
        await both_ways(actor, elder, Scope.VIEW_FULL)
    assert refused.value.facts == {"scope": "VIEW_FULL"}


@pytest.mark.rule("RC-03")
@pytest.mark.parametrize("ended", ["revoked_at = now()", "valid_to = '2026-11-23'"])
async def test_an_ended_delegation_says_so(db, ended: str) -> None:
    elder, daughter = await a_person(), await a_person(name="周敏")
    actor = await acting(daughter, Role.RELATIVE)
    await a_delegation(elder, daughter, "VIEW_FULL")
    await rows(f"UPDATE delegations SET {ended}")
    with pytest.raises(DelegationEnded):
        await both_ways(actor, elder)


@pytest.mark.rule("RC-04")
async def test_a_guardian_sees_as_the_elder_does_while_the_proof_holds(db) -> None:
    elder, son = await a_person(), await a_person(name="周强")
    actor = await acting(son, Role.GUARDIAN)
    with pytest.raises(Missing):
        await both_ways(actor, elder)
    await rows(
        "INSERT INTO guardianships (id, person, guardian, basis, proof_id, valid_from, recorded_by,"
        " recorded_at, version, fingerprint)"
        " VALUES ($1, $2, $3, 'court', $1, '2026-01-01', $3, $4, 1, '')",
        uuid7(),
        elder,
        son,
        NOW,
    )
    assert await both_ways(actor, elder, Scope.VIEW_FULL) == "guardian"
    await rows("UPDATE guardianships SET valid_to = '2026-11-23'")
    with pytest.raises(TieEnded):
        await both_ways(actor, elder)


async def test_the_system_and_rules_see_whom_they_need(db) -> None:
    elder = await a_person()
    nurse = await staff_of(await an_organization(), Role.NURSE)
    assert await both_ways(SYSTEM, elder) == "system"
    assert (
        await queries.tie(actor=nurse.on_behalf("transfer"), person_id=elder, now=NOW) == "transfer"
    )


async def test_who_is_told_of_an_elder(db) -> None:
    elder, told, not_told = await a_person(), await a_person(), await a_person()
    neighbour = await a_person(name="吴阿姨")
    await a_delegation(elder, told, "NOTIFY")
    await a_delegation(elder, not_told, "PAY")
    await rows(
        "INSERT INTO kinships (id, person, relative, relation, is_emergency_contact, version,"
        " fingerprint, recorded_at) VALUES ($1, $2, $3, '8', true, 1, '', $4)",
        uuid7(),
        elder,
        neighbour,
        NOW,
    )
    assert await queries.relatives_to_tell(person_id=elder, now=NOW) == [told]
    assert set(await queries.relatives_to_tell(person_id=elder, now=NOW, in_an_emergency=True)) == {
        told,
        neighbour,
    }


@pytest.mark.rule("HC-05", "HC-06")
async def test_what_an_organization_knows_of_those_it_sends(db) -> None:
    center = await an_organization()
    doctor = await staff_of(center, Role.GP)
    found = await queries.staff_member(person_id=doctor.person_id, organization_id=center, now=NOW)
    assert found is not None
    assert (found.title, found.years_in_practice) == ("主治医师", 16)
    assert found.is_registered_here
    assert found.home_service_authorised_on is not None
    elsewhere = await an_organization()
    assert (
        await queries.staff_member(person_id=doctor.person_id, organization_id=elsewhere, now=NOW)
        is None
    )


async def test_names_are_read_together(db) -> None:
    elder, daughter = await a_person(), await a_person(name="周敏")
    assert await queries.names([elder, daughter, uuid7()]) == {elder: "周秀英", daughter: "周敏"}
