"""Valkey 8, which keeps nothing: it only hands out work that PostgreSQL remembers."""

import secrets
import socket
from collections.abc import Sequence

from backend.local.places import Place
from backend.local.processes import Server

ANSWERS_WITHIN_S = 0.2


class Valkey(Server):
    """One server in memory only, with a password that lives as long as this object."""

    name = "valkey"

    def __init__(self, place: Place, *, port: int | None = None) -> None:
        super().__init__(place, port=port)
        self._password = secrets.token_urlsafe(24)

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def command(self, port: int) -> Sequence[str]:  # noqa: ARG002 - told over standard input
        return [str(self.place.valkey), "-"]

    def configuration(self, port: int) -> str:
        # Over standard input: words of a command can be read by every user of the machine.
        return f"""
            bind 127.0.0.1
            port {port}
            requirepass {self._password}
            save ""
            appendonly no
            daemonize no
        """

    def ready(self, port: int) -> bool:
        """Ask for its process id: on a port that was taken, somebody else would answer."""
        try:
            with socket.create_connection(("127.0.0.1", port), ANSWERS_WITHIN_S) as line:
                line.sendall(f"AUTH {self._password}\r\nINFO server\r\nQUIT\r\n".encode())
                answer = line.makefile("rb").read()
        except OSError:
            return False
        return f"\r\nprocess_id:{self.pid}\r\n".encode() in answer
