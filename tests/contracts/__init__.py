"""Contracts: what was agreed, and whether it is kept."""
