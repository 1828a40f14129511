"""Lock one transfer after its person, and find what was said of it before."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.beds.lifecycle import BedKind
from backend.core import crypto
from backend.core.access import FAMILY, Actor
from backend.core.db import row, rows, value
from backend.core.problems import Missing
from backend.people import queries as people
from backend.people.lifecycle import Scope
from backend.transfers import policies
from backend.transfers.lifecycle import Decision, Move, Reason, Status, Urgency, deadlines
from backend.transfers.lifecycle.held import Answered, Carried, Commented, Held, Made
from backend.transfers.lifecycle.journeys import Outcome

HOLD_PERSON = """
SELECT id FROM persons WHERE id = (SELECT person FROM transfers WHERE id = $1)
   FOR NO KEY UPDATE
"""

# Whose answer is awaited.
ASKED = """
(SELECT r.organization FROM transfer_receivers r
  WHERE r.transfer = t.id AND t.status = 'REQUESTED'
    AND r.asked_at IS NOT NULL AND r.answered_at IS NULL)
"""

HELD = f"""
SELECT t.id, t.person, t.from_organization, t.from_bed, t.from_stay_id, t.to_bed,
       t.to_organization, t.bed_no, t.emergency_id, t.reason_code, t.urgency, t.status,
       t.consent_id, t.drafted_by, t.held_until, t.departed_at, t.arrived_at, t.closed_at,
       t.version, t.fingerprint, {ASKED} AS asked
  FROM transfers t WHERE t.id = $1 FOR NO KEY UPDATE OF t
"""  # noqa: S608 - text of our own

TIE = "transfer"


async def hold(transfer_id: UUID) -> Held:
    """Lock the person, then the transfer, until the transaction ends.

    :raises Missing: when there is no such transfer
    """
    await rows(HOLD_PERSON, transfer_id)
    found = await row(HELD, transfer_id)
    if found is None:
        raise Missing
    from_bed = found["from_bed"]
    return Held(
        **{
            **found,
            "from_bed": BedKind(from_bed) if from_bed else None,
            "to_bed": BedKind(found["to_bed"]),
            "reason_code": Reason(found["reason_code"]),
            "urgency": Urgency(found["urgency"]),
            "status": Status(found["status"]),
        }
    )


async def tie_to(transfer: Any, *, actor: Actor, now: datetime) -> str:
    """The word of what lets the actor know of a transfer: a side of it, a tie, or NOTIFY.

    A side of it forgets it as long after the end as the receiver forgets the record.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    if actor.role not in FAMILY and policies.is_side(actor.organization_id, transfer):
        closed_at = transfer["closed_at"]
        if closed_at is None or now < deadlines.access_until(closed_at):
            return TIE
    return await people.tie(actor=actor, person_id=transfer["person"], now=now, scope=Scope.NOTIFY)


async def tie_to_held(held: Held, *, actor: Actor, now: datetime) -> str:
    """The same, for an action.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    return await tie_to(msgspec.structs.asdict(held), actor=actor, now=now)


MADE = """
SELECT id, transfer AS transfer_id, move, move_id, made_by, role, to_status AS status, client_time,
       happened_at, recorded_at, said, fingerprint
  FROM transfer_moves WHERE transfer = $1 AND move = $2 AND move_id = $3
"""

OUTCOMES = """
SELECT slice, what, thing_id, outcome FROM transfer_outcomes WHERE transfer = $1
 ORDER BY slice, what, thing_id
"""


async def made(transfer_id: UUID, *, move: Move, move_id: UUID) -> Made | None:
    """The move as it was stored; of an arrival also what became of the open work."""
    found = await row(MADE, transfer_id, move.value, move_id)
    if found is None:
        return None
    return made_of(found, await outcomes(transfer_id) if move is Move.ARRIVAL else ())


def made_of(found: Any, carried: tuple[Carried, ...] = ()) -> Made:
    return Made(
        **{
            **found,
            "move": Move(found["move"]),
            "status": Status(found["status"]),
            "said": msgspec.json.decode(crypto.unseal(found["said"], "transfer_moves.said")),
        },
        outcomes=carried,
    )


async def outcomes(transfer_id: UUID) -> tuple[Carried, ...]:
    """What became of the open work on arrival."""
    return tuple(
        Carried(**{**each, "outcome": Outcome(each["outcome"])})
        for each in await rows(OUTCOMES, transfer_id)
    )


RECEIVERS = """
SELECT transfer AS transfer_id, organization AS organization_id, place, asked_at, answer_due_at,
       answered_at, answered_by, decision, bed_no, reason, alternative, fingerprint
  FROM transfer_receivers WHERE transfer = $1 ORDER BY place
"""


async def receivers(transfer_id: UUID) -> list[Answered]:
    """Who was asked, in order, and what they answered; for who was let in."""
    return [answered_of(each) for each in await rows(RECEIVERS, transfer_id)]


def answered_of(found: Any) -> Answered:
    decision = found["decision"]
    return Answered(
        **{
            **found,
            "decision": Decision(decision) if decision else None,
            "reason": _opened(found["reason"], "transfer_receivers.reason"),
            "alternative": _opened(found["alternative"], "transfer_receivers.alternative"),
        }
    )


COMMENTS = """
SELECT id, transfer AS transfer_id, author, role, disagrees, text, client_time, happened_at,
       recorded_at, fingerprint FROM transfer_comments
"""


async def comment(comment_id: UUID) -> Commented | None:
    found = await row(f"{COMMENTS} WHERE id = $1", comment_id)
    return _commented(found) if found else None


async def comments(transfer_id: UUID) -> list[Commented]:
    """What was said to it, the oldest first; for who was let in."""
    found = await rows(f"{COMMENTS} WHERE transfer = $1 ORDER BY recorded_at, id", transfer_id)
    return [_commented(each) for each in found]


def _commented(found: Any) -> Commented:
    return Commented(**{**found, "text": crypto.unseal(found["text"], "transfer_comments.text")})


def _opened(sealed: bytes | None, label: str) -> str | None:
    return crypto.unseal(sealed, label) if sealed else None


CONSENT = """
SELECT EXISTS (SELECT FROM consents
                WHERE id = $1 AND person = $2 AND purpose = ANY ($3::text[]) AND happened_at <= $4
                  AND (withdrawn_at IS NULL OR withdrawn_at > $4))
"""


async def is_consented(
    *, consent_id: UUID | None, person_id: UUID, purposes: tuple[str, ...], now: datetime
) -> bool:
    """RC-02: whether this consent is the person's, for one of these purposes, and lives."""
    if consent_id is None:
        return False
    return bool(await value(CONSENT, consent_id, person_id, list(purposes), now))


RUN = """
SELECT id FROM organizations WHERE id = ANY ($1::uuid[]) AND kinds::text[] && $2::text[]
"""


async def able_to_run(*, organization_ids: list[UUID], kinds: frozenset[str]) -> set[UUID]:
    """Which of these organizations are of one of these kinds."""
    return {each["id"] for each in await rows(RUN, organization_ids, sorted(kinds))}
