"""Quotes, orders, refunds: an elder's bill, and what her house puts into its account."""

from uuid import UUID

from backend.core.access import FAMILY, SYSTEM, Role
from backend.core.db import rows, transaction
from backend.core.ids import uuid7
from backend.payments import actions, channels
from backend.payments.lifecycle.billing import Line
from backend.payments.lifecycle.orders import PayWith
from backend.payments.lifecycle.statuses import ChannelName, Kind, ServiceClass
from tests.access.scene import Asked, Scene
from tests.access.world import CENTER
from tests.payments import pretend

HOUSE = "ELDER_CARE_INSTITUTION"
TOP_UP = """
INSERT INTO payables (id, kind, subject_id, institution, organization, classes, is_outpatient,
                      total_fen, happened_at, status, policy_version, version, recorded_at)
VALUES ($1, 'PREPAYMENT', $1, $2, $3, '{}', false, 100000, $4, 'OPEN', 'test', 1, $4)
"""


async def _bill(scene: Scene) -> UUID:
    """A bill that no insurance has a part in."""
    line = Line(
        charge_key=f"DOOR:{uuid7()}",
        item="DOOR",
        service_class=ServiceClass.VISIT,
        quantity=1,
        price_fen=3000,
        is_insured=False,
        tariff_id=None,
        visit_id=uuid7(),
        done_by=scene.world.caller(Role.NURSE).person_id,
        from_at=scene.now,
        until_at=None,
        rule="HB-17",
    )
    async with transaction():
        return await actions.open_payable(
            kind=Kind.VISIT,
            subject_id=uuid7(),
            person_id=scene.world.elder,
            organization_id=scene.world.here[CENTER],
            institution_id=None,
            is_outpatient=False,
            lines=[line],
            actor=SYSTEM,
            now=scene.now,
        )


async def _to_pay(scene: Scene) -> UUID:
    """Of hers for whoever pays for her; of her house for its administration."""
    if scene.role is not Role.INST_ADMIN:
        return await _bill(scene)
    payable_id = uuid7()
    await rows(TOP_UP, payable_id, scene.world.here[HOUSE], scene.world.here[CENTER], scene.now)
    return payable_id


async def quote_payable(scene: Scene) -> Asked:
    return Asked({"quote_id": uuid7()}, {"payable_id": str(await _to_pay(scene))})


def _payer(scene: Scene) -> Role:
    """Who pays: the caller, or somebody of hers whose money it could be."""
    if scene.role is Role.INST_ADMIN:
        return Role.INST_ADMIN
    is_theirs = scene.role in FAMILY and scene.standing is scene.standing.OWN
    return scene.role if is_theirs else Role.RELATIVE


async def get_quote(scene: Scene) -> Asked:
    return Asked((await scene.done("quote_payable", by=_payer(scene))).ids)


async def place_payment_order(scene: Scene) -> Asked:
    quoted = await scene.done("quote_payable", by=_payer(scene))
    assert quoted.body
    body = {"payable_id": quoted.body["payable_id"], "quote_number": 1, "channel": PayWith.WECHAT}
    return Asked({"order_id": uuid7()}, body)


async def _placed(scene: Scene) -> Asked:
    return await scene.done("place_payment_order", by=_payer(scene))


async def get_payment_order(scene: Scene) -> Asked:
    return Asked((await _placed(scene)).ids)


async def cancel_payment_order(scene: Scene) -> Asked:
    return Asked((await _placed(scene)).ids)


async def agree_on_delivery(scene: Scene) -> Asked:
    payable_id = await _to_pay(scene)
    brought = "UPDATE payables SET kind = 'DELIVERY' WHERE id = $1 AND person IS NOT NULL"
    await rows(brought, payable_id)
    return Asked({"payable_id": payable_id})


async def _paid(scene: Scene) -> UUID:
    """An order that was paid."""
    placed = await _placed(scene)
    order_id = UUID(str(placed.ids["order_id"]))
    speaks = channels.channel(ChannelName.WECHAT)
    assert isinstance(speaks, pretend.PretendChannel)
    speaks.pay(order_id.hex)
    await actions.ask_order(order_id=order_id, now=scene.now)
    return order_id


async def ask_refund(scene: Scene) -> Asked:
    body = {"order_id": str(await _paid(scene)), "reason_code": "NOT_DONE", "cash_fen": 100}
    return Asked({"refund_id": uuid7()}, body)


def _asker(scene: Scene) -> Role:
    """Who asks: the caller, if money may be theirs to ask back; her relative otherwise."""
    is_theirs = scene.standing is scene.standing.OWN and scene.role in (*FAMILY, Role.CHC_ADMIN)
    return scene.role if is_theirs else Role.RELATIVE


async def get_refund(scene: Scene) -> Asked:
    return Asked((await scene.done("ask_refund", by=_asker(scene))).ids)


async def list_refunds(scene: Scene) -> Asked:
    await scene.done("ask_refund", by=Role.RELATIVE)
    return Asked()


async def decide_refund(scene: Scene) -> Asked:
    """One that waits: as if the limit were below it."""
    asked = await scene.done("ask_refund", by=Role.RELATIVE)
    await rows("UPDATE refunds SET status = 'REQUESTED' WHERE id = $1", asked.ids["refund_id"])
    return Asked(asked.ids, {"approves": True})


async def hear_payment_notice(_scene: Scene) -> Asked:
    return Asked({"channel": "wechat"}, content=b"{}")


BODIES = {
    builder.__name__: builder
    for builder in (
        quote_payable,
        get_quote,
        place_payment_order,
        get_payment_order,
        cancel_payment_order,
        agree_on_delivery,
        ask_refund,
        get_refund,
        list_refunds,
        decide_refund,
        hear_payment_notice,
    )
}
