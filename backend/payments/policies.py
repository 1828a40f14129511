"""Who may do what to which money. Pure: an actor and a row, yes or no."""

from collections.abc import Mapping
from typing import Any

from backend.core.access import FAMILY, Actor, Role

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
    return keeps_books_of(actor, payable)


def keeps_books_of(actor: Actor, payable: Mapping[str, Any]) -> bool:
    """Whoever may also name what was done: to an institution it may not be named (PY-13)."""
    return actor.role in BOOKKEEPERS and payable["organization"] == actor.organization_id


def is_payer(actor: Actor, order: Any) -> bool:
    """Whose money it is; of an institution's, its administration."""
    if actor.role in FAMILY:
        return bool(order["payer"] == actor.person_id)
    return actor.role is Role.INST_ADMIN and bool(order["institution"] == actor.organization_id)


def keeps_books(actor: Actor, organization_id: Any) -> bool:
    """The finance of the center whose money it is."""
    return actor.role is Role.FINANCE and bool(organization_id == actor.organization_id)


def may_ask_refund(actor: Actor, order: Any, organization_id: Any) -> bool:
    """The payer, and the center: the elder by their tie."""
    if actor.role in (Role.CHC_ADMIN, Role.FINANCE):
        return bool(organization_id == actor.organization_id)
    return is_payer(actor, order)
