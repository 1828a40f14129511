"""What channels call back with: untrusted until its signature held, and heard once."""

import logging
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from backend.core import jobs
from backend.core.db import action, row, value
from backend.core.ids import uuid7
from backend.core.problems import Missing, TooLarge
from backend.payments import channels
from backend.payments.actions import asking, capturing, returning
from backend.payments.channels import Forged, Notice, Refused, State
from backend.payments.lifecycle.orders import Outcome
from backend.payments.lifecycle.statuses import ChannelName

log = logging.getLogger(__name__)

BODY_MAX = 64 * 1024  # not policy: none of theirs comes near

HEARD = """
INSERT INTO payment_notices (id, channel, notice_id, nonce, about, out_trade_no, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id
"""

BEFORE = "SELECT 1 FROM payment_notices WHERE channel = $1 AND notice_id = $2"

ORDER = "SELECT id FROM payment_orders WHERE id = $1 AND channel = $2"
REFUND = """
SELECT r.id FROM refunds r JOIN payment_orders o ON o.id = r.payment_order
 WHERE r.id = $1 AND o.channel = $2
"""


async def hear_notice(
    *, channel: str, headers: Mapping[str, str], chunks: AsyncIterator[bytes], now: datetime
) -> tuple[int, str, bytes]:
    """Answer a callback in its channel's own words: status, media type, body. Not an action.

    Nothing is asked of anybody outside, whatever it says; what is forged leaves a line in the log.

    :raises Missing: there is no such channel here :raises TooLarge: as soon as its body is
    """
    name = next((each for each in ChannelName if each == channel), None)
    speaks = channels.channel(name) if name else None
    if name is None or speaks is None:
        raise Missing
    body = await _whole(chunks)
    try:
        notice = speaks.read_notice(headers=headers, body=body, now=now)
    except Forged as forged:
        log.warning("notice refused channel=%s why=%s", name, forged.why)
        return speaks.answer(taken=False)
    return speaks.answer(taken=await _take(channel=name, notice=notice, now=now))


async def _whole(chunks: AsyncIterator[bytes]) -> bytes:
    """:raises TooLarge:"""
    found = bytearray()
    async for chunk in chunks:
        found += chunk
        if len(found) > BODY_MAX:
            raise TooLarge(size_max=BODY_MAX)
    return bytes(found)


@action
async def _take(*, channel: ChannelName, notice: Notice, now: datetime) -> bool:
    """Whether it was taken, now or before: the notice and what follows commit together."""
    state = notice.state
    is_payment = isinstance(state, State)
    number = state.out_trade_no if isinstance(state, State) else state.out_refund_no
    # What is paid at one channel is not another channel's to tell.
    subject = await value(ORDER if is_payment else REFUND, asking.of_number(number), channel)
    if subject is None:
        log.warning("notice about nothing of ours channel=%s", channel)
        return False
    fresh = await row(
        HEARD, uuid7(), channel, notice.notice_id, notice.nonce, notice.about, number, now
    )
    if fresh is None:
        # Sent again by the channel under its id; a nonce under another id is somebody's replay.
        return bool(await value(BEFORE, channel, notice.notice_id))
    if isinstance(state, State):
        outcome = await capturing.capture(order_id=subject, state=state, now=now)
        if outcome is Outcome.ASK:  # it says that, and not how much, was taken
            key = f"{subject}:{notice.notice_id}"
            jobs.enqueue("ask_order", key=key, due_at=now, order_id=subject)
        return outcome is not Outcome.DOUBT
    try:
        await returning.hear_refund(refund_id=subject, state=state, now=now)
    except Refused:
        return True  # the job that makes it hears the same, and says so to finance
    return True
