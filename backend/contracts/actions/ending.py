"""What a signed family-doctor contract still goes through: renewal, another doctor, its end."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend import policy
from backend.contracts import policies, queries
from backend.contracts.actions import moving
from backend.contracts.actions.draft import draft_renewal
from backend.contracts.actions.signing import begin_term, midnight, take_place
from backend.contracts.events import (
    DoctorChanged,
    DoctorContractEnded,
    DoctorContractExpiring,
)
from backend.contracts.lifecycle import (
    Move,
    Standing,
    Status,
    after,
    contract_year,
    ends_on,
    last_day,
    next_month,
    standing,
)
from backend.contracts.lifecycle.said import (
    DoctorChange,
    DoctorDraft,
    PackageLine,
    Renewal,
    Termination,
)
from backend.contracts.problems import (
    DoctorChangedAlready,
    NotAFamilyDoctor,
    NotInForce,
    SameDoctor,
)
from backend.core import audit, calendar
from backend.core.access import SYSTEM, Actor
from backend.core.db import action, rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.core.problems import Missing
from backend.core.wire import Kept
from backend.people import actions as care_team
from backend.people import queries as people


@action
async def renew(
    *, contract_id: UUID, renewal_id: UUID, actor: Actor, said: Renewal, now: datetime
) -> Kept[Record]:
    """Draft the same contract again, from the day behind its last, under the renewal's id.

    Both sides sign that draft as any other; once they have, this one ends as RENEWED.

    :raises Missing: :raises TieEnded: :raises AlreadyDifferent: :raises CannotMove:
    :raises TermTooLong: :raises NotAFamilyDoctor: :raises NotAGroup:
    """
    held, tie = await _hold(contract_id, actor, now)
    if made := await moving.again(held, Move.RENEW, move_id=renewal_id, said=said):
        return made
    status = after(Status(held["status"]), Move.RENEW)
    begins = max(held["until_on"], calendar.on(now))
    years = said.years or policy.whole(begins, "fd.contract_years_default")
    terms = await queries.terms_of(contract_id)
    latest = terms[-1] if terms else None
    drafted = DoctorDraft(
        person_id=held["person"],
        doctor_id=latest["doctor"] if latest else held["doctor"],
        team_id=latest["team_id"] if latest else held["team_id"],
        district_hospital_id=held["district_hospital"],
        municipal_hospital_id=held["municipal_hospital"],
        lines=msgspec.json.decode(held["lines"], type=list[PackageLine]),
        valid_from=begins,
        valid_to=last_day(begins, years),
        contract_no=held["contract_no"],
        is_chronic=held["is_chronic"],
    )
    await draft_renewal(
        renewal_id,
        drafted,
        center_id=held["center"],
        renews=contract_id,
        actor=actor,
        now=now,
    )
    kept = await moving.write(
        held,
        Move.RENEW,
        move_id=renewal_id,
        status=status,
        actor=actor,
        said=said,
        now=now,
        follows={"valid_from": drafted.valid_from, "valid_to": drafted.valid_to},
    )
    audit.wrote(actor, "contracts.renew", person_id=held["person"], subject_id=contract_id, tie=tie)
    return kept


@action
async def change_doctor(
    *, contract_id: UUID, change_id: UUID, actor: Actor, said: DoctorChange, now: datetime
) -> Kept[Record]:
    """Another doctor from the next month on, once in a year of the contract (FD-09).

    The doctor of before stays tied until then.

    :raises Missing: :raises TieEnded: :raises AlreadyDifferent: :raises CannotMove:
    :raises NotInForce: :raises DoctorChangedAlready: :raises NotAFamilyDoctor: :raises SameDoctor:
    :raises PanelFull:
    """
    held, tie = await _hold(contract_id, actor, now)
    if made := await moving.again(held, Move.CHANGE_DOCTOR, move_id=change_id, said=said):
        return made
    status = after(Status(held["status"]), Move.CHANGE_DOCTOR)
    on = calendar.on(now)
    from_on = next_month(on, policy.whole(now, "fd.doctor_change_effective_months"))
    stands = standing(status, on=on, valid_from=held["valid_from"], until_on=held["until_on"])
    if stands is not Standing.ACTIVE or from_on >= held["until_on"]:
        raise NotInForce(standing=stands, until_on=held["until_on"])
    await _check_once_a_year(held, on, now)
    team_id = said.team_id or said.doctor_id
    for field, each in (("doctor_id", said.doctor_id), ("team_id", team_id)):
        if not await queries.is_doctor(person_id=each, center_id=held["center"], now=now):
            raise NotAFamilyDoctor(field=field)
    terms = await queries.terms_of(contract_id)
    now_theirs = terms[-1]["doctor"] if terms else held["doctor"]
    if now_theirs == said.doctor_id:
        raise SameDoctor
    if not terms or terms[-1]["team_id"] != team_id:
        await take_place(held, team_id=team_id, now=now)
    kept = await moving.write(
        held,
        Move.CHANGE_DOCTOR,
        move_id=change_id,
        status=status,
        actor=actor,
        said=said,
        now=now,
        follows={"from_on": from_on},
    )
    await _end_terms(held, on=from_on)
    await begin_term(held, doctor_id=said.doctor_id, team_id=team_id, from_on=from_on)
    publish(
        DoctorChanged(
            subject_id=contract_id,
            person_id=held["person"],
            from_id=now_theirs,
            to_id=said.doctor_id,
        )
    )
    audit.wrote(
        actor, "contracts.change_doctor", person_id=held["person"], subject_id=contract_id, tie=tie
    )
    return kept


@action
async def terminate(
    *, contract_id: UUID, actor: Actor, said: Termination, now: datetime
) -> Kept[Record]:
    """Either side ends it: with the next month, after a death at once. A draft is given up.

    The ties of the contract end with it. Twice is once.

    :raises Missing: :raises TieEnded: :raises AlreadyDifferent: :raises CannotMove:
    """
    held, tie = await _hold(contract_id, actor, now)
    if made := await queries.ending(contract_id):
        return moving.same(made, said)
    kept = await _terminate(held, actor=actor, said=said, now=now)
    audit.wrote(
        actor, "contracts.terminate", person_id=held["person"], subject_id=contract_id, tie=tie
    )
    return kept


@action
async def end_after_death(*, person_id: UUID, now: datetime) -> int:
    """Contracts end with a life, at once. How many did; twice is once."""
    ended = 0
    for contract_id in await queries.contracts_of_the_dead(person_id):
        held = await queries.hold_doctor_contract(contract_id)
        if held is None or held["status"] == Status.TERMINATED:
            continue
        said = Termination(client_time=now, reason_code="death")
        await _terminate(held, actor=SYSTEM, said=said, now=now)
        audit.wrote(
            SYSTEM, "contracts.terminate", person_id=person_id, subject_id=contract_id, tie="system"
        )
        ended += 1
    return ended


@action
async def remind_renewal(*, contract_id: UUID, until_on: date, days: int, now: datetime) -> bool:
    """BG-17: so many days before the end; not when it was ended or renewed since. Whether told."""
    found = await queries.doctor_contract(contract_id=contract_id, now=now)
    if found is None or found["until_on"] != until_on or found["is_renewed"]:
        return False
    if found["status"] != Status.SIGNED or calendar.on(now) >= until_on:
        return False
    publish(
        DoctorContractExpiring(
            subject_id=contract_id,
            person_id=found["person"],
            staff_id=found["doctor_now"],
            stage=days,
        )
    )
    return True


async def _hold(contract_id: UUID, actor: Actor, now: datetime) -> tuple[Record, str]:
    """The contract, to the elder's side and the center that it is of.

    :raises Missing: :raises TieEnded:
    """
    held = await queries.hold_doctor_contract(contract_id)
    if held is None:
        raise Missing
    tie = await people.tie(actor=actor, person_id=held["person"], now=now)
    if not policies.may_end(actor, held):
        raise Missing
    return held, tie


async def _terminate(
    held: Record, *, actor: Actor, said: Termination, now: datetime
) -> Kept[Record]:
    status = after(Status(held["status"]), Move.TERMINATE)
    on = calendar.on(now)
    was_signed = held["signed_at"] is not None
    until_on = (
        ends_on(
            on=on,
            valid_from=held["valid_from"],
            until_on=held["until_on"],
            is_at_once=said.reason_code == "death",
        )
        if was_signed
        else held["valid_from"]
    )
    kept = await moving.write(
        held,
        Move.TERMINATE,
        move_id=uuid7(),
        status=status,
        actor=actor,
        said=said,
        now=now,
        follows={"until_on": until_on},
    )
    await rows(
        "UPDATE doctor_contracts SET status = $2, until_on = $3 WHERE id = $1",
        held["id"],
        status,
        until_on,
    )
    await _end_terms(held, on=until_on)
    await care_team.leave_care_team(
        person_id=held["person"],
        member_id=held["center"],
        because_id=held["id"],
        now=midnight(until_on),
    )
    if was_signed:
        publish(
            DoctorContractEnded(
                subject_id=held["id"],
                person_id=held["person"],
                staff_id=held["doctor"],
                organization_id=held["center"],
            )
        )
    return kept


async def _end_terms(held: Record, *, on: date) -> None:
    """Nobody of before is the doctor from that day on; their ties end with it."""
    for term in await queries.terms_of(held["id"]):
        await rows(
            "UPDATE doctor_terms SET until_on = greatest(from_on, least(until_on, $2))"
            " WHERE id = $1",
            term["id"],
            on,
        )
        for member_id in sorted({term["doctor"], term["team_id"]}):
            await care_team.leave_care_team(
                person_id=held["person"],
                member_id=member_id,
                because_id=term["id"],
                now=midnight(max(on, term["from_on"])),
            )


async def _check_once_a_year(held: Record, on: date, now: datetime) -> None:
    first, end = contract_year(held["valid_from"], on)
    changes = await queries.count_changes(held["id"], years=(midnight(first), midnight(end)))
    if changes >= policy.whole(now, "fd.doctor_changes_per_contract_year"):
        raise DoctorChangedAlready(next_on=end, policy_version=policy.version(now))
