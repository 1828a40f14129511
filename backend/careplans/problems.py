"""What plans refuse."""

from backend.core.problems import CannotMove, Forbidden, Invalid


class PlanWrong(Invalid):
    """`facts.why` says it: a frequency that is none, an end before its beginning, one id twice."""

    code = "plan_wrong"
    title = "计划中的频次或日期不正确"
    title_en = "A frequency or a date of the plan is wrong."
    rule = "HB-21"


class NotTheDoctor(Invalid):
    code = "not_the_doctor"
    title = "责任医师须为本机构的医师"
    title_en = "The responsible doctor must be a doctor of this institution."


class WrongRole(Invalid):
    """HC-01: each item names who does it."""

    code = "role_wrong"
    title = "该岗位不能执行此项目"
    title_en = "That role does not do this item."
    rule = "HC-01"


class NotForHomes(Invalid):
    """HC-02: what is in the list is of low risk and fit for the home; nothing else is planned."""

    code = "not_for_homes"
    title = "该项目不在居家医疗服务目录内"
    title_en = "This item is not in the list of what is done at homes."
    rule = "HC-02"


class InfusionAtHome(Invalid):
    code = "infusion_at_home"
    title = "不能在家中输液"
    title_en = "There is no infusion at home."
    rule = "HB-19"


class FirstDoseAtHome(Invalid):
    """Say in `first_dose_on` when the first dose was given under observation, not at home."""

    code = "first_dose_at_home"
    title = "首剂不能在家中注射"
    title_en = "The first dose of an injection is not given at home."
    rule = "HB-19"


class SkinTestAtHome(Invalid):
    """Say `needs_skin_test: false`; what needs one is not given at home."""

    code = "skin_test_at_home"
    title = "需要皮试的药品不能在家中注射"
    title_en = "What needs a skin test is not injected at home."
    rule = "HB-19"


class NoInfusionRoom(Invalid):
    code = "no_infusion_room"
    title = "该养老机构内设医疗机构没有输液室"
    title_en = "The institution's medical unit has no infusion room."
    rule = "IM-07"


class NeedsAssessment(Invalid):
    """`facts.assessed_at` is the last one, if there was any."""

    code = "needs_assessment"
    title = "须先完成评估"
    title_en = "Assess this person first; the last assessment is too old."
    rule = "HC-04"


class NeedsConsent(Invalid):
    """`facts.items` are the items for which a consent is missing."""

    code = "needs_consent"
    title = "以下项目尚未取得知情同意"
    title_en = "A consent is missing for these items."
    rule = "HC-10"


class NeedsCountersignature(Invalid):
    code = "needs_countersignature"
    title = "须由上级医师会签"
    title_en = "A senior doctor countersigns this plan before."
    rule = "HB-21"


class NotYourOwnPlan(Forbidden):
    code = "not_your_own_plan"
    title = "不能会签自己拟定的计划"
    title_en = "Nobody countersigns their own plan."


class ReviewTooLate(Invalid):
    code = "review_too_late"
    title = "复评日期过晚或已过"
    title_en = "The review is too late, or in the past."
    rule = "HB-23"


class NotTheNext(CannotMove):
    """`facts.next` is the number that a revision would have now."""

    code = "revision_not_next"
    title = "计划已有更新版本"
    title_en = "That is not the next revision of this plan."
