"""What visits refuse. Never care itself: only plans, office moves and decisions."""

from backend.core.problems import Forbidden, Invalid, Problem


class SlotTaken(Problem):
    code = "slot_taken"
    title = "该老人此时段已有上门安排"
    title_en = "Another home visit is planned for this person at that time."


class UnknownPlace(Invalid):
    code = "unknown_place"
    title = "上门地点不属于该老人"
    title_en = "That place is not where this person lives."


class UnknownItem(Invalid):
    code = "unknown_item"
    title = "没有这个服务项目"
    title_en = "There is no such service item."
    rule = "HC-01"


class NobodyToVisit(Invalid):
    code = "nobody_to_visit"
    title = "该老人已故"
    title_en = "This person has died."
    rule = "RC-08"


class NotLicensed(Invalid):
    """No practising licence on file, or not a medical institution."""

    code = "not_licensed"
    title = "本机构未登记医疗机构执业许可证"
    title_en = "No practising licence of this institution is on file."
    rule = "HC-03"


class NotQualified(Invalid):
    """`facts.why` is one of unknown, not_registered, not_authorised, years, role."""

    code = "not_qualified"
    title = "该人员不具备上门服务条件"
    title_en = "This member of staff may not serve at homes."
    rule = "HC-05"


class TooFewYears(NotQualified):
    code = "too_few_years"
    title = "该人员从业年限不足"
    title_en = "This member of staff has not practised long enough."
    rule = "HC-06"


class AlreadyBegun(Problem):
    code = "already_begun"
    title = "上门已经开始，不能更改计划"
    title_en = "The visit has begun; its plan cannot change."


class AlreadyGoing(Problem):
    code = "already_going"
    title = "该人员已在此次上门名单中"
    title_en = "This member of staff is going already."


class NotGoing(Problem):
    code = "not_going"
    title = "该人员已不在此次上门名单中"
    title_en = "This member of staff is no longer going."


class TooLateToCancel(Forbidden):
    code = "too_late_to_cancel"
    title = "临近上门时间，请联系调度"
    title_en = "Too late for you to cancel; ask the dispatcher."
    rule = "BG-23"


class WrongCode(Invalid):
    code = "wrong_code"
    title = "确认码不正确"
    title_en = "That is not the code of this visit."
    rule = "EV-08"


class NeedsReason(Invalid):
    code = "needs_reason"
    title = "请说明原因"
    title_en = "Say why."


class OneAttemptIsNotEnough(Invalid):
    code = "too_few_attempts"
    title = "离开前请再次敲门或致电"
    title_en = "Knock or call again before leaving."
    rule = "HB-12"


class NotYourOwn(Forbidden):
    code = "not_your_own"
    title = "不能审批自己的例外"
    title_en = "Nobody decides about their own exception."
    rule = "EV-09"


class SomebodyElseDecides(NotYourOwn):
    code = "somebody_else_decides"
    title = "申诉须由另一人裁定"
    title_en = "After an appeal somebody else decides."


class AppealTooLate(Invalid):
    code = "appeal_too_late"
    title = "已超过申诉期限"
    title_en = "The time to appeal is over."
    rule = "EV-09"


class OutsideTheVisit(Invalid):
    """Location is collected only from departure to check-out."""

    code = "outside_the_visit"
    title = "只在出发至签退之间采集位置"
    title_en = "Location is collected only from departure to check-out."
    rule = "EV-10"


class NotAResident(Invalid):
    code = "not_a_resident"
    title = "该老人不在此次查房名单中"
    title_en = "This person does not live in that institution."
