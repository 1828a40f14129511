"""What the schemas of this slice have in common."""

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

T = TypeVar("T")

# GB/T 39725, level 4: an identified person's health data.
Clinical = Annotated[T, Meta(extra_json_schema={"x-data-level": 4})]


def all_but(said: msgspec.Struct, *names: str) -> dict[str, Any]:
    """The fields as they were said, but for those that a fact holds in another form."""
    return {name: kept for name, kept in msgspec.structs.asdict(said).items() if name not in names}
