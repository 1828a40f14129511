"""Statements, day closes, reconciliation; standing payers, pay requests, prepaid accounts."""

from datetime import timedelta
from uuid import UUID

from backend.core import calendar
from backend.core.access import Role
from backend.core.db import row, rows, transaction
from backend.core.ids import uuid7
from backend.payments import actions, queries
from backend.payments.actions import ledger
from backend.payments.actions.reconcile import keep_reconciliation
from backend.payments.channels import About, BillLine
from backend.payments.lifecycle.ledger import Account, Posting, Why
from backend.payments.lifecycle.statuses import ChannelName
from backend.payments.schemas.closing import DayClosing
from tests.access.bodies.payments_bills import HOUSE, a_payable
from tests.access.scene import Asked, Json, Scene
from tests.access.world import CENTER

# A day is shut once, and in order: those of before are taken back.
NO_CLOSES = "UPDATE day_closes SET reversed_at = now(), reversed_by = gen_random_uuid()"


async def get_statement(scene: Scene) -> Asked:
    """Her bill, paid by her relative; and one by her house."""
    mine = scene.world.caller(Role.RELATIVE)
    for account, payer, channel in (
        (Account.CLEARING, mine.person_id, "wechat"),
        (Account.PREPAID, None, "prepaid"),
    ):
        payable = await a_payable(scene)
        async with transaction():
            held = await queries.hold_payable(payable)
            fen = held["total_fen"]
            await ledger.post(
                [Posting(debit=account, credit=Account.RECEIVABLE, fen=fen)],
                why=Why.CAPTURE,
                payable=held,
                payer_id=payer,
                channel=channel,
                now=scene.now,
            )
    query = {"period": calendar.on(scene.now).isoformat()}
    if scene.role in (Role.GUARDIAN, Role.ELDER):
        query["person_id"] = str(scene.world.elder)
    return Asked(query=query)


def _today(scene: Scene) -> str:
    return calendar.on(scene.now).isoformat()


async def close_day(scene: Scene) -> Asked:
    await rows(NO_CLOSES)
    return Asked({"day": _today(scene)}, {"close_id": str(uuid7())})


async def _closed(scene: Scene) -> Asked:
    """By a colleague of the caller's, so that the caller may take it back."""
    await rows(NO_CLOSES)
    close_id = uuid7()
    author = scene.world.caller(Role.FINANCE, scene.standing.SAME)
    await actions.close_day(
        day=calendar.on(scene.now),
        actor=author,
        said=DayClosing(close_id=close_id),
        now=scene.now,
    )
    return Asked({"day": _today(scene)}, {"close_id": str(close_id)})


async def reverse_day_close(scene: Scene) -> Asked:
    closed = await _closed(scene)
    assert closed.body
    return Asked(closed.ids, {**closed.body, "reason": "漏记一笔"})


async def get_day_close(scene: Scene) -> Asked:
    return Asked((await _closed(scene)).ids)


async def list_day_closes(scene: Scene) -> Asked:
    await _closed(scene)
    return Asked()


async def _differs(scene: Scene) -> tuple[UUID, UUID]:
    """A bill with one line that nobody knows, and an order of her center that it lacks."""
    day = calendar.on(scene.now)
    await rows("DELETE FROM reconciliation_differences")
    await rows("DELETE FROM reconciliations")
    payable = await a_payable(scene)
    await rows(
        "INSERT INTO payment_orders (id, payable, payer_kind, payer, pay_for_relatives, channel,"
        " out_trade_no, mix_type, order_type, gov_fen, self_fen, aid_fen, other_fen, ins_cash_fen,"
        " add_fen, reduce_fen, pay_cash_fen, total_fen, status, mix_status, cash_status,"
        " insurance_status, expires_at, paid_at, captured_at, is_undue, cash_back_fen,"
        " gov_back_fen, self_back_fen, other_back_fen, policy_version, recorded_at, fingerprint)"
        " VALUES ($1, $2, 'SELF', $3, false, 'wechat', $4, 'CASH_ONLY', 'DIAG_PAY', 0, 0, 0, 0,"
        " 3000, 0, 0, 3000, 3000, 'PAID', 'SUCCESS', 'SUCCESS', 'NONE', $5, $5, $5, false, 0, 0,"
        " 0, 0, 'test', $5, '')",
        uuid7(),
        payable,
        scene.world.elder,
        uuid7().hex,
        scene.now,
    )
    line = BillLine(
        about=About.PAYMENT, trade_no=uuid7().hex, channel_trade_no="C1", fen=5, at=scene.now
    )
    await keep_reconciliation(
        channel=ChannelName.WECHAT, day=day, bill=[line], now=scene.now + timedelta(seconds=1)
    )
    found = await row(
        "SELECT id, reconciliation FROM reconciliation_differences WHERE organization = $1",
        scene.world.here[CENTER],
    )
    assert found
    return found["reconciliation"], found["id"]


async def list_reconciliations(scene: Scene) -> Asked:
    await _differs(scene)
    return Asked()


async def get_reconciliation(scene: Scene) -> Asked:
    reconciliation_id, _ = await _differs(scene)
    return Asked({"reconciliation_id": reconciliation_id})


async def list_differences(scene: Scene) -> Asked:
    await _differs(scene)
    return Asked(query={"is_open": "true"})


async def get_difference(scene: Scene) -> Asked:
    _, difference_id = await _differs(scene)
    return Asked({"difference_id": difference_id})


async def resolve_difference(scene: Scene) -> Asked:
    _, difference_id = await _differs(scene)
    return Asked({"difference_id": difference_id}, {"code": "channel_error"})


async def propose_standing_payer(scene: Scene) -> Asked:
    today = calendar.on(scene.now)
    is_house = scene.role is Role.INST_ADMIN
    body: Json = {
        "person_id": str(scene.world.elder),
        "channel": "prepaid" if is_house else "wechat",
        "scopes": ["NURSING"],
        "single_cap_fen": 20000,
        "month_cap_fen": 80000,
        "valid_from": today.isoformat(),
        "valid_to": (today + timedelta(days=90)).isoformat(),
    }
    if not is_house:
        body["agreement"] = "agreement-1"
    return Asked({"standing_payer_id": uuid7()}, body)


async def _proposed(scene: Scene) -> Asked:
    """By the house for its administration, else by her relative."""
    by = Role.INST_ADMIN if scene.role is Role.INST_ADMIN else Role.RELATIVE
    return Asked((await scene.done("propose_standing_payer", by=by)).ids)


async def approve_standing_payer(scene: Scene) -> Asked:
    return await _proposed(scene)


async def revoke_standing_payer(scene: Scene) -> Asked:
    return await _proposed(scene)


async def get_standing_payer(scene: Scene) -> Asked:
    return await _proposed(scene)


async def list_standing_payers(scene: Scene) -> Asked:
    await _proposed(scene)
    return Asked()


async def ask_to_pay(scene: Scene) -> Asked:
    body = {
        "payable_id": str(await a_payable(scene)),
        "recipients": [str(scene.world.caller(Role.RELATIVE).person_id)],
    }
    return Asked({"request_id": uuid7()}, body)


async def get_payment_request(scene: Scene) -> Asked:
    by = scene.author_of("ask_to_pay", otherwise=Role.ELDER)
    return Asked((await scene.done("ask_to_pay", by=by)).ids)


async def list_payment_requests(scene: Scene) -> Asked:
    await get_payment_request(scene)
    return Asked()


async def open_prepayment(scene: Scene) -> Asked:
    body = {"organization_id": str(scene.world.here[CENTER]), "amount_fen": 100000}
    return Asked({"prepayment_id": uuid7()}, body)


async def _prepaid(scene: Scene) -> Asked:
    return Asked((await scene.done("open_prepayment", by=Role.INST_ADMIN)).ids)


async def cancel_prepayment(scene: Scene) -> Asked:
    return await _prepaid(scene)


async def receive_prepayment(scene: Scene) -> Asked:
    return await _prepaid(scene)


async def get_prepayment(scene: Scene) -> Asked:
    return await _prepaid(scene)


async def list_prepayments(scene: Scene) -> Asked:
    await _prepaid(scene)
    return Asked()


async def list_prepaid_accounts(scene: Scene) -> Asked:
    await rows(
        "INSERT INTO prepaid_accounts (id, institution, organization, balance_fen)"
        " VALUES ($1, $2, $3, 5) ON CONFLICT DO NOTHING",
        uuid7(),
        scene.world.here[HOUSE],
        scene.world.here[CENTER],
    )
    return Asked()


BODIES = {
    builder.__name__: builder
    for builder in (
        get_statement,
        close_day,
        reverse_day_close,
        get_day_close,
        list_day_closes,
        list_reconciliations,
        get_reconciliation,
        list_differences,
        get_difference,
        resolve_difference,
        propose_standing_payer,
        approve_standing_payer,
        revoke_standing_payer,
        get_standing_payer,
        list_standing_payers,
        ask_to_pay,
        get_payment_request,
        list_payment_requests,
        open_prepayment,
        cancel_prepayment,
        receive_prepayment,
        get_prepayment,
        list_prepayments,
        list_prepaid_accounts,
    )
}
