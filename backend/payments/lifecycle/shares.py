"""报销估算 (HB-16): what each source would pay. Ours is an estimate, and says so (PY-14)."""

from datetime import datetime

import msgspec

from backend import policy
from backend.core.money import share


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """What the fund takes over: a share above a deductible, up to a cap a day where one applies."""

    fund_pct: int
    deductible_fen: int
    day_cap_fen: int | None


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """统筹、个账 (of which by mutual aid)、现金: together what was insured."""

    gov_fen: int
    self_fen: int
    aid_fen: int
    cash_fen: int


def cover(at: datetime) -> Cover:
    """As the policy of that day says.

    :raises MissingNumberError: it does not: nothing is promised on a guess
    """
    return Cover(
        fund_pct=policy.whole(at, "hb.fund_share_employee_pct"),
        deductible_fen=policy.whole(at, "hb.fund_deductible_fen"),
        day_cap_fen=(
            policy.whole(at, "hb.fund_day_cap_fen")
            if policy.flag(at, "hb.fund_day_cap_applies")
            else None
        ),
    )


def estimate(
    insured_fen: int,
    cover: Cover,
    *,
    own_account_fen: int = 0,
    aid_account_fen: int = 0,
    deducted_fen: int = 0,
    fund_paid_today_fen: int = 0,
) -> Shares:
    """Who pays what of the insured part: the fund, then one's own account surplus, then cash.

    A relative's surplus (家庭共济) comes after one's own (PY-02b). `deducted_fen` is what of the
    deductible was paid before; `fund_paid_today_fen` what of the day's cap is used.
    """
    deductible = max(cover.deductible_fen - deducted_fen, 0)
    above = max(insured_fen - deductible, 0)
    gov = share(above, cover.fund_pct)
    if cover.day_cap_fen is not None:
        gov = min(gov, max(cover.day_cap_fen - fund_paid_today_fen, 0))
    left = insured_fen - gov
    own = min(left, own_account_fen)
    aid = min(left - own, aid_account_fen)
    return Shares(gov_fen=gov, self_fen=own + aid, aid_fen=aid, cash_fen=left - own - aid)
