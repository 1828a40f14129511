"""FastAPI + SQLAlchemy tuned by their documentation: Core, orjson, fewer models, cached tokens."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import orjson
from fastapi import FastAPI, Request, Response
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import create_async_engine

from backend.core import crypto, tokens
from backend.core.calendar import day
from backend.core.ids import uuid7
from tests.load.twins.fastapi_orm import Proof
from tests.load.twins.models import (
    Assignment,
    AuditRow,
    Entry,
    Job,
    Organization,
    Person,
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
    pool_reset_on_return=None,
    connect_args={"statement_cache_size": 1000, "prepared_statement_cache_size": 1000},
)
alive: dict[UUID, float] = {}

LIST = (
    select(
        Visit.id,
        Visit.kind,
        Visit.status,
        Visit.planned_start,
        Visit.planned_end,
        Visit.place_kind,
        Visit.institution_id.label("institution_id"),
        Organization.name.label("institution_name"),
        Visit.person_id.label("person_id"),
        Person.name,
        Person.sex,
        Person.street_code,
        Visit.needs_two,
        Visit.version,
    )
    .select_from(Assignment)
    .join(Visit, Visit.id == Assignment.visit_id)
    .join(Person, Person.id == Visit.person_id)
    .join(Organization, Organization.id == Visit.institution_id)
    .order_by(Visit.planned_start, Visit.id)
    .limit(50)
)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    hold_keys()
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


async def actor(request: Request) -> tokens.Claims:
    claims = tokens.bearer(request.scope)
    if alive.get(claims.sid, 0) < time.monotonic():
        async with engine.connect() as connection:
            found = await connection.execute(
                select(Session.id).where(Session.id == claims.sid, Session.ended_at.is_(None))
            )
            assert found.scalar() is not None
        alive[claims.sid] = time.monotonic() + 5
    return claims


def answer(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body, default=str), status, media_type="application/json")


@app.get("/v1/visits")
async def list_visits(on: date, request: Request) -> Response:
    claims = await actor(request)
    begins, ends = day(on)
    async with engine.begin() as connection:
        found = (
            await connection.execute(
                LIST.where(
                    Assignment.staff == claims.sub,
                    Assignment.until_at.is_(None),
                    Assignment.planned_start >= begins,
                    Assignment.planned_start < ends,
                )
            )
        ).all()
        await connection.execute(
            insert(AuditRow).values(
                actor_id=claims.sub,
                role=claims.role,
                organization_id=claims.org,
                session_id=claims.sid,
                what="visits.list",
                persons=[each.person_id for each in found],
                ties=["visit"] * len(found),
            )
        )
    items = [{**each._mapping, "name": crypto.unseal(each.name, "persons.name")} for each in found]
    return answer({"items": items, "next": None})


@app.put("/v1/visits/{visit_id}/check-in")
async def check_in(visit_id: UUID, proof: Proof, request: Request) -> Response:
    claims = await actor(request)
    async with engine.begin() as connection:
        held = (
            await connection.execute(
                select(
                    Visit.status,
                    Visit.person_id.label("person_id"),
                    VisitMove.id,
                    Assignment.staff,
                )
                .select_from(Visit)
                .outerjoin(
                    Assignment,
                    (Assignment.visit_id == Visit.id) & (Assignment.staff == claims.sub),
                )
                .outerjoin(
                    VisitMove,
                    (VisitMove.visit == Visit.id)
                    & (VisitMove.move == "check_in")
                    & (VisitMove.made_by == claims.sub),
                )
                .where(Visit.id == visit_id)
                .with_for_update(of=Visit, key_share=True)
            )
        ).one()
        assert held[2] is None and held[3] is not None
        move, now = uuid7(), datetime.now(UTC)
        await connection.execute(
            insert(VisitMove).values(
                id=move,
                visit=visit_id,
                move="check_in",
                made_by=claims.sub,
                role=claims.role,
                from_status=held.status,
                to_status="CHECKED_IN",
                client_time=proof.client_time,
                happened_at=proof.client_time,
                recorded_at=now,
                findings=[],
                said={},
                fingerprint=b"",
            )
        )
        await connection.execute(
            insert(VisitProof).values(
                move=move,
                staff=claims.sub,
                visit=visit_id,
                device_id=claims.did,
                method=proof.method,
                happened_at=proof.client_time,
                is_mock=False,
                distance_m=0,
                skew_s=0,
                **proof.point.model_dump(),
            )
        )
        await connection.execute(
            update(Visit)
            .where(Visit.id == visit_id)
            .values(status="CHECKED_IN", version=Visit.version + 1)
        )
        await connection.execute(
            insert(Entry).values(
                topic="VisitBegan", subject_id=visit_id, person_id=held.person_id, body={}
            )
        )
        await connection.execute(
            insert(Job).values(
                task="watch_check_out", key=str(move), args={}, due_at=now + timedelta(hours=1)
            )
        )
        await connection.execute(
            insert(AuditRow).values(
                actor_id=claims.sub,
                role=claims.role,
                organization_id=claims.org,
                session_id=claims.sid,
                what="visits.check_in",
                subject_id=visit_id,
                persons=[held.person_id],
                ties=["visit"],
            )
        )
    return answer({"id": move, "visit_id": visit_id, "status": "CHECKED_IN"}, 201)


if __name__ == "__main__":
    serve(app)
