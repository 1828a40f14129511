"""A valid request of every operation, by its id; each makes what must come before it."""

from collections.abc import Mapping

from tests.access.bodies import (
    beds,
    careplans,
    contracts,
    health,
    own,
    payments_bills,
    payments_books,
    payments_orders,
    people,
    records,
    sessions,
    transfers,
    visits,
)
from tests.access.scene import Builder

BODIES: Mapping[str, Builder] = {
    **beds.BODIES,
    **careplans.BODIES,
    **contracts.BODIES,
    **health.BODIES,
    **own.BODIES,
    **payments_bills.BODIES,
    **payments_books.BODIES,
    **payments_orders.BODIES,
    **people.BODIES,
    **records.BODIES,
    **sessions.BODIES,
    **transfers.BODIES,
    **visits.BODIES,
}
