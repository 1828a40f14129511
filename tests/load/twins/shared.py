"""What all twins know: tokens, the rows of a check-in, and how to be served."""

import os
import sys
from pathlib import Path
from typing import Any

import uvicorn

from backend.core import crypto, tokens


def hold_keys() -> None:
    folder = Path(os.environ["KEYS_FOLDER"])
    crypto.use(crypto.read_keys(folder))
    tokens.use(tokens.load(folder, issuer=os.environ["ISSUER"], audience=os.environ["AUDIENCE"]))


def serve(application: Any) -> None:
    """One process, as ours: uvicorn, httptools, uvloop."""
    uvicorn.run(
        application,
        port=int(sys.argv[1]),
        log_level="warning",
        access_log=False,
        loop="uvloop",
        http="httptools",
    )
