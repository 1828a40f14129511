"""Bare ASGI + asyncpg + msgspec + PyJWT, with the same levers: token cache, one statement."""

import asyncio
import os
import time
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.core import crypto, tokens
from backend.core.calendar import day
from backend.core.ids import uuid7
from tests.load.twins.shared import hold_keys, serve

SESSION = "SELECT true FROM sessions WHERE id = $1 AND ended_at IS NULL AND expires_at > now()"
LIST = """
SELECT v.id, v.kind, v.status, v.planned_start, v.planned_end, v.place_kind, v.institution,
       v.person, v.needs_two, v.version, p.name, p.sex, p.street_code, o.name AS institution_name
  FROM visit_assignments a JOIN visits v ON v.id = a.visit
  LEFT JOIN persons p ON p.id = v.person LEFT JOIN organizations o ON o.id = v.institution
 WHERE a.staff = $1 AND a.until_at IS NULL AND a.planned_start >= $2 AND a.planned_start < $3
 ORDER BY v.planned_start, v.id LIMIT 50
"""
SEEN = """
INSERT INTO audit (actor_id, role, organization_id, session_id, what, persons, ties)
SELECT a, 'GP', o, s, 'visits.list', p::uuid[], '{}'
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) AS x(a, o, s, p)
"""
HOLD = """
SELECT v.*, o.lat, o.lon, m.id AS made FROM visits v
  LEFT JOIN organizations o ON o.id = v.institution
  LEFT JOIN visit_assignments a ON a.visit = v.id AND a.staff = $2
  LEFT JOIN visit_moves m ON m.visit = v.id AND m.move = 'check_in' AND m.made_by = $2
 WHERE v.id = $1 FOR NO KEY UPDATE OF v
"""
WRITE = """
WITH moved AS (
  INSERT INTO visit_moves (id, visit, move, made_by, role, from_status, to_status, client_time,
                           happened_at, recorded_at, findings, said, fingerprint)
  VALUES ($1, $2, 'check_in', $3, 'GP', $4, 'CHECKED_IN', $5, $5, now(), '{}', '{}', '')
), proven AS (
  INSERT INTO visit_proofs (move, staff, visit, device_id, method, happened_at, lat, lon, datum,
                            accuracy_m, is_mock, distance_m, skew_s)
  VALUES ($1, $3, $2, $6, 'GPS', $5, $7, $8, $9, $10, false, 0, 0)
), told AS (
  INSERT INTO journal (topic, subject_id, person_id, body) VALUES ('VisitBegan', $2, $11, '{}')
), owed AS (
  INSERT INTO jobs (task, key, due_at, args)
  VALUES ('watch_check_out', $12, now() + interval '1 hour', '{}') ON CONFLICT DO NOTHING
), noted AS (
  INSERT INTO audit (actor_id, role, organization_id, session_id, what, subject_id, persons, ties)
  VALUES ($3, 'GP', $13, $14, 'visits.check_in', $2, ARRAY[$11::uuid], '{visit}')
)
UPDATE visits SET status = 'CHECKED_IN', version = version + 1 WHERE id = $2
"""


class Point(msgspec.Struct):
    lat: float
    lon: float
    datum: str
    accuracy_m: float


class Proof(msgspec.Struct):
    client_time: datetime
    method: str
    point: Point


class Card(msgspec.Struct):
    id: UUID
    kind: str
    status: str
    planned_start: datetime
    planned_end: datetime
    place_kind: str
    institution_id: UUID | None
    institution_name: str | None
    person_id: UUID | None
    person_name: str
    person_sex: str
    street_code: str
    needs_two: bool
    version: int


pool: Any = None
alive: dict[UUID, float] = {}
waiting: list[tuple[tuple[Any, ...], asyncio.Future[None]]] = []
writing: asyncio.Task[None] | None = None
encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Proof).decode


async def keep(_connection: object) -> None:
    pass


async def actor(scope: Any) -> tokens.Claims:
    claims = tokens.bearer(scope)
    now = time.monotonic()
    if alive.get(claims.sid, 0) < now:
        assert await pool.fetchval(SESSION, claims.sid)
        alive[claims.sid] = now + 5
    return claims


async def list_day(claims: tokens.Claims, on: str) -> bytes:
    found = await pool.fetch(LIST, claims.sub, *day(datetime.fromisoformat(on).date()))
    noted = asyncio.get_running_loop().create_future()
    persons = "{" + ",".join(str(each["person"]) for each in found) + "}"
    waiting.append(((claims.sub, claims.org, claims.sid, persons), noted))
    global writing  # noqa: PLW0603 - one process, one writer
    if writing is None or writing.done():
        writing = asyncio.create_task(write())
    cards = [
        Card(
            r[0],
            r[1],
            r[2],
            r[3],
            r[4],
            r[5],
            r[6],
            r[13],
            r[7],
            crypto.unseal(r[10], "persons.name"),
            r[11],
            r[12],
            r[8],
            r[9],
        )
        for r in found
    ]
    await noted
    return encode({"items": cards, "next": None})


async def write() -> None:
    while waiting:
        batch = waiting[:]
        waiting.clear()
        await pool.execute(SEEN, *zip(*(words for words, _ in batch), strict=True))
        for _, noted in batch:
            noted.set_result(None)


async def check_in(claims: tokens.Claims, visit_id: UUID, body: bytes) -> bytes:
    proof = decode(body)
    async with pool.acquire() as connection, connection.transaction():
        held = await connection.fetchrow(HOLD, visit_id, claims.sub)
        assert held["made"] is None
        move = uuid7()
        await connection.execute(
            WRITE,
            move,
            visit_id,
            claims.sub,
            held["status"],
            proof.client_time,
            claims.did,
            proof.point.lat,
            proof.point.lon,
            proof.point.datum,
            proof.point.accuracy_m,
            held["person"],
            str(move),
            claims.org,
            claims.sid,
        )
    return encode({"id": move, "visit_id": visit_id, "status": "CHECKED_IN", "findings": []})


async def application(scope: Any, receive: Any, send: Any) -> None:
    global pool  # noqa: PLW0603 - one process, one pool
    if scope["type"] == "lifespan":
        await receive()
        hold_keys()
        pool = await asyncpg.create_pool(
            os.environ["DATABASE_URL"],
            min_size=2,
            max_size=int(os.environ["DATABASE_CONNECTIONS"]),
            reset=keep,
            statement_cache_size=1000,
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    claims = await actor(scope)
    if scope["method"] == "GET":
        body = await list_day(claims, scope["query_string"].decode().split("on=")[1][:10])
    else:
        message = await receive()
        body = await check_in(claims, UUID(scope["path"].split("/")[3]), message["body"])
    status = 200 if scope["method"] == "GET" else 201
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    serve(application)
