"""A signed family-doctor contract goes on: renewed, or with another doctor."""

from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.contracts import queries
from backend.contracts.actions import moving
from backend.contracts.actions.draft import draft_renewal
from backend.contracts.actions.ending import end_terms, hold
from backend.contracts.actions.signing import begin_term, midnight, take_place
from backend.contracts.events import DoctorChanged
from backend.contracts.lifecycle import (
    Move,
    Standing,
    Status,
    after,
    contract_year,
    last_day,
    next_month,
    standing,
)
from backend.contracts.lifecycle.said import DoctorChange, DoctorDraft, Renewal
from backend.contracts.problems import (
    DoctorChangedAlready,
    NotAFamilyDoctor,
    NotInForce,
    SameDoctor,
)
from backend.core import audit, calendar
from backend.core.access import Actor
from backend.core.db import action
from backend.core.journal import publish
from backend.core.wire import Kept


@action
async def renew(
    *, contract_id: UUID, renewal_id: UUID, actor: Actor, said: Renewal, now: datetime
) -> Kept[Record]:
    """Draft the same contract again, from the day behind its last, under the renewal's id.

    Both sides sign that draft as any other; once they have, this one ends as RENEWED.

    :raises Missing: :raises TieEnded: :raises AlreadyDifferent: :raises CannotMove:
    :raises TermTooLong: :raises NotAFamilyDoctor: :raises NotAGroup:
    """
    held, tie = await hold(contract_id, actor, now)
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
        lines=queries.package_of(held["lines"]),
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
    held, tie = await hold(contract_id, actor, now)
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
    await end_terms(held, on=from_on)
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


async def _check_once_a_year(held: Record, on: date, now: datetime) -> None:
    first, end = contract_year(held["valid_from"], on)
    changes = await queries.count_changes(held["id"], years=(midnight(first), midnight(end)))
    if changes >= policy.whole(now, "fd.doctor_changes_per_contract_year"):
        raise DoctorChangedAlready(next_on=end, policy_version=policy.version(now))
