"""Beds of every kind, and the life of a home-sickbed."""
