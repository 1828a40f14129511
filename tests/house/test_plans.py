"""What grows for years is never read whole for one page of it."""

import re
from contextlib import suppress
from importlib import import_module

import pytest

from backend.beds.queries.works import OF_A_CENTER, OF_A_DOCTOR
from backend.core.db import rows, transaction
from backend.payments.queries.billed import OWED_BY, ROUNDS_ON
from backend.people.queries.accesses import LOOKS
from backend.records.queries.recording import CALLED_FOR
from backend.visits.queries.safety import MINE as MY_ABSENCES
from backend.work.queries import TEXTS

pytestmark = pytest.mark.anyio

ordering = import_module("backend.payments.actions.ordering")
exceptions = import_module("backend.visits.queries.exceptions")
payables = import_module("backend.payments.queries.payables")

GROWING = (
    "audit",
    "journal",
    "payables",
    "payable_lines",
    "payment_orders",
    "notes",
    "observations",
    "visits",
    "visit_moves",
    "emergencies",
)
READS = {
    "who looked": LOOKS,
    "my exceptions": exceptions.MINE,
    "my center's exceptions": exceptions.OF_MY_CENTER,
    "my absences": MY_ABSENCES,
    "whether I called for help": CALLED_FOR,
    "the rounds of a doctor": OF_A_DOCTOR,
    "the superior rounds of a center": OF_A_CENTER,
    "my bills": payables.MINE,
    "my center's bills": payables.OF_MY_CENTER,
    "the bills of my residents": payables.OF_MY_HOUSE,
    "the lines of a bill": payables.LINES,
    "rounds billed": ROUNDS_ON,
    "what is owed": OWED_BY,
    "whether a settlement is used": ordering.USED,
    **{f"the work of a {role}": text for role, text in TEXTS.items() if text is not None},
}


@pytest.mark.parametrize("name", sorted(READS))
async def test_no_page_reads_a_growing_table_whole(pool: None, name: str) -> None:
    """Empty tables are always read whole, unless that is made to look dear."""
    async with transaction():
        await rows("SET LOCAL plan_cache_mode = force_generic_plan")
        await rows("SET LOCAL enable_seqscan = off")
        plan = await _plan(READS[name])
    whole = re.findall(r"Seq Scan on (\w+)", plan)
    assert set(whole) & {*GROWING, "visit_exceptions", "absences"} == set()


FOUND_BY = {
    "who looked": "audit_by_person",
    "my exceptions": "visit_exceptions_author",
    "my center's exceptions": "exceptions_of_an_organization",
    "the rounds of a doctor": "home_sickbeds_of_a_doctor",
    "the superior rounds of a center": "home_sickbeds_open_in_a_center",
    "the work of a CHC_ADMIN": "care_plans_to_take",
    "my center's bills": "payables_of_an_organization",
    "the bills of my residents": "payables_of_an_institution",
}


# What other tests left behind must not decide: where few rows are left, any index will do. Those
# that were taken instead are put aside, and the question is asked again.
RIVALS = """
SELECT rival.indexrelid::regclass::text AS name FROM pg_index own
  JOIN pg_index rival ON rival.indrelid = own.indrelid AND rival.indexrelid <> own.indexrelid
  JOIN pg_class c ON c.oid = rival.indexrelid
 WHERE own.indexrelid = $1::text::regclass AND c.relname = ANY ($2::text[])
   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = rival.indexrelid)
"""


class _AsItWas(Exception):
    """Rolls back what was put aside."""


@pytest.mark.parametrize("name", sorted(FOUND_BY))
async def test_a_page_is_found_by_its_own_index(pool: None, name: str) -> None:
    own, used = FOUND_BY[name], set[str]()
    with suppress(_AsItWas):
        async with transaction():
            await rows("SET LOCAL plan_cache_mode = force_generic_plan")
            await rows("SET LOCAL enable_seqscan = off")
            used = await _used(READS[name])
            if own not in used:
                for rival in await rows(RIVALS, own, sorted(used)):
                    await rows(f"DROP INDEX {rival['name']}")
                used = await _used(READS[name])
            raise _AsItWas
    assert own in used
    assert "audit_pkey" not in used


async def _used(text: str) -> set[str]:
    plan = await _plan(text)
    return set(re.findall(r"(?:using|Scan on) (\w+)", plan))


async def _plan(text: str) -> str:
    await rows(f"PREPARE asked AS {text}")
    numbers = max(int(each) for each in re.findall(r"\$(\d+)", text))
    nothing = ", ".join(["NULL"] * numbers)
    found = await rows(f"EXPLAIN EXECUTE asked ({nothing})")
    await rows("DEALLOCATE asked")
    return "\n".join(each[0] for each in found)
