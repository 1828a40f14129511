"""The routes are the agreed ones, each says who may call it, and the contract says so too."""

import ast
import csv
import re
from pathlib import Path

import pytest

from backend.app import create_app
from backend.core.access import EVERYONE, FIELD, REGULATORS, STAFF, Role
from backend.openapi import written
from backend.openapi.operations import Operation, operations
from tests.house.code import parts

HERE = Path(__file__).parent
OPERATIONS = operations(create_app(own_pool=False))
GROUPS = {"any": EVERYONE, "staff": STAFF, "field": FIELD, "regulator": REGULATORS}

# A role that a route opens to beyond the agreed ones, or not, and why.
DIFFERENT: dict[str, str] = {"get_round": "the dispatcher reads the round that they planned"}


def words(operation: Operation) -> str:
    """Such as `PUT /v1/visits/{}/check-in`: what the parameters are called does not matter."""
    return f"{operation.method.upper()} {re.sub('{[^}]*}', '{}', operation.path)}"


def agreed() -> dict[str, frozenset[str]]:
    """The roles of each agreed route; none when it is public."""
    with (HERE / "routes.tsv").open(encoding="utf-8") as file:
        return {
            f"{line['method']} {re.sub('{[^}]*}', '{}', line['path'])}": roles(line["roles"])
            for line in csv.DictReader(file, delimiter="\t")
        }


def roles(said: str) -> frozenset[str]:
    named: set[str] = set()
    for word in said.split():
        named |= GROUPS.get(word) or ({word} - {"public"})
    if Role.GP in named:
        named.add(Role.SENIOR_GP)
    return frozenset(named)


EXISTING = {words(operation): operation for operation in OPERATIONS}


def test_the_agreed_routes_exist() -> None:
    assert sorted(agreed().keys() - EXISTING.keys()) == []


@pytest.mark.parametrize(
    "route", sorted(agreed().keys() & EXISTING.keys()), ids=lambda route: route.replace("/v1/", "")
)
def test_an_agreed_route_opens_to_the_agreed_roles(route: str) -> None:
    """RC-04: a guardian stands where the elder stands, so may come with the elder unsaid."""
    operation, wanted = EXISTING[route], agreed()[route]
    opens = frozenset(operation.allow)
    if Role.ELDER in wanted:
        opens |= {Role.GUARDIAN}
        wanted |= {Role.GUARDIAN}
    differs = opens != wanted
    assert differs == (operation.handler.handler_name in DIFFERENT), sorted(opens ^ wanted)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.handler.handler_name)
def test_every_route_says_who_may_call_it(operation: Operation) -> None:
    assert bool(operation.allow) != operation.is_public


def test_public_are_these_routes_and_no_others() -> None:
    public = [words(operation) for operation in OPERATIONS if operation.is_public]
    assert sorted(public) == (HERE / "public_routes.txt").read_text().splitlines()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.handler.handler_name)
def test_every_operation_is_a_verb_and_a_noun_and_says_what_it_does(operation: Operation) -> None:
    assert "_" in operation.handler.handler_name
    assert (operation.handler.fn.__doc__ or "").strip()


def test_operation_ids_are_unique() -> None:
    names = [operation.handler.handler_name for operation in OPERATIONS]
    assert sorted(names) == sorted(set(names))


def test_no_route_decides() -> None:
    """Decode, one action or query, schema: an `if` belongs further down."""
    decides = [
        f"{source.name}:{node.lineno}"
        for source in parts("routes")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.If | ast.IfExp | ast.Match)
    ]
    assert decides == []


def test_routes_import_their_types_for_real() -> None:
    """The framework reads annotations at run time."""
    shy = [
        source.name
        for source in parts("routes")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    assert shy == []


@pytest.mark.parametrize("name", ["v1.json", "problems.md", "permissions.md"])
def test_the_published_contract_is_the_one_we_serve(name: str) -> None:
    """Changed on purpose? Run `make contract` and read the diff as a phone developer would."""
    assert written.files()[name] == written.read(name)
