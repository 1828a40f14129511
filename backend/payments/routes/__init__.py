"""The routes of payments."""

from backend.payments.routes import books, ltci, payables, tariffs

ROUTES = [*books.ROUTES, *tariffs.ROUTES, *payables.ROUTES, *ltci.ROUTES]
