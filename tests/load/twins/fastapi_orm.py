"""FastAPI + SQLAlchemy's async ORM: what most teams would write."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import jwt
from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from backend.core import crypto, tokens
from backend.core.calendar import day
from backend.core.ids import uuid7
from tests.load.twins.models import (
    Assignment,
    AuditRow,
    Entry,
    Job,
    Session,
    Visit,
    VisitMove,
    VisitProof,
)
from tests.load.twins.shared import hold_keys, serve

engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"),
    pool_size=int(os.environ["DATABASE_CONNECTIONS"]),
    max_overflow=0,
)
new_session = async_sessionmaker(engine, expire_on_commit=False)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    hold_keys()
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


class Claims(BaseModel):
    sub: UUID
    sid: UUID
    role: str
    org: UUID
    did: UUID


class Card(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    kind: str
    status: str
    planned_start: datetime
    planned_end: datetime
    place_kind: str
    institution_id: UUID
    institution_name: str
    person_id: UUID
    person_name: str
    person_sex: str
    street_code: str
    needs_two: bool
    version: int


class Page(BaseModel):
    items: list[Card]
    next: str | None = None


class Point(BaseModel):
    lat: float
    lon: float
    datum: str
    accuracy_m: float


class Proof(BaseModel):
    client_time: datetime
    method: str
    point: Point


class Made(BaseModel):
    id: UUID
    visit_id: UUID
    status: str
    findings: list[str] = []


async def database() -> AsyncIterator[AsyncSession]:
    async with new_session() as session, session.begin():
        yield session


Database = Annotated[AsyncSession, Depends(database)]


async def actor(request: Request, session: Database) -> Claims:
    token = request.headers["authorization"].removeprefix("Bearer ")
    keys = tokens._ours()
    said: dict[str, Any] = jwt.decode(
        token,
        keys.signing[keys.newest].public_key(),
        algorithms=["EdDSA"],
        audience=keys.audience,
        issuer=keys.issuer,
    )
    claims = Claims(**said)
    found = await session.get(Session, claims.sid)
    if found is None or found.ended_at is not None or found.expires_at < datetime.now(UTC):
        raise HTTPException(401)
    return claims


Actor = Annotated[Claims, Depends(actor)]


def noted(claims: Claims, what: str, persons: list[UUID], subject: UUID | None = None) -> AuditRow:
    return AuditRow(
        actor_id=claims.sub,
        role=claims.role,
        organization_id=claims.org,
        session_id=claims.sid,
        what=what,
        subject_id=subject,
        persons=persons,
        ties=["visit"] * len(persons),
    )


@app.get("/v1/visits")
async def list_visits(on: date, claims: Actor, session: Database) -> Page:
    begins, ends = day(on)
    found = await session.scalars(
        select(Visit)
        .join(Assignment, Assignment.visit_id == Visit.id)
        .where(
            Assignment.staff == claims.sub,
            Assignment.until_at.is_(None),
            Assignment.planned_start >= begins,
            Assignment.planned_start < ends,
        )
        .order_by(Visit.planned_start, Visit.id)
        .limit(50)
    )
    visits = found.all()
    session.add(noted(claims, "visits.list", [each.person_id for each in visits]))
    return Page(
        items=[
            Card(
                id=each.id,
                kind=each.kind,
                status=each.status,
                planned_start=each.planned_start,
                planned_end=each.planned_end,
                place_kind=each.place_kind,
                institution_id=each.institution_id,
                institution_name=each.institution.name,
                person_id=each.person_id,
                person_name=crypto.unseal(each.person.name, "persons.name"),
                person_sex=each.person.sex,
                street_code=each.person.street_code,
                needs_two=each.needs_two,
                version=each.version,
            )
            for each in visits
        ]
    )


@app.put("/v1/visits/{visit_id}/check-in", status_code=201)
async def check_in(visit_id: UUID, proof: Proof, claims: Actor, session: Database) -> Made:
    visit = await session.get(Visit, visit_id, with_for_update={"key_share": True, "of": Visit})
    if visit is None:
        raise HTTPException(404)
    assigned = await session.scalar(
        select(Assignment).where(Assignment.visit_id == visit_id, Assignment.staff == claims.sub)
    )
    made = await session.scalar(
        select(VisitMove).where(
            VisitMove.visit == visit_id,
            VisitMove.move == "check_in",
            VisitMove.made_by == claims.sub,
        )
    )
    assert assigned is not None and made is None
    move = VisitMove(
        id=uuid7(),
        visit=visit_id,
        move="check_in",
        made_by=claims.sub,
        role=claims.role,
        from_status=visit.status,
        to_status="CHECKED_IN",
        client_time=proof.client_time,
        happened_at=proof.client_time,
        recorded_at=datetime.now(UTC),
        findings=[],
        said={},
        fingerprint=b"",
    )
    session.add(move)
    await session.flush()
    visit.status, visit.version = "CHECKED_IN", visit.version + 1
    session.add_all(
        [
            VisitProof(
                move=move.id,
                staff=claims.sub,
                visit=visit_id,
                device_id=claims.did,
                method=proof.method,
                happened_at=proof.client_time,
                **proof.point.model_dump(),
            ),
            Entry(topic="VisitBegan", subject_id=visit_id, person_id=visit.person_id, body={}),
            Job(
                task="watch_check_out",
                key=str(move.id),
                args={},
                due_at=datetime.now(UTC) + timedelta(hours=1),
            ),
            noted(claims, "visits.check_in", [visit.person_id], visit_id),
        ]
    )
    return Made(id=move.id, visit_id=visit_id, status="CHECKED_IN")


if __name__ == "__main__":
    serve(app)
