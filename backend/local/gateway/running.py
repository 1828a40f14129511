"""The pretend providers as a process of `make up`, of the day, and of proofs."""

import os
from pathlib import Path

from backend.local.gateway import keys
from backend.local.places import CannotStart, Place
from backend.local.processes import PORTS_TRIED_MAX, free_port
from backend.local.programs import Program

PORT = 63900


class Providers(Program):
    """Keeps its memory and its keys in the folder `gateway`, and puts ours into `keys`."""

    def __init__(self, place: Place, folder: Path, *, api_port: int, wish: int = PORT) -> None:
        """:raises CannotStart: no port is free"""
        self.port = _free_from(wish)
        ours, theirs = folder.resolve() / "keys", folder.resolve() / "gateway"
        keys.make(ours, theirs)
        super().__init__(
            place,
            "gateway",
            "backend.local.gateway",
            *(str(self.port), str(theirs)),
            environment={**os.environ, "KEYS_FOLDER": str(ours)},
        )
        # Where 微信支付, 支付宝 and 医保 are, who we are to them, and where they reach us.
        self.told = {
            "GATEWAY": self.address,
            "PUBLIC_URL": f"http://127.0.0.1:{api_port}",
            **keys.settings(self.address),
        }

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self) -> None:
        """:raises CannotStart: it ended"""
        self.wait_until_answers(self.port, "/")


def _free_from(wish: int) -> int:
    for port in range(wish, wish + PORTS_TRIED_MAX):
        if free_port(port) is not None:
            return port
    raise CannotStart(f"No port is free, tried from {wish}.")
