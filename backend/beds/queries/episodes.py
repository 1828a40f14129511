"""Episodes: one held, one whole, and what a center's beds owe."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.beds.lifecycle import Due, Facts, Move, Outcome, Status, dues
from backend.beds.lifecycle.held import Assessed, Episode, Given, Made
from backend.beds.lifecycle.limits import limits
from backend.core import audit, crypto
from backend.core.access import Actor
from backend.core.db import row, rows, value
from backend.core.problems import Missing
from backend.people import queries as people
from backend.people.lifecycle import Scope
from backend.people.problems import ScopeMissing

EPISODE = """
SELECT id, person, center, status, episode_no, place_kind, place_organization, assessor, doctor,
       nurse, previous_episode_id, applied_by, applied_at, opened_at, closing_at, closed_at,
       stay_id, version, fingerprint
  FROM home_sickbeds
"""

# HB-07, IC-05: a doctor's round is a visit that ended, or, in the house, an entry of a ward round
# with a note signed by a doctor who came along.
MOVES = """
  LEFT JOIN home_sickbed_assessments form ON form.home_sickbed = h.id
  LEFT JOIN LATERAL (
    SELECT max(m.happened_at) FILTER (WHERE m.move = 'file_record' AND m.detail = 'OPENING')
             AS opening_record_at,
           max(m.happened_at) FILTER (WHERE m.move = 'file_record' AND m.detail = 'STAGE_SUMMARY')
             AS summary_at,
           max(m.happened_at) FILTER (WHERE m.move = 'order' AND m.detail = 'stable') AS stable_at,
           max(m.happened_at) FILTER (WHERE m.move = 'order' AND m.detail = 'unstable')
             AS unstable_at,
           max(m.happened_at) FILTER (WHERE m.move = 'resume') AS resumed_at
      FROM home_sickbed_moves m WHERE m.home_sickbed = h.id) moves ON true
  LEFT JOIN LATERAL (
    SELECT s.from_at AS suspended_at FROM home_sickbed_suspensions s
     WHERE s.home_sickbed = h.id AND s.until_at IS NULL) away ON true
  LEFT JOIN LATERAL (
    SELECT max(m.happened_at) FILTER (WHERE v.kind = 'HOMEBED_ROUND') AS round_at,
           max(m.happened_at) FILTER (WHERE v.kind = 'SUPERIOR_ROUND' AND m.role = 'SENIOR_GP')
             AS superior_round_at,
           max(m.happened_at) FILTER (WHERE v.kind = 'FOLLOW_UP' AND m.happened_at >= h.closed_at)
             AS contacted_at
      FROM visits v JOIN visit_moves m ON m.visit = v.id AND m.move = 'check_out'
     WHERE v.person = h.person AND m.happened_at >= h.applied_at
       AND m.role IN ('GP', 'SENIOR_GP', 'NURSE')
       AND (v.kind = 'FOLLOW_UP' OR m.role <> 'NURSE')) seen ON true
  LEFT JOIN LATERAL (
    SELECT max(e.happened_at) FILTER (WHERE n.kind = 'ROUND') AS round_at,
           max(e.happened_at) FILTER (WHERE n.kind = 'SUPERIOR_ROUND' AND m.role = 'SENIOR_GP')
             AS superior_round_at
      FROM round_entries e
      JOIN notes n ON n.visit_id = e.visit AND n.person = e.person AND n.signed_at IS NOT NULL
      JOIN visit_moves m ON m.visit = e.visit AND m.move = 'check_in' AND m.made_by = n.author
       AND m.role IN ('GP', 'SENIOR_GP')
     WHERE e.person = h.person AND e.status = 'seen' AND e.happened_at >= h.opened_at) ward ON true
  LEFT JOIN LATERAL (
    SELECT max(i.happened_at) AS changed_at FROM incidents i
     WHERE i.person = h.person AND i.kind = 'CHANGE_OF_CONDITION'
       AND i.happened_at >= h.opened_at) worse ON true
"""

FACTS = f"""
SELECT h.id, h.person, h.center, h.status, h.episode_no, h.place_kind, h.place_organization,
       h.doctor, h.nurse, h.assessor, h.version, h.applied_at, h.opened_at, h.closing_at,
       h.closed_at, h.outcome, p.name, p.bed, form.happened_at AS assessed_at,
       moves.opening_record_at, moves.summary_at, moves.resumed_at,
       CASE WHEN moves.stable_at > coalesce(moves.unstable_at, '-infinity')
            THEN moves.stable_at END AS stable_at,
       away.suspended_at, greatest(seen.round_at, ward.round_at) AS round_at,
       greatest(seen.superior_round_at, ward.superior_round_at) AS superior_round_at,
       worse.changed_at, seen.contacted_at
  FROM home_sickbeds h JOIN persons p ON p.id = h.person {MOVES}
"""  # noqa: S608 - text of our own

ONE_OF = f"{FACTS} WHERE h.id = $1"

WHOLE = """
SELECT h.*, p.name, no_of.name AS center_name, form.form, form.measured,
       form.version AS form_version, form.author AS form_author,
       (SELECT coalesce(json_agg(json_build_object('move', m.move, 'move_id', m.move_id,
                 'made_by', m.made_by, 'role', m.role, 'status', m.to_status,
                 'happened_at', m.happened_at, 'recorded_at', m.recorded_at)
                 ORDER BY m.recorded_at, m.id), '[]')
          FROM home_sickbed_moves m WHERE m.home_sickbed = h.id) AS moves,
       (SELECT coalesce(json_agg(json_build_object('id', s.id, 'reason', s.reason,
                 'from_at', s.from_at, 'until_at', s.until_at,
                 'expected_return_on', s.expected_return_on) ORDER BY s.from_at), '[]')
          FROM home_sickbed_suspensions s WHERE s.home_sickbed = h.id) AS suspensions
  FROM home_sickbeds h JOIN persons p ON p.id = h.person
  JOIN organizations no_of ON no_of.id = h.center
  LEFT JOIN home_sickbed_assessments form ON form.home_sickbed = h.id
 WHERE h.id = $1
"""


def episode_of(found: Any) -> Episode:
    return Episode(**{**found, "status": Status(found["status"])})


async def find_episode(home_sickbed_id: UUID) -> Episode | None:
    found = await row(f"{EPISODE} WHERE id = $1", home_sickbed_id)
    return episode_of(found) if found else None


async def hold(home_sickbed_id: UUID) -> Episode:
    """Lock the episode, its person first.

    :raises Missing:
    """
    person_id = await value("SELECT person FROM home_sickbeds WHERE id = $1", home_sickbed_id)
    if person_id is None:
        raise Missing
    await rows("SELECT 1 FROM persons WHERE id = $1 FOR NO KEY UPDATE", person_id)
    found = await row(f"{EPISODE} WHERE id = $1 FOR NO KEY UPDATE", home_sickbed_id)
    assert found is not None
    return episode_of(found)


async def approved(home_sickbed_id: UUID) -> Episode | None:
    """The one that waits to be opened; for slices that have asked who is asking."""
    found = await row(f"{EPISODE} WHERE id = $1 AND status = $2", home_sickbed_id, Status.APPROVED)
    return episode_of(found) if found else None


async def open_home_sickbed(person_id: UUID) -> Episode | None:
    """The one that is open or suspended (HB-20); for slices that have asked who is asking."""
    found = await row(f"{EPISODE} WHERE person = $1 AND status IN ('OPEN', 'SUSPENDED')", person_id)
    return episode_of(found) if found else None


MADE = """
SELECT id, home_sickbed AS home_sickbed_id, move, move_id, made_by, role, to_status AS status,
       client_time, happened_at, recorded_at, said, fingerprint
  FROM home_sickbed_moves
"""


async def made(home_sickbed_id: UUID, *, moves: tuple[Move, ...], move_id: UUID) -> Made | None:
    """A move as it was stored.

    :raises Missing: the id belongs to another episode
    """
    found = await row(
        f"{MADE} WHERE move = ANY ($1::text[]) AND move_id = $2",
        [each.value for each in moves],
        move_id,
    )
    if found is None:
        return None
    if found["home_sickbed_id"] != home_sickbed_id:
        raise Missing
    said = msgspec.json.decode(crypto.unseal(found["said"], "home_sickbed_moves.said"))
    return Made(
        **{
            **found,
            "move": Move(found["move"]),
            "status": Status(found["status"]),
            "said": said,
        }
    )


async def assignment(assignment_id: UUID, *, home_sickbed_id: UUID) -> Given | None:
    """:raises Missing: the id belongs to another episode"""
    found = await row(
        "SELECT id, home_sickbed AS home_sickbed_id, part, staff AS staff_id, from_at, until_at,"
        " assigned_by, open_beds, fingerprint FROM home_sickbed_assignments WHERE id = $1",
        assignment_id,
    )
    if found is not None and found["home_sickbed_id"] != home_sickbed_id:
        raise Missing
    return Given(**found) if found else None


async def assessment(home_sickbed_id: UUID) -> Assessed | None:
    found = await row(
        "SELECT home_sickbed AS home_sickbed_id, visit_id, form, measured, author, client_time,"
        " happened_at, recorded_at, version, fingerprint"
        " FROM home_sickbed_assessments WHERE home_sickbed = $1",
        home_sickbed_id,
    )
    if found is None:
        return None
    opened = {
        field: msgspec.json.decode(crypto.unseal(found[field], f"home_sickbed_assessments.{field}"))
        for field in ("form", "measured")
    }
    return Assessed(**{**found, **opened})


def facts_of(found: Any) -> Facts:
    return Facts(
        status=Status(found["status"]),
        applied_at=found["applied_at"],
        assessed_at=found["assessed_at"],
        opened_at=found["opened_at"],
        recorded_at=found["opening_record_at"],
        round_at=found["round_at"],
        superior_round_at=found["superior_round_at"],
        changed_at=found["changed_at"],
        stable_at=found["stable_at"],
        summary_at=found["summary_at"],
        suspended_at=found["suspended_at"],
        resumed_at=found["resumed_at"],
        closing_at=found["closing_at"],
        closed_at=found["closed_at"],
        outcome=Outcome(found["outcome"]) if found["outcome"] else None,
        contacted_at=found["contacted_at"],
    )


async def facts(home_sickbed_id: UUID) -> Facts | None:
    """What happened to it, for what is due; None while it is a draft."""
    found = await row(ONE_OF, home_sickbed_id)
    return None if found is None or found["applied_at"] is None else facts_of(found)


def due_of(found: Facts | None, *, now: datetime) -> list[Due]:
    """Under the policy in force when the bed was opened, or now."""
    return [] if found is None else dues(found, limits(found.opened_at or now))


async def one(*, home_sickbed_id: UUID, actor: Actor, now: datetime) -> Any:
    """An episode with what it went through and what it owes. The read is noted.

    `in_full` says whether this reader sees the form and the words; a relative's summary does not.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    found = await row(WHOLE, home_sickbed_id)
    if found is None:
        raise Missing
    tie, in_full = await _level(found, actor=actor, now=now)
    if found["status"] == Status.DRAFT and found["applied_by"] != actor.person_id:
        raise Missing
    owed = due_of(await facts(home_sickbed_id), now=now)
    await audit.seen(
        actor,
        "beds.home_sickbed",
        persons=[found["person"]],
        ties=[tie],
        subject_id=home_sickbed_id,
    )
    return {**found, "in_full": in_full, "due": owed}


async def _level(found: Any, *, actor: Actor, now: datetime) -> tuple[str, bool]:
    """Who asked for it sees what becomes of it, with the scope that let them ask."""
    try:
        return await people.level(actor=actor, person_id=found["person"], now=now)
    except ScopeMissing:
        if found["applied_by"] != actor.person_id:
            raise
        scope = Scope.REQUEST_SERVICE
        tie = await people.tie(actor=actor, person_id=found["person"], now=now, scope=scope)
        return tie, False
