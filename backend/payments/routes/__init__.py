"""Payments over HTTP."""

from backend.payments.routes import ltci, notices, orders, payables, refunds, tariffs

ROUTES = [
    *tariffs.ROUTES,
    *payables.ROUTES,
    *orders.ROUTES,
    *refunds.ROUTES,
    *notices.ROUTES,
    *ltci.ROUTES,
]
