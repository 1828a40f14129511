"""From the application to the opening: who may, what is needed, once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.beds import actions, queries
from backend.beds.actions.open_bed import PURPOSES
from backend.beds.lifecycle import BedKind, Part
from backend.beds.lifecycle.episodes import Criterion, Exclusion
from backend.beds.lifecycle.said import Decision, Withdrawal
from backend.beds.problems import (
    AssessorIsBusy,
    ConsentsMissing,
    EpisodeOpen,
    Excluded,
    FormIncomplete,
    InpatientOpen,
    NeedsReason,
    NotAdmissible,
    NotAProvider,
    NotAtTheBedside,
    NotSuited,
    OutsideArea,
    RoundMissing,
    TeamMissing,
    WrongPrevious,
    YearIsFull,
)
from backend.core.access import Actor, Role
from backend.core.db import row, rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, CannotMove, Forbidden, Missing, NeedsVersion
from backend.core.wire import Kept
from backend.people.problems import ScopeMissing
from backend.settings import settings
from tests.beds.world import (
    APPLIED_AT,
    DAY,
    HOUR,
    NINE,
    World,
    a_form,
    a_ready,
    a_visit_for_assessment,
    a_world,
    admit,
    an_application,
    an_applied,
    an_approved,
    an_assessed,
    an_open,
    another_approved,
    consent,
    give,
    open_it,
    status_of,
    tied,
)
from tests.builders import DANING, a_delegation, a_person, acting, staff_of
from tests.visits.world import a_visit

pytestmark = pytest.mark.anyio


async def apply(world: World, home_sickbed_id, *, by=None, if_match=None, **changed):
    return await actions.apply(
        home_sickbed_id=home_sickbed_id,
        actor=by or world.herself,
        said=an_application(world, **changed),
        if_match=if_match,
        now=APPLIED_AT,
    )


async def test_a_draft_is_edited_by_its_author_and_becomes_an_application(db) -> None:
    world, home_sickbed_id = await a_world(), uuid7()
    assert (await apply(world, home_sickbed_id, is_draft=True, reason=None)).first
    with pytest.raises(NeedsVersion):
        await apply(world, home_sickbed_id, is_draft=True)
    relative = await a_person(name="周敏")
    await a_delegation(world.elder, relative, "REQUEST_SERVICE")
    with pytest.raises(Missing):
        await apply(world, home_sickbed_id, by=await acting(relative, Role.RELATIVE))

    await apply(world, home_sickbed_id, if_match='"1"')
    assert await status_of(home_sickbed_id) == "APPLIED"
    assert not (await apply(world, home_sickbed_id)).first
    with pytest.raises(AlreadyDifferent):
        await apply(world, home_sickbed_id, reason="另一个原因")
    assert await tied(world, world.center)


async def test_a_relative_needs_the_scope_to_ask_for_service(db) -> None:
    world, relative = await a_world(), await a_person(name="周敏")
    await a_delegation(world.elder, relative, "VIEW_FULL")
    with pytest.raises(ScopeMissing):
        await apply(world, uuid7(), by=await acting(relative, Role.RELATIVE))


async def test_a_relative_who_may_only_ask_is_answered_too(db) -> None:
    world, relative = await a_world(), await a_person(name="周敏")
    await a_delegation(world.elder, relative, "REQUEST_SERVICE")
    asker, home_sickbed_id = await acting(relative, Role.RELATIVE), uuid7()
    await apply(world, home_sickbed_id, by=asker)
    found = await queries.one(home_sickbed_id=home_sickbed_id, actor=asker, now=NINE)
    assert not found["in_full"]


@pytest.mark.rule("HB-01")
async def test_only_a_licensed_center_runs_home_sickbeds(db) -> None:
    world = await a_world()
    with pytest.raises(NotAProvider):
        await apply(world, uuid7(), center_id=world.hospital)
    await rows("UPDATE organizations SET licence_no = NULL WHERE id = $1", world.center)
    with pytest.raises(NotAProvider):
        await apply(world, uuid7())


async def test_the_family_withdraws_and_nobody_is_tied_any_more(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_applied(world)
    said: dict[str, Any] = {
        "home_sickbed_id": home_sickbed_id,
        "actor": world.herself,
        "now": NINE,
    }
    withdrawal = Withdrawal(client_time=NINE)
    assert (await actions.withdraw(said=withdrawal, **said)).first
    assert not (await actions.withdraw(said=withdrawal, **said)).first
    assert await status_of(home_sickbed_id) == "WITHDRAWN"
    assert not await tied(world, world.center)


@pytest.mark.rule("HC-06")
async def test_who_is_named_works_here_in_that_role_and_long_enough(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_applied(world)
    with pytest.raises(NotSuited):
        await give(world, home_sickbed_id, Part.ASSESSOR, world.ward)
    with pytest.raises(NotSuited):
        await give(world, home_sickbed_id, Part.ASSESSOR, world.nurse)
    fresh = await staff_of(world.center, Role.GP)
    await rows(
        "UPDATE staff SET practising_since = '2026-01-01' WHERE person = $1", fresh.person_id
    )
    with pytest.raises(NotSuited):
        await give(world, home_sickbed_id, Part.ASSESSOR, fresh)
    await give(world, home_sickbed_id, Part.ASSESSOR, world.doctor)
    assert await status_of(home_sickbed_id) == "ASSESSING"
    assert await tied(world, world.doctor.person_id)


# The application of Sunday is to be assessed by the end of Wednesday; plans send until 17:00.
LAST_HOUR = datetime(2026, 11, 25, 8, tzinfo=UTC)


async def is_away(world: World, *, until: datetime) -> None:
    await rows(
        "INSERT INTO absences (id, staff, organization, absent_from, absent_until, reason,"
        " recorded_at, fingerprint) VALUES ($1, $2, $3, $4, $5, 'leave', $4, '')",
        uuid7(),
        world.doctor.person_id,
        world.center,
        APPLIED_AT - DAY,
        until,
    )


@pytest.mark.rule("HB-04")
@pytest.mark.parametrize(
    ("until", "has_time"),
    [
        (LAST_HOUR + DAY, False),
        (LAST_HOUR + timedelta(minutes=31), False),
        (LAST_HOUR + timedelta(minutes=30), True),
    ],
)
async def test_an_assessor_has_time_before_the_assessment_is_due(db, until, has_time) -> None:
    world = await a_world()
    home_sickbed_id = await an_applied(world)
    await is_away(world, until=until)
    if not has_time:
        with pytest.raises(AssessorIsBusy) as refused:
            await give(world, home_sickbed_id, Part.ASSESSOR, world.doctor)
        assert (refused.value.status, refused.value.rule) == (409, "HB-04")
        assert await status_of(home_sickbed_id) == "APPLIED"
        await give(world, home_sickbed_id, Part.ASSESSOR, world.senior)
    else:
        await give(world, home_sickbed_id, Part.ASSESSOR, world.doctor)
    assert await status_of(home_sickbed_id) == "ASSESSING"


@pytest.mark.rule("HB-04")
async def test_a_visit_in_the_last_free_hour_takes_it(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_applied(world)
    await is_away(world, until=LAST_HOUR)
    visit_id = await a_visit(
        world.for_visits, start=LAST_HOUR + timedelta(minutes=15), now=APPLIED_AT
    )
    with pytest.raises(AssessorIsBusy):
        await give(world, home_sickbed_id, Part.ASSESSOR, world.doctor)
    await rows("UPDATE visits SET status = 'CANCELLED' WHERE id = $1", visit_id)
    await give(world, home_sickbed_id, Part.ASSESSOR, world.doctor)


@pytest.mark.rule("HB-04")
@pytest.mark.parametrize("at", [LAST_HOUR + timedelta(minutes=45), NINE + 30 * DAY])
async def test_when_it_is_too_late_for_anybody_there_are_as_many_days_again(db, at) -> None:
    world = await a_world()
    home_sickbed_id = await an_applied(world)
    await give(world, home_sickbed_id, Part.ASSESSOR, world.doctor, at=at)
    assert await status_of(home_sickbed_id) == "ASSESSING"


@pytest.mark.rule("HB-03")
async def test_a_center_goes_to_its_own_streets_and_those_it_says(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_applied(world)
    await rows("UPDATE addresses SET street_code = '310106101'")
    with pytest.raises(OutsideArea) as refused:
        await give(world, home_sickbed_id, Part.ASSESSOR, world.doctor)
    assert (refused.value.status, refused.value.rule) == (422, "HB-03")
    assert refused.value.facts == {"street_code": "310106101", "serves": [DANING]}
    await rows("UPDATE organizations SET also_serves = '{310106101}' WHERE id = $1", world.center)
    await give(world, home_sickbed_id, Part.ASSESSOR, world.doctor)


@pytest.mark.rule("HB-03")
async def test_who_lives_in_a_house_is_visited_in_the_street_of_the_house(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_applied(world)
    await rows("UPDATE addresses SET street_code = '310106101'")
    await admit(world, BedKind.INSTITUTION, at=APPLIED_AT - HOUR)
    await give(world, home_sickbed_id, Part.ASSESSOR, world.doctor)


async def test_another_assessor_takes_over_and_the_first_sees_no_more(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_applied(world)
    await give(world, home_sickbed_id, Part.ASSESSOR, world.doctor)
    await give(world, home_sickbed_id, Part.ASSESSOR, world.senior, at=NINE)
    assert not await tied(world, world.doctor.person_id)
    assert await tied(world, world.senior.person_id)


@pytest.mark.rule("HB-05")
async def test_the_form_is_written_at_the_bedside_over_what_was_measured(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_applied(world)
    await give(world, home_sickbed_id, Part.ASSESSOR, world.doctor)
    planned = await a_visit(world.for_visits, start=NINE + DAY)

    async def assess(
        visit_id: UUID, by: Actor | None = None, if_match: str | None = None, **changed: Any
    ) -> Kept[Any]:
        return await actions.assess(
            home_sickbed_id=home_sickbed_id,
            actor=by or world.doctor,
            said=a_form(visit_id, **changed),
            if_match=if_match,
            now=NINE,
        )

    with pytest.raises(Forbidden):
        await assess(planned, by=world.senior)
    with pytest.raises(NotAtTheBedside):
        await assess(planned)
    visit_id = await a_visit_for_assessment(world)
    kept = await assess(visit_id)
    assert kept.thing.measured["scores"]["BARTHEL"]["score"] == 100
    assert kept.thing.measured["vitals"]
    assert not (await assess(visit_id)).first
    with pytest.raises(NeedsVersion):
        await assess(visit_id, pain=5)
    assert (await assess(visit_id, pain=5, if_match='"1"')).thing.version == 2


@pytest.mark.rule("HB-05")
async def test_a_form_without_scores_or_vitals_is_incomplete(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_applied(world)
    await give(world, home_sickbed_id, Part.ASSESSOR, world.doctor)
    visit_id = await a_visit_for_assessment(world)
    await rows("DELETE FROM assessments WHERE instrument = 'MORSE'")
    await rows("DELETE FROM observations")
    with pytest.raises(FormIncomplete) as refused:
        await actions.assess(
            home_sickbed_id=home_sickbed_id,
            actor=world.doctor,
            said=a_form(visit_id),
            if_match=None,
            now=NINE,
        )
    assert refused.value.facts == {"missing": ["MORSE", "vitals"]}


async def decide(world: World, home_sickbed_id, *, by=None, is_passed=True, **said):
    return await actions.decide(
        home_sickbed_id=home_sickbed_id,
        actor=by or world.doctor,
        said=Decision(client_time=NINE, is_passed=is_passed, **said),
        now=NINE,
    )


@pytest.mark.rule("HB-02", "HB-03")
@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"criteria": [Criterion.STABLE]}, NotAdmissible),
        ({"exclusions": [Exclusion.UNSAFE_HOME]}, Excluded),
    ],
)
async def test_what_is_not_admissible_cannot_be_passed(db, changed, refused) -> None:
    world = await a_world()
    home_sickbed_id = await an_assessed(world, **changed)
    with pytest.raises(refused):
        await decide(world, home_sickbed_id)
    with pytest.raises(NeedsReason):
        await decide(world, home_sickbed_id, is_passed=False)
    await decide(world, home_sickbed_id, is_passed=False, reason="家中不安全", advice="机构照护")
    assert await status_of(home_sickbed_id) == "REJECTED"
    assert not await tied(world, world.doctor.person_id)


async def test_the_assessor_alone_decides_and_twice_is_once(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_assessed(world)
    with pytest.raises(Forbidden):
        await decide(world, home_sickbed_id, by=world.senior)
    assert (await decide(world, home_sickbed_id)).first
    assert not (await decide(world, home_sickbed_id)).first
    with pytest.raises(AlreadyDifferent):
        await decide(world, home_sickbed_id, is_passed=False, reason="x", advice="y")


async def test_a_bed_needs_a_team_consents_and_a_first_round(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_approved(world)
    with pytest.raises(TeamMissing):
        await open_it(world, home_sickbed_id)
    await give(world, home_sickbed_id, Part.DOCTOR, world.doctor)
    await give(world, home_sickbed_id, Part.NURSE, world.nurse)
    await consent(world, at=NINE - HOUR, purposes=PURPOSES[1:])
    with pytest.raises(ConsentsMissing) as refused:
        await open_it(world, home_sickbed_id)
    assert refused.value.facts == {"missing": ["home_sickbed_notice"]}
    await consent(world, at=NINE - HOUR, purposes=PURPOSES[:1])
    await a_visit(world.for_visits, start=NINE + DAY + HOUR, now=NINE - HOUR)
    with pytest.raises(RoundMissing):
        await open_it(world, home_sickbed_id)
    await a_visit(world.for_visits, start=NINE + 23 * HOUR, now=NINE - HOUR)
    await open_it(world, home_sickbed_id)
    assert await status_of(home_sickbed_id) == "OPEN"


@pytest.mark.rule("HB-07")
async def test_an_open_bed_has_a_number_an_overlay_and_a_care_team(db) -> None:
    world = await a_world()
    home_sickbed_id = await a_ready(world)
    assert (await open_it(world, home_sickbed_id)).first
    assert not (await open_it(world, home_sickbed_id)).first
    found = await row("SELECT * FROM home_sickbeds WHERE id = $1", home_sickbed_id)
    assert found
    assert found["episode_no"] == "2026-0001"
    assert len(found["consent_ids"]) == 4
    beds = await queries.current(world.elder)
    assert {each.kind for each in beds.values()} == {BedKind.OWN_HOME, BedKind.HOME_SICK}
    for member in (world.center, world.doctor.person_id, world.nurse.person_id):
        assert await tied(world, member)
    watched = await value("SELECT count(*) FROM jobs WHERE task = 'watch_home_sickbed'")
    assert watched > 0


@pytest.mark.rule("FB-02")
async def test_nobody_in_a_hospital_gets_a_home_sickbed(db) -> None:
    world = await a_world()
    home_sickbed_id = await a_ready(world)
    await admit(world, BedKind.HOSPITAL, at=NINE - HOUR)
    with pytest.raises(InpatientOpen) as refused:
        await open_it(world, home_sickbed_id)
    assert refused.value.facts == {"organization": "静安***"}
    assert await status_of(home_sickbed_id) == "APPROVED"


@pytest.mark.rule("HB-20")
async def test_of_two_episodes_opened_at_once_exactly_one_wins(db) -> None:
    world = await a_world()
    one = await a_ready(world)
    other = await another_approved(world, world.elder)
    await rows(
        "UPDATE home_sickbeds SET doctor = $2, nurse = $3, applied_at = $4 WHERE id = $1",
        other,
        world.doctor.person_id,
        world.nurse.person_id,
        APPLIED_AT - DAY,
    )
    answers = await asyncio.gather(
        *(open_it(world, each, bed_no=f"J-{n}") for n, each in enumerate((one, other))),
        return_exceptions=True,
    )
    assert sum(isinstance(each, EpisodeOpen) for each in answers) == 1
    assert await value("SELECT count(*) FROM home_sickbeds WHERE status = 'OPEN'") == 1


@pytest.mark.rule("HB-11")
async def test_a_renewal_is_a_new_episode_that_names_the_last_one(db) -> None:
    world = await a_world()
    first = await an_open(world)
    with pytest.raises(WrongPrevious):
        await an_applied(world, at=NINE, previous_episode_id=uuid7())
    renewal = await an_applied(world, at=NINE, previous_episode_id=first)
    assert await status_of(renewal) == "APPLIED"  # assessed anew, like any other
    with pytest.raises(CannotMove):
        await open_it(world, renewal)


@pytest.mark.rule("HB-11")
async def test_some_cities_cap_the_episodes_of_a_year(db, monkeypatch) -> None:
    import msgspec  # noqa: PLC0415

    from backend import policy  # noqa: PLC0415

    world = await a_world()
    other_city = msgspec.structs.replace(settings(), policy_profile="generic_city")
    monkeypatch.setattr(policy, "settings", lambda: other_city)
    for number in range(3):
        await rows(
            "INSERT INTO home_sickbeds (id, person, center, status, application, consent_ids,"
            " applied_by, applied_at, opened_at, closed_at, episode_no, policy_version, version,"
            " fingerprint, recorded_at) VALUES ($1, $2, $3, 'CLOSED', '', '{}', $2, $4, $4, $5,"
            " $6, 'x', 1, '', $4)",
            uuid7(),
            world.elder,
            world.center,
            NINE - timedelta(days=200),
            NINE - timedelta(days=190),
            f"2026-000{number}",
        )
    with pytest.raises(YearIsFull):
        await an_applied(world)
