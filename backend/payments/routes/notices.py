"""Where channels call back; they speak their own language here, and prove who they are."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.limits import Limit
from backend.payments import actions

FLOOD = Limit("payment-notices", calls=6000, window_s=60)  # not policy: a busy day is far below


@post("/payment-notices/{channel:str}", public=True, limit=FLOOD, tags=["payments"])
async def hear_payment_notice(
    channel: FromPath[str], request: Request[Any, Any, Any], now: NamedDependency[datetime]
) -> Response[bytes]:
    """For payment channels alone: their body, media type and answer. A phone reads its order.

    What was not signed by the channel, for us, just now, is refused and moves nothing.
    """
    status, media_type, body = await actions.hear_notice(
        channel=channel,
        headers=dict(request.headers),
        chunks=request.stream(),
        now=now,
    )
    return Response(body, status_code=status, media_type=media_type)


ROUTES = [hear_payment_notice]
