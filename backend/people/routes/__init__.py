"""The routes of people, their phones and their sessions."""

from backend.people.routes import devices, login_codes, sessions

ROUTES = [*login_codes.ROUTES, *sessions.ROUTES, *devices.ROUTES]
