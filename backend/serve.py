"""`python -m backend.serve`: one process of the API; run as many as there are cores.

Refuses to start on what is unsafe, in one sentence, so that nobody finds out by losing a record.
"""

import asyncio
import gc
import ipaddress
import resource
import signal
import socket
import sys

import asyncpg
import uvicorn

from backend.app import create_asgi
from backend.core import logs
from backend.core.deadlines import DeadlineProtocol
from backend.settings import Mode, Settings, UnsafeSettingError, settings

DATABASE_ANSWERS_WITHIN_S = 5.0
KEEP_ALIVE_S = 75  # longer than nginx keeps its connections to us: it is never the one surprised
DRAIN_S = 10
BACKLOG = 2048
GARBAGE_FROM = 10_000  # objects that a look of the collector is worth

# What PostgreSQL must do before it says that something is committed.
DURABLE = {
    "fsync": ("on",),
    "synchronous_commit": ("on", "remote_apply", "remote_write"),
    "full_page_writes": ("on",),
}


class CannotServe(Exception):
    """Why this process does not start, in one sentence."""


def main() -> int:
    try:
        said = settings().check()
        logs.use(json=said.mode is Mode.PRODUCTION, debug=said.debug)
        asyncio.run(check_database(said))
        server = a_server(said)
        listening = a_socket(said.host, said.port)
    except (UnsafeSettingError, CannotServe) as reason:
        print(reason, file=sys.stderr)
        return 1
    with listening:
        _allow_many_connections()
        _leave_alone_what_stays()
        for number in (signal.SIGTERM, signal.SIGINT):
            # The server's own handler drains and ends; the signal it repeats then is ignored.
            signal.signal(number, signal.SIG_IGN)
        server.run(sockets=[listening])
    return 0 if server.started else 1


def a_server(said: Settings) -> uvicorn.Server:
    """The server, with the application built.

    :raises CannotServe: a key is missing or unreadable, or a proxy is named by no address
    """
    for proxy in filter(None, said.trusted_proxies.split(",")):
        try:
            ipaddress.ip_network(proxy.strip())
        except ValueError:
            raise CannotServe(
                f"TRUSTED_PROXIES should list addresses or networks, not {proxy}."
            ) from None
    try:
        application = create_asgi()
    except (OSError, ValueError, AssertionError) as error:
        raise CannotServe(f"The keys in KEYS_FOLDER cannot be used: {error}") from error
    return uvicorn.Server(
        uvicorn.Config(
            application,
            loop="uvloop",
            http=DeadlineProtocol,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,  # the door writes ours
            server_header=False,
            proxy_headers=bool(said.trusted_proxies),
            forwarded_allow_ips=said.trusted_proxies,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=DRAIN_S,
            backlog=BACKLOG,
        )
    )


async def check_database(said: Settings) -> None:
    """Ask PostgreSQL whether a commit is for ever; tests may do without.

    :raises CannotServe: it does not answer, or it could lose what it said is kept
    """
    try:
        connection = await asyncpg.connect(said.database_url, timeout=DATABASE_ANSWERS_WITHIN_S)
        try:
            found = {name: await connection.fetchval(f"SHOW {name}") for name in DURABLE}
        finally:
            await connection.close()
    except TimeoutError:
        raise CannotServe(
            f"DATABASE_URL does not answer within {DATABASE_ANSWERS_WITHIN_S:.0f} s."
        ) from None
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
        raise CannotServe(f"DATABASE_URL does not answer: {error}") from error
    if said.mode is Mode.TEST:
        return
    for name, safe in DURABLE.items():
        if found[name] not in safe:
            raise CannotServe(
                f"PostgreSQL runs with {name}={found[name]}, so it could lose a record it has "
                f"acknowledged: set it to {safe[0]}."
            )


def a_socket(host: str, port: int) -> socket.socket:
    """Listen there.

    :raises CannotServe: the port is taken or not ours to use
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise CannotServe(f"HOST {host} PORT {port}: {error.strerror}.") from error
    return listening


def _allow_many_connections() -> None:
    """Take as many open files as we may: a connection is one, and 1,024 are soon silent ones."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _leave_alone_what_stays() -> None:
    """Let the collector look at requests, not at the application: it took a tenth of our time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_FROM)


if __name__ == "__main__":
    sys.exit(main())
