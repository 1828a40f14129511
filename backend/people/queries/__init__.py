"""Questions about persons, staff, ties and sessions. Every answer is narrowed to its asker."""

from backend.people.queries.sessions import forget_sessions, session_is_alive

__all__ = ["forget_sessions", "session_is_alive"]
