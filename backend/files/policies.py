"""Who may bring a file, and who may look at it, beyond the tie to whom it is about."""

from backend.core.access import FAMILY, Actor
from backend.files.lifecycle import File, Level


def may_bring_untied(actor: Actor) -> bool:
    """EV-03: whoever gives care may prove it, whether or not they are in the care team."""
    return actor.is_field


def may_see(actor: Actor, file: File) -> bool:
    """Of a file about nobody: whose it is, and their colleagues; about a person: who is tied.

    RC-03: what is sensitive is no part of a delegation.
    """
    if file.person is None:
        return actor.person_id == file.owner or (
            actor.role not in FAMILY
            and actor.organization_id is not None
            and actor.organization_id == file.organization_id
        )
    return (
        file.level is not Level.SPECIAL
        or actor.role not in FAMILY
        or actor.person_id == file.person
    )
