"""What can be done about persons, staff, ties, permissions, phones and sessions."""

from backend.people.actions.care_team import join_care_team, leave_care_team
from backend.people.actions.devices import (
    compare_clocks,
    register_device,
    trust_device,
    wipe_device,
)
from backend.people.actions.login_codes import (
    ask_login_code,
    forget_login_codes,
    send_login_code,
)
from backend.people.actions.sessions import end_session, end_sessions_of
from backend.people.actions.signing_in import refresh_session, sign_in, switch_role

__all__ = [
    "ask_login_code",
    "compare_clocks",
    "end_session",
    "end_sessions_of",
    "forget_login_codes",
    "join_care_team",
    "leave_care_team",
    "refresh_session",
    "register_device",
    "send_login_code",
    "sign_in",
    "switch_role",
    "trust_device",
    "wipe_device",
]
