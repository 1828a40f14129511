"""The routes of payments."""

from backend.payments.routes import books, ltci, notices, orders, payables, payers, refunds, tariffs

ROUTES = [
    *books.ROUTES,
    *tariffs.ROUTES,
    *payables.ROUTES,
    *ltci.ROUTES,
    *orders.ROUTES,
    *refunds.ROUTES,
    *notices.ROUTES,
    *payers.ROUTES,
]
