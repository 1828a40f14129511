"""What can be done about persons, staff, ties, permissions, phones and sessions."""

from backend.people.actions.care_team import join_care_team, leave_care_team

__all__ = ["join_care_team", "leave_care_team"]
