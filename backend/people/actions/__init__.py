"""What can be done about persons, staff, ties, permissions, phones and sessions."""

from backend.people.actions.break_glass import break_glass, look_for_review, review_break_glass
from backend.people.actions.care_team import join_care_team, leave_care_team
from backend.people.actions.consents import consent, withdraw_consent
from backend.people.actions.copies import ask_copy, hand_over_copy
from backend.people.actions.corrections import ask_correction, decide_correction
from backend.people.actions.delegations import ask_scopes, delegate, revoke
from backend.people.actions.devices import (
    compare_clocks,
    register_device,
    trust_device,
    wipe_device,
)
from backend.people.actions.formulary import keep_formulary
from backend.people.actions.insurance import (
    apply_for_insurance,
    decide_insurance,
    look_for_insurance_decision,
)
from backend.people.actions.kin import record_guardian, record_kinship
from backend.people.actions.login_codes import (
    ask_login_code,
    forget_login_codes,
    send_login_code,
)
from backend.people.actions.organizations import employ, keep_organization, let_leavers_go
from backend.people.actions.persons import register
from backend.people.actions.refreshing import refresh_session
from backend.people.actions.residence import settle
from backend.people.actions.retention import retain
from backend.people.actions.sessions import end_session, end_sessions_of
from backend.people.actions.signing_in import sign_in, switch_role
from backend.people.actions.units import (
    close_unit,
    confirm_unit,
    file_unit,
    order_rectification,
)

__all__ = [
    "apply_for_insurance",
    "ask_copy",
    "ask_correction",
    "ask_login_code",
    "ask_scopes",
    "break_glass",
    "close_unit",
    "compare_clocks",
    "confirm_unit",
    "consent",
    "decide_correction",
    "decide_insurance",
    "delegate",
    "employ",
    "end_session",
    "end_sessions_of",
    "file_unit",
    "forget_login_codes",
    "hand_over_copy",
    "join_care_team",
    "keep_formulary",
    "keep_organization",
    "leave_care_team",
    "let_leavers_go",
    "look_for_insurance_decision",
    "look_for_review",
    "order_rectification",
    "record_guardian",
    "record_kinship",
    "refresh_session",
    "register",
    "register_device",
    "retain",
    "review_break_glass",
    "revoke",
    "send_login_code",
    "settle",
    "sign_in",
    "switch_role",
    "trust_device",
    "wipe_device",
    "withdraw_consent",
]
