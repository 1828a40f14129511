"""S2: whatever row of the audit is changed, deleted or moved, the verifier names its seal."""

import asyncio
import random
from typing import Any

import uvloop

from backend.core import audit
from backend.core.access import SYSTEM
from backend.core.db import row, rows, transaction
from backend.core.ids import uuid7
from tests.prove.registry import Proof, Short
from tests.prove.system import pooled, prepared

SEALS, ROWS_A_SEAL = 20, 50

ONE = "WHERE id = $1 AND $2::bigint IS NOT NULL"
TAMPERING = {
    "changed who": f"UPDATE audit SET actor_id = uuidv7() {ONE}",
    "changed what": f"UPDATE audit SET what = what || 'x' {ONE}",
    "changed whose": f"UPDATE audit SET persons = ARRAY[]::uuid[] {ONE}",
    "changed why": f"UPDATE audit SET why = 'other' {ONE}",
    "changed when": f"UPDATE audit SET at = at + interval '1 second' {ONE}",
    "deleted": f"DELETE FROM audit {ONE}",
    "moved": f"UPDATE audit SET id = id + 1000000 {ONE}",
    "swapped": """UPDATE audit a SET what = b.what || '', persons = b.persons, at = b.at
                    FROM audit b WHERE least(a.id, b.id) = least($1::bigint, $2::bigint)
                     AND greatest(a.id, b.id) = greatest($1, $2) AND a.id <> b.id""",
}


async def _prove(trials: int, seed: int) -> str:
    dice = random.Random(seed)
    async with pooled():
        for _ in range(SEALS):
            for _ in range(ROWS_A_SEAL):
                await audit.seen(SYSTEM, "proof.read", persons=[uuid7()], ties=["proof"])
            await audit.seal()
        if await audit.first_broken_seal() is not None:
            raise Short("the untouched log does not hold")
        ids = [each["id"] for each in await rows("SELECT id FROM audit ORDER BY id")]
        for _ in range(trials):
            how, one, other = dice.choice(list(TAMPERING)), *dice.sample(ids, 2)
            named, expected = await _tamper(TAMPERING[how], one, other)
            if named is None or named > expected:
                raise Short(f"{how} row {one}: seal {named} named instead of {expected}")
    return f"{trials} of {trials} named, over {len(ids)} rows and {SEALS} seals"


async def _tamper(sql: str, one: int, other: int) -> tuple[int | None, int]:
    """Do it, ask the verifier, and undo it; the seal named, and the seal of the row."""
    async with transaction() as tampered:
        sealed: Any = await row("SELECT min(id) AS id FROM audit_seals WHERE last_id >= $1", one)
        await tampered.connection.execute("SAVEPOINT untouched")
        await rows(sql, one, other)
        named = await audit.first_broken_seal()
        await tampered.connection.execute("ROLLBACK TO untouched")
        return named, sealed["id"]


def prove(trials: int, seed: int) -> str:
    with prepared(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_prove(trials, seed))


PROOFS = [Proof("S2", "the verifier names every row tampered with", ci=100, full=1_000, run=prove)]
