"""Everything that has a status, the moves it takes over HTTP, and the table it goes by."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from backend.beds import lifecycle as beds
from backend.careplans import lifecycle as care_plans
from backend.contracts.lifecycle import statuses as agreed
from backend.core.access import Role
from backend.core.db import rows, value
from backend.people.lifecycle import UNIT_AFTER, UnitMove, UnitStatus
from backend.records.lifecycle import notes
from backend.transfers import lifecycle as transfers
from backend.visits.lifecycle import resolving
from backend.visits.lifecycle.statuses import PATHS, ExceptionStatus, Move, Status
from tests.access.bodies import BODIES
from tests.access.scene import Asked, Scene

Asks = Callable[[Scene], Awaitable[Asked]]


@dataclass(frozen=True)
class Said:
    """A move over HTTP: the operation, and a valid request of it with all that comes before."""

    operation: str
    asks: Asks


@dataclass(frozen=True)
class Machine:
    """`status` is SQL over a row of `table`; `stands` is what is written to put one there."""

    name: str
    table: str
    key: str
    paths: Mapping[Any, str]  # (status, move) -> status
    moves: Mapping[str, Said]
    stands: Mapping[str, str]
    status: str = "status"
    touched: tuple[str, ...] = ()
    put: Callable[[Scene, Asked, str], Awaitable[None]] | None = None

    def leads_to(self, move: str) -> set[str]:
        return {to for (_, said), to in self.paths.items() if said == move}

    async def put_at(self, status: str, *, scene: Scene, asked: Asked) -> None:
        if self.put is not None:
            await self.put(scene, asked, status)
        elif written := self.stands[status]:
            await rows(f"UPDATE {self.table} SET {written} WHERE id = $1", asked.ids[self.key])

    async def status_of(self, asked: Asked) -> str:
        return str(
            await value(
                f"SELECT {self.status} FROM {self.table} WHERE id = $1", asked.ids[self.key]
            )
        )

    async def digest(self) -> str:
        """Of every row that one of its moves could touch."""
        each = (
            f"(SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t)"
            for table in (self.table, *self.touched)
        )
        return str(await value(f"SELECT concat_ws(' ', {', '.join(each)})"))


def by_its_body(operation: str, **changes: object) -> Said:
    """As the access tests say it, perhaps with another word in the body."""

    async def asks(scene: Scene) -> Asked:
        asked = await BODIES[operation](scene)
        return replace(asked, body={**asked.body, **changes}) if changes and asked.body else asked

    return Said(operation, asks)


def statuses_of(*names: str) -> dict[str, str]:
    return {name: f"status = '{name}'" for name in names}


OF_A_VISIT = ("visit_moves", "visit_proofs", "visit_exceptions", "visit_assignments", "care_team")

VISIT = Machine(
    name="visit",
    table="visits",
    key="visit_id",
    paths=PATHS,
    stands=statuses_of(*Status),
    touched=OF_A_VISIT,
    moves={
        Move.BAG_CHECK: by_its_body("check_bag"),
        Move.DEPARTURE: by_its_body("record_departure"),
        Move.CHECK_IN: by_its_body("record_check_in"),
        Move.CHECK_OUT: by_its_body("record_check_out"),
        Move.ATTESTATION: by_its_body("attest_visit"),
        Move.REFUSAL: by_its_body("refuse_visit"),
        Move.NO_ACCESS: by_its_body("report_no_access"),
        Move.CANCELLATION: by_its_body("cancel_visit"),
    },
)

ROUND = replace(
    VISIT,
    name="round",
    key="round_id",
    touched=(*OF_A_VISIT, "round_entries"),
    moves={
        Move.DEPARTURE: by_its_body("record_round_departure"),
        Move.CHECK_IN: by_its_body("record_round_check_in"),
        Move.CHECK_OUT: by_its_body("record_round_check_out"),
    },
)

EXCEPTION = Machine(
    name="exception",
    table="visit_exceptions",
    key="exception_id",
    paths=resolving.PATHS,
    stands=statuses_of(*ExceptionStatus),
    touched=("visit_exception_decisions", "visit_exception_appeals"),
    moves={
        **{
            str(decision): by_its_body("decide_visit_exception", decision=str(decision))
            for decision in resolving.Decision
        },
        "appeal": by_its_body("appeal_visit_exception"),
    },
)


async def _sign_or_leave(scene: Scene, asked: Asked, status: str) -> None:
    if status == notes.NoteStatus.SIGNED:
        author = scene.as_own(scene.author_of("sign_note"))
        signed_before = {"client_time": "2026-11-01T00:00:00Z"}
        answer = await author.send("sign_note", Asked(asked.ids, signed_before))
        assert answer.is_success, answer.text


async def _write_again(scene: Scene) -> Asked:
    written = await scene.done("write_note", by=scene.author_of("write_note"))
    assert written.body
    body = {**written.body, "text": "补充：睡眠可。"}
    return replace(written, body=body, headers={"if-match": '"1"'})


NOTE = Machine(
    name="note",
    table="notes",
    key="note_id",
    status="CASE WHEN signed_at IS NULL THEN 'DRAFT' ELSE 'SIGNED' END",
    paths={**notes.PATHS, (notes.NoteStatus.DRAFT, "write"): notes.NoteStatus.DRAFT},
    stands=dict.fromkeys(notes.NoteStatus, ""),
    put=_sign_or_leave,
    touched=("note_signatures",),
    moves={
        notes.Move.SIGN: by_its_body("sign_note"),
        "write": Said("write_note", _write_again),
    },
)

OBSERVATION = Machine(
    name="observation",
    table="observations",
    key="observation_id",
    status="CASE WHEN voided_at IS NULL THEN 'valid' ELSE 'voided' END",
    paths={("valid", "void"): "voided"},
    stands={"valid": "", "voided": "voided_at = now(), void_fingerprint = 'x'"},
    moves={"void": by_its_body("void_observation")},
)

SESSION = Machine(
    name="session",
    table="sessions",
    key="session_id",
    status="CASE WHEN ended_at IS NULL THEN 'open' ELSE 'ended' END",
    paths={("open", "end"): "ended"},
    stands={"open": "", "ended": "ended_at = now(), end_reason = 'idle'"},
    moves={"end": by_its_body("end_session")},
)

DEVICE = Machine(
    name="device",
    table="devices",
    key="device_id",
    status="CASE WHEN wiped_at IS NOT NULL THEN 'wiped'"
    " WHEN trusted_at IS NULL THEN 'waiting' ELSE 'trusted' END",
    paths={
        ("waiting", "trust"): "trusted",
        ("waiting", "wipe"): "wiped",
        ("trusted", "wipe"): "wiped",
    },
    stands={"waiting": "", "trusted": "trusted_at = now()", "wiped": "wiped_at = now()"},
    touched=("sessions",),
    moves={"trust": by_its_body("trust_device"), "wipe": by_its_body("wipe_device")},
)

CONSENT = Machine(
    name="consent",
    table="consents",
    key="consent_id",
    status="CASE WHEN withdrawn_at IS NULL THEN 'given' ELSE 'withdrawn' END",
    paths={("given", "withdraw"): "withdrawn"},
    stands={"given": "", "withdrawn": "withdrawn_at = now()"},
    moves={"withdraw": by_its_body("withdraw_consent")},
)


async def _change(scene: Scene) -> Asked:
    speaker = scene.author_of("keep_delegation", Role.ELDER)
    given = await scene.done("keep_delegation", by=speaker)
    assert given.body
    body = {**given.body, "scopes": ["VIEW_SUMMARY", "NOTIFY"]}
    return replace(given, body=body, headers={"if-match": '"1"'})


DELEGATION = Machine(
    name="delegation",
    table="delegations",
    key="delegation_id",
    status="CASE WHEN revoked_at IS NOT NULL THEN 'revoked'"
    " WHEN valid_to < current_date - 2 THEN 'expired' ELSE 'live' END",
    paths={
        ("live", "change"): "live",
        ("live", "ask"): "live",
        ("live", "revoke"): "revoked",
        ("expired", "change"): "live",
        ("expired", "revoke"): "revoked",
    },
    stands={
        "live": "",
        "expired": "valid_from = '2026-01-01', valid_to = '2026-02-01'",
        "revoked": "revoked_at = now(), revoked_by = person",
    },
    touched=("scope_requests",),
    moves={
        "change": Said("keep_delegation", _change),
        "ask": by_its_body("ask_scopes"),
        "revoke": by_its_body("revoke_delegation"),
    },
)


async def _file_again(scene: Scene) -> Asked:
    filed = await scene.done("file_unit", by=Role.INST_ADMIN)
    assert filed.body
    return replace(filed, body={**filed.body, "nurses": 3}, headers={"if-match": '"1"'})


UNIT = Machine(
    name="in-house unit",
    table="in_house_units",
    key="unit_id",
    paths=UNIT_AFTER,
    stands=statuses_of(*UnitStatus),
    moves={
        UnitMove.CONFIRM: by_its_body("confirm_unit"),
        UnitMove.FILE_AGAIN: Said("file_unit", _file_again),
        UnitMove.ORDER_RECTIFICATION: by_its_body("order_rectification"),
        UnitMove.CLOSE: by_its_body("close_unit"),
    },
)

CORRECTION = Machine(
    name="correction",
    table="address_corrections",
    key="correction_id",
    paths={("open", "approve"): "approved", ("open", "reject"): "rejected"},
    stands=statuses_of("open", "approved", "rejected"),
    touched=("addresses",),
    moves={
        "approve": by_its_body("decide_correction", is_approved=True),
        "reject": by_its_body("decide_correction", is_approved=False),
    },
)

BREAK_GLASS = Machine(
    name="break-glass",
    table="break_glass",
    key="access_id",
    status="CASE WHEN reviewed_at IS NULL THEN 'open' ELSE 'reviewed' END",
    paths={("open", "review"): "reviewed"},
    stands={"open": "", "reviewed": "reviewed_at = now(), is_justified = false"},
    touched=("care_team",),
    moves={"review": by_its_body("review_break_glass")},
)


async def _submit(scene: Scene) -> Asked:
    """A draft, and the application that it becomes."""
    asked = await BODIES["apply_home_sickbed"](scene)
    by = scene.as_own(scene.author_of("apply_home_sickbed", Role.ELDER))
    assert asked.body
    answer = await by.send(
        "apply_home_sickbed", replace(asked, body={**asked.body, "is_draft": True})
    )
    assert answer.is_success, answer.text
    return replace(asked, headers={"if-match": '"1"'})


async def _stand(scene: Scene, asked: Asked, status: str) -> None:
    """What a status has: who is in a bed has an opening, who is away is so since then."""
    del scene
    await rows(
        "UPDATE home_sickbeds SET status = $2, applied_at = coalesce(applied_at, recorded_at),"
        " opened_at = coalesce(opened_at, recorded_at), episode_no = coalesce(episode_no, 'X')"
        " WHERE id = $1",
        asked.ids["home_sickbed_id"],
        status,
    )
    await rows(
        "DELETE FROM home_sickbed_suspensions WHERE home_sickbed = $1 AND $2 <> 'SUSPENDED'",
        asked.ids["home_sickbed_id"],
        status,
    )


HOME_SICKBED = Machine(
    name="home-sickbed",
    table="home_sickbeds",
    key="home_sickbed_id",
    paths=beds.PATHS,
    stands=dict.fromkeys(beds.Status, ""),
    put=_stand,
    touched=(
        "home_sickbed_moves",
        "home_sickbed_assignments",
        "home_sickbed_suspensions",
        "bed_stays",
        "care_team",
    ),
    moves={
        beds.Move.SUBMIT: Said("apply_home_sickbed", _submit),
        beds.Move.WITHDRAW: by_its_body("withdraw_home_sickbed"),
        beds.Move.ASSIGN_ASSESSOR: by_its_body("assign_home_sickbed"),
        beds.Move.ASSIGN_TEAM: by_its_body("assign_home_sickbed", part="DOCTOR"),
        beds.Move.PASS: by_its_body("decide_home_sickbed"),
        beds.Move.FAIL: by_its_body("decide_home_sickbed", is_passed=False),
        beds.Move.OPEN: by_its_body("open_home_sickbed"),
        beds.Move.ORDER: by_its_body("order_stable"),
        beds.Move.FILE_RECORD: by_its_body("file_home_sickbed_record"),
        beds.Move.SUSPEND: by_its_body("suspend_home_sickbed"),
        beds.Move.RESUME: by_its_body("end_home_sickbed_suspension"),
        beds.Move.BEGIN_CLOSING: by_its_body("begin_home_sickbed_closing"),
        beds.Move.CLOSE: by_its_body("close_home_sickbed"),
    },
)


async def _write_draft_again(scene: Scene) -> Asked:
    draft = await scene.done("write_care_plan", by=scene.author_of("write_care_plan"))
    assert draft.body
    body = {**draft.body, "problems": ["高血压", "跌倒风险"]}
    return replace(draft, body=body, headers={"if-match": '"1"'})


CARE_PLAN = Machine(
    name="care plan",
    table="care_plans",
    key="plan_id",
    paths=care_plans.PATHS,
    stands={
        "DRAFT": "status = 'DRAFT', number = 0",
        "ACTIVE": "status = 'ACTIVE', number = 1",
        "ENDED": "status = 'ENDED', ended_at = now()",
    },
    touched=("care_plan_moves", "care_plan_versions", "care_plan_visits", "visits"),
    moves={
        care_plans.PlanMove.WRITE: Said("write_care_plan", _write_draft_again),
        care_plans.PlanMove.COUNTERSIGN: by_its_body("countersign_care_plan"),
        care_plans.PlanMove.ACTIVATE: by_its_body("activate_care_plan"),
        care_plans.PlanMove.REVISE: by_its_body("revise_care_plan"),
        care_plans.PlanMove.END: by_its_body("end_care_plan"),
    },
)


async def _stand_transfer(scene: Scene, asked: Asked, status: str) -> None:
    """In any status, as it would be there; a receiver is asked only while it is requested."""
    del scene
    await rows(
        "UPDATE transfers SET status = $2::text,"
        " closed_at = CASE WHEN $2::text IN ('CLOSED', 'CANCELLED') THEN now() END WHERE id = $1",
        asked.ids["transfer_id"],
        status,
    )


TRANSFER = Machine(
    name="transfer",
    table="transfers",
    key="transfer_id",
    paths=transfers.PATHS,
    stands=dict.fromkeys(transfers.Status, ""),
    put=_stand_transfer,
    touched=(
        "transfer_moves",
        "transfer_assessments",
        "transfer_receivers",
        "transfer_packages",
        "transfer_outcomes",
        "bed_stays",
        "visits",
        "care_plans",
        "care_team",
    ),
    moves={
        transfers.Move.ASSESSMENT: by_its_body("assess_transfer"),
        transfers.Move.REQUEST: by_its_body("request_transfer"),
        transfers.Move.ACCEPTANCE: by_its_body("answer_transfer"),
        transfers.Move.LAST_DECLINE: by_its_body(
            "answer_transfer", decision="decline", reason="无空床", alternative="另一家医院"
        ),
        transfers.Move.DEPARTURE: by_its_body("depart_transfer"),
        transfers.Move.ARRIVAL: by_its_body("record_transfer_arrival"),
        transfers.Move.FEEDBACK: by_its_body("give_transfer_feedback"),
        transfers.Move.CANCELLATION: by_its_body("cancel_transfer"),
    },
)


async def _edit_doctor_contract(scene: Scene) -> Asked:
    drafted = await scene.done("draft_doctor_contract", by=Role.CHC_ADMIN)
    assert drafted.body
    body = {**drafted.body, "contract_no": "2026-001"}
    return replace(drafted, body=body, headers={"if-match": '"1"'})


DOCTOR_CONTRACT = Machine(
    name="doctor contract",
    table="doctor_contracts",
    key="contract_id",
    paths=agreed.OF_A_DOCTOR_CONTRACT,
    stands=statuses_of(*agreed.Status),
    touched=("contract_moves", "doctor_terms", "care_team"),
    moves={
        agreed.Move.EDIT: Said("draft_doctor_contract", _edit_doctor_contract),
        agreed.Move.SIGN: by_its_body("sign_doctor_contract"),
        agreed.Move.RENEW: by_its_body("renew_doctor_contract"),
        agreed.Move.CHANGE_DOCTOR: by_its_body("change_family_doctor"),
        agreed.Move.TERMINATE: by_its_body("terminate_doctor_contract"),
    },
)


async def _edit_institution_contract(scene: Scene) -> Asked:
    by = scene.author_of("draft_institution_contract", Role.CHC_ADMIN)
    drafted = await scene.done("draft_institution_contract", by=by)
    assert drafted.body
    body = {**drafted.body, "visits_min": 2}
    return replace(drafted, body=body, headers={"if-match": '"1"'})


INSTITUTION_CONTRACT = Machine(
    name="institution contract",
    table="institution_contracts",
    key="contract_id",
    paths=agreed.OF_AN_INSTITUTION_CONTRACT,
    stands=statuses_of(*agreed.Status),
    touched=("contract_moves", "contract_suspensions", "agreed_rounds", "visits"),
    moves={
        agreed.Move.EDIT: Said("draft_institution_contract", _edit_institution_contract),
        agreed.Move.SIGN: by_its_body("sign_institution_contract"),
        agreed.Move.SUSPEND: by_its_body("suspend_institution_contract"),
        agreed.Move.LIFT: by_its_body("lift_suspension"),
        agreed.Move.TERMINATE: by_its_body("terminate_institution_contract"),
    },
)


MACHINES = (
VISIT, ROUND, EXCEPTION, NOTE, OBSERVATION, SESSION, DEVICE, CONSENT, DELEGATION, UNIT,
    CORRECTION, BREAK_GLASS, HOME_SICKBED, CARE_PLAN, TRANSFER, DOCTOR_CONTRACT,
    INSTITUTION_CONTRACT,
)  # fmt: skip

# What no route makes: time and a call for help do, and so are tried in the lives of a visit; a
# bed or a transfer does, and so is tried beside care plans; a second receiver, a deadline, feedback
# and death do, and so are tried beside transfers.
BY_THEMSELVES = {
    Move.ABORT,
    Move.MISS,
    "clear",
    care_plans.PlanMove.PAUSE,
    care_plans.PlanMove.RESUME,
    care_plans.PlanMove.HAND_OVER,
    transfers.Move.DECLINE,
    transfers.Move.ESCALATION,
    transfers.Move.PACKAGE,
    transfers.Move.CLOSURE,
    transfers.Move.DEATH,
}
