"""What is only planned goes over to another organization, which sends its own."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend import policy
from backend.core import audit
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.journal import publish
from backend.people import actions as care_team
from backend.people.lifecycle import MemberKind, Tie
from backend.visits import queries
from backend.visits.actions import staffing
from backend.visits.events import VisitUncovered
from backend.visits.lifecycle import Move, Status

GOES_OVER = "UPDATE visits SET organization = $2 WHERE id = $1"


@action
async def hand_over_visits(
    *, visit_ids: Sequence[UUID], to_organization_id: UUID, actor: Actor, now: datetime
) -> list[UUID]:
    """Give those of these that nobody has begun to another organization; which they were.

    Who was to go goes no more: each waits among what the new organization has nobody for, and it
    sees the elder until some days after. Twice is once. The caller has asked whether it may.
    """
    handed = []
    for visit_id in sorted(visit_ids):
        held = await queries.hold(visit_id, actor=actor, move=Move.BAG_CHECK)
        if held.status != Status.PLANNED or held.organization == to_organization_id:
            continue
        assert held.person is not None, "a round is nobody's to hand over"
        errand = staffing.errand_of(held)
        await staffing.send(errand, [], by=actor, now=now)
        await rows(GOES_OVER, visit_id, to_organization_id)
        await care_team.join_care_team(
            person_id=held.person,
            member_id=to_organization_id,
            member_kind=MemberKind.ORGANIZATION,
            why=Tie.VISIT,
            because_id=visit_id,
            now=now,
            until=errand.end + policy.span(now, "ev.tie_after_visit_days"),
        )
        await staffing.changed(visit_id)
        publish(
            VisitUncovered(
                subject_id=visit_id, person_id=held.person, organization_id=to_organization_id
            )
        )
        audit.wrote(
            actor,
            "visits.hand_over",
            person_id=held.person,
            subject_id=visit_id,
            tie=actor.why or "",
        )
        handed.append(visit_id)
    return handed
