"""Writing the district: one transaction, many COPYs, all constraints on."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

import asyncpg

from seeds.district import people, visits
from seeds.district.people import ELDERS, STAFF, Row
from seeds.ids import seed_id
from seeds.progress import Step

AT_ONCE = 20_000


async def plant_district(*, url: str, now: datetime) -> None:
    """Fill the tables behind the town; when it is there already, nothing is done."""
    connection = await asyncpg.connect(url)
    try:
        first = seed_id("district", "elder", "0")
        if await connection.fetchval("SELECT EXISTS (SELECT FROM persons WHERE id = $1)", first):
            print("  the district is there already")
            return
        async with connection.transaction():
            await _people(connection, now)
            await _visits(connection, now)
        with Step("statistics", 1) as step:
            await connection.execute("ANALYZE")
            step.did()
    finally:
        await connection.close()


async def _people(connection: asyncpg.Connection, now: datetime) -> None:
    steps: tuple[tuple[str, str, tuple[str, ...], Iterable[Row], int], ...] = (
        ("homes", "addresses", people.ADDRESS, people.homes(), ELDERS),
        ("people", "persons", people.PERSON, people.persons(), STAFF + 2 * ELDERS),
        ("employments", "staff", people.EMPLOYMENT, people.employments(), STAFF),
        ("care teams", "care_team", people.TIE, people.ties(), ELDERS),
        ("families", "kinships", people.KINSHIP, people.kinships(), ELDERS),
        ("delegations", "delegations", people.DELEGATION, people.delegations(now), ELDERS),
    )
    for what, table, columns, records, of in steps:
        with Step(what, of) as step:
            await _copy(connection, table, columns, _counted(records, step))


async def _visits(connection: asyncpg.Connection, now: datetime) -> None:
    weeks = visits.WEEKS_BEFORE + visits.WEEKS_TO_COME
    coming = visits.visits(now)
    with Step("visits", ELDERS * weeks) as step:
        while made := list(islice(coming, AT_ONCE)):
            proven = visits.proven(made, now)
            for table, columns, records in (
                ("visits", visits.VISIT, visits.rows_of_visits(made, now)),
                ("visit_assignments", visits.ASSIGNMENT, visits.rows_of_assignments(made)),
                ("care_team", people.TIE, visits.rows_of_ties(made, now)),
                ("visit_moves", visits.MOVE, visits.rows_of_moves(proven)),
                ("visit_proofs", visits.PROOF, visits.rows_of_proofs(proven)),
            ):
                await _copy(connection, table, columns, records)
            step.did(len(made))


async def _copy(
    connection: asyncpg.Connection, table: str, columns: tuple[str, ...], records: Iterable[Row]
) -> None:
    await connection.copy_records_to_table(table, columns=columns, records=records)


def _counted(records: Iterable[Row], step: Step) -> Iterator[Row]:
    for record in records:
        yield record
        step.did()
