"""Observations, notes, assessments, incidents and emergencies over HTTP."""

from backend.records.routes import assessments, incidents, notes, observations

ROUTES = [
    *observations.ROUTES,
    *notes.ROUTES,
    *assessments.ROUTES,
    *incidents.ROUTES,
]
