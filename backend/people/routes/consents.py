"""Consents: given for one purpose, withdrawn at once."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import FAMILY, STAFF, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Code, Page, answer
from backend.people import actions, queries
from backend.people.actions.facts import ConsentFacts
from backend.people.schemas.consents import ConsentDetail

GIVERS = frozenset({Role.ELDER, Role.GUARDIAN})
WITNESSES = frozenset({Role.GP, Role.NURSE})


@put("/consents/{consent_id:uuid}", allow=GIVERS | WITNESSES, tags=["people"])
async def give_consent(
    consent_id: FromPath[UUID],
    data: JSONBody[ConsentFacts],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[ConsentDetail]:
    """Consent to a named purpose. A doctor or nurse only witnesses, and adds `evidence_id`.

    `given_by` is the elder, or a guardian; without capacity it must be the guardian. Who cannot
    write gives a `fingerprint`: `evidence_id` is the page, `witness_photo_id` the witness beside.
    """
    kept = actions.consent(consent_id=consent_id, actor=actor, said=data, now=now)
    return await answer(kept, ConsentDetail.of)


@get("/consents/{consent_id:uuid}", allow=STAFF | FAMILY, tags=["people"])
async def get_consent(
    consent_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> ConsentDetail:
    """Read one consent."""
    return ConsentDetail.of(await queries.see_consent(consent_id=consent_id, actor=actor, now=now))


@get("/consents", allow=STAFF | FAMILY, tags=["people"])
async def list_consents(
    person_id: FromQuery[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    purpose: FromQuery[Code | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[ConsentDetail]:
    """List what a person consented to, newest first."""
    page = await queries.consents(
        actor=actor, person_id=person_id, purpose=purpose, limit=limit, after=after, now=now
    )
    return Page(items=[ConsentDetail.of(each) for each in page.items], next=page.next)


@put("/consents/{consent_id:uuid}/withdrawal", allow=GIVERS, tags=["people"])
async def withdraw_consent(
    consent_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Response[ConsentDetail]:
    """Take a consent back. What rested on it stops now."""
    return await answer(
        actions.withdraw_consent(consent_id=consent_id, actor=actor, now=now), ConsentDetail.of
    )


ROUTES = [give_consent, get_consent, list_consents, withdraw_consent]
