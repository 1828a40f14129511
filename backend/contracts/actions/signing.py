"""Signing a family-doctor contract: with the second side it is signed, and a tie."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from asyncpg import Record

from backend import policy
from backend.contracts import policies, queries
from backend.contracts.actions import moving
from backend.contracts.events import DoctorContractSigned, PanelNearlyFull
from backend.contracts.lifecycle import Move, Panel, Side, Status, after, panel
from backend.contracts.lifecycle.said import DoctorSignature, Signer
from backend.contracts.problems import (
    AlreadyContracted,
    AlreadySigned,
    NeedsEvidence,
    NobodyToSign,
    NotTheirHand,
    PanelFull,
)
from backend.core import audit, calendar, jobs
from backend.core.access import FAMILY, Actor, Role
from backend.core.db import action, rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.core.problems import Forbidden, Missing, Stale
from backend.core.wire import Kept
from backend.people import actions as care_team
from backend.people import queries as people
from backend.people.lifecycle import MemberKind, Tie


@action
async def sign(
    *, contract_id: UUID, signature_id: UUID, actor: Actor, said: DoctorSignature, now: datetime
) -> Kept[Record]:
    """Sign for one side. With the other side's it is signed: the doctor and the center are tied.

    The same signature again is the same one.

    :raises Missing: :raises TieEnded: :raises Forbidden: :raises AlreadyDifferent:
    :raises CannotMove: :raises Stale: :raises AlreadySigned: :raises NotTheirHand:
    :raises NeedsEvidence: :raises PanelFull: :raises AlreadyContracted: :raises NobodyToSign:
    """
    held = await queries.hold_doctor_contract(contract_id)
    if held is None:
        raise Missing
    tie = await people.tie(actor=actor, person_id=held["person"], now=now)
    if actor.organization_id is not None and not policies.may_draft(actor, held):
        raise Missing
    side = Side(said.side)
    if not policies.may_sign(actor, held, side):
        raise Forbidden(field="side")
    if made := await moving.again(held, Move.SIGN, move_id=signature_id, said=said):
        return made
    status = after(Status(held["status"]), Move.SIGN)
    if said.version != held["version"]:
        raise Stale(version=held["version"])
    if await queries.has_signed(contract_id, side=side, version=held["version"]):
        raise AlreadySigned(side=side)
    if held["died_on"] is not None:
        raise NobodyToSign
    if side is Side.RESIDENT:
        await check_hand(actor, held, said.signer, evidence_id=said.evidence_id, now=now)
    kept = await moving.write(
        held,
        Move.SIGN,
        move_id=signature_id,
        status=status,
        actor=actor,
        said=said,
        side=side,
        now=now,
    )
    if status is Status.SIGNED:
        await _begin(held, now=now)
    else:
        await rows("UPDATE doctor_contracts SET status = $2 WHERE id = $1", contract_id, status)
    audit.wrote(actor, "contracts.sign", person_id=held["person"], subject_id=contract_id, tie=tie)
    return kept


async def check_hand(
    actor: Actor,
    resident: Mapping[str, Any] | Record,
    signer: Signer | None,
    *,
    evidence_id: UUID | None,
    now: datetime,
) -> None:
    """Whose hand signs for the resident: joins the caller's transaction and writes nothing.

    Families sign themselves; staff witness a paper (RC-02). Who lacks capacity is spoken for by a
    guardian alone (RC-04).

    :raises NeedsEvidence: :raises NotTheirHand:
    """
    if actor.role in FAMILY:
        said = signer or Signer(
            person_id=actor.person_id, basis="self" if actor.role is Role.ELDER else "guardian"
        )
        if said.person_id != actor.person_id:
            raise NotTheirHand
    elif signer is None or evidence_id is None:
        raise NeedsEvidence(field="signer" if signer is None else "evidence_id")
    else:
        said = signer
    person_id = resident["person"]
    if said.basis == "guardian":
        is_theirs = await people.is_guardian(
            guardian_id=said.person_id, person_id=person_id, now=now
        )
    elif resident["lacks_capacity"]:
        is_theirs = False
    elif said.basis == "assisted":
        is_theirs = bool(await people.kin_of(person_id=person_id, relative_id=said.person_id))
    else:
        is_theirs = said.person_id == person_id
    if not is_theirs:
        raise NotTheirHand


async def _begin(held: Record, *, now: datetime) -> None:
    """Both sides have signed: one contract a person, a place in the panel, ties and reminders.

    :raises AlreadyContracted: :raises PanelFull:
    """
    contract_id = held["id"]
    await take_place(held, team_id=held["team_id"], now=now)
    try:
        await rows(
            "UPDATE doctor_contracts SET status = 'SIGNED', signed_at = $2 WHERE id = $1",
            contract_id,
            now,
        )
    except asyncpg.ExclusionViolationError as error:
        raise AlreadyContracted from error
    await care_team.join_care_team(
        person_id=held["person"],
        member_id=held["center"],
        member_kind=MemberKind.ORGANIZATION,
        why=Tie.CONTRACT,
        because_id=contract_id,
        now=midnight(held["valid_from"]),
        until=midnight(held["until_on"]),
    )
    await begin_term(
        held, doctor_id=held["doctor"], team_id=held["team_id"], from_on=held["valid_from"]
    )
    for before in policy.spans(held["until_on"], "fd.renewal_reminder_days_before"):
        due_on = held["until_on"] - date.resolution - before
        jobs.enqueue(
            "remind_renewal",
            key=f"{contract_id}:{held['until_on']}:{before.days}",
            due_at=midnight(due_on),
            contract_id=contract_id,
            until_on=held["until_on"].isoformat(),
            days=before.days,
        )
    publish(
        DoctorContractSigned(
            subject_id=contract_id,
            person_id=held["person"],
            staff_id=held["doctor"],
            organization_id=held["center"],
        )
    )


def midnight(on: date) -> datetime:
    """When that day begins in Shanghai."""
    begins, _ = calendar.day(on)
    return begins


async def take_place(held: Record, *, team_id: UUID, now: datetime) -> None:
    """FD-07: in the caller's transaction; two that sign at once are counted in turn.

    :raises PanelFull: the team is full, and the center did not say why one more
    """
    await queries.hold_doctor(doctor_id=team_id, center_id=held["center"])
    on = calendar.on(now)
    count = await queries.panel_of(team_id=team_id, besides=held["person"], on=on)
    cap = policy.whole(now, "fd.team_panel_cap")
    stands = panel(
        count,
        cap=cap,
        warn_pct=policy.whole(now, "fd.team_panel_warn_pct"),
        block_pct=policy.whole(now, "fd.team_panel_block_pct"),
    )
    if stands is Panel.FULL and not await queries.is_overridden(
        held["id"], version=held["version"]
    ):
        raise PanelFull(count=count, cap=cap, policy_version=policy.version(now))
    if stands is not Panel.OPEN:
        publish(
            PanelNearlyFull(subject_id=team_id, staff_id=team_id, organization_id=held["center"])
        )


async def begin_term(held: Record, *, doctor_id: UUID, team_id: UUID, from_on: date) -> None:
    """In the caller's transaction: the doctor from that day on, tied until the contract's end."""
    term_id = uuid7()
    await rows(
        "INSERT INTO doctor_terms (id, contract, doctor, team_id, from_on, until_on)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        term_id,
        held["id"],
        doctor_id,
        team_id,
        from_on,
        held["until_on"],
    )
    for member_id in sorted({doctor_id, team_id}):
        await care_team.join_care_team(
            person_id=held["person"],
            member_id=member_id,
            member_kind=MemberKind.STAFF,
            why=Tie.CONTRACT,
            because_id=term_id,
            now=midnight(from_on),
            until=midnight(held["until_on"]),
        )
