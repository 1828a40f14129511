"""A move as it is stored: what every move answers."""

from typing import Annotated, Any, Self
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.contracts.lifecycle import Move, Side, Status
from backend.core.wire import Moment, Response


class ContractMoveDetail(Response):
    """The move as stored, so it never changes: repeat it and get the same again."""

    id: UUID
    contract_id: UUID
    move: Move
    side: Side | None
    of_version: int
    made_by: UUID
    role: str
    status: Annotated[Status, Meta(description="of the contract, right after the move")]
    said: Annotated[dict[str, Any], Meta(description="what was said, and what followed from it")]
    client_time: Moment
    happened_at: Moment
    recorded_at: Moment

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            id=row["id"],
            contract_id=row["doctor_contract"] or row["institution_contract"],
            move=Move(row["move"]),
            side=Side(row["side"]) if row["side"] else None,
            of_version=row["of_version"],
            made_by=row["made_by"],
            role=row["role"],
            status=Status(row["to_status"]),
            said=msgspec.json.decode(row["said"], type=dict[str, Any]),
            client_time=row["client_time"],
            happened_at=row["happened_at"],
            recorded_at=row["recorded_at"],
        )
