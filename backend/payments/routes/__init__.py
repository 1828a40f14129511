"""The routes of payments."""

from backend.payments.routes import books

ROUTES = [*books.ROUTES]
