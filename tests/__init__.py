"""Tests: they mirror the slices; journeys, house rules, faults and load stand beside them."""
