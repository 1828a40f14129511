"""Who may do what to which transfer. Pure: an actor, a held transfer, a yes or no."""

from typing import Any
from uuid import UUID

from backend.core.access import FIELD, Actor, Role
from backend.transfers.lifecycle.held import Held

# Of those whom a tie or a side lets in, these read clinical words; family and street never here.
CLINICAL = FIELD | {
    Role.INST_NURSE,
    Role.INST_ADMIN,
    Role.HOSPITAL_STAFF,
    Role.CHC_ADMIN,
    Role.QC,
}


def is_sender(actor: Actor, transfer: Held) -> bool:
    return actor.organization_id is not None and actor.organization_id == transfer.from_organization


def is_receiver(actor: Actor, transfer: Held) -> bool:
    return actor.organization_id is not None and actor.organization_id == transfer.to_organization


def may_send(actor: Actor, transfer: Held) -> bool:
    """The sender's; in an emergency whoever is beside the elder (FB-08)."""
    return is_sender(actor, transfer) or transfer.is_emergency


def may_receive(actor: Actor, transfer: Held) -> bool:
    """The receiver's. Where an emergency named no hospital, whoever is beside the elder says it."""
    unnamed = transfer.is_emergency and transfer.to_organization is None
    return is_receiver(actor, transfer) or unnamed


def may_decide_for_sender(actor: Actor, transfer: Held) -> bool:
    """To ask and to cancel is the sending side's, not the receiver's."""
    return not is_receiver(actor, transfer)


def is_side(organization_id: UUID | None, transfer: Any) -> bool:
    """Who sends, who is asked, who receives."""
    return organization_id is not None and organization_id in (
        transfer["from_organization"],
        transfer["to_organization"],
        transfer["asked"],
    )


def reads_clinical_words(actor: Actor) -> bool:
    return actor.role in CLINICAL


def may_draft(actor: Actor, transfer: Held) -> bool:
    """A draft is changed by its author and by who works there."""
    return transfer.drafted_by == actor.person_id or is_sender(actor, transfer)
