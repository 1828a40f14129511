"""One transfer, and lists of them, for those who may know them. Every read is noted."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from backend import policy
from backend.core import audit, crypto, pages
from backend.core.access import Actor, Role
from backend.core.db import row, rows, value
from backend.core.problems import Missing
from backend.transfers import policies
from backend.transfers.lifecycle import OPEN, Status
from backend.transfers.lifecycle.held import Answered, Assessed, Carried, Commented, Made
from backend.transfers.queries.held import (
    ASKED,
    comments,
    made_of,
    outcomes,
    receivers,
    tie_to,
)

ONE = f"""
SELECT t.*, {ASKED} AS asked, sender.name AS from_organization_name,
       receiver.name AS to_organization_name, p.name
  FROM transfers t JOIN persons p ON p.id = t.person
  LEFT JOIN organizations sender ON sender.id = t.from_organization
  LEFT JOIN organizations receiver ON receiver.id = t.to_organization
 WHERE t.id = $1
"""  # noqa: S608 - text of our own

MOVES = """
SELECT id, transfer AS transfer_id, move, move_id, made_by, role, to_status AS status, client_time,
       happened_at, recorded_at, said, fingerprint
  FROM transfer_moves WHERE transfer = $1 ORDER BY recorded_at, id
"""

ASSESSMENT = """
SELECT transfer AS transfer_id, form, news2, author, role, client_time, happened_at, recorded_at,
       version, fingerprint FROM transfer_assessments WHERE transfer = $1
"""

PACKAGES = """
SELECT number, hash, sealed_at FROM transfer_packages WHERE transfer = $1 ORDER BY number
"""


class Seen(NamedTuple):
    """A transfer as it stands. `is_clinical` says whether the reader is shown clinical words."""

    transfer: Any
    is_clinical: bool
    moves: list[Made]
    receivers: list[Answered]
    assessment: Assessed | None
    outcomes: tuple[Carried, ...]
    comments: list[Commented]
    packages: list[Any]


async def one(*, transfer_id: UUID, actor: Actor, now: datetime) -> Seen:
    """A transfer with all it went through.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    found = await row(ONE, transfer_id)
    if found is None:
        raise Missing
    tie = await tie_to(found, actor=actor, now=now)
    is_clinical = policies.reads_clinical_words(actor)
    seen = Seen(
        transfer=found,
        is_clinical=is_clinical,
        moves=[made_of(each) for each in await rows(MOVES, transfer_id)],
        receivers=await receivers(transfer_id),
        assessment=await assessment(transfer_id) if is_clinical else None,
        outcomes=await outcomes(transfer_id),
        comments=await comments(transfer_id),
        packages=await rows(PACKAGES, transfer_id),
    )
    await audit.seen(
        actor,
        "transfers.transfer",
        persons=[found["person"]],
        ties=[tie],
        subject_id=transfer_id,
    )
    return seen


async def assessment(transfer_id: UUID) -> Assessed | None:
    """The form as it stands, opened; for who was let in."""
    found = await row(ASSESSMENT, transfer_id)
    if found is None:
        return None
    form = crypto.unseal(found["form"], "transfer_assessments.form")
    news2 = found["news2"]
    return Assessed(
        **{
            **found,
            "form": msgspec.json.decode(form),
            "news2": msgspec.json.decode(crypto.unseal(news2, "transfer_assessments.news2"))
            if news2
            else None,
        }
    )


PACKAGE = """
SELECT k.transfer, k.number, k.content, k.hash, k.sealed_by, k.sealed_at
  FROM transfer_packages k WHERE k.transfer = $1 ORDER BY k.number DESC LIMIT 1
"""


async def package(*, transfer_id: UUID, actor: Actor, now: datetime) -> Any:
    """The newest record package, opened. FB-05: who reads it is noted.

    :raises Missing: :raises TieEnded:
    """
    found = await row(ONE, transfer_id)
    if found is None or not policies.reads_clinical_words(actor):
        raise Missing
    tie = await tie_to(found, actor=actor, now=now)
    sealed = await row(PACKAGE, transfer_id)
    if sealed is None:
        raise Missing
    await audit.seen(
        actor,
        "transfers.read_package",
        persons=[found["person"]],
        ties=[tie],
        subject_id=transfer_id,
    )
    return {**sealed, "content": crypto.unseal(sealed["content"], "transfer_packages.content")}


async def is_sealed(transfer_id: UUID) -> bool:
    """Whether a record package went along."""
    return bool(
        await value(
            "SELECT EXISTS (SELECT FROM transfer_packages WHERE transfer = $1)", transfer_id
        )
    )


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


CARD = f"""
SELECT t.id, t.person, t.from_organization, t.from_bed, t.to_bed, t.to_organization, t.urgency,
       t.status, t.due_at, t.recorded_at, t.version, {ASKED} AS asked, p.name
  FROM transfers t JOIN persons p ON p.id = t.person
"""  # noqa: S608 - text of our own

PAGE = """
   AND t.status = ANY ($3::text[])
   AND ($4::timestamptz IS NULL OR (t.due_at, t.id) > ($4, $5::uuid))
 ORDER BY t.due_at, t.id LIMIT $6
"""

LEAVING = "t.from_organization = $1"
COMING = """
(t.to_organization = $1 OR t.id IN (
  SELECT r.transfer FROM transfer_receivers r
   WHERE r.organization = $1 AND r.asked_at IS NOT NULL AND r.answered_at IS NULL)
 AND t.status = 'REQUESTED')
"""
ALIVE = " AND (t.closed_at IS NULL OR t.closed_at > $2)"
OF_MINE = {
    Direction.OUT: f"{CARD} WHERE {LEAVING}{ALIVE}{PAGE}",
    Direction.IN: f"{CARD} WHERE {COMING}{ALIVE}{PAGE}",
    None: f"{CARD} WHERE ({LEAVING} OR {COMING}){ALIVE}{PAGE}",
}
# A street office has no beds: it sees the moves of those whom it looks after.
LOOKED_AFTER = """
t.person IN (SELECT c.person FROM care_team c
              WHERE c.member_id = $1 AND c.from_at <= $2
                AND (c.until_at IS NULL OR c.until_at > $2))
"""
OF_MY_STREET = f"{CARD} WHERE {LOOKED_AFTER}{PAGE}"


async def listed(
    *,
    direction: Direction | None,
    status: Status | None,
    actor: Actor,
    limit: int,
    after: str | None,
    now: datetime,
) -> pages.Cut:
    """The transfers of one's organization, the most pressing first.

    What closed long ago is no longer theirs to know. The names shown are noted.

    :raises Malformed:
    """
    since = now - policy.span(now, "fb.receiver_access_days")
    key = pages.read("transfers", after, datetime, UUID)
    statuses = [str(each) for each in ([status] if status else OPEN)]
    if actor.role is Role.STREET:
        found = await rows(OF_MY_STREET, actor.organization_id, now, statuses, *key, limit + 1)
    else:
        found = await rows(
            OF_MINE[direction], actor.organization_id, since, statuses, *key, limit + 1
        )
    page = pages.cut(
        found, limit=limit, listing="transfers", key=lambda each: (each["due_at"], each["id"])
    )
    persons = [each["person"] for each in page.items]
    await audit.seen(actor, "transfers.list", persons=persons, ties=["transfer"] * len(persons))
    return page
