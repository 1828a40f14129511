"""Questions about persons, staff, ties and sessions. Every answer is narrowed to its asker."""

from backend.people.queries.devices import (
    device,
    is_trusted,
    my_devices,
    signed_by_device,
    waiting_devices,
)
from backend.people.queries.login_codes import code_to_send, owners_of
from backend.people.queries.names import StaffMember, names, relatives_to_tell, staff_member
from backend.people.queries.sessions import (
    HeldRole,
    forget_sessions,
    me,
    my_sessions,
    roles_of,
    session,
    session_is_alive,
)
from backend.people.queries.ties import asker, ticked_chapters, tie, tie_of, ties_of

__all__ = [
    "HeldRole",
    "StaffMember",
    "asker",
    "code_to_send",
    "device",
    "forget_sessions",
    "is_trusted",
    "me",
    "my_devices",
    "my_sessions",
    "names",
    "owners_of",
    "relatives_to_tell",
    "roles_of",
    "session",
    "session_is_alive",
    "signed_by_device",
    "staff_member",
    "ticked_chapters",
    "tie",
    "tie_of",
    "ties_of",
    "waiting_devices",
]
