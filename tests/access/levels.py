"""The data levels of GB/T 39725 that stand in an answer, found by the schema of the contract."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from backend.app import create_app
from backend.openapi.document import Json, document
from tests.access.scene import OPERATIONS


@cache
def _contract() -> Json:
    return document(create_app(own_pool=False))


def highest(name: str, answer: Any) -> int:
    """The highest level of what an answer of this operation says; 0 when none is marked."""
    operation = OPERATIONS[name]
    described = _contract()["paths"][operation.path][operation.method]["responses"]
    content = described[str(int(operation.successes[0]))].get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    return max(_levels(answer, schema), default=0)


def _levels(said: Any, schema: Json) -> Iterator[int]:
    """What is null or empty says nothing."""
    if said in (None, [], {}, ""):
        return
    if "x-data-level" in schema:
        yield int(schema["x-data-level"])
    if "$ref" in schema:
        yield from _levels(said, _contract()["components"]["schemas"][_name(schema)])
    for option in schema.get("anyOf", ()):
        yield from _levels(said, option)
    if isinstance(said, dict):
        for key, inner in schema.get("properties", {}).items():
            yield from _levels(said.get(key), inner)
    elif isinstance(said, list) and "items" in schema:
        for each in said:
            yield from _levels(each, schema["items"])


def _name(schema: Json) -> str:
    return str(schema["$ref"].rpartition("/")[2])
