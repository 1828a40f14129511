"""Visits over HTTP."""

from backend.visits.routes import moves, planning, resolving, rounds, safety

ROUTES = [
    *planning.ROUTES,
    *moves.ROUTES,
    *rounds.ROUTES,
    *resolving.ROUTES,
    *safety.ROUTES,
]
