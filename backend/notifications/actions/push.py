"""Hand a notification to its recipient's phones; when none takes it, to the next transport.

BG-24: push, again after a while, then a text message when it is urgent. An emergency does not wait
for the next try: it goes on to a text message at once, and when that fails to a call.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend import policy
from backend.core import calendar, jobs, sms
from backend.core.db import action, rows
from backend.core.ids import uuid7
from backend.core.sms import Permanent, Transient
from backend.notifications import queries
from backend.notifications.lifecycle import SendStatus, Transport, Urgency
from backend.notifications.lifecycle.hours import quiet_until
from backend.notifications.lifecycle.kinds import Kind, Text
from backend.notifications.queries.owed import Owed, Phone
from backend.notifications.transports import push, voice

KEEP = """
INSERT INTO notification_sends (id, notification, transport, status, ended_at)
SELECT id, notification, $3, status, $5
  FROM unnest($1::uuid[], $2::uuid[], $4::text[]) AS sent (id, notification, status)
ON CONFLICT (notification, transport)
DO UPDATE SET status = excluded.status, ended_at = excluded.ended_at
 WHERE notification_sends.status <> 'handed'
"""

GATHERED = Text("您有新的通知", "请打开应用查看。")
SIGNED = "【床旁】{title}：{body}"

Answer = Transient | Permanent | None
Outcome = datetime | BaseException | None


async def push_notifications(
    *, notification_id: Sequence[UUID], tries: Sequence[int], now: datetime
) -> list[Outcome]:
    """Push many at once; for each None, the moment to come back, or why it failed this time.

    Acts on what is true now: what was seen, was muted or waits for the morning is not pushed.
    """
    owed = await queries.owed(notification_ids=notification_id, now=now)
    going = [
        (one, phone) for one in owed.values() if _is_due(one, now) is True for phone in one.phones
    ]
    answers: defaultdict[UUID, list[Answer]] = defaultdict(list)
    said = await asyncio.gather(*(_to(phone, one, now) for one, phone in going))
    for (one, _), answer in zip(going, said, strict=True):
        answers[one.id].append(answer)
    results = [
        _result(owed.get(each), answers[each], tried, now)
        for each, tried in zip(notification_id, tries, strict=True)
    ]
    ended = [
        (owed[each], result)
        for each, result in zip(notification_id, results, strict=True)
        if isinstance(result, SendStatus)
    ]
    if ended:
        await note_ended(transport=Transport.PUSH, ended=ended, now=now)
    return [None if isinstance(each, SendStatus) else each for each in results]


async def text_notification(*, notification_id: UUID, tries: int, now: datetime) -> datetime | None:
    """Send it as a text message, unless its recipient has seen it meanwhile.

    :raises Transient:
    """
    owed = (await queries.owed(notification_ids=[notification_id], now=now)).get(notification_id)
    if owed is None or owed.is_seen:
        return None
    if morning := quiet_until(now, owed.kind, owed.hours):
        return morning
    status = SendStatus.FAILED
    if (phone := await queries.number_of(notification_id=notification_id)) is not None:
        try:
            await sms.gateway().send(phone=phone, text=_spoken(owed), key=f"{notification_id}:sms")
            status = SendStatus.HANDED
        except Transient:
            if owed.kind.urgency is Urgency.EMERGENCY:
                await note_ended(transport=Transport.SMS, ended=[(owed, status)], now=now)
            if tries < len(policy.spans(now, "bg.push_retry")):
                raise
        except Permanent:
            pass
    await note_ended(transport=Transport.SMS, ended=[(owed, status)], now=now)
    return None


async def call_recipient(*, notification_id: UUID, now: datetime) -> None:
    """Ring: an emergency that reached its recipient in no other way.

    :raises Transient: :raises Permanent:
    """
    owed = (await queries.owed(notification_ids=[notification_id], now=now)).get(notification_id)
    phone = await queries.number_of(notification_id=notification_id)
    if owed is None or owed.is_seen or phone is None:
        return
    await voice.gateway().call(phone=phone, text=_spoken(owed), key=f"{notification_id}:voice")
    await note_ended(transport=Transport.VOICE, ended=[(owed, SendStatus.HANDED)], now=now)


@action
async def note_ended(
    *, transport: Transport, ended: Sequence[tuple[Owed, SendStatus]], now: datetime
) -> None:
    """Keep how the hand-overs ended, and owe the next transport to those that must be reached."""
    await rows(
        KEEP,
        [uuid7() for _ in ended],
        [owed.id for owed, _ in ended],
        transport,
        [status for _, status in ended],
        now,
    )
    for owed, status in ended:
        task = _next(transport, owed.kind.urgency) if status is SendStatus.FAILED else None
        if task is not None:
            jobs.enqueue(task, key=str(owed.id), due_at=now, notification_id=owed.id)


def _next(failed: Transport, urgency: Urgency) -> str | None:
    match failed, urgency:
        case Transport.PUSH, Urgency.URGENT:
            return "text_notification"
        case Transport.PUSH, Urgency.EMERGENCY:
            return "text_emergency"
        case Transport.SMS, Urgency.EMERGENCY:
            return "call_recipient"
        case _:
            return None


def _is_due(owed: Owed, now: datetime) -> datetime | bool:
    """Whether to push it now, or when instead."""
    if owed.is_seen or owed.is_muted:
        return False
    return quiet_until(now, owed.kind, owed.hours) or True


def _result(
    owed: Owed | None, answers: Sequence[Answer], tries: int, now: datetime
) -> Outcome | SendStatus:
    if owed is None or (due := _is_due(owed, now)) is False:
        return None
    if isinstance(due, datetime):
        return due
    if None in answers:
        return SendStatus.HANDED
    passing = [each for each in answers if isinstance(each, Transient)]
    if passing and _is_worth_another_try(owed.kind, tries, now):
        return passing[0]
    return SendStatus.FAILED


async def _to(phone: Phone, owed: Owed, now: datetime) -> Answer:
    is_digest = owed.kind.urgency is Urgency.ROUTINE and owed.hours.digest_at is not None
    # Under one key a day: the first of the day's messages stands for all of them.
    key = f"digest:{calendar.on(now)}" if is_digest else str(owed.id)
    message = push.Message(
        token=phone.token,
        channel=phone.channel,
        notification_id=owed.id,
        kind=owed.kind.name,
        text=GATHERED if is_digest else owed.kind.text(name=owed.name, when=owed.when),
        key=f"{key}:{phone.device_id}",
    )
    try:
        await push.gateway().push(message)
    except (Transient, Permanent) as error:
        return error
    return None


def _is_worth_another_try(kind: Kind, tries: int, now: datetime) -> bool:
    if kind.urgency is Urgency.EMERGENCY:
        return False
    return tries < len(policy.spans(now, "bg.push_retry"))


def _spoken(owed: Owed) -> str:
    text = owed.kind.text(name=owed.name, when=owed.when)
    return SIGNED.format(title=text.title, body=text.body)
