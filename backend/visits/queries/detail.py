"""One visit, and one round, for those who may know them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from backend.core import audit, calendar
from backend.core.access import Actor
from backend.core.db import row, rows
from backend.core.problems import Missing
from backend.people import queries as people
from backend.visits.lifecycle import Kind

ONE = """
SELECT v.*, p.name, p.phone, p.sex, p.born_on, p.care_flags, p.street_code, p.bed,
       door.line, door.room, house.name AS institution_name,
       coalesce(door.lat, house.lat) AS lat, coalesce(door.lon, house.lon) AS lon,
       coalesce(door.datum, 'wgs84') AS datum,
       (SELECT coalesce(json_agg(json_build_object('id', a.id, 'staff_id', a.staff, 'role', a.role,
                 'is_lead', a.is_lead, 'until_at', a.until_at) ORDER BY a.from_at), '[]')
          FROM visit_assignments a WHERE a.visit = v.id) AS staff,
       (SELECT coalesce(json_agg(json_build_object('move', m.move, 'made_by', m.made_by,
                 'happened_at', m.happened_at, 'recorded_at', m.recorded_at,
                 'status', m.to_status, 'findings', m.findings)
                 ORDER BY m.recorded_at, m.id), '[]')
          FROM visit_moves m WHERE m.visit = v.id) AS moves,
       (SELECT coalesce(array_agg(DISTINCT e.status), '{}')
          FROM visit_exceptions e WHERE e.visit = v.id) AS exception_statuses,
       (SELECT coalesce(array_agg(DISTINCT item), '{}') FROM consents c, unnest(c.items) AS item
         WHERE c.person = v.person AND c.withdrawn_at IS NULL) AS consented,
       EXISTS (SELECT 1 FROM notes n WHERE n.visit_id = v.id AND n.person = v.person
                  AND n.signed_at IS NOT NULL) AS is_documented,
       EXISTS (SELECT 1 FROM visit_moves m WHERE m.visit = v.id AND m.move = 'attestation'
                  AND m.said ->> 'method' NOT IN ('unable', 'refused')) AS is_attested
  FROM visits v
  LEFT JOIN persons p ON p.id = v.person
  LEFT JOIN addresses door ON door.id = v.address
  LEFT JOIN organizations house ON house.id = v.institution
 WHERE v.id = $1
"""


async def one(*, visit_id: UUID, actor: Actor, now: datetime) -> Any:
    """A visit with who goes and what it went through. The read is noted.

    `in_full` says whether the door is for this reader's eyes: a relative's summary masks it.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    found = await row(ONE, visit_id)
    if found is None or found["kind"] == Kind.WARD_ROUND:
        raise Missing
    tie, in_full = await people.level(actor=actor, person_id=found["person"], now=now)
    await audit.seen(
        actor, "visits.visit", persons=[found["person"]], ties=[tie], subject_id=visit_id
    )
    return {**found, "in_full": in_full}


ROUND = """
SELECT v.*, house.name AS institution_name,
       (SELECT coalesce(json_agg(json_build_object('id', a.id, 'staff_id', a.staff, 'role', a.role,
                 'is_lead', a.is_lead, 'until_at', a.until_at) ORDER BY a.from_at), '[]')
          FROM visit_assignments a WHERE a.visit = v.id) AS staff,
       (SELECT coalesce(json_agg(json_build_object('move', m.move, 'made_by', m.made_by,
                 'happened_at', m.happened_at, 'recorded_at', m.recorded_at,
                 'status', m.to_status, 'findings', m.findings)
                 ORDER BY m.recorded_at, m.id), '[]')
          FROM visit_moves m WHERE m.visit = v.id) AS moves,
       EXISTS (SELECT 1 FROM visit_assignments a
                WHERE a.visit = v.id AND a.staff = $2 AND a.until_at IS NULL) AS is_going
  FROM visits v LEFT JOIN organizations house ON house.id = v.institution
 WHERE v.id = $1 AND v.kind = 'WARD_ROUND'
"""

RESIDENTS = """
SELECT e.person, e.status, e.minutes, e.happened_at, p.name, p.bed, p.sex, p.born_on,
       EXISTS (SELECT 1 FROM notes n WHERE n.visit_id = e.visit AND n.person = e.person
                  AND n.signed_at IS NOT NULL) AS is_documented,
       (SELECT coalesce(json_object_agg(o.code, json_build_object('value', o.value,
                 'value_code', o.value_code, 'happened_at', o.happened_at, 'flags', o.flags)), '{}')
          FROM (SELECT DISTINCT ON (code) code, value, value_code, happened_at, flags
                  FROM observations
                 WHERE person = e.person AND voided_at IS NULL
                   AND happened_at >= $2::timestamptz AND happened_at < $3::timestamptz
                 ORDER BY code, happened_at DESC) o) AS vitals,
       (SELECT coalesce(array_agg(DISTINCT al.code), '{}') FROM alerts al
         WHERE al.person = e.person AND al.recorded_at >= $2 AND al.recorded_at < $3) AS alerts
  FROM round_entries e JOIN persons p ON p.id = e.person
 WHERE e.visit = $1
 ORDER BY p.bed NULLS LAST, e.person
"""


async def round_with_residents(*, round_id: UUID, actor: Actor) -> tuple[Any, list[Any]]:
    """A round and its residents, with the vitals of the round's own day. The read is noted.

    :raises Missing:
    """
    found = await row(ROUND, round_id, actor.person_id)
    if found is None or not (
        found["is_going"] or actor.organization_id in (found["organization"], found["institution"])
    ):
        raise Missing
    day = calendar.day(calendar.on(found["planned_start"]))
    residents = await rows(RESIDENTS, round_id, *day)
    await audit.seen(
        actor,
        "visits.round",
        persons=[each["person"] for each in residents],
        ties=["round"] * len(residents),
        subject_id=round_id,
    )
    return found, residents
