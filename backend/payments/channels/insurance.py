"""医保: the front end (前置机) of the insurance, in the envelope of the national platform.

`infno` names what is asked: 6201 uploads the fees, 6202 settles in advance, 6203 settles or gives
back, 6301 asks how it stands, 5201 which stays in a hospital are open. Names and digests are
encrypted for the front end; `cainfo` signs what is said under its own message number, so that an
answer to another question is not taken for this one's.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from msgspec import Meta

from backend.core import calendar, clock
from backend.core.money import yuan
from backend.payments.channels import Fee, Person, PreSettled, Refused, Transient, signing
from backend.payments.channels.calls import Line
from backend.payments.channels.money import fen_of
from backend.payments.lifecycle.statuses import LegStatus

UPLOAD, PRE_SETTLE, SETTLE, ASK, STAYS = "6201", "6202", "6203", "6301", "5201"
INPATIENT = "21"
SHANGHAI = "310100"
SIGNED = "SHA256withRSA"
DONE, REFUSED = 0, -1
UNLIKE_BYTES = 4  # not policy: two questions of one second
SHOWN = 2  # not policy: letters of a hospital's name that are shown, on each side

Amount = Annotated[str, Meta(pattern=r"^[0-9]{1,9}\.[0-9]{2}$(?!\n)")]
Id = Annotated[str, Meta(min_length=1, max_length=64)]
T = TypeVar("T")


class _Answer(msgspec.Struct, frozen=True):
    infcode: int
    inf_refmsgid: str
    signtype: Literal["SHA256withRSA"]
    cainfo: str
    output: msgspec.Raw
    err_msg: Annotated[str, Meta(max_length=40)] = ""


class _Uploaded(msgspec.Struct, frozen=True):
    payOrdId: Id  # noqa: N815 - their word


class _Settled(msgspec.Struct, frozen=True):
    payOrdId: Id  # noqa: N815 - their words
    payAuthNo: Id  # noqa: N815
    fundPay: Amount  # noqa: N815
    psnAcctPay: Amount  # noqa: N815
    acctMulaidPay: Amount  # noqa: N815
    othFundPay: Amount  # noqa: N815
    ownPayAmt: Amount  # noqa: N815


class _State(msgspec.Struct, frozen=True):
    ordStas: Literal["CREATED", "SUCCESS", "REFUND", "FAIL"]  # noqa: N815


class _Nothing(msgspec.Struct, frozen=True):
    pass


class _Stay(msgspec.Struct, frozen=True):
    fixmedins_name: str
    endtime: str = ""


class _Stays(msgspec.Struct, frozen=True):
    mdtrtinfo: list[_Stay]


class Institution(msgspec.Struct, frozen=True):
    """定点医药机构: how the insurance knows whoever settles."""

    code: str
    name: str


class Keys(msgspec.Struct, frozen=True):
    own: RSAPrivateKey
    platform: RSAPublicKey

    def __repr__(self) -> str:
        return "Keys()"


class Insurance:
    """See `InsurancePort` for what each verb promises."""

    def __init__(self, address: str, keys: Keys, institution: Institution) -> None:
        self._line = Line(address)
        self._keys = keys
        self._institution = institution

    async def pre_settle(
        self,
        *,
        out_trade_no: str,
        insured: Person,
        fees: Sequence[Fee],
        is_outpatient: bool,
        aid_from: Person | None = None,
    ) -> PreSettled:
        said: dict[str, Any] = {
            "medOrgOrd": out_trade_no,
            "medType": "11" if is_outpatient else INPATIENT,
            **self._named(insured),
            "feedetailList": [
                {
                    "feedetlSn": fee.line_id,
                    "medListCodg": fee.item,
                    "cnt": fee.quantity,
                    "detItemFeeSumamt": yuan(fee.amount_fen),
                    "hilistFlag": "1" if fee.is_insured else "0",
                    "drugTracCodg": list(fee.trace_codes),
                }
                for fee in fees
            ],
        }
        if aid_from is not None:
            said["mulaid"] = self._named(aid_from)
        uploaded = await self._ask(UPLOAD, said, _Uploaded)
        settled = await self._ask(PRE_SETTLE, {"payOrdId": uploaded.payOrdId}, _Settled)
        aid_fen = fen_of(settled.acctMulaidPay)
        return PreSettled(
            gov_fen=fen_of(settled.fundPay),
            self_fen=fen_of(settled.psnAcctPay) + aid_fen,
            aid_fen=aid_fen,
            other_fen=fen_of(settled.othFundPay),
            cash_fen=fen_of(settled.ownPayAmt),
            pay_order_id=settled.payOrdId,
            pay_auth_no=settled.payAuthNo,
        )

    async def settle(self, *, pay_order_id: str, out_trade_no: str) -> LegStatus:
        said = {"act": "SETTLE", "payOrdId": pay_order_id, "medOrgOrd": out_trade_no}
        return LegStatus((await self._ask(SETTLE, said, _State)).ordStas)

    async def ask(self, *, pay_order_id: str) -> LegStatus:
        return LegStatus((await self._ask(ASK, {"payOrdId": pay_order_id}, _State)).ordStas)

    async def reverse(self, *, pay_order_id: str, out_refund_no: str, fen: int) -> None:
        said = {
            "act": "REVERSE",
            "payOrdId": pay_order_id,
            "appRefdSn": out_refund_no,
            "refdAmt": yuan(fen),
        }
        await self._ask(SETTLE, said, _Nothing)

    async def has_open_inpatient_claim(self, insured: Person) -> str | None:
        stays = await self._ask(STAYS, {"medType": INPATIENT, **self._named(insured)}, _Stays)
        return next(
            (_masked(stay.fixmedins_name) for stay in stays.mdtrtinfo if not stay.endtime), None
        )

    async def close_session(self) -> None:
        await self._line.close()

    def _named(self, person: Person) -> dict[str, str]:
        """Read by the front end alone."""
        return {
            "psnName": signing.for_eyes_of(self._keys.platform, person.name),
            "certnoDigest": signing.for_eyes_of(self._keys.platform, person.id_digest),
        }

    async def _ask(self, infno: str, said: Mapping[str, Any], shape: type[T]) -> T:
        now = clock.now()
        msgid = f"{self._institution.code}{_stamp(now)}{secrets.token_hex(UNLIKE_BYTES)}"
        content = msgspec.json.encode({"data": said})
        body = msgspec.json.encode(
            {
                "infno": infno,
                "msgid": msgid,
                "mdtrtarea_admvs": SHANGHAI,
                "insuplc_admdvs": SHANGHAI,
                "infver": "V1.0",
                "inf_time": now.astimezone(calendar.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
                "fixmedins_code": self._institution.code,
                "fixmedins_name": self._institution.name,
                "signtype": SIGNED,
                "cainfo": signing.sign(self._keys.own, f"{infno}\n{msgid}\n".encode() + content),
                "input": msgspec.Raw(content),
            }
        )
        headers = {"Content-Type": "application/json"}
        answered = await self._line.say("POST", "", body=body, headers=headers)
        try:
            answer = msgspec.json.decode(answered.body, type=_Answer)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise Transient("not in the shape we know") from None
        output = bytes(answer.output)
        signed = f"{answer.inf_refmsgid}\n{answer.infcode}\n{answer.err_msg}\n".encode() + output
        if answer.inf_refmsgid != msgid or not signing.is_signed(
            self._keys.platform, signed, answer.cainfo
        ):
            raise Transient("not signed by the insurance")
        if answer.infcode == REFUSED:
            raise Refused(answer.err_msg)
        if answer.infcode != DONE:
            raise Transient(f"infcode {answer.infcode}")
        try:
            return msgspec.json.decode(output, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise Transient("not in the shape we know") from None


def read(folder: Path) -> Keys:
    """Read `insurance-own.pem` and `insurance-platform.pem`.

    :raises ValueError: one is missing, unreadable or too short
    """
    try:
        return Keys(
            signing.read_private(folder / "insurance-own.pem"),
            signing.read_public(folder / "insurance-platform.pem"),
        )
    except OSError as error:
        raise ValueError(f"There is no {Path(str(error.filename)).name} in {folder}.") from None


def _stamp(now: datetime) -> str:
    return now.astimezone(calendar.SHANGHAI).strftime("%Y%m%d%H%M%S")


def _masked(hospital: str) -> str:
    """`静安**中心`: enough for whoever knows where they lie."""
    if len(hospital) <= SHOWN * 2:
        return f"{hospital[:1]}**"
    return f"{hospital[:SHOWN]}**{hospital[-SHOWN:]}"
