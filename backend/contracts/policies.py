"""Who may do what to which contract. Pure: an actor, a row, a yes or no."""

from typing import Any

from backend.contracts.lifecycle import Side
from backend.core.access import DOCTORS, FAMILY, REGULATORS, Actor, Role

OF_THE_CENTER = DOCTORS | {Role.CHC_ADMIN}
# Who speaks for an organization: for a center its administration, for a hospital its staff.
SPEAKERS = {
    Side.INSTITUTION: frozenset({Role.INST_ADMIN}),
    Side.PROVIDER: frozenset({Role.CHC_ADMIN, Role.HOSPITAL_STAFF}),
}


def may_draft(actor: Actor, contract: Any) -> bool:
    """A center's own."""
    return bool(actor.is_any(OF_THE_CENTER) and contract["center"] == actor.organization_id)


def may_end(actor: Actor, contract: Any) -> bool:
    """Either side: the center, and the elder or a guardian by their tie."""
    return actor.role in FAMILY or may_draft(actor, contract)


def may_sign(actor: Actor, contract: Any, side: Side) -> bool:
    """The family signs for the resident; a doctor for the center, and witnesses a paper."""
    if actor.role in FAMILY:
        return side is Side.RESIDENT
    return may_draft(actor, contract)


def side_of(actor: Actor, contract: Any) -> Side | None:
    """For which side of an institution contract somebody speaks, if for any."""
    for side, column in ((Side.INSTITUTION, "institution"), (Side.PROVIDER, "provider")):
        if contract[column] == actor.organization_id and actor.role in SPEAKERS[side]:
            return side
    return None


def may_suspend(actor: Actor, contract: Any) -> bool:
    """The health commission any, an administration its own."""
    return actor.role is Role.REGULATOR_WJ or side_of(actor, contract) is Side.PROVIDER


def may_see(actor: Actor, contract: Any) -> bool:
    return actor.role in REGULATORS or side_of(actor, contract) is not None


def may_keep_alliance(actor: Actor, member_ids: Any) -> bool:
    return actor.organization_id in member_ids


def may_see_alliance(actor: Actor, member_ids: Any) -> bool:
    return actor.role in REGULATORS or may_keep_alliance(actor, member_ids)
