"""The pretend providers as a process of their own: what they keep, what can be asked of them."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.local.gateway import keys
from backend.local.gateway.memory import Memory, Order
from backend.local.gateway.provider import new_number
from backend.local.gateway.running import Providers
from backend.local.places import remove, taken, thrown_away
from backend.payments.channels import Person, opened
from backend.payments.lifecycle.statuses import ChannelName
from backend.settings import Mode, Settings, UnsafeSettingError, settings
from tests.payments.test_wechat import NO, placing

pytestmark = pytest.mark.anyio

LATE, SPOILT = "20261128000003", "20261128000004"


@pytest.fixture(scope="module")
def providers() -> Iterator[Providers]:
    with thrown_away() as place, Providers(place, place.folder, api_port=1) as running:
        running.wait()
        yield running


@pytest.fixture
def own_keys(providers: Providers, tmp_path: Path) -> Path:
    """A keys folder that may be spoilt."""
    return shutil.copytree(providers.place.folder / "keys", tmp_path / "keys")


def told(providers: Providers, **more: Any) -> Settings:
    """Our settings, as `make up` would tell them."""
    said: dict[str, Any] = {name.lower(): word for name, word in providers.told.items()}
    del said["gateway"]
    said |= dict.fromkeys(("database_url", "redis_url", "files_folder"), "x")
    said |= {"keys_folder": str(providers.place.folder / "keys"), "mode": Mode.DEVELOPMENT}
    return Settings(**(said | more))


async def test_a_restart_forgets_nothing(providers):
    found, _ = opened.of(told(providers).check())
    wechat = found[ChannelName.WECHAT]
    await wechat.place(placing())
    providers.kill()
    providers.start()
    providers.wait()
    async with httpx.AsyncClient(base_url=providers.address) as phone:
        assert (await phone.get("/")).json()["to pay"] == [NO]
        assert (await phone.post(f"/pay/{NO}", json={"by": "周敏"})).json() == {"paid": True}
    assert (await wechat.ask(NO)).is_over
    await wechat.close_session()


async def test_a_payer_is_told_why_it_cannot_be_paid(providers):
    found, _ = opened.of(told(providers).check())
    wechat, alipay = found[ChannelName.WECHAT], found[ChannelName.ALIPAY]
    async with httpx.AsyncClient(base_url=providers.address) as phone:
        assert (await phone.post("/pay/nothing")).status_code == 404
        assert (await phone.get("/pay/nothing")).status_code == 404
        await wechat.place(placing(number=LATE))
        assert (await phone.get(f"/pay/{LATE}")).json() == {"fen": 8800, "state": "NOTPAY"}
        await wechat.close(LATE)
        assert (await phone.post(f"/pay/{LATE}")).status_code == 409
        order = (await alipay.place(placing(number=f"{NO}2"))).pay["orderString"]
        said = {"order_string": order, "by": "周敏"}
        assert (await phone.post("/pay", json=said)).json() == {"out_trade_no": f"{NO}2"}
        assert (await phone.post("/pay", json={"order_string": "x=1"})).status_code == 409
    for each in found.values():
        await each.close_session()


async def test_faults_are_asked_of_it_over_http(providers):
    found, _ = opened.of(told(providers).check())
    wechat = found[ChannelName.WECHAT]
    async with httpx.AsyncClient(base_url=providers.address) as tester:
        await wechat.place(placing(number=SPOILT))
        assert (await tester.post("/faults", json={"kind": "refund_fails"})).is_success
        assert (await tester.post("/faults", json={"times": 1})).status_code == 400
        forged = {"kind": "forge", "out_trade_no": SPOILT}
        assert (await tester.post("/faults", json=forged)).is_success
        assert (await tester.post("/faults", json={"kind": "forge"})).status_code == 404
        await tester.post(f"/pay/{SPOILT}")
    back = await wechat.refund(
        out_trade_no=SPOILT, out_refund_no="R20261128", fen=1, total_fen=8800
    )
    assert back.status == "FAIL"
    await wechat.close_session()


async def test_an_open_stay_is_written_over_http(providers):
    _, insurance = opened.of(told(providers).check())
    assert insurance is not None
    elder = Person("王秀英", "09eb26e839ff3a2e3980352ae45ef09e")
    async with httpx.AsyncClient(base_url=providers.address) as hospital:
        await hospital.put(f"/claims/{elder.id_digest}", json={"hospital": "静安示例区域医疗中心"})
        assert await insurance.has_open_inpatient_claim(elder) == "静安**中心"
        await hospital.delete(f"/claims/{elder.id_digest}")
        assert await insurance.has_open_inpatient_claim(elder) is None
    await insurance.close_session()


def test_nobody_who_is_not_us_is_answered(providers):
    with httpx.Client(base_url=providers.address) as stranger:
        path = f"/v3/pay/transactions/out-trade-no/{NO}?mchid={keys.MCHID}"
        assert stranger.get(path).status_code == 401
        answer = stranger.post("/gateway.do", data={"method": "alipay.trade.query"})
        assert "invalid-signature" in answer.text
        said = {"infno": "6301", "msgid": "1", "fixmedins_code": "x", "signtype": "", "cainfo": ""}
        assert stranger.post("/insurance", json={**said, "input": {}}).json()["infcode"] == -1


def test_another_one_takes_the_next_port(providers, tmp_path):
    with taken(tmp_path) as place:
        assert Providers(place, tmp_path, api_port=1, wish=providers.port).port > providers.port


def test_its_keys_are_for_us_alone_and_are_made_once(tmp_path):
    first = keys.make(tmp_path / "keys", tmp_path / "gateway")
    again = keys.make(tmp_path / "keys", tmp_path / "gateway")
    assert first.wechat.private_numbers() == again.wechat.private_numbers()
    assert first.wechat_secret == again.wechat_secret
    made = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert made
    assert {file.stat().st_mode & 0o077 for file in made} == {0}


def test_cleaning_removes_what_it_knows(tmp_path):
    folder = tmp_path / ".local"
    keys.make(folder / "keys", folder / "gateway")
    Memory(folder / "gateway" / "memory.sqlite").close()
    remove(folder)
    assert not folder.exists()


def test_what_is_written_together_is_written_whole_or_not_at_all(tmp_path):
    memory = Memory(tmp_path / "memory.sqlite")
    order = Order(
        channel=ChannelName.WECHAT,
        out_trade_no=NO,
        total=1,
        notify_url="",
        made_at=placing().expires_at,
        transaction_id=new_number("42"),
    )
    with pytest.raises(ZeroDivisionError), memory.together():
        memory.put(NO, order)
        _ = 1 // 0
    assert memory.get(Order, NO) is None
    memory.close()


@pytest.mark.parametrize("name", ["wechat", "alipay", "insurance", "public_url"])
def test_production_refuses_a_channel_without_tls(providers, name):
    said = {
        "mode": Mode.PRODUCTION,
        "issuer": "https://bedside.example",
        "sms": "https://sms.example",
        **{
            each: f"https://{each.replace('_', '-')}.example"
            for each in ("wechat", "alipay", "insurance", "public_url")
        },
    }
    told(providers, **said).check()
    with pytest.raises(UnsafeSettingError, match=f"{name.upper()} must be an https address"):
        told(providers, **{**said, name: "http://plain.example"}).check()


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("wechat", "wechat_serial"),
        ("wechat", "public_url"),
        ("alipay", "alipay_seller_id"),
        ("insurance", "insurance_code"),
    ],
)
def test_whoever_names_a_channel_says_who_we_are_to_it(providers, name, needed):
    with pytest.raises(UnsafeSettingError, match=f"{needed.upper()} is not set"):
        told(providers, **{needed: ""}).check()


@pytest.mark.parametrize(
    "file",
    [
        "wechat-merchant.pem",
        "wechat-apiv3.key",
        f"wechat-platform-{keys.PLATFORM_SERIAL}.pem",
        "alipay-app.pem",
        "alipay-platform.pem",
        "insurance-own.pem",
        "insurance-platform.pem",
    ],
)
def test_a_missing_key_is_named(providers, own_keys, file):
    said = told(providers, keys_folder=str(own_keys)).check()
    (own_keys / file).unlink()
    with pytest.raises(ValueError, match=file.split("PUB")[0]):
        opened.of(said)


def test_production_refuses_a_private_key_that_others_may_read(providers, own_keys):
    said = {
        "mode": Mode.PRODUCTION,
        "issuer": "https://bedside.example",
        "sms": "https://sms.example",
        **dict.fromkeys(("wechat", "alipay", "insurance", "public_url"), "https://a.example"),
    }
    (own_keys / "alipay-app.pem").chmod(0o644)
    with pytest.raises(UnsafeSettingError, match=r"alipay-app\.pem may be read by others"):
        told(providers, keys_folder=str(own_keys), **said).check()


def test_without_addresses_no_channel_is_offered():
    bare = {name: getattr(settings(), name) for name in ("database_url", "redis_url")}
    assert opened.of(Settings(**bare, keys_folder="/nowhere")) == ({}, None)
