"""Columns as this house writes them: never null by accident, never cascading, never defaulted.

Piccolo's own defaults make foreign keys nullable and cascading, and fill what was left out with
`''`, 0 or now; these spell out the opposite once.
"""

from __future__ import annotations

from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    Boolean,
    Bytea,
    Date,
    DoublePrecision,
    ForeignKey,
    Integer,
    OnDelete,
    OnUpdate,
    SmallInt,
    Timestamptz,
    Varchar,
)
from piccolo.columns.column_types import Time
from piccolo.table import Table


def key() -> UUID:
    """The id the phone chose."""
    return UUID(primary_key=True, default=None)


def reference(to: type[Table], *, optional: bool = False, index: bool = True) -> ForeignKey[Any]:
    return ForeignKey(
        to,
        null=optional,
        default=None,
        index=index,
        on_delete=OnDelete.restrict,
        on_update=OnUpdate.restrict,
    )


def plain_id(*, optional: bool = False, index: bool = False) -> UUID:
    """A thing of a higher slice, by its id alone."""
    return UUID(null=optional, default=None, index=index)


def word(length: int = 40, *, optional: bool = False, index: bool = False) -> Varchar:
    return Varchar(length=length, null=optional, default=None, index=index)


def words(length: int = 40) -> Array:
    return Array(base_column=Varchar(length=length), null=False, default=list)


def ids() -> Array:
    return Array(base_column=UUID(default=None), null=False, default=list)


def sealed(*, optional: bool = False) -> Bytea:
    """Personal text, encrypted by `crypto.seal`."""
    return Bytea(null=optional, default=None)


def digest(*, optional: bool = False, unique: bool = False, index: bool = False) -> Bytea:
    """A fingerprint of a body, or the keyed hash that finds a sealed value."""
    return Bytea(null=optional, default=None, unique=unique, index=index)


def moment(*, optional: bool = False, index: bool = False) -> Timestamptz:
    return Timestamptz(null=optional, default=None, index=index)


def day(*, optional: bool = False) -> Date:
    return Date(null=optional, default=None)


def hour(*, optional: bool = False) -> Time:
    return Time(null=optional, default=None)


def whole(*, optional: bool = False) -> Integer:
    return Integer(null=optional, default=None)


def small(*, optional: bool = False) -> SmallInt:
    return SmallInt(null=optional, default=None)


def big(*, optional: bool = False) -> BigInt:
    return BigInt(null=optional, default=None)


def real(*, optional: bool = False) -> DoublePrecision:
    return DoublePrecision(null=optional, default=None)


def yes_no(*, optional: bool = False) -> Boolean:
    return Boolean(null=optional, default=None)


def snapshot(*, optional: bool = False) -> JSONB:
    """A body kept as it was; nothing is ever looked up inside it."""
    return JSONB(null=optional, default=None)


def version() -> Integer:
    """The row's version: what `If-Match` is compared with."""
    return Integer(null=False, default=1)
