"""Who listens to what happened: the name of an event -> the tasks it makes due.

A task takes of the event what it names. An event that nobody waits for stands in `SILENT`, so that
a forgotten one shows; it still reaches the phones' change feed.
"""

LISTENERS: dict[str, tuple[str, ...]] = {}

SILENT: frozenset[str] = frozenset()
