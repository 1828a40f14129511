"""The routes of people: who they are, who may see them, their phones and their sessions."""

from backend.people.routes import (
    accesses,
    addresses,
    consents,
    delegations,
    devices,
    login_codes,
    organizations,
    persons,
    sessions,
    units,
)

ROUTES = [
    *login_codes.ROUTES,
    *sessions.ROUTES,
    *devices.ROUTES,
    *persons.ROUTES,
    *delegations.ROUTES,
    *consents.ROUTES,
    *accesses.ROUTES,
    *organizations.ROUTES,
    *units.ROUTES,
    *addresses.ROUTES,
]
