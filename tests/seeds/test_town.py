"""Planting the town, and what everybody who signs in finds there."""

from datetime import timedelta

import pytest

from backend.careplans import queries as careplans
from backend.core import calendar, clock, crypto
from backend.core.access import FIELD, REGULATORS, Role
from backend.core.db import rows, value
from backend.core.ids import is_uuid7
from backend.people import queries as people
from backend.people.lifecycle import OrganizationKind
from backend.visits import queries as visits
from backend.work import queries as work
from seeds.__main__ import main
from seeds.actors import acting, speaking_for
from seeds.cast import cast, played_by
from seeds.elders import elders
from seeds.ids import seed_id
from seeds.places import places
from seeds.staff import staff
from seeds.town import plant_town

pytestmark = pytest.mark.anyio

TABLES = (
    "organizations", "persons", "addresses", "staff", "kinships", "delegations", "guardianships",
    "consents", "care_team", "visits", "visit_assignments", "round_entries", "jobs", "journal",
    "bed_stays", "home_sickbeds", "home_sickbed_moves", "care_plans", "care_plan_moves",
    "care_plan_visits", "transfers", "transfer_moves", "doctor_contracts", "institution_contracts",
    "contract_moves", "alliance_elders",
)  # fmt: skip


BEDS_AND_PLANS = (
    "bed_stays", "home_sickbeds", "home_sickbed_moves", "care_plans", "care_plan_moves",
    "transfers", "transfer_moves",
)  # fmt: skip


async def how_many() -> dict[str, int]:
    return {table: await value(f"SELECT count(*) FROM {table}") for table in TABLES}


async def test_planting_twice_changes_nothing(db, capsys):
    now = clock.now()
    await plant_town(now=now, whole=False)
    first = await how_many()

    await plant_town(now=now + timedelta(minutes=5), whole=False)

    assert await how_many() == first
    assert first["visits"] > 0


async def test_what_people_changed_since_stays(db, capsys):
    now = clock.now()
    await plant_town(now=now, whole=False)
    await rows("UPDATE persons SET bed = '909-1', fingerprint = 'x' WHERE id = $1", elders()[0].id)

    await plant_town(now=now, whole=False)

    assert await value("SELECT bed FROM persons WHERE id = $1", elders()[0].id) == "909-1"


async def test_the_whole_town_stands_within_its_time(db, capsys):
    begun = clock.now()

    await plant_town(now=begun)

    assert clock.now() - begun < timedelta(seconds=30)
    kinds = await rows("SELECT DISTINCT unnest(kinds) AS kind FROM organizations")
    assert len(kinds) == len(OrganizationKind)
    assert await value("SELECT count(*) FROM persons") == len(staff()) + sum(
        1 + len(elder.kin) for elder in elders()
    )
    streets = await value(
        "SELECT count(*) FROM organizations WHERE 'COMMUNITY_HEALTH_CENTER' = ANY (kinds)"
    )
    assert streets == 14


async def test_everybody_of_the_cast_holds_their_role(db, capsys):
    now = clock.now()
    await plant_town(now=now, whole=False)

    for worker in cast():
        held = await people.roles_of(person_id=worker.id, now=now)
        assert (worker.roles[0], places()[worker.at].id) in {
            (each.role, each.organization_id) for each in held
        }


async def test_whoever_goes_to_homes_goes_somewhere_today(db, capsys):
    now = clock.now()
    await plant_town(now=now, whole=False)

    for worker in cast():
        if worker.roles[0] in FIELD:
            day = await visits.on(
                day=calendar.on(now),
                actor=acting(worker),
                mine=True,
                limit=50,
                after=None,
                now=now,
            )
            assert day.items, worker.name


async def test_planting_again_on_another_day_changes_no_bed_plan_or_transfer(db, capsys):
    now = clock.now()
    await plant_town(now=now, whole=False)
    first = await how_many()

    await plant_town(now=now + timedelta(days=1), whole=False)

    later = await how_many()
    assert {table: later[table] for table in BEDS_AND_PLANS} == {
        table: first[table] for table in BEDS_AND_PLANS
    }


async def test_everybody_is_somewhere_and_home_sickbeds_have_come_as_far_as_they_have(db, capsys):
    await plant_town(now=clock.now(), whole=False)

    homes = [each for each in elders() if each.center == "center-daning"] or elders()
    stays = await rows("SELECT kind, count(*) AS n FROM bed_stays GROUP BY kind")
    found = {each["kind"]: each["n"] for each in stays}
    assert (found["HOME_SICK"], found["HOSPITAL"]) == (3, 1)
    assert found["INSTITUTION"] > 0
    assert found["INSTITUTION"] + found["OWN_HOME"] <= len(homes)
    beds = await rows("SELECT status, count(*) AS n FROM home_sickbeds GROUP BY status")
    assert {each["status"]: each["n"] for each in beds} == {
        "APPLIED": 1, "ASSESSING": 1, "APPROVED": 1, "REJECTED": 1, "OPEN": 2, "SUSPENDED": 1,
    }  # fmt: skip
    assert await value("SELECT count(*) FROM visit_exceptions") == 0


async def test_plans_send_carers_two_where_two_must_go_and_say_what_nobody_does(db, capsys):
    await plant_town(now=clock.now(), whole=False)

    plans = await rows("SELECT status, count(*) AS n FROM care_plans GROUP BY status")
    assert {each["status"]: each["n"] for each in plans} == {"ACTIVE": 4, "DRAFT": 1}
    waiting = await rows("SELECT DISTINCT item_code FROM care_plan_visits WHERE visit IS NULL")
    assert {each["item_code"] for each in waiting} <= {"S402", "S403"}
    going = await rows(
        "SELECT v.needs_two, count(a.id) AS n FROM visits v"
        " JOIN visit_assignments a ON a.visit = v.id AND a.until_at IS NULL"
        " WHERE v.id IN (SELECT visit FROM care_plan_visits) GROUP BY v.id"
    )
    assert {(each["needs_two"], each["n"]) for each in going} == {(True, 2), (False, 1)}


async def test_everybody_finds_beds_plans_contracts_or_transfers_on_their_list(db, capsys):
    now = clock.now()
    await plant_town(now=now, whole=False)

    for key, kinds in {
        "shen": {"home_sickbed_to_open"},
        "gu": {"plan_to_countersign"},
        "qian": {"home_sickbed_to_assign"},
        "xu": {"transfer_to_answer", "transfer_feedback"},
    }.items():
        listed = await work.of(actor=acting(played_by(key)), limit=100, after=None, now=now)
        assert kinds <= {each["kind"] for each in listed.items}, key
    father = elders()[0]
    mine = await careplans.plans(
        person_id=father.id, actor=speaking_for(father), limit=5, after=None, now=now
    )
    assert [each["status"] for each in mine.items] == ["ACTIVE"]


@pytest.mark.parametrize(
    ("moves", "thing"),
    [
        ("home_sickbed_moves", "home_sickbed"),
        ("care_plan_moves", "plan"),
        ("transfer_moves", "transfer"),
        ("visit_moves", "visit"),
        ("contract_moves", "doctor_contract"),
        ("contract_moves", "institution_contract"),
    ],
)
async def test_every_move_of_the_town_is_in_the_audit_with_its_role(db, capsys, moves, thing):
    """Invariant 10, over everything that the town went through."""
    await plant_town(now=clock.now(), whole=False)

    assert await value(f"SELECT count(*) FROM {moves}") > 0
    unseen = f"""
        SELECT count(*) FROM {moves} m WHERE m.{thing} IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM audit a WHERE a.subject_id = m.{thing} AND a.role = m.role
             AND a.actor_id = m.made_by)"""
    assert await value(unseen) == 0


async def test_dr_shen_makes_his_round_on_tuesdays(db, capsys):
    await plant_town(now=clock.now(), whole=False)

    days = await rows(
        "SELECT v.planned_start FROM visits v JOIN visit_assignments a ON a.visit = v.id"
        " WHERE v.kind = 'WARD_ROUND' AND a.staff = $1",
        played_by("shen").id,
    )

    assert len(days) in (2, 3)
    assert {calendar.on(each["planned_start"]).isoweekday() for each in days} == {2}


@pytest.mark.rule("ID-03")
async def test_nobody_of_the_town_is_real(db, capsys):
    await plant_town(now=clock.now())

    for each in await rows("SELECT name, identity_number, phone FROM persons"):
        number = crypto.unseal(each["identity_number"], "persons.identity_number")
        assert number.startswith("310999")
        assert crypto.unseal(each["phone"], "persons.phone").startswith("140")
    for each in await rows("SELECT name FROM organizations"):
        assert "示例" in each["name"]


async def test_one_legal_body_is_of_two_kinds(db, capsys):
    await plant_town(now=clock.now())

    kinds = await value(
        "SELECT kinds FROM organizations WHERE id = $1", places()["house-linfen"].id
    )

    assert kinds == ["ELDER_CARE_INSTITUTION", "INHOUSE_MEDICAL_UNIT"]


async def test_ids_are_the_same_on_every_machine():
    assert is_uuid7(seed_id("person", "shen"))
    assert str(played_by("shen").id) == "019b8b74-1800-7dab-8bea-278863187866"


async def test_the_cast_is_said_with_one_phone_a_role(capsys):
    assert main(["cast"]) == 0

    said = capsys.readouterr().out
    assert len(said.splitlines()) == len(set(Role) - {Role.SYSTEM}) + 1
    assert all(role in said for role in REGULATORS)


async def test_a_size_that_is_none_is_refused(capsys):
    assert main(["city"]) == 2
    assert "family|town|district|cast" in capsys.readouterr().err
