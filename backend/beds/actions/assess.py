"""建床评估: the form at the bedside (HB-05), and what the assessor decides."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.beds import policies, queries
from backend.beds.actions import moments, moving
from backend.beds.events import HomeSickbedAssessed, HomeSickbedDecided
from backend.beds.lifecycle import Criterion, Move, Status
from backend.beds.lifecycle.episodes import unmet
from backend.beds.lifecycle.held import Assessed, Episode, Made
from backend.beds.lifecycle.said import AssessmentForm, Decision
from backend.beds.problems import (
    Excluded,
    FormIncomplete,
    NeedsReason,
    NotAdmissible,
    NotAtTheBedside,
)
from backend.core import audit, crypto
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.journal import publish
from backend.core.problems import CannotMove, Forbidden
from backend.core.wire import Kept, check_version, fingerprint
from backend.people import queries as people
from backend.records.lifecycle.scores import Instrument

# HB-05 names these; cognition, pain, skin and the home are words of the form.
NEEDED = (Instrument.BARTHEL, Instrument.MORSE, Instrument.BRADEN, Instrument.MNA_SF)

KEEP = """
INSERT INTO home_sickbed_assessments (home_sickbed, visit_id, form, measured, author, client_time,
                                      happened_at, recorded_at, version, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)
ON CONFLICT (home_sickbed) DO UPDATE SET
  visit_id = excluded.visit_id, form = excluded.form, measured = excluded.measured,
  author = excluded.author, client_time = excluded.client_time,
  happened_at = excluded.happened_at, recorded_at = excluded.recorded_at,
  version = home_sickbed_assessments.version + 1, fingerprint = excluded.fingerprint
"""


@action
async def assess(
    *,
    home_sickbed_id: UUID,
    actor: Actor,
    said: AssessmentForm,
    if_match: str | None,
    now: datetime,
) -> Kept[Assessed]:
    """Write the form on an assessment visit where one has checked in, or edit it until decided.

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises NotAtTheBedside:
    :raises FormIncomplete: :raises NeedsVersion: :raises Stale:
    """
    episode = await queries.hold(home_sickbed_id)
    tie = await people.tie(actor=actor, person_id=episode.person, now=now)
    if not policies.is_assessor(actor, episode):
        raise Forbidden
    stored, digest = await queries.assessment(episode.id), fingerprint(said)
    if stored is not None and stored.fingerprint == digest:
        return Kept(stored, first=False)
    if episode.status is not Status.ASSESSING:
        raise CannotMove(status=episode.status)
    if stored is not None:
        check_version(if_match, stored.version)
    if not await queries.is_at_bedside(
        visit_id=said.visit_id, person_id=episode.person, staff_id=actor.person_id
    ):
        raise NotAtTheBedside(visit_id=said.visit_id)
    measured = await queries.measured_on(person_id=episode.person, visit_id=said.visit_id, now=now)
    _check_whole(measured)
    when = await moving.times_of(said, actor=actor, now=now)
    await rows(
        KEEP,
        episode.id,
        said.visit_id,
        crypto.seal(msgspec.json.encode(said).decode(), "home_sickbed_assessments.form"),
        crypto.seal(msgspec.json.encode(measured).decode(), "home_sickbed_assessments.measured"),
        actor.person_id,
        when.client_time,
        when.happened_at,
        when.recorded_at,
        digest,
    )
    publish(HomeSickbedAssessed(subject_id=episode.id, person_id=episode.person))
    audit.wrote(actor, "beds.assess", person_id=episode.person, subject_id=episode.id, tie=tie)
    kept = await queries.assessment(episode.id)
    assert kept is not None
    return Kept(kept, first=stored is None)


def _check_whole(measured: dict[str, Any]) -> None:
    """:raises FormIncomplete: an instrument was not filled in, or no vital sign taken"""
    missing = [each.value for each in NEEDED if each.value not in measured["scores"]]
    if not measured["vitals"]:
        missing.append("vitals")
    if missing:
        raise FormIncomplete(missing=missing)


@action
async def decide(
    *, home_sickbed_id: UUID, actor: Actor, said: Decision, now: datetime
) -> Kept[Made]:
    """Pass or fail, by the assessor, on the form. Twice is once.

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises AlreadyDifferent:
    :raises FormIncomplete: :raises NotAdmissible: :raises Excluded: :raises NeedsReason:
    """
    step = await moving.enter(
        home_sickbed_id,
        Move.PASS,
        Move.FAIL,
        may=policies.is_assessor,
        actor=actor,
        said=said,
        now=now,
    )
    if isinstance(step, Kept):
        return step
    episode = step.episode
    if episode.status is not Status.ASSESSING:
        raise CannotMove(status=episode.status)
    await _check_decision(episode, said)
    made = await moving.write(step, Move.PASS if said.is_passed else Move.FAIL, said=said)
    if not said.is_passed:
        await moments.untie_all(episode, now=now)
    publish(
        HomeSickbedDecided(
            subject_id=episode.id, person_id=episode.person, organization_id=episode.center
        )
    )
    return Kept(made, first=True)


async def _check_decision(episode: Episode, said: Decision) -> None:
    """HB-02, HB-03: what is passed must hold, what fails must say why."""
    form = await queries.assessment(episode.id)
    if form is None:
        raise FormIncomplete(missing=["form"])
    if not said.is_passed:
        if not (said.reason and said.advice):
            raise NeedsReason
        return
    if exclusions := form.form.get("exclusions"):
        raise Excluded(exclusions=exclusions)
    if lacking := unmet([Criterion(each) for each in form.form.get("criteria", [])]):
        raise NotAdmissible(missing=lacking)
