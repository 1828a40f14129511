"""Payments over HTTP."""

from backend.payments.routes import ltci, payables, tariffs

ROUTES = [
    *tariffs.ROUTES,
    *payables.ROUTES,
    *ltci.ROUTES,
]
