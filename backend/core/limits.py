"""How often one address may knock at a public route: said beside the route, kept by one guard.

    @post("/sessions", public=True, limit=Limit("sign-in", calls=60, window_s=60))

These keep a flood away, and are loose: a whole health center stands behind one address. What must
never be passed, such as tries of a login code, is counted in PostgreSQL instead.
"""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, NamedTuple

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from backend.core import limiter

NOBODY = "0.0.0.0"  # noqa: S104 - whom a server without addresses hears
HOUSEHOLD_BITS = 64


class Limit(NamedTuple):
    """So many calls from one address in any window."""

    bucket: str
    calls: int
    window_s: int


async def only_so_often(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Let through and count, where the route has a limit.

    :raises TooMany: with the seconds to wait
    """
    limit: Limit | None = handler.opt.get("limit")
    if limit is not None:
        peer, _ = connection.scope.get("client") or (NOBODY, 0)
        await limiter.admit(limit.bucket, caller(peer), limit=limit.calls, window_s=limit.window_s)


def caller(peer: str) -> str:
    """Whom an address stands for. Who has one of IPv6 has 2**64, so these count as one.

    The server has put the caller in the place of a proxy that it trusts, and of no other.
    """
    try:
        address = ip_address(peer)
    except ValueError:
        return NOBODY
    if isinstance(address, IPv6Address):
        return str(ip_network((address, HOUSEHOLD_BITS), strict=False))
    return peer
