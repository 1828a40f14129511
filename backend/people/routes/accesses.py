"""Access in need, and copies of the record."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import FAMILY, FIELD, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Page, answer
from backend.people import actions, queries
from backend.people.actions.facts import (
    BreakGlassFacts,
    BreakGlassReview,
    CopyFacts,
    CopyHandedOver,
)
from backend.people.schemas.accesses import BreakGlassDetail, BreakGlassToReview, CopyDetail


@put(
    "/persons/{person_id:uuid}/break-glass/{access_id:uuid}",
    allow=FIELD | {Role.INST_NURSE, Role.HOSPITAL_STAFF},
    tags=["people"],
)
async def break_glass(
    person_id: FromPath[UUID],
    access_id: FromPath[UUID],
    data: JSONBody[BreakGlassFacts],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[BreakGlassDetail]:
    """See a person for four hours without a tie. An administrator is told and reviews it."""
    kept = actions.break_glass(
        access_id=access_id, person_id=person_id, actor=actor, said=data, now=now
    )
    return await answer(kept, BreakGlassDetail.of)


@put(
    "/persons/{person_id:uuid}/break-glass/{access_id:uuid}/review",
    allow=frozenset({Role.CHC_ADMIN}),
    tags=["people"],
)
async def review_break_glass(
    person_id: FromPath[UUID],
    access_id: FromPath[UUID],
    data: JSONBody[BreakGlassReview],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[BreakGlassDetail]:
    """Say whether an access was justified; one that was not ends at once. Never one's own."""
    kept = actions.review_break_glass(
        access_id=access_id, person_id=person_id, actor=actor, said=data, now=now
    )
    return await answer(kept, BreakGlassDetail.of)


@get("/break-glass", allow=frozenset({Role.CHC_ADMIN}), tags=["people"])
async def list_break_glass(
    actor: NamedDependency[Actor],
    is_reviewed: FromQuery[bool | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[BreakGlassToReview]:
    """List the accesses that my center watches and I may review, the oldest first."""
    page = await queries.accesses_to_review(
        actor=actor, is_reviewed=is_reviewed, limit=limit, after=after
    )
    return Page(items=[BreakGlassToReview.of(each) for each in page.items], next=page.next)


@put("/copies/{copy_id:uuid}", allow=FAMILY, tags=["people"])
async def ask_copy(
    copy_id: FromPath[UUID],
    data: JSONBody[CopyFacts],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[CopyDetail]:
    """Ask for a copy of the record; it is due within two working days.

    After a death close kin may ask, with the proof of kinship among `proof_ids`.
    """
    kept = actions.ask_copy(copy_id=copy_id, actor=actor, said=data, now=now)
    return await answer(kept, CopyDetail.of)


@get("/copies/{copy_id:uuid}", allow=FAMILY | {Role.CHC_ADMIN}, tags=["people"])
async def get_copy(
    copy_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> CopyDetail:
    """Read how far a copy is; `file_id` once it is ready."""
    return CopyDetail.of(await queries.see_copy(copy_id=copy_id, actor=actor, now=now))


@get("/copies", allow=FAMILY | {Role.CHC_ADMIN}, tags=["people"])
async def list_copies(
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[CopyDetail]:
    """List the copies I asked for, or as an administrator those to be made. Due first."""
    page = await queries.copies(actor=actor, limit=limit, after=after, now=now)
    return Page(items=[CopyDetail.of(each) for each in page.items], next=page.next)


@put("/copies/{copy_id:uuid}/hand-over", allow=frozenset({Role.CHC_ADMIN}), tags=["people"])
async def hand_over_copy(
    copy_id: FromPath[UUID],
    data: JSONBody[CopyHandedOver],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[CopyDetail]:
    """Hand the copy over, as a file."""
    kept = actions.hand_over_copy(copy_id=copy_id, actor=actor, said=data, now=now)
    return await answer(kept, CopyDetail.of)


ROUTES = [
    break_glass,
    review_break_glass,
    list_break_glass,
    ask_copy,
    get_copy,
    list_copies,
    hand_over_copy,
]
