"""Tests of persons, staff, ties, permissions, phones and sessions."""
