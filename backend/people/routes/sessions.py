"""Signing in, staying signed in, signing out; who I am, and in which role I act."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, post, put
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import EVERYONE, Actor
from backend.core.limits import Limit
from backend.core.pages import LIMIT_DEFAULT, After
from backend.core.pages import Limit as PageLimit
from backend.core.signatures import decode
from backend.core.wire import Page, answer
from backend.people import actions, queries
from backend.people.schemas.sessions import (
    MyDetail,
    RefreshAsked,
    RoleChosen,
    SessionDetail,
    SignedIn,
    SignIn,
)

NOT_KEPT = CacheControlHeader(no_store=True)


@post(
    "/sessions",
    public=True,
    limit=Limit("sign-in", calls=120, window_s=60),
    cache_control=NOT_KEPT,
    tags=["sessions"],
)
async def start_session(data: JSONBody[SignIn], now: NamedDependency[datetime]) -> SignedIn:
    """Sign in with the code from the SMS and the key that this phone keeps.

    409 `choose_person` names the people who share the number: ask again with `person_id`, and the
    same code. 403 `device_waits`: to act in a role of work, this phone must first be trusted by an
    admin, or from another trusted phone of the same person; then ask again.
    """
    pair = await actions.sign_in(
        login_code_id=data.login_code_id,
        phone=data.phone,
        code=data.code,
        device=data.device.key(),
        proof=decode(data.proof),
        choice=data.choice(),
        client_time=data.client_time,
        now=now,
    )
    return SignedIn.of(pair)


@post(
    "/sessions/refresh",
    public=True,
    limit=Limit("refresh", calls=1200, window_s=60),
    cache_control=NOT_KEPT,
    status_code=200,
    tags=["sessions"],
)
async def refresh_session(data: JSONBody[RefreshAsked], now: NamedDependency[datetime]) -> SignedIn:
    """Get a new pair for the refresh token, which works once.

    No answer? Ask again with the same token within 60 seconds. An old token at any other time ends
    the session, as somebody may have copied it. 403 `device_wiped`: forget everything you keep.
    """
    pair = await actions.refresh_session(
        token=data.refresh_token,
        proof=decode(data.proof),
        client_time=data.client_time,
        now=now,
    )
    return SignedIn.of(pair)


@get("/sessions", allow=EVERYONE, tags=["sessions"])
async def list_sessions(
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    limit: FromQuery[PageLimit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[SessionDetail]:
    """List the phones on which I am signed in, the newest first."""
    page = await queries.my_sessions(actor=actor, limit=limit, after=after, now=now)
    return Page(items=[SessionDetail.of(each) for each in page.items], next=page.next)


@get("/sessions/{session_id:uuid}", allow=EVERYONE, tags=["sessions"])
async def get_session(session_id: FromPath[UUID], actor: NamedDependency[Actor]) -> SessionDetail:
    """Read one session: mine, or as an admin one in my organization."""
    return SessionDetail.of(await queries.session(actor=actor, session_id=session_id))


@put("/sessions/{session_id:uuid}/end", allow=EVERYONE, tags=["sessions"])
async def end_session(
    session_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Response[SessionDetail]:
    """Sign a phone out: mine, or as an admin that of a leaver. Felt within five seconds."""
    kept = actions.end_session(session_id=session_id, actor=actor, now=now)
    return await answer(kept, SessionDetail.of)


@put("/acting-role", allow=EVERYONE, cache_control=NOT_KEPT, tags=["sessions"])
async def switch_role(
    data: JSONBody[RoleChosen], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> SignedIn:
    """Act under another of my roles: a new pair of tokens, and the old pair dies.

    No answer? Refresh with the old refresh token within 60 seconds: it answers the new pair.
    """
    return SignedIn.of(await actions.switch_role(actor=actor, choice=data.choice(), now=now))


@get("/me", allow=EVERYONE, tags=["sessions"])
async def get_me(actor: NamedDependency[Actor], now: NamedDependency[datetime]) -> MyDetail:
    """Read who I am, in which role I act, and in which others I may."""
    me = await queries.me(actor=actor)
    return MyDetail.of(actor, me, await queries.roles_of(person_id=actor.person_id, now=now))


ROUTES = [
    start_session,
    refresh_session,
    list_sessions,
    get_session,
    end_session,
    switch_role,
    get_me,
]
