"""Who may do what to which money. Pure: an actor and a row, yes or no."""

from collections.abc import Mapping
from typing import Any

from backend.core.access import Actor, Role

BOOKKEEPERS = frozenset({Role.FINANCE, Role.CHC_ADMIN})
# An institution asks for what its own in-house unit does, a center for what it does.
PRICERS = BOOKKEEPERS | {Role.INST_ADMIN}


def may_see_bill(actor: Actor, payable: Mapping[str, Any]) -> bool:
    """Whoever keeps the books of whom it is owed to; the institution that lives with it.

    The family is asked for by its tie instead.
    """
    if actor.role is Role.INST_ADMIN:
        return bool(
            actor.organization_id in (payable["institution"], payable["organization"])
            and actor.organization_id is not None
        )
    return actor.role in BOOKKEEPERS and payable["organization"] == actor.organization_id


def may_read_items(actor: Actor, payable: Mapping[str, Any]) -> bool:
    """Whether what was done may be named: to an institution it may not (PY-13)."""
    return actor.role in BOOKKEEPERS and payable["organization"] == actor.organization_id
