"""A visit as it was lived, for its bill."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from backend.core.db import row, rows, value
from backend.visits.lifecycle.charges import Lived, Stay
from backend.visits.lifecycle.statuses import Kind, PlaceKind, Status

LIVED = """
SELECT v.id, v.kind, v.status, v.place_kind AS place, v.person, v.organization, v.institution,
       p.residence,
       v.institution = v.organization AND EXISTS (
         SELECT 1 FROM in_house_units u
          WHERE u.organization = v.organization AND u.status = 'operating') AS is_outpatient,
       (SELECT coalesce(json_agg(json_build_object('staff_id', s.made_by, 'role', s.role,
                 'came_at', s.came_at, 'left_at', s.left_at, 'left_by', s.left_by,
                 'items', coalesce(s.items, '[]'))
                 ORDER BY s.came_at, s.made_by), '[]')
          FROM (SELECT m.made_by, min(m.role) AS role,
                       min(m.happened_at) FILTER (WHERE m.move = 'check_in') AS came_at,
                       max(m.happened_at) FILTER (WHERE m.move = 'check_out') AS left_at,
                       (array_agg(m.id) FILTER (WHERE m.move = 'check_out'))[1] AS left_by,
                       (array_agg(m.said -> 'items') FILTER (WHERE m.move = 'check_out'))[1]
                         AS items
                  FROM visit_moves m
                 WHERE m.visit = v.id AND m.move IN ('check_in', 'check_out')
                 GROUP BY m.made_by) s WHERE s.came_at IS NOT NULL) AS stays,
       (SELECT coalesce(array_agg(e.status), '{}')
          FROM visit_exceptions e WHERE e.visit = v.id) AS exceptions
  FROM visits v LEFT JOIN persons p ON p.id = v.person
 WHERE v.id = $1
"""

SEEN = """
SELECT e.person, e.made_by, e.happened_at FROM round_entries e
 WHERE e.visit = $1 AND e.status = 'seen' ORDER BY e.person
"""


class ToBill(NamedTuple):
    """A visit, and whose it was. A round is nobody's: its entries are."""

    visit: Lived
    person_id: UUID | None
    organization_id: UUID
    institution_id: UUID | None
    is_outpatient: bool


class Seen(NamedTuple):
    """A resident who was seen on a round."""

    person_id: UUID
    by: UUID
    at: datetime


async def to_bill(visit_id: UUID) -> ToBill | None:
    found = await row(LIVED, visit_id)
    if found is None:
        return None
    visit = Lived(
        id=found["id"],
        kind=Kind(found["kind"]),
        status=Status(found["status"]),
        place=PlaceKind(found["place"]),
        stays=msgspec.json.decode(found["stays"], type=list[Stay]),
        exceptions=found["exceptions"],
    )
    return ToBill(
        visit=visit,
        person_id=found["person"],
        organization_id=found["organization"],
        institution_id=found["institution"] or found["residence"],
        is_outpatient=bool(found["is_outpatient"]),
    )


async def seen_on(round_id: UUID) -> Sequence[Seen]:
    return [Seen(*each) for each in await rows(SEEN, round_id)]


async def visit_of(subject_id: UUID) -> UUID:
    """The visit that a bill is for: its own, or that of a stay, which is named by how it ended."""
    found: UUID | None = await value("SELECT visit FROM visit_moves WHERE id = $1", subject_id)
    return found or subject_id
