"""Whose word on a round in a house is the doctor's round of a home-sickbed (HB-07, HB-08)."""

import pytest

from backend.beds.lifecycle import BedKind, What
from backend.core.ids import uuid7
from backend.records import actions as records
from backend.records.lifecycle.facts import Signature
from backend.records.lifecycle.notes import NoteKind
from backend.visits import actions as visits
from backend.visits.lifecycle.plans import Going, RoundPlan
from backend.visits.lifecycle.rounds import EntrySaid
from tests.beds.test_care import an_open_in_the_house, owes
from tests.beds.world import DAY, HOUR, NINE, a_world, admit
from tests.records.said import a_draft
from tests.visits.world import a_proof

pytestmark = pytest.mark.anyio


@pytest.mark.rule("HB-07", "HB-08")
async def test_a_nurses_note_is_no_doctors_round_nor_a_doctors_a_superiors(db) -> None:
    world = await a_world()
    await admit(world, BedKind.INSTITUTION, at=NINE - 9 * DAY, bed_no="301-1")
    home_sickbed_id = await an_open_in_the_house(world)
    at = NINE + 3 * HOUR
    round_id = uuid7()
    team = (world.nurse, world.doctor, world.senior)
    await visits.plan_round(
        round_id=round_id,
        actor=world.dispatcher,
        said=RoundPlan(
            institution_id=world.house,
            planned_start=at,
            planned_end=at + 2 * HOUR,
            staff=[Going(person_id=each.person_id) for each in team],
        ),
        if_match=None,
        now=NINE,
    )
    for each in team:
        await visits.check_in(visit_id=round_id, actor=each, proof=a_proof(at), now=at)
    await visits.enter(
        round_id=round_id,
        person_id=world.elder,
        actor=world.doctor,
        said=EntrySaid(client_time=at, status="seen"),
        now=at,
    )
    before = await owes(home_sickbed_id)
    for by, kind, what, counts in (
        (world.nurse, NoteKind.ROUND, What.ROUND, False),
        (world.doctor, NoteKind.ROUND, What.ROUND, True),
        (world.doctor, NoteKind.SUPERIOR_ROUND, What.SUPERIOR_ROUND, False),
        (world.senior, NoteKind.SUPERIOR_ROUND, What.SUPERIOR_ROUND, True),
    ):
        note_id = uuid7()
        said = a_draft(world.elder, client_time=at, visit_id=round_id, kind=kind)
        await records.write_note(note_id=note_id, actor=by, said=said, version=None, now=at)
        await records.sign_note(note_id=note_id, actor=by, said=Signature(client_time=at), now=at)
        assert ((await owes(home_sickbed_id))[what] != before[what]) is counts
