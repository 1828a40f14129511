"""`python -m workers.attention`: the jobs to look at; `... again <id> <id>` owes them anew.

A job stands here when it failed for good, or took its process with it five times. Only its task,
its ids and the code of its error are shown.
"""

import asyncio
import sys

from backend.core import db
from backend.core.db import rows

LISTED = """
SELECT id, task, status, error, tries, due_at, args FROM jobs
 WHERE status IN ('dead', 'uncertain') ORDER BY id DESC LIMIT 100
"""

AGAIN = """
UPDATE jobs SET status = 'pending', due_at = now(), starts = 0, tries = 0
 WHERE id = ANY ($1::bigint[]) AND status IN ('dead', 'uncertain') RETURNING id, task
"""


async def attend(words: list[str]) -> list[str]:
    """What was listed, or what is owed again."""
    match words:
        case []:
            found = await rows(LISTED)
            return [
                f"{each['id']} {each['task']} {each['status']} {each['error']}"
                f" due {each['due_at']:%Y-%m-%d %H:%M} {each['args']}"
                for each in found
            ] or ["Nothing waits for a person."]
        case ["again", *ids] if ids and all(each.isdecimal() for each in ids):
            found = await rows(AGAIN, [int(each) for each in ids])
            return [f"{each['id']} {each['task']} is owed again" for each in found]
    return [(__doc__ or "").splitlines()[0]]


async def main() -> None:
    await db.start_pool(connections=1)
    try:
        print("\n".join(await attend(sys.argv[1:])))
    finally:
        await db.close_pool()


if __name__ == "__main__":
    asyncio.run(main())
