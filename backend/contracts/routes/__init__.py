"""The routes of contracts."""

from backend.contracts.routes import alliances, doctor, institution, weeks

ROUTES = [*doctor.ROUTES, *institution.ROUTES, *weeks.ROUTES, *alliances.ROUTES]
