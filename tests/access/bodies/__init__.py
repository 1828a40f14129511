"""A valid request of every operation, by its id; each makes what must come before it."""

from collections.abc import Mapping

from tests.access.bodies import contracts, health, own, people, records, sessions, visits
from tests.access.scene import Builder

BODIES: Mapping[str, Builder] = {
    **contracts.BODIES,
    **health.BODIES,
    **own.BODIES,
    **people.BODIES,
    **records.BODIES,
    **sessions.BODIES,
    **visits.BODIES,
}
