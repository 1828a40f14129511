"""`python -m backend.trust <device id>`: let in the phone of a new deployment's first admin.

A phone shows its id while it waits. From then on, admins let others in with the app.
"""

import asyncio
import sys
from uuid import UUID

from backend.core import clock, db
from backend.core.access import SYSTEM
from backend.core.problems import Problem
from backend.people import actions


async def trust(device_id: UUID) -> None:
    """:raises Missing: nobody has tried to sign in on that phone :raises DeviceIsWiped:"""
    await db.start_pool(connections=1)
    try:
        await actions.trust_device(device_id=device_id, actor=SYSTEM, now=clock.now())
    finally:
        await db.close_pool()


def main() -> int:
    try:
        asyncio.run(trust(UUID(sys.argv[1])))
    except (IndexError, ValueError):
        sys.stderr.write("Say which phone: python -m backend.trust <device id>\n")
        return 2
    except Problem as problem:
        sys.stderr.write(f"{problem.title_en}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
