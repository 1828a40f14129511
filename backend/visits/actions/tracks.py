"""行踪轨迹 (EV-10, HC-07): the way of a carer, kept sealed, for 180 days at most."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend import policy
from backend.core import audit, crypto
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.problems import Missing
from backend.core.wire import Kept, check_same, fingerprint
from backend.visits import policies, queries
from backend.visits.lifecycle import Move
from backend.visits.lifecycle.rounds import Track, TrackSaid
from backend.visits.problems import OutsideTheVisit
from backend.visits.schemas.resolving import TrackDetail

INSERT = """
INSERT INTO visit_tracks (id, visit, staff, points, points_from, points_to, recorded_at,
                          fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

# In the phone's own time, as its points are.
ON_THE_ROAD = """
SELECT coalesce(min(client_time) FILTER (WHERE move = 'departure'),
                min(client_time) FILTER (WHERE move = 'check_in')) AS left_at,
       min(client_time) FILTER (WHERE move = 'check_out') AS out_at
  FROM visit_moves WHERE visit = $1 AND made_by = $2
"""


@action
async def track(
    *, visit_id: UUID, track_id: UUID, actor: Actor, said: TrackSaid, now: datetime
) -> Kept[Track]:
    """Keep a stretch of the way. Only between one's own departure and check-out (EV-10).

    :raises Missing: :raises OutsideTheVisit: :raises AlreadyDifferent:
    """
    held = await queries.hold(visit_id, actor=actor, move=Move.DEPARTURE)
    if not policies.may_record(actor, held):
        raise Missing
    digest = fingerprint(said)
    stored = await queries.track(track_id)
    if stored is not None:
        if (stored.visit_id, stored.staff_id) != (visit_id, actor.person_id):
            raise Missing
        check_same(digest, stored.fingerprint, lambda: TrackDetail.of(stored))
        return Kept(stored, first=False)
    first, last = min(each.at for each in said.points), max(each.at for each in said.points)
    (road,) = await rows(ON_THE_ROAD, visit_id, actor.person_id)
    slack = policy.span(now, "ev.clock_skew_max_s")
    if road["left_at"] is None or first < road["left_at"] - slack:
        raise OutsideTheVisit
    if road["out_at"] is not None and last > road["out_at"] + slack:
        raise OutsideTheVisit
    await rows(
        INSERT,
        track_id,
        visit_id,
        actor.person_id,
        crypto.seal(msgspec.json.encode(said).decode(), "visit_tracks.points"),
        first,
        last,
        now,
        digest,
    )
    audit.wrote(actor, "visits.track", subject_id=visit_id)
    made = await queries.track(track_id)
    assert made is not None
    return Kept(made, first=True)


@action
async def forget_tracks(*, now: datetime) -> int:
    """Delete what is older than the policy keeps (EV-10, BG-25). How many were."""
    before = now - policy.span(now, "rc.track_retention_days")
    gone = await rows("DELETE FROM visit_tracks WHERE recorded_at < $1 RETURNING id", before)
    return len(gone)
