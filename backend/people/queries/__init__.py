"""Questions about persons, staff, ties and sessions. Every answer is narrowed to its asker."""

from backend.people.queries.names import StaffMember, names, relatives_to_tell, staff_member
from backend.people.queries.sessions import forget_sessions, session_is_alive
from backend.people.queries.ties import asker, ticked_chapters, tie, tie_of, ties_of

__all__ = [
    "StaffMember",
    "asker",
    "forget_sessions",
    "names",
    "relatives_to_tell",
    "session_is_alive",
    "staff_member",
    "ticked_chapters",
    "tie",
    "tie_of",
    "ties_of",
]
