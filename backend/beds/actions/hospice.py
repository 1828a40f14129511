"""安宁疗护 (FB-09): what is true before a hospice bed begins, in a ward or at home."""

from datetime import datetime
from uuid import UUID

from backend.beds import queries
from backend.beds.lifecycle.said import Terminal
from backend.beds.problems import NotTerminal
from backend.people import queries as people


async def check(person_id: UUID, word: Terminal | None, *, now: datetime) -> None:
    """A doctor confirms the terminal stage; it is voluntary, and the consent still stands.

    :raises NotTerminal:
    """
    if word is None or not await queries.is_terminal(word, now=now):
        raise NotTerminal(missing="confirmation")
    if not await people.has_consented(person_id=person_id, purpose="hospice", now=now):
        raise NotTerminal(missing="consent")
