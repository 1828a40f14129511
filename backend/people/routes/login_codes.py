"""Asking for a login code."""

from datetime import datetime

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.core.limits import Limit
from backend.people import actions
from backend.people.schemas.login_codes import LoginCodeAsked, LoginCodeOnItsWay


@post(
    "/login-codes",
    public=True,
    limit=Limit("login-codes", calls=100, window_s=600),
    status_code=202,
    tags=["sessions"],
)
async def ask_login_code(
    data: JSONBody[LoginCodeAsked], now: NamedDependency[datetime]
) -> LoginCodeOnItsWay:
    """Ask for a one-time code by SMS, then sign in with `POST /v1/sessions`.

    The answer is the same when nobody has this number. Five codes an hour, ten minutes each, five
    tries each.
    """
    return LoginCodeOnItsWay.of(await actions.ask_login_code(phone=data.phone, now=now))


ROUTES = [ask_login_code]
