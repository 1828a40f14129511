"""What stands in `openapi/`: committed, served, and compared with the code by a house test."""

import json
from pathlib import Path

from backend import app, docs
from backend.openapi import tables
from backend.openapi.document import document

FOLDER = docs.CONTRACT.parent


def files() -> dict[str, str]:
    """The files of the folder, by name."""
    said = document(app.create_app(own_pool=False))
    return {
        docs.CONTRACT.name: json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n",
        "permissions.md": tables.permissions(said),
        "problems.md": tables.problems(said),
    }


def read(name: str) -> str:
    return Path(FOLDER / name).read_text("utf-8")
