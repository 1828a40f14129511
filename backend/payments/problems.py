"""What payments refuse, and by which rule."""

from backend.core.problems import Forbidden, Invalid, Problem


class LegsDisagree(Invalid):
    code = "legs_disagree"
    title = "各支付来源的金额不平"
    title_en = "The parts do not sum to the whole."
    rule = "PY-04"


class PaymentInProgress(Problem):
    """`facts.by` is the payer's masked name, `facts.until` when their lock ends."""

    code = "payment_in_progress"
    title = "已有人正在支付"
    title_en = "Somebody is paying this now."
    rule = "PY-09"


class QuoteStale(Problem):
    """`facts.number` is the newest quote's."""

    code = "quote_stale"
    title = "报价已更新，请重新确认"
    title_en = "What is owed has changed since that quote."
    rule = "PY-14"


class NotOwed(Problem):
    """`facts.status` is where the payable stands."""

    code = "not_owed"
    title = "该账单目前无需支付"
    title_en = "Nothing is owed on this now."
    rule = "PY-09"


class RefundTooMuch(Invalid):
    """`facts.left_fen` is what a leg has left to give back."""

    code = "refund_too_much"
    title = "退款超过已支付的部分"
    title_en = "More than this leg paid."
    rule = "PY-08"


class SomebodyElseApproves(Forbidden):
    code = "somebody_else_approves"
    title = "须由另一人复核"
    title_en = "Somebody else has to approve this."
    rule = "PY-08"


class NothingVerified(Invalid):
    code = "nothing_verified"
    title = "未经核实的服务不能计费"
    title_en = "What is not verified cannot be billed."
    rule = "HB-15"


class NoTariff(Invalid):
    """Closed for money: without a price nothing is billed. `facts.items` names what lacks one."""

    code = "no_tariff"
    title = "没有该项目的价格"
    title_en = "There is no price for this item on that day."
    rule = "HB-17"


class DayClosed(Problem):
    code = "day_closed"
    title = "该日已日结"
    title_en = "That day is closed."
    rule = "PY-15"


class MinutesTaken(Problem):
    code = "minutes_taken"
    title = "同一时段的同一项目已由长护险或医保计费"
    title_en = "These minutes of this item are billed already."
    rule = "LT-02"


class DayAhead(Invalid):
    code = "day_ahead"
    title = "该日尚未到来"
    title_en = "That day has not come yet."
    rule = "PY-15"


class SomebodyElseReverses(Forbidden):
    code = "somebody_else_reverses"
    title = "日结须由另一人撤销"
    title_en = "Somebody else has to reverse this."
    rule = "PY-15"


class PriceIsFixed(Problem):
    """`facts.tariff_id` is the price of these days: another one begins tomorrow or later."""

    code = "price_is_fixed"
    title = "这些日期已有价格，新价格须从明天或以后起"
    title_en = "These days have their price; another one begins tomorrow or later."
    rule = "HB-17"


class HoursUsedUp(Invalid):
    """`facts.left_min` is what is left: of a visit, or of the week."""

    code = "hours_used_up"
    title = "超出长护险可享受的时长"
    title_en = "More than 长护险 pays for at this level."
    rule = "LT-01"


class LevelOverlaps(Problem):
    """`facts.level_id` is the level recorded for these days."""

    code = "level_overlaps"
    title = "该时段已登记长护险等级"
    title_en = "A level is recorded for these days."
    rule = "LT-01"


class EstimateOnly(Problem):
    """The insurance was away when this was quoted: quote again."""

    code = "estimate_only"
    title = "当前仅为估算，请稍后重新获取报价"
    title_en = "This is an estimate; ask for a quote again before you pay."
    rule = "PY-14"


class IdentityMissing(Invalid):
    """`facts.person_id` has no resident ID number on record."""

    code = "identity_missing"
    title = "缺少身份证号，无法使用医保支付"
    title_en = "Without a resident ID number the insurance cannot be used."
    rule = "PY-10"


class AidIsYourOwn(Invalid):
    code = "aid_is_your_own"
    title = "家庭共济只能使用本人账户"
    title_en = "Mutual aid comes from one's own account only."
    rule = "PY-02b"


class CashAlone(Invalid):
    code = "cash_alone"
    title = "该支付方式不支持医保，请换一种"
    title_en = "This channel takes no insurance: choose another."
    rule = "PY-05"


class WrongPurse(Invalid):
    """An institution pays from what it prepaid, everybody else by a channel that we offer."""

    code = "wrong_purse"
    title = "不能使用该支付方式"
    title_en = "This cannot be paid like that."
    rule = "PY-13"


class PrepaidTooLow(Invalid):
    """`facts.left_fen` is what the account has left."""

    code = "prepaid_too_low"
    title = "预存余额不足"
    title_en = "The prepaid account has too little left."
    rule = "PY-13"


class CapTooHigh(Invalid):
    """`facts.single_max_fen` and `facts.month_max_fen` are what may be let be taken."""

    code = "cap_too_high"
    title = "超过白名单代付的限额上限"
    title_en = "More than a standing payer may be let pay."
    rule = "PY-12"


class NeedsAgreement(Invalid):
    """A relative's channel has to know them; an institution pays from its account."""

    code = "needs_agreement"
    title = "亲属代付须提供渠道签约号，机构代付不需要"
    title_en = "A relative gives the channel's agreement, an institution none."
    rule = "PY-12"


class ProposalLapsed(Problem):
    """`facts.approve_by` is until when it waited."""

    code = "proposal_lapsed"
    title = "申请已过期，请重新提出"
    title_en = "It waited too long; it has to be proposed anew."
    rule = "PY-12"


class MayNotPay(Invalid):
    """`facts.recipients` have no live permission to pay."""

    code = "may_not_pay"
    title = "对方没有代付授权"
    title_en = "They have no permission to pay."
    rule = "PY-11"


class NotACenter(Invalid):
    code = "not_a_center"
    title = "只能向社区卫生服务中心预存"
    title_en = "Only a community health center keeps a prepaid account."
    rule = "PY-13"
