"""Alliances, and who takes part, as they are read."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.contracts.lifecycle.said import Colleague
from backend.core import crypto
from backend.core.access import FAMILY, Actor
from backend.core.wire import Day, Moment, Response

Name = Annotated[str, Meta(extra_json_schema={"x-data-level": 4})]

# FB-03: what who signed has free of charge.
FREE_SERVICES = ("admission_assessment", "green_channel", "basic_public_health")


class MemberLine(Response):
    """A member, the beds it brings, and whether it runs an in-house unit that all may use."""

    organization_id: UUID
    name: str
    beds: list[str]
    has_unit: bool


class AllianceDetail(Response):
    """五床联动协议. The order of `team` is the order in which they are called (FB-11)."""

    id: UUID
    name: str
    members: list[MemberLine]
    team: Annotated[list[Colleague], Meta(description="for the members alone")]
    free_services: list[str]
    elders: Annotated[int, Meta(description="how many take part")]
    valid_from: Day
    valid_to: Day
    version: int

    @classmethod
    def of(cls, row: Any, *, actor: Actor) -> Self:
        names = {
            UUID(each["id"]): each["name"]
            for each in msgspec.json.decode(row["names"], type=list[dict[str, str]])
        }
        return cls(
            id=row["id"],
            name=row["name"],
            members=[
                MemberLine(
                    organization_id=(member := UUID(each["organization_id"])),
                    name=names[member],
                    beds=each["beds"],
                    has_unit=member in row["with_units"],
                )
                for each in msgspec.json.decode(row["members"])
            ],
            team=[]
            if actor.role in FAMILY
            else msgspec.json.decode(row["team"], type=list[Colleague]),
            free_services=list(FREE_SERVICES),
            elders=row["elders"],
            valid_from=row["valid_from"],
            valid_to=row["until_on"] - date.resolution,
            version=row["version"],
        )


class AllianceElderDetail(Response):
    """An elder of an alliance."""

    alliance_id: UUID
    person_id: UUID
    person_name: Name
    institution_id: UUID
    bed: str
    signed_by: UUID
    happened_at: Moment
    recorded_at: Moment
    left_at: Moment | None

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            alliance_id=row["alliance"],
            person_id=row["person"],
            person_name=crypto.unseal(row["person_name"], "persons.name"),
            institution_id=row["institution"],
            bed=row["bed"],
            signed_by=row["signed_by"],
            happened_at=row["happened_at"],
            recorded_at=row["recorded_at"],
            left_at=row["left_at"],
        )
