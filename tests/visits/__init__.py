"""Visits and rounds, from the plan to the conclusion."""
