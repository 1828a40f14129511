"""对账 (PY-15, BG-16): at night a channel's bill of the day is laid beside our books."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from backend import policy
from backend.core import calendar, jobs
from backend.core.access import SYSTEM
from backend.core.db import action, rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.payments import channels
from backend.payments.actions.differences import resolve, whom
from backend.payments.channels import About, BillLine, Refused, Transient
from backend.payments.events import DifferencesFound
from backend.payments.lifecycle.reconciling import (
    Difference,
    DifferenceKind,
    Number,
    Ours,
    Resolution,
    Theirs,
    compare,
)
from backend.payments.lifecycle.statuses import ChannelName
from backend.payments.queries import reconciling

LOOKS_BACK_DAYS = 30  # not policy: longer than anybody lets the workers stand still

KEEP = """
INSERT INTO reconciliations (id, channel, of_day, organization, theirs_count, theirs_fen,
                             ours_count, ours_fen, bill_digest, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""

DIFFER = """
INSERT INTO reconciliation_differences
  (id, reconciliation, organization, kind, about, trade_no, theirs_fen, ours_fen, payment_order)
SELECT id, $1, $2, kind, about, trade_no, theirs_fen, ours_fen, order_id
  FROM jsonb_to_recordset($3::jsonb)
    AS d(id uuid, kind text, about text, trade_no text, theirs_fen bigint, ours_fen bigint,
         order_id uuid)
"""


@action
async def reconcile_channels(*, now: datetime) -> None:
    """BG-16: each channel's bill of yesterday is owed once, and of the days nobody worked since."""
    yesterday = calendar.on(now) - date.resolution
    for channel in sorted(channels.offered()):
        since = yesterday - LOOKS_BACK_DAYS * date.resolution
        last = await reconciling.last_reconciled(channel=channel, since=since)
        missed = (yesterday - last).days if last else 1
        for days in range(missed):
            day = yesterday - days * date.resolution
            jobs.enqueue(
                "reconcile_channel",
                key=f"{channel}:{day}",
                due_at=now,
                channel=channel.value,
                day=day.isoformat(),
            )


async def reconcile_channel(*, channel: ChannelName, day: date, now: datetime) -> datetime | None:
    """Fetch the bill of a day and keep what differs; when to come again while it is away.

    A day is reconciled once: a bill does not change after it was made.
    """
    port = channels.channel(channel)
    if port is None or await reconciling.is_reconciled(channel=channel, day=day):
        return None
    later = now + policy.spans(now, "py.poll_after_s")[-1]
    try:
        bill = await port.bill(day)
        before: Sequence[BillLine] = ()
        if any(each.kind is DifferenceKind.SHORT for each in await _compared(channel, day, bill)):
            if not bill and now < _made_by(day):
                return later
            # Given back a moment before midnight, booked a moment after it.
            before = await port.bill(day - date.resolution)
    except (Transient, Refused):  # whatever the reason, nobody else will ask for this day
        return later
    await keep_reconciliation(channel=channel, day=day, bill=bill, before=before, now=now)
    return None


def _made_by(day: date) -> datetime:
    """Until when a channel that has no bill of a day may not have made it yet."""
    _, end = calendar.day(day)
    (at,) = policy.times(end, "py.bill_made_by")
    return datetime.combine(calendar.on(end), at, calendar.SHANGHAI)


async def _compared(channel: ChannelName, day: date, bill: Sequence[BillLine]) -> list[Difference]:
    theirs = [_line(each) for each in bill]
    known = await reconciling.ours(channel=channel, day=day, named={each.number for each in theirs})
    return compare(theirs, known)


@action
async def keep_reconciliation(
    *,
    channel: ChannelName,
    day: date,
    bill: Sequence[BillLine],
    before: Sequence[BillLine] = (),
    now: datetime,
) -> None:
    """Compare and keep, center by center; what differs is asked, told, and escalated in time."""
    if await reconciling.is_reconciled(channel=channel, day=day):
        return
    theirs = [_line(each) for each in bill]
    named = {each.number for each in theirs}
    known = await reconciling.ours(channel=channel, day=day, named=named)
    found = compare(theirs, known, before={_line(each).number for each in before})
    whose = {each.number: each.organization_id for each in known}
    digest = hashlib.sha256(msgspec.json.encode(bill)).digest()
    today = {each.organization_id for each in known if each.is_of_day or each.number in named}
    for organization_id in sorted({*today, *_of_nobody(named, whose)}, key=str):
        await _keep(
            channel,
            day,
            organization_id,
            [each for each in theirs if whose.get(each.number) == organization_id],
            [each for each in known if each.organization_id == organization_id],
            [each for each in found if each.organization_id == organization_id],
            digest,
            now,
        )
    await _settle_what_came_later(channel, theirs, now)


def _line(said: BillLine) -> Theirs:
    return Theirs(number=Number(said.about.value, said.trade_no), fen=said.fen)


def _of_nobody(named: Collection[Number], whose: Mapping[Number, UUID]) -> set[None]:
    return {None} if any(number not in whose for number in named) else set()


def _net(lines: Sequence[Theirs] | Sequence[Ours]) -> int:
    return sum(-each.fen if each.number.about == About.REFUND.value else each.fen for each in lines)


async def _keep(
    channel: ChannelName,
    day: date,
    organization_id: UUID | None,
    theirs: Sequence[Theirs],
    known: Sequence[Ours],
    found: Sequence[Difference],
    digest: bytes,
    now: datetime,
) -> None:
    reconciliation_id = uuid7()
    done = [each for each in known if each.is_done and each.is_of_day and each.fen]
    await rows(
        KEEP,
        reconciliation_id,
        channel,
        day,
        organization_id,
        len(theirs),
        _net(theirs),
        len(done),
        _net(done),
        digest,
        now,
    )
    if not found:
        return
    kept = [(uuid7(), each) for each in found]
    said = [
        {
            "id": id_,
            "kind": each.kind,
            "about": each.number.about,
            "trade_no": each.number.trade_no,
            "theirs_fen": each.theirs_fen,
            "ours_fen": each.ours_fen,
            "order_id": each.order_id,
        }
        for id_, each in kept
    ]
    await rows(DIFFER, reconciliation_id, organization_id, msgspec.json.encode(said).decode())
    late = now + policy.span(now, "py.difference_escalate_days")
    for id_, each in kept:
        if each.can_be_asked:
            jobs.enqueue("settle_difference", key=str(id_), due_at=now, difference_id=id_)
        jobs.enqueue("escalate_difference", key=str(id_), due_at=late, difference_id=id_)
    if not all(each.can_be_asked for each in found):
        await _tell(reconciliation_id, organization_id)


async def _tell(reconciliation_id: UUID, organization_id: UUID | None) -> None:
    publish(
        DifferencesFound(subject_id=reconciliation_id, organizations=await whom(organization_id))
    )


async def _settle_what_came_later(
    channel: ChannelName, theirs: Sequence[Theirs], now: datetime
) -> None:
    billed: defaultdict[Number, int] = defaultdict(int)
    for line in theirs:
        billed[line.number] += line.fen
    for short in await reconciling.hold_open_shorts(
        channel=channel, trade_nos=[number.trade_no for number in billed]
    ):
        if billed.get(Number(short["about"], short["trade_no"])) == short["ours_fen"]:
            await resolve(short["id"], Resolution.CAME_LATER, SYSTEM, None, b"", now)


@action
async def settle_asked(*, difference_id: UUID, tells: bool = True, now: datetime) -> bool:
    """Whether our order has followed the channel since it was asked; if not, finance is told.

    `tells=False`: it is asked again, and nobody has to look before it has answered.
    """
    held = await reconciling.hold_difference(difference_id)
    if held is None or held["resolved_at"] is not None:
        return True
    number = Number(held["about"], held["trade_no"])
    known = await reconciling.ours(
        channel=ChannelName(held["channel"]), day=held["of_day"], named={number}
    )
    theirs = Theirs(number=number, fen=held["theirs_fen"] or 0)
    if compare([theirs], [each for each in known if each.number == number]):
        if tells:
            await _tell(held["reconciliation"], held["organization"])
        return False
    await resolve(difference_id, Resolution.ASKED, SYSTEM, None, b"", now)
    return True
