"""The routes of payments."""

from backend.payments.routes import notices, orders, refunds

ROUTES = [*orders.ROUTES, *refunds.ROUTES, *notices.ROUTES]
