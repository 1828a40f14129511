"""What of contracts a timeline may keep: whose doctor somebody is, which alliance they joined."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from backend.contracts.events import (
    AllianceJoined,
    AllianceLeft,
    DoctorChanged,
    DoctorContractEnded,
    DoctorContractSigned,
)
from backend.contracts.lifecycle import Move
from backend.core.changes import Change, Reader, Shown, Things, everybody
from backend.core.db import rows
from backend.core.wire import Day, Moment, Response

CONTRACTS = """
SELECT c.id, c.valid_from, c.until_on, c.doctor, center.name AS center_name,
       coalesce((SELECT max(m.happened_at) FROM contract_moves m
                  WHERE m.doctor_contract = c.id AND m.move = $2), c.recorded_at)
         AS happened_at
  FROM doctor_contracts c JOIN organizations center ON center.id = c.center
 WHERE c.id = ANY ($1::uuid[])
"""

ALLIANCES = """
SELECT a.id, a.name, house.name AS institution_name, e.happened_at, e.left_at
  FROM alliance_elders e JOIN alliances a ON a.id = e.alliance
  JOIN organizations house ON house.id = e.institution
 WHERE a.id = ANY ($1::uuid[]) AND e.person = $2
"""


class ContractShown(Response):
    """A family-doctor contract as it stands now; `until_on` is the first day without it."""

    id: UUID
    center_name: str
    doctor_id: UUID
    valid_from: Day
    until_on: Day


class AllianceShown(Response):
    """A five-bed agreement that somebody signed with their institution."""

    id: UUID
    name: str
    institution_name: str
    left_at: Moment | None


async def _contracts(ids: Sequence[UUID], _reader: Reader, *, move: Move) -> Things:
    return {
        each["id"]: Shown(
            each["happened_at"],
            ContractShown(
                id=each["id"],
                center_name=each["center_name"],
                doctor_id=each["doctor"],
                valid_from=each["valid_from"],
                until_on=each["until_on"],
            ),
        )
        for each in await rows(CONTRACTS, ids, move.value)
    }


async def _alliances(ids: Sequence[UUID], reader: Reader) -> Things:
    return {
        each["id"]: Shown(
            each["happened_at"],
            AllianceShown(
                id=each["id"],
                name=each["name"],
                institution_name=each["institution_name"],
                left_at=each["left_at"],
            ),
        )
        for each in await rows(ALLIANCES, ids, reader.person_id)
    }


def _contract(said: str, move: Move) -> Change:
    return Change("doctor_contract", said, everybody, partial(_contracts, move=move))


TOPICS = {
    DoctorContractSigned.__name__: _contract("家庭医生签约", Move.SIGN),
    DoctorChanged.__name__: _contract("更换家庭医生", Move.CHANGE_DOCTOR),
    DoctorContractEnded.__name__: _contract("家庭医生解约", Move.TERMINATE),
    AllianceJoined.__name__: Change("alliance", "加入五床联动", everybody, _alliances),
    AllianceLeft.__name__: Change("alliance", "退出五床联动", everybody, _alliances),
}
