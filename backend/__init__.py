"""Bedside (床旁): the mobile backend that carries medical care to elders."""
