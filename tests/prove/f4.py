"""F4: schemathesis throws everything that the contract allows, and forbids, at a running API."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from backend.core import clock, tokens
from backend.core.access import Actor, Role
from tests.access.world import Standing, a_world
from tests.prove.registry import Proof, Short
from tests.prove.system import api, pooled, prepared

CONTRACT = Path(__file__).parents[2] / "openapi" / "v1.json"
ROLES = (Role.GP, Role.CHC_ADMIN, Role.RELATIVE)
SHORT, FULL = 25, 100
WITHIN_S = 1_800
COMPLAINT_MAX, LINE_MAX = 6_000, 300
GENERATED = re.compile(r"(\d+) generated")
# Who has signed out in the middle is unknown; and a rule of care may refuse what is well formed.
NOT_ASKED = ("use_after_free", "positive_data_acceptance")


def run(figure: int, seed: int) -> str:
    """Run the examples of each operation as her doctor, the center's admin and a relative.

    The short tier lets the seed choose one of them.
    """
    roles = ROLES if figure > SHORT else [ROLES[seed % len(ROLES)]]
    generated = 0
    with prepared(durable=False), api() as (_, port):
        for token in asyncio.run(signed_in(roles)):
            generated += thrown(port, token, figure, seed)
    return f"{generated} requests as {', '.join(roles)}, no check failed"


async def signed_in(roles: Sequence[Role]) -> list[str]:
    """Their tokens, each of one of her own."""
    async with pooled():
        world = await a_world()
    return [token_of(world.caller(role, Standing.OWN)) for role in roles]


def token_of(actor: Actor) -> str:
    assert actor.session_id
    return tokens.sign(
        person_id=actor.person_id,
        session_id=actor.session_id,
        role=actor.role.value,
        organization_id=actor.organization_id,
        device_id=actor.device_id,
        now=clock.now(),
    )


def thrown(port: int, token: str, figure: int, seed: int) -> int:
    """How many requests it made.

    :raises Short: with what it complained about
    """
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        str(CONTRACT),
        f"--url=http://127.0.0.1:{port}",
        f"--header=Authorization: Bearer {token}",
        "--checks=all",
        f"--exclude-checks={','.join(NOT_ASKED)}",
        "--phases=examples,coverage,fuzzing",
        # It would sign us out.
        "--exclude-operation-id=end_session",
        "--exclude-operation-id=switch_role",
        "--exclude-operation-id=wipe_device",
        f"--max-examples={figure}",
        f"--seed={seed}",
        "--generation-database=none",
        "--suppress-health-check=all",
        "--no-color",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=WITHIN_S)
    if done.returncode:
        complaint = done.stdout.partition("= FAILURES =")[2].partition("= WARNINGS =")[0]
        lines = (line[:LINE_MAX] for line in (complaint or done.stdout).splitlines())
        raise Short("\n".join(lines)[:COMPLAINT_MAX])
    found = GENERATED.search(done.stdout)
    return int(found.group(1)) if found else 0


PROOFS = [Proof("F4", "schemathesis finds nothing", ci=SHORT, full=FULL, run=run)]
