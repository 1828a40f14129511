"""Assembly: the only module that knows every slice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from litestar import Litestar, Router
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.types import Scope

from backend import docs, health
from backend.beds import routes as beds
from backend.careplans import routes as careplans
from backend.contracts import routes as contracts
from backend.core import access, clock, crypto, db, limiter, sms, tokens
from backend.core import files as file_store
from backend.core.access import only_allowed_roles
from backend.core.answers import HANDLERS
from backend.core.buckets import Bucket, Credentials
from backend.core.door import Door
from backend.core.limiter import Limiter
from backend.core.limits import only_so_often
from backend.core.strict import as_agreed
from backend.files import routes as files
from backend.notifications import routes as notifications
from backend.payments import channels
from backend.payments import routes as payments
from backend.payments.channels import opened
from backend.people import queries as people
from backend.people import routes as people_routes
from backend.records import routes as records
from backend.settings import Settings, settings
from backend.sync import routes as sync
from backend.transfers import routes as transfers
from backend.visits import routes as visits
from backend.work import routes as work

ROUTES: list[HTTPRouteHandler] = [
    *people_routes.ROUTES,
    *payments.ROUTES,
    *files.ROUTES,
    *records.ROUTES,
    *visits.ROUTES,
    *beds.ROUTES,
    *careplans.ROUTES,
    *transfers.ROUTES,
    *contracts.ROUTES,
    *notifications.ROUTES,
    *work.ROUTES,
    *sync.ROUTES,
]


def provide_actor(scope: Scope) -> Any:
    """Whom the guard let in; on a public route nobody."""
    return scope.get("user")


def provide_now(actor: NamedDependency[Any]) -> datetime:
    """It asks for the actor so that one is resolved after the other.

    Two that could be resolved at once are given a task group on every request.
    """
    del actor
    return clock.now()


async def at_the_gate(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """The one guard: the framework copies the handler for each one on every request."""
    await only_so_often(connection, handler)
    await only_allowed_roles(connection, handler)
    await as_agreed(connection, handler)


def hold_keys(said: Settings) -> None:
    """Give this process the keys of its deployment, where to count, and where to keep and send."""
    folder = Path(said.keys_folder)
    crypto.use(crypto.read_keys(folder))
    tokens.use(tokens.load(folder, issuer=said.issuer, audience=said.audience))
    limiter.use(Limiter(said.redis_url))
    file_store.use(
        file_store.LocalDisk(Path(said.files_folder))
        if said.files == "folder"
        else Bucket(
            said.files,
            Credentials(said.files_access_key, said.files_secret_key, said.files_region),
        )
    )
    sms.use(
        sms.LogGateway(Path(said.files_folder))
        if said.sms == "log"
        else sms.HttpGateway(said.sms, token=said.sms_token)
    )
    opened.open_all(said)


@asynccontextmanager
async def connections(_app: Litestar) -> AsyncIterator[None]:
    await db.start_pool(connections=settings().database_connections)
    try:
        yield
    finally:
        await db.close_pool()
        await limiter.close()
        await file_store.store().close()
        await channels.close()


def create_app(*, own_pool: bool = True) -> Litestar:
    """The application. `own_pool=False` when somebody else keeps the database pool open."""
    access.ask_sessions(people.session_is_alive)
    v1 = Router(
        "/v1",
        route_handlers=ROUTES,
        guards=[at_the_gate],
        dependencies={
            "actor": Provide(provide_actor, sync_to_thread=False),
            "now": Provide(provide_now, sync_to_thread=False),
        },
    )
    return Litestar(
        [v1, *docs.ROUTES, *health.ROUTES],
        exception_handlers=HANDLERS,
        lifespan=[connections] if own_pool else [],
        logging_config=None,
        request_max_body_size=None,  # the door has read it
        openapi_config=None,  # backend.openapi writes the contract, backend.docs serves it
    )


def create_asgi() -> Door:
    """What a server serves: the door, and the application behind it."""
    hold_keys(settings().check())
    return Door(create_app())
