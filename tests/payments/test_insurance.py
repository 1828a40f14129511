"""医保 against the pretend front end: who would pay what, settled once, given back once."""

from typing import Any

import pytest

from backend.local.gateway.memory import Claim
from backend.payments import channels
from backend.payments.channels import Fee, Person, Refused, Transient
from backend.payments.lifecycle.statuses import LegStatus

pytestmark = pytest.mark.anyio

ELDER = Person("王秀英", "09eb26e839ff3a2e3980352ae45ef09e")
SON = Person("周强", "29eb26e839ff3a2e3980352ae45ef09e")
DRUGS = Fee(line_id="1", item="S115", quantity=1, amount_fen=25640, is_insured=True)
FREIGHT = Fee(line_id="2", item="DELIVERY", quantity=1, amount_fen=800, is_insured=False)
NO = "20261128000001"


@pytest.fixture
def insurance(gateway):
    return channels.insurance_port()


async def settled(insurance: Any, *fees: Fee, number: str = NO, **said: Any) -> Any:
    return await insurance.pre_settle(
        out_trade_no=number, insured=ELDER, fees=fees, is_outpatient=True, **said
    )


@pytest.mark.rule("PY-06")
async def test_fees_are_uploaded_and_settled_in_advance_under_one_number(insurance):
    said = await settled(insurance, DRUGS)
    assert (said.gov_fen, said.self_fen, said.aid_fen, said.cash_fen) == (15384, 4000, 0, 6256)
    assert said == await settled(insurance, DRUGS)
    with pytest.raises(Refused) as refusal:
        await settled(insurance, DRUGS, FREIGHT)
    assert refusal.value.code == "ORDER_DIFFERS"


async def test_what_is_not_insured_is_cash(insurance):
    said = await settled(insurance, FREIGHT)
    assert (said.gov_fen, said.self_fen, said.cash_fen) == (0, 0, 800)


async def test_aid_pays_after_the_own_account(insurance):
    said = await settled(insurance, DRUGS, aid_from=SON)
    assert (said.self_fen, said.aid_fen, said.cash_fen) == (7000, 3000, 3256)


@pytest.mark.rule("PY-06")
async def test_it_is_settled_once_and_given_back_once_under_its_number(insurance):
    said = await settled(insurance, DRUGS)
    order = {"pay_order_id": said.pay_order_id}
    assert await insurance.ask(**order) is LegStatus.CREATED
    with pytest.raises(Refused):
        await insurance.reverse(**order, out_refund_no="R1", fen=100)
    for _ in range(2):
        assert await insurance.settle(**order, out_trade_no=NO) is LegStatus.SUCCESS
    for _ in range(2):
        await insurance.reverse(**order, out_refund_no="R1", fen=100)
    assert await insurance.ask(**order) is LegStatus.SUCCESS
    with pytest.raises(Refused):
        await insurance.reverse(**order, out_refund_no="R2", fen=19384)
    await insurance.reverse(**order, out_refund_no="R3", fen=19284)
    assert await insurance.ask(**order) is LegStatus.REFUND


async def test_an_open_stay_is_named_masked(gateway, insurance):
    assert await insurance.has_open_inpatient_claim(ELDER) is None
    claim = Claim(id_digest=ELDER.id_digest, hospital="静安示例区域医疗中心")
    gateway.provider.memory.put(ELDER.id_digest, claim)
    assert await insurance.has_open_inpatient_claim(ELDER) == "静安**中心"
    assert await insurance.has_open_inpatient_claim(SON) is None


async def test_when_it_is_away_that_passes(gateway, insurance):
    gateway.fault("insurance_away")
    with pytest.raises(Transient):
        await settled(insurance, DRUGS)
    assert (await settled(insurance, DRUGS)).gov_fen == 15384


async def test_an_answer_to_another_question_is_not_taken(insurance, monkeypatch):
    said = []
    say = insurance._line.say

    async def repeat_the_first(*words, **more):
        said.append(await say(*words, **more))
        return said[0]

    monkeypatch.setattr(insurance._line, "say", repeat_the_first)
    with pytest.raises(Transient, match="not signed"):
        await settled(insurance, DRUGS)


@pytest.mark.rule("PY-10")
async def test_names_are_nowhere_in_clear(insurance, monkeypatch, caplog):
    caplog.set_level("DEBUG")
    heard = []
    say = insurance._line.say

    async def hear(verb, target, *, body, headers):
        heard.append(body)
        return await say(verb, target, body=body, headers=headers)

    monkeypatch.setattr(insurance._line, "say", hear)
    await settled(insurance, DRUGS, aid_from=SON)
    clear = b"".join(heard).decode() + caplog.text
    assert not any(word in clear for who in (ELDER, SON) for word in (who.name, who.id_digest))
