"""What crosses the wire about login codes."""

from typing import Self
from uuid import UUID

from backend.core.wire import Moment, Phone, Request, Response
from backend.people.queries.login_codes import LoginCode


class LoginCodeAsked(Request):
    phone: Phone


class LoginCodeOnItsWay(Response):
    """The same for a number that is nobody's."""

    login_code_id: UUID
    expires_at: Moment

    @classmethod
    def of(cls, made: LoginCode) -> Self:
        return cls(login_code_id=made.id, expires_at=made.expires_at)
