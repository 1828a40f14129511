"""The ways out: each file one port and what stands behind it.

Whatever leaves carries a key, under which the other side shows it once.
"""
