"""Login codes: made for any phone number alike, sent to those of people we know."""

from datetime import datetime, timedelta
from secrets import randbelow
from uuid import UUID

from backend import policy
from backend.core import crypto, signatures, sms
from backend.core.db import action, row, rows, value
from backend.core.ids import uuid7
from backend.core.jobs import enqueue
from backend.core.problems import TooMany
from backend.people import queries
from backend.people.lifecycle import DeviceKey, national_number
from backend.people.queries.login_codes import LoginCode

TEXT = "【床旁】登录验证码{code}，{minutes}分钟内有效。请勿转告他人。"

# One number at a time: two calls at once must not both be the fifth.
HOLD = "SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))"

LAST_HOUR = """
SELECT count(*)::int AS sent, min(sent_at) + make_interval(hours => 1) AS free_at
  FROM login_codes WHERE phone_key = $1 AND sent_at > $2::timestamptz - make_interval(hours => 1)
"""

KEEP = """
INSERT INTO login_codes (id, phone_key, code_digest, code_sealed, tries, sent_at, expires_at)
VALUES ($1, $2, $3, $4, 0, $5, $6)
"""

TRY = """
UPDATE login_codes SET tries = tries + 1
 WHERE id = $1 AND phone_key = $2 AND used_at IS NULL AND expires_at > $3 AND tries < $4
RETURNING code_digest = $5
"""

SPEND = """
UPDATE login_codes SET used_at = $2, code_sealed = NULL
 WHERE id = $1 AND used_at IS NULL RETURNING true
"""

FORGET = "DELETE FROM login_codes WHERE sent_at <= $1::timestamptz - make_interval(hours => 1)"


def phone_key(phone: str) -> bytes:
    return crypto.lookup(national_number(phone), "persons.phone")


def sign_in_text(login_code_id: UUID, code: str) -> str:
    """What the phone signs to prove that the key is its own."""
    return f"bedside:sign-in:{login_code_id}:{code}"


@action
async def ask_login_code(*, phone: str, now: datetime) -> LoginCode:
    """Make a code. Known or not, a number costs the same here: the worker finds out whose it is.

    :raises TooMany: so many in an hour; counted in PostgreSQL, so nothing is let through
        when it cannot be counted
    """
    key = phone_key(phone)
    await rows(HOLD, key)
    last_hour = await row(LAST_HOUR, key, now)
    assert last_hour is not None, "a count is always one row"
    if last_hour["sent"] >= policy.whole(now, "login.codes_per_hour"):
        wait: timedelta = last_hour["free_at"] - now
        raise TooMany(retry_after_s=int(wait.total_seconds()) + 1)
    made = LoginCode(uuid7(), now + policy.span(now, "login.code_valid_min"))
    digits = policy.whole(now, "login.code_digits")
    code = f"{randbelow(10**digits):0{digits}}"  # not policy: the base of our digits
    sealed = crypto.seal(code, "login_codes.code")
    await rows(KEEP, made.id, key, _digest(made.id, code), sealed, now, made.expires_at)
    enqueue("send_login_code", key=str(made.id), due_at=now, login_code_id=made.id)
    return made


@action
async def count_try(
    *,
    login_code_id: UUID,
    phone: str,
    code: str,
    device: DeviceKey,
    proof: bytes,
    now: datetime,
) -> bool:
    """Whether the code holds and the key is the phone's. Committed first: a try is a try."""
    is_right = await value(
        TRY,
        login_code_id,
        phone_key(phone),
        now,
        policy.whole(now, "login.code_tries"),
        _digest(login_code_id, code),
    )
    return bool(is_right) and signatures.signed_by(
        device.public_key, content=sign_in_text(login_code_id, code), signature=proof
    )


async def spend(*, login_code_id: UUID, now: datetime) -> bool:
    """Use a code up, in the caller's transaction; False when somebody was faster."""
    return bool(await value(SPEND, login_code_id, now))


async def send_login_code(*, login_code_id: UUID, now: datetime) -> None:
    """Send it, if it is still worth sending; what was sent is no longer kept.

    The gateway is called outside any transaction, and sends once for ever under its key.

    :raises Transient: :raises Permanent:
    """
    message = await queries.code_to_send(login_code_id=login_code_id, now=now)
    if message is not None:
        minutes = policy.whole(now, "login.code_valid_min")
        await sms.gateway().send(
            phone=message.phone,
            text=TEXT.format(code=message.code, minutes=minutes),
            key=f"login-code:{login_code_id}",
        )
    await rows("UPDATE login_codes SET code_sealed = NULL WHERE id = $1", login_code_id)


@action
async def forget_login_codes(*, now: datetime) -> None:
    """Delete the codes that no longer count."""
    await rows(FORGET, now)


def _digest(login_code_id: UUID, code: str) -> bytes:
    """Keyed, and of this code alone: a copy of the table opens nothing."""
    return crypto.lookup(f"{login_code_id}:{code}", "login_codes.code")
