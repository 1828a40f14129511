"""What an elder lets relatives see and do, who is kin, and who decides for whom."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from backend.core.access import FAMILY, STAFF, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Page, answer
from backend.people import actions, queries
from backend.people.actions.facts import (
    DelegationFacts,
    GuardianshipFacts,
    KinshipFacts,
    ScopesAsked,
)
from backend.people.queries.delegations import Side
from backend.people.routes.parameters import IfMatch
from backend.people.schemas.delegations import (
    DelegationDetail,
    GuardianshipDetail,
    KinshipDetail,
    ScopeRequestDetail,
)

DECIDERS = frozenset({Role.ELDER, Role.GUARDIAN})


@put("/delegations/{delegation_id:uuid}", allow=DECIDERS, tags=["people"])
async def keep_delegation(
    delegation_id: FromPath[UUID],
    data: JSONBody[DelegationFacts],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[DelegationDetail]:
    """Let a relative view, pay, receive or request; change or renew it with `If-Match`.

    At most twelve months. Chapters on mental health, HIV and domestic violence stay shut unless
    they are ticked in `sensitive_chapters`. Staff can never say this for an elder.
    """
    kept = actions.delegate(
        delegation_id=delegation_id, actor=actor, said=data, if_match=if_match, now=now
    )
    return await answer(kept, DelegationDetail.of)


@get("/delegations/{delegation_id:uuid}", allow=FAMILY, tags=["people"])
async def get_delegation(
    delegation_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> DelegationDetail:
    """Read one delegation that I gave, or that was given to me."""
    return DelegationDetail.of(
        await queries.see_delegation(delegation_id=delegation_id, actor=actor, now=now)
    )


@get("/delegations", allow=FAMILY, tags=["people"])
async def list_delegations(
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    side: Annotated[Side, QueryParameter(name="as", description="given or received")] = Side.GIVEN,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[DelegationDetail]:
    """List what I gave (`?as=given`) or received (`?as=received`), newest first."""
    page = await queries.delegations(actor=actor, side=side, limit=limit, after=after, now=now)
    return Page(items=[DelegationDetail.of(each) for each in page.items], next=page.next)


@put("/delegations/{delegation_id:uuid}/revocation", allow=DECIDERS, tags=["people"])
async def revoke_delegation(
    delegation_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Response[DelegationDetail]:
    """End a delegation: the relative's next request is refused with `delegation_ended`."""
    return await answer(
        actions.revoke(delegation_id=delegation_id, actor=actor, now=now), DelegationDetail.of
    )


@put(
    "/delegations/{delegation_id:uuid}/scope-requests/{request_id:uuid}",
    allow=frozenset({Role.RELATIVE}),
    tags=["people"],
)
async def ask_scopes(
    delegation_id: FromPath[UUID],
    request_id: FromPath[UUID],
    data: JSONBody[ScopesAsked],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[ScopeRequestDetail]:
    """Ask the elder for more. They answer by changing the delegation."""
    kept = actions.ask_scopes(
        delegation_id=delegation_id, request_id=request_id, actor=actor, said=data, now=now
    )
    return await answer(kept, ScopeRequestDetail.of)


@put("/guardianships/{guardianship_id:uuid}", allow=frozenset({Role.CHC_ADMIN}), tags=["people"])
async def record_guardian(
    guardianship_id: FromPath[UUID],
    data: JSONBody[GuardianshipFacts],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[GuardianshipDetail]:
    """Record by which proof somebody decides for a person without capacity."""
    kept = actions.record_guardian(
        guardianship_id=guardianship_id, actor=actor, said=data, if_match=if_match, now=now
    )
    return await answer(kept, GuardianshipDetail.of)


@get(
    "/guardianships/{guardianship_id:uuid}",
    allow=STAFF | {Role.ELDER, Role.GUARDIAN},
    tags=["people"],
)
async def get_guardianship(
    guardianship_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> GuardianshipDetail:
    """Read one guardianship."""
    return GuardianshipDetail.of(
        await queries.see_guardianship(guardianship_id=guardianship_id, actor=actor, now=now)
    )


@get("/guardianships", allow=STAFF | {Role.ELDER, Role.GUARDIAN}, tags=["people"])
async def list_guardianships(
    person_id: FromQuery[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[GuardianshipDetail]:
    """List who has decided for this person, newest first."""
    page = await queries.guardianships(
        actor=actor, person_id=person_id, limit=limit, after=after, now=now
    )
    return Page(items=[GuardianshipDetail.of(each) for each in page.items], next=page.next)


@put("/kinships/{kinship_id:uuid}", allow=STAFF | {Role.ELDER}, tags=["people"])
async def record_kinship(
    kinship_id: FromPath[UUID],
    data: JSONBody[KinshipFacts],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[KinshipDetail]:
    """Note who is whose what (GB/T 4761), and whom to call in an emergency.

    A fact, not a permission: what a relative may see is a delegation.
    """
    kept = actions.record_kinship(
        kinship_id=kinship_id, actor=actor, said=data, if_match=if_match, now=now
    )
    return await answer(kept, partial(KinshipDetail.of, reader=actor.role))


@get("/kinships/{kinship_id:uuid}", allow=STAFF | FAMILY, tags=["people"])
async def get_kinship(
    kinship_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> KinshipDetail:
    """Read one kinship."""
    found = await queries.see_kinship(kinship_id=kinship_id, actor=actor, now=now)
    return KinshipDetail.of(found, reader=actor.role)


@get("/kinships", allow=STAFF | FAMILY, tags=["people"])
async def list_kinships(
    person_id: FromQuery[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[KinshipDetail]:
    """List a person's family and emergency contacts."""
    page = await queries.kinships(
        actor=actor, person_id=person_id, limit=limit, after=after, now=now
    )
    shown = [KinshipDetail.of(each, reader=actor.role) for each in page.items]
    return Page(items=shown, next=page.next)


ROUTES = [
    keep_delegation,
    get_delegation,
    list_delegations,
    revoke_delegation,
    ask_scopes,
    record_guardian,
    get_guardianship,
    list_guardianships,
    record_kinship,
    get_kinship,
    list_kinships,
]
