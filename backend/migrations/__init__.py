"""One history: `python -m backend.migrate new <description>` writes the next one."""
