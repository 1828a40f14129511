"""One history: `python -m backend.migrate new <description>` writes the next one."""

from pathlib import Path

NEWEST = max(file.stem.partition("_")[0] for file in Path(__file__).parent.glob("m*.py"))
