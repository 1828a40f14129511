"""What crosses the wire about signing in, sessions and roles."""

from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta

from backend.core import crypto, masks
from backend.core.access import Actor, Role
from backend.core.signatures import Signature
from backend.core.wire import Moment, Phone, Request, Response
from backend.people.lifecycle import Choice, SessionEnd
from backend.people.lifecycle.refresh_tokens import RefreshToken
from backend.people.queries.sessions import HeldRole, Me, Pair, Session
from backend.people.schemas.devices import DeviceSaid

GivenCode = Annotated[str, Meta(pattern=r"^[0-9]{4,8}$(?!\n)")]
Personal = Annotated[str, Meta(extra_json_schema={"x-data-level": 4})]


class SignIn(Request):
    """`proof` is the phone's signature over `bedside:sign-in:{login_code_id}:{code}`.

    `person_id` chooses among several people on one phone, `role` and `organization_id` among the
    roles of one; without them the first role is that of an employment.
    """

    login_code_id: UUID
    phone: Phone
    code: GivenCode
    device: DeviceSaid
    proof: Signature
    client_time: Moment
    person_id: UUID | None = None
    role: Role | None = None
    organization_id: UUID | None = None

    def choice(self) -> Choice:
        return Choice(self.person_id, self.role, self.organization_id)


class RefreshAsked(Request):
    """`proof` is the phone's signature over `bedside:refresh:{refresh_token}`."""

    refresh_token: RefreshToken
    proof: Signature
    client_time: Moment


class RoleChosen(Request):
    role: Role
    organization_id: UUID | None = None

    def choice(self) -> Choice:
        return Choice(role=self.role, organization_id=self.organization_id)


class RoleDetail(Response):
    role: Role
    organization_id: UUID | None
    organization: str | None

    @classmethod
    def of(cls, held: HeldRole) -> Self:
        return cls(
            role=held.role, organization_id=held.organization_id, organization=held.organization
        )


class SignedIn(Response):
    """A new pair of tokens. Keep the refresh token where the key is kept; it works once."""

    session_id: UUID
    person_id: UUID
    role: Role
    organization_id: UUID | None
    access_token: str
    access_expires_at: Moment
    refresh_token: RefreshToken
    expires_at: Annotated[Moment, Meta(description="then sign in with a new code")]

    @classmethod
    def of(cls, pair: Pair) -> Self:
        return cls(
            session_id=pair.session_id,
            person_id=pair.person_id,
            role=pair.role,
            organization_id=pair.organization_id,
            access_token=pair.access_token,
            access_expires_at=pair.access_expires_at,
            refresh_token=pair.refresh_token,
            expires_at=pair.expires_at,
        )


class SessionDetail(Response):
    """A phone on which somebody is signed in."""

    id: UUID
    person_id: UUID
    device_id: UUID | None
    platform: str | None
    role: Role
    organization_id: UUID | None
    started_at: Moment
    refreshed_at: Moment
    expires_at: Moment
    ended_at: Moment | None
    end_reason: SessionEnd | None

    @classmethod
    def of(cls, session: Session) -> Self:
        return cls(
            id=session.id,
            person_id=session.person,
            device_id=session.device,
            platform=session.platform,
            role=session.role,
            organization_id=session.organization_id,
            started_at=session.started_at,
            refreshed_at=session.refreshed_at,
            expires_at=session.expires_at,
            ended_at=session.ended_at,
            end_reason=session.end_reason,
        )


class MyDetail(Response):
    """Who I am, in which role I act, and in which others I may."""

    person_id: UUID
    name: Personal
    phone: Annotated[Personal, Meta(description="138****1234")] | None
    session_id: UUID | None
    device_id: UUID | None
    is_trusted: Annotated[bool, Meta(description="whether this phone may be used for work")]
    role: Role
    organization_id: UUID | None
    roles: list[RoleDetail]

    @classmethod
    def of(cls, actor: Actor, me: Me, roles: list[HeldRole]) -> Self:
        phone = masks.phone(crypto.unseal(me.phone, "persons.phone")) if me.phone else None
        return cls(
            person_id=actor.person_id,
            name=crypto.unseal(me.name, "persons.name"),
            phone=phone,
            session_id=actor.session_id,
            device_id=actor.device_id,
            is_trusted=me.is_trusted,
            role=actor.role,
            organization_id=actor.organization_id,
            roles=[RoleDetail.of(each) for each in roles],
        )
