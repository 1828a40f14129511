"""Assessing, and reading assessments."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import FAMILY, FIELD, STAFF, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import IfMatch, Page, answer
from backend.records import actions, queries
from backend.records.lifecycle.scores import Instrument
from backend.records.schemas import Assessment, Sheet


@put("/assessments/{assessment_id:uuid}", allow=FIELD | {Role.INST_NURSE}, tags=["records"])
async def assess_person(
    assessment_id: FromPath[UUID],
    data: JSONBody[Sheet],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[Assessment]:
    """Send a whole sheet, and read its score; correct one's own with `If-Match: "<version>"`.

    Every question is answered, each on its scale; MNA-SF takes F1 or F2, never both. GDS-15 and
    TCM number their questions from 1.
    """
    kept = actions.assess(
        assessment_id=assessment_id, actor=actor, said=data.said(), version=if_match, now=now
    )
    return await answer(kept, Assessment.of)


@get("/assessments/{assessment_id:uuid}", allow=STAFF | FAMILY, tags=["records"])
async def get_assessment(
    assessment_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Assessment:
    """Read one assessment. A relative needs VIEW_FULL, for GDS-15 also its sensitive chapter."""
    return Assessment.of(
        await queries.assessment(assessment_id=assessment_id, actor=actor, now=now)
    )


@get("/assessments", allow=STAFF | FAMILY, tags=["records"])
async def list_assessments(
    *,
    person_id: FromQuery[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    instrument: FromQuery[Instrument | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[Assessment]:
    """List a person's assessments, newest first; of one `instrument`, or of all."""
    page = await queries.assessments(
        person_id=person_id, instrument=instrument, actor=actor, limit=limit, after=after, now=now
    )
    return Page(items=[Assessment.of(found) for found in page.items], next=page.next)


ROUTES = [assess_person, get_assessment, list_assessments]
