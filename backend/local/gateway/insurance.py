"""The wire of 医保: fees, settlement in advance, settlement and its reversal, open stays."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web

from backend.core.money import share, yuan
from backend.local.gateway import keys as identities
from backend.local.gateway.memory import Claim, Settlement
from backend.local.gateway.provider import Provider
from backend.payments.channels import signing
from backend.payments.channels.insurance import SIGNED
from backend.payments.channels.money import fen_of

ID_DIGEST = re.compile(r"[0-9a-f]{32}")
# Not what any insurance pays: enough to play with, and the worked example comes out.
FUND_PERCENT, ACCOUNT_FEN, AID_FEN = 60, 4000, 3000


class No(Exception):
    """Refused, with a word for why."""

    def __init__(self, why: str, infcode: int = -1) -> None:
        super().__init__(why)
        self.why, self.infcode = why, infcode


class _Asked(msgspec.Struct):
    infno: str
    msgid: str
    fixmedins_code: str
    signtype: str
    cainfo: str
    input: msgspec.Raw


class _Input(msgspec.Struct):
    data: dict[str, Any]


class InsuranceWire:
    """One door; each answer is signed under the number of its question."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.memory = provider.memory
        self.keys = provider.keys
        self.methods: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "6201": self.upload,
            "6202": self.pre_settle,
            "6203": self.settle,
            "6301": self.ask,
            "5201": self.stays,
        }

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/insurance", self.answer)]

    async def answer(self, request: web.Request) -> web.Response:
        try:
            asked = msgspec.json.decode(await request.read(), type=_Asked)
        except msgspec.MsgspecError:
            return web.json_response({"infcode": -1, "err_msg": "SHAPE"}, status=400)
        infcode, why, output = 0, "", dict[str, Any]()
        try:
            output = self._believed(asked)
        except No as reason:
            infcode, why = reason.infcode, reason.why
        except (KeyError, TypeError, ValueError, signing.NotReadable):
            infcode, why = -1, "PARAM_ERROR"
        content = msgspec.json.encode(output)
        signed = f"{asked.msgid}\n{infcode}\n{why}\n".encode() + content
        body = msgspec.json.encode(
            {
                "infcode": infcode,
                "inf_refmsgid": asked.msgid,
                "err_msg": why,
                "signtype": SIGNED,
                "cainfo": signing.sign(self.keys.insurance, signed),
                "output": msgspec.Raw(content),
            }
        )
        return web.Response(body=body, content_type="application/json")

    def _believed(self, asked: _Asked) -> dict[str, Any]:
        content = bytes(asked.input)
        signed = f"{asked.infno}\n{asked.msgid}\n".encode() + content
        if asked.fixmedins_code != identities.INSTITUTION_CODE or not signing.is_signed(
            self.keys.insurance_own, signed, asked.cainfo
        ):
            raise No("SIGN_ERROR")
        if self.provider.fault("insurance_away"):
            raise No("SYSTEM_ERROR", infcode=-2)
        return self.methods[asked.infno](msgspec.json.decode(content, type=_Input).data)

    # -- what is asked

    def upload(self, said: dict[str, Any]) -> dict[str, Any]:
        insured = self._who(said)
        aid = self._who(said["mulaid"]) if "mulaid" in said else ""
        fees = [
            (fen_of(fee["detItemFeeSumamt"]), fee["hilistFlag"] == "1")
            for fee in said["feedetailList"]
        ]
        number = said["medOrgOrd"]
        digest = hashlib.sha256(repr((insured, aid, said["medType"], fees)).encode()).hexdigest()
        settlement = _split(number, insured, fees, has_aid=bool(aid), digest=digest)
        known = self.memory.get(Settlement, settlement.pay_order_id)
        if known is not None and known.said != digest:
            raise No("ORDER_DIFFERS")
        if known is None:
            self.memory.put(settlement.pay_order_id, settlement)
        return {"payOrdId": settlement.pay_order_id, "medOrgOrd": number}

    def pre_settle(self, said: dict[str, Any]) -> dict[str, Any]:
        known = self._known(said)
        return {
            "payOrdId": known.pay_order_id,
            "payAuthNo": known.pay_auth_no,
            "fundPay": yuan(known.gov),
            "psnAcctPay": yuan(known.account - known.aid),
            "acctMulaidPay": yuan(known.aid),
            "othFundPay": yuan(known.other),
            "ownPayAmt": yuan(known.cash),
        }

    def settle(self, said: dict[str, Any]) -> dict[str, Any]:
        known = self._known(said)
        if said["act"] == "REVERSE":
            return self._reverse(known, said["appRefdSn"], fen_of(said["refdAmt"]))
        number = said["medOrgOrd"]
        if known.settled_as not in ("", number):
            raise No("ORDER_DIFFERS")
        if known.state == "CREATED":
            known.settled_as = number
            known.state = "FAIL" if self.provider.fault("half", number) else "SUCCESS"
            self.memory.put(known.pay_order_id, known)
        return {"ordStas": known.state}

    def _reverse(self, known: Settlement, number: str, fen: int) -> dict[str, Any]:
        if known.returned.get(number) == fen:
            return {}
        if number in known.returned:
            raise No("REFUND_DIFFERS")
        if known.state != "SUCCESS":
            raise No("NOT_SETTLED")
        left = known.gov + known.account + known.other - sum(known.returned.values())
        if not 0 < fen <= left:
            raise No("TOO_MUCH")
        known.returned[number] = fen
        if fen == left:
            known.state = "REFUND"
        self.memory.put(known.pay_order_id, known)
        return {}

    def ask(self, said: dict[str, Any]) -> dict[str, Any]:
        return {"ordStas": self._known(said).state}

    def stays(self, said: dict[str, Any]) -> dict[str, Any]:
        claim = self.memory.get(Claim, self._who(said))
        open_ = [] if claim is None else [{"fixmedins_name": claim.hospital, "endtime": ""}]
        return {"mdtrtinfo": open_}

    def _known(self, said: dict[str, Any]) -> Settlement:
        known = self.memory.get(Settlement, said["payOrdId"])
        if known is None:
            raise No("ORDER_NOT_EXIST")
        return known

    def _who(self, said: dict[str, Any]) -> str:
        """The digest of whoever is named, when both parts can be read."""
        name = signing.read_by(self.keys.insurance, said["psnName"])
        digest = signing.read_by(self.keys.insurance, said["certnoDigest"])
        if not name or not ID_DIGEST.fullmatch(digest):
            raise No("PARAM_ERROR")
        return digest


def _split(
    number: str, insured: str, fees: list[tuple[int, bool]], *, has_aid: bool, digest: str
) -> Settlement:
    """The fund its percent, then the own account, then the aid, and the rest in cash."""
    covered = sum(fen for fen, is_insured in fees if is_insured)
    total = sum(fen for fen, _ in fees)
    gov = share(covered, FUND_PERCENT)
    account = min(ACCOUNT_FEN, (covered - gov) // 2)  # a small bill leaves something to pay, too
    aid = min(AID_FEN, covered - gov - account) if has_aid else 0
    name = hashlib.sha256(number.encode()).hexdigest()[:20].upper()
    return Settlement(
        pay_order_id=f"ORD310100{name}",
        out_trade_no=number,
        pay_auth_no=f"AUTH310100{name}",
        insured=insured,
        gov=gov,
        account=account + aid,
        aid=aid,
        other=0,
        cash=total - gov - account - aid,
        said=digest,
    )
