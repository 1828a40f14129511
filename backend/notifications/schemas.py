"""What crosses the wire about being told."""

from datetime import time
from typing import Annotated, Literal, Self
from uuid import UUID

from asyncpg import Record
from msgspec import Meta

from backend.core.wire import NO_NUL, Moment, Request, Response, Version
from backend.notifications.lifecycle import Urgency
from backend.notifications.lifecycle.kinds import KINDS
from backend.notifications.lifecycle.wishes import Registration, Wishes
from backend.notifications.queries.owed import details_of, name_of

Token = Annotated[str, Meta(min_length=1, max_length=400, pattern=NO_NUL)]
MutedKind = Annotated[str, Meta(pattern=r"^[a-z_]{1,40}$(?!\n)")]
Clock = Annotated[time, Meta(tz=False, description="a time of the day in Shanghai")]
Channel = Literal["huawei", "honor", "xiaomi", "oppo", "vivo", "meizu", "apple", "jiguang"]


class NotificationDetail(Response):
    """One thing you were told. `kind` and `subject_id` say what the app opens."""

    id: UUID
    kind: str
    urgency: Urgency
    title: str
    body: str
    title_en: str
    body_en: str
    person_id: UUID | None
    subject_id: UUID | None
    recorded_at: Moment
    seen_at: Moment | None

    @classmethod
    def of(cls, found: Record) -> Self:
        kind, name = KINDS[found["kind"]], name_of(found["person_name"])
        when = details_of(found["details"]).when
        chinese = kind.text(name=name, when=when)
        english = kind.text(name=name, when=when, english=True)
        return cls(
            id=found["id"],
            kind=kind.name,
            urgency=kind.urgency,
            title=chinese.title,
            body=chinese.body,
            title_en=english.title,
            body_en=english.body,
            person_id=found["person_id"],
            subject_id=found["subject_id"],
            recorded_at=found["recorded_at"],
            seen_at=found["seen_at"],
        )


class Receipt(Response):
    """You have seen it."""

    notification_id: UUID
    seen_at: Moment

    @classmethod
    def of(cls, found: Record) -> Self:
        return cls(notification_id=found["id"], seen_at=found["seen_at"])


class PushRegistration(Request):
    """Where to push: the phone maker's channel and the token it gave."""

    channel: Channel
    token: Token

    def said(self) -> Registration:
        return Registration(self.channel, self.token)


class PushRegistrationDetail(Response):
    """The token is not shown again."""

    device_id: UUID
    channel: str
    registered_at: Moment

    @classmethod
    def of(cls, found: Record) -> Self:
        return cls(
            device_id=found["device"],
            channel=found["transport"],
            registered_at=found["registered_at"],
        )


class NotificationPreferences(Request):
    """Kinds you do not want pushed (the inbox still has them), and your hours.

    An emergency cannot be muted and does not wait for the morning. With `digest_at` routine
    messages come together, once a day.
    """

    muted: Annotated[list[MutedKind], Meta(max_length=100)] = []
    quiet_start: Clock | None = None
    quiet_end: Clock | None = None
    digest_at: Clock | None = None

    def said(self) -> Wishes:
        return Wishes(frozenset(self.muted), self.quiet_start, self.quiet_end, self.digest_at)


class NotificationPreferencesDetail(Response):
    muted: list[str]
    quiet_start: Clock | None
    quiet_end: Clock | None
    digest_at: Clock | None
    version: Version

    @classmethod
    def of(cls, found: Record) -> Self:
        return cls(
            muted=list(found["muted"]),
            quiet_start=found["quiet_start"],
            quiet_end=found["quiet_end"],
            digest_at=found["digest_at"],
            version=found["version"],
        )
