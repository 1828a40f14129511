"""PostgreSQL 18, from initdb to the last checkpoint."""

import secrets
import shutil
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from backend.local.places import CannotStart, Place, write_secret
from backend.local.processes import Server

USER = DATABASE = "bedside"
VERSION = "18"
ORPHANS_LEAVE_WITHIN_S = 10.0


class Postgres(Server):
    """One cluster in the place's folder `postgres`, made on the first start.

    `durable=False` gives up fsync: for tests whose data may be lost with the machine.
    """

    name = "postgres"
    farewell = signal.SIGINT  # fast shutdown: ends sessions, keeps every commit

    def __init__(
        self,
        place: Place,
        *,
        port: int | None = None,
        durable: bool = True,
        tuning: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(place, port=port)
        self.settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",  # their paths are limited to 107 bytes
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **({} if durable else {"fsync": "off", "full_page_writes": "off"}),
            **(tuning or {}),
        }

    @property
    def folder(self) -> Path:
        return self.place.folder / "postgres"

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{self._password()}@127.0.0.1:{self.port}/{DATABASE}"

    def prepare(self) -> None:
        self._wait_for_orphans()
        if not self.folder.exists():
            self._create()
        version = (self.folder / "PG_VERSION").read_text().strip()
        if version != VERSION:
            raise CannotStart(
                f"{self.folder} was made by PostgreSQL {version} and this one is {VERSION}: "
                "dump it with the old one, or remove it with `make clean`."
            )
        # Nobody runs on the folder, so its lock is stale, whoever has that process id by now.
        (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def command(self, port: int) -> Sequence[str]:
        settings = {**self.settings, "port": str(port)}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [self._program("postgres"), "-D", str(self.folder), *words]

    def ready(self, port: int) -> bool:  # noqa: ARG002 - the lock file says more than the port
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"  # noqa: PLR2004 - its eighth line

    def complaint(self, said: str) -> str:
        lines = said.splitlines()
        for word in ("FATAL:", "PANIC:", "error:", "ERROR:"):
            for line in lines:
                if word in line:
                    return line.partition(word)[2].strip()
        return super().complaint(said)

    def _program(self, name: str) -> str:
        return str(self.place.postgres / name)

    def _password(self) -> str:
        return self._password_file.read_text().strip()

    @property
    def _password_file(self) -> Path:
        return self.place.folder / "postgres.password"

    def _create(self) -> None:
        """Make the cluster under another name first: what was cut short is made anew."""
        unfinished = self.place.folder / "postgres.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self.place.account.own(unfinished)
        write_secret(self._password_file, secrets.token_urlsafe(24).encode())
        self.place.account.own(self._password_file)
        self.run([
            self._program("initdb"), "-D", str(unfinished), "-U", USER, "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync",
            "--data-checksums", "--auth=scram-sha-256", f"--pwfile={self._password_file}",
        ])  # fmt: skip
        self.run(
            [self._program("postgres"), "--single", "-D", str(unfinished), "postgres"],
            told=f"CREATE DATABASE {DATABASE}\n",
        )
        unfinished.rename(self.folder)

    def _wait_for_orphans(self) -> None:
        """Wait until no process of PostgreSQL works in the folder: those of a killed one leave.

        :raises CannotStart: somebody else's server runs there
        """
        until = time.monotonic() + ORPHANS_LEAVE_WITHIN_S
        while (self.folder / "postmaster.pid").exists() and (found := self._found()):
            if time.monotonic() > until:
                raise CannotStart(
                    f"PostgreSQL already runs on {self.folder} (process {found}): stop it first."
                )
            time.sleep(0.01)

    def _found(self) -> int | None:
        for process in psutil.process_iter():
            try:
                if Path(process.exe()).name == "postgres" and process.cwd() == str(self.folder):
                    return process.pid
            except (psutil.Error, OSError):
                continue
        return None
