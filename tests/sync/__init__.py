"""Tests of what is read across the slices."""
