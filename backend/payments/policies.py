"""Who may do what to which payment. Pure: an actor, a row, a yes or no."""

from typing import Any

from backend.core.access import FAMILY, Actor, Role


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
