"""Who may do what to which bed. Pure: an actor, a held row, a yes or no."""

from typing import Any
from uuid import UUID

from backend.core.access import DOCTORS, Actor, Role


def works_for(actor: Actor, episode: Any) -> bool:
    """Of the center that runs this home-sickbed."""
    return actor.organization_id is not None and actor.organization_id == episode.center


def may_edit(actor: Actor, episode: Any) -> bool:
    """A draft is its author's."""
    return bool(episode.applied_by == actor.person_id)


def may_withdraw(actor: Actor, episode: Any) -> bool:
    """The elder's and the guardian's word counts (RC-03); a relative takes back their own."""
    return actor.role is not Role.RELATIVE or episode.applied_by == actor.person_id


def may_assign(actor: Actor, episode: Any) -> bool:
    return actor.role is Role.CHC_ADMIN and works_for(actor, episode)


def is_assessor(actor: Actor, episode: Any) -> bool:
    return actor.is_any(DOCTORS) and bool(episode.assessor == actor.person_id)


def may_treat(actor: Actor, episode: Any) -> bool:
    """A doctor of the center: whoever covers may do it too."""
    return actor.is_any(DOCTORS) and works_for(actor, episode)


def may_suspend(actor: Actor, episode: Any) -> bool:
    return actor.role is Role.INST_NURSE or may_treat(actor, episode)


def may_order(actor: Actor, episode: Any) -> bool:
    """HB-07: stable is what a superior doctor says."""
    return actor.role is Role.SENIOR_GP and works_for(actor, episode)


def may_keep_stay(actor: Actor, organization_id: UUID | None) -> bool:
    """A house keeps its own beds; a center also says who lives at home."""
    if organization_id is None:
        return actor.role is Role.CHC_ADMIN
    return organization_id == actor.organization_id
