"""What an in-house unit stocks, as it crosses the wire."""

from typing import Annotated, Self
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Meta

from backend.core.wire import Moment, Response
from backend.people.lifecycle import missing_classes
from backend.policy import terminology


class DrugName(msgspec.Struct):
    id: str
    name: str


class ClassMissing(msgspec.Struct):
    """A class of common drugs without any in stock: each of `drugs` would do."""

    atc: Annotated[str, Meta(description="the chemical class, five characters of the ATC code")]
    is_chronic: bool
    drugs: list[DrugName]


class FormularyDetail(Response):
    """药品目录 (IM-09). `missing` is a hint, and refuses nothing."""

    unit_id: UUID
    drug_ids: list[str]
    missing: list[ClassMissing]
    kept_at: Moment
    version: int

    @classmethod
    def of(cls, found: Record) -> Self:
        missing = missing_classes(found["drug_ids"], listed=terminology.drugs().values())
        return cls(
            unit_id=found["unit"],
            drug_ids=found["drug_ids"],
            missing=[
                ClassMissing(
                    each.atc, each.is_chronic, [DrugName(drug.id, drug.name) for drug in each.drugs]
                )
                for each in missing
            ],
            kept_at=found["kept_at"],
            version=found["version"],
        )
