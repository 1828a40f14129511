"""The routes of beds. They decide nothing."""

from backend.beds.routes import care, episodes, stays

ROUTES = [*stays.ROUTES, *episodes.ROUTES, *care.ROUTES]
