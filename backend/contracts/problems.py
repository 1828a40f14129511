"""What contracts refuse."""

from backend.core.problems import Invalid, Problem


class AlreadyContracted(Problem):
    """Another signed contract covers some of these days; a person has one family doctor."""

    code = "already_contracted"
    title = "该时段已有生效的签约"
    title_en = "Another signed contract covers some of these days."
    rule = "FD-01"


class AlreadySigned(Problem):
    """This side has signed this version."""

    code = "already_signed"
    title = "该方已签署此版本"
    title_en = "This side has signed this version."


class AlreadySuspended(Problem):
    code = "already_suspended"
    title = "该时段合同已暂停"
    title_en = "The contract is suspended on some of these days already."


class NotInForce(Problem):
    """`facts.standing` says what the contract is today."""

    code = "not_in_force"
    title = "合同当前不在有效期内"
    title_en = "The contract is not in force today."


class NobodyToSign(Invalid):
    code = "nobody_to_sign"
    title = "该老人已故，不能签约"
    title_en = "This person has died."
    rule = "RC-08"


class NotTheirHand(Invalid):
    """The signer must be the elder, a guardian on file, or kin on file who assists."""

    code = "not_their_hand"
    title = "签署人无权代表该老人签约"
    title_en = "That signer may not sign for this person."
    rule = "RC-04"


class NeedsEvidence(Invalid):
    """Staff witness a signature on paper: name the signer and the file. `facts.field`."""

    code = "needs_evidence"
    title = "工作人员只能见证，请注明签署人并附签字材料"
    title_en = "Staff only witness: name the signer and add the paper."
    rule = "RC-02"


class NotAFamilyDoctor(Invalid):
    """`facts.field` names who is no doctor of this center."""

    code = "not_a_family_doctor"
    title = "该人员不是本中心的家庭医生"
    title_en = "That is no doctor of this health center."
    rule = "FD-01"


class NotAGroup(Invalid):
    """1+1+1: a health center, and two different hospitals. `facts.field`."""

    code = "not_a_group"
    title = "签约组合须为一家社区卫生服务中心和两家不同医院"
    title_en = "The group is one health center and two different hospitals."
    rule = "FD-01"


class TermTooLong(Invalid):
    code = "term_too_long"
    title = "签约期限过长"
    title_en = "The contract may not run that long."
    rule = "FD-06"


class PanelFull(Invalid):
    """`facts.count` of `facts.cap`; the center signs with an `override_reason`."""

    code = "panel_full"
    title = "该家庭医生团队签约人数已满"
    title_en = "This team has as many contracted persons as it may."
    rule = "FD-07"


class DoctorChangedAlready(Invalid):
    """Once per year of the contract; `facts.next_on` is when it may be changed again."""

    code = "doctor_changed_already"
    title = "本签约年度内已更换过医生"
    title_en = "The doctor was changed in this year of the contract already."
    rule = "FD-09"


class SameDoctor(Invalid):
    code = "same_doctor"
    title = "该医生已是其家庭医生"
    title_en = "That is their doctor already."
    rule = "FD-09"


class NotAParty(Invalid):
    """An eldercare institution on one side, a medical institution on the other. `facts.field`."""

    code = "not_a_party"
    title = "签约双方须为养老机构与医疗机构"
    title_en = "One side is an eldercare institution, the other a medical institution."
    rule = "IC-01"


class ContractIncomplete(Invalid):
    """`facts.missing` of services, cost_sharing, responsibilities."""

    code = "contract_incomplete"
    title = "合同须写明服务内容、费用分担和责任分配"
    title_en = "Services, cost sharing and responsibilities must be written down."
    rule = "IC-02"


class NotOfTheProvider(Invalid):
    """`facts.staff_id` does not work for the provider."""

    code = "not_of_the_provider"
    title = "巡诊人员不属于签约医疗机构"
    title_en = "That carer does not work for the medical institution."
    rule = "IC-03"


class NoReasonNeeded(Problem):
    """The week is not over, nothing was due, or it was kept. `facts.standing`."""

    code = "no_reason_needed"
    title = "该周无需说明理由"
    title_en = "That week needs no reason."


class HolidayTooShort(Invalid):
    """No public holiday of `facts.days_min` days took an agreed day of that week."""

    code = "holiday_too_short"
    title = "该周没有足够长的法定节假日"
    title_en = "No public holiday in that week was long enough."
    rule = "IC-04"


class NotTheirTraining(Invalid):
    """Trainers work for the provider, trainees for the institution. `facts.field`."""

    code = "not_their_training"
    title = "培训人员须分别属于签约双方"
    title_en = "Trainers are the provider's, trainees the institution's."
    rule = "IC-09"


class NotAnAlliance(Invalid):
    """An eldercare institution and a medical institution at least."""

    code = "not_an_alliance"
    title = "五床联动至少需一家养老机构和一家医疗机构"
    title_en = "An alliance has an eldercare and a medical institution at least."
    rule = "FB-03"


class NotAJointTeam(Invalid):
    """Everybody works for the member they stand for, and every member has somebody to call.

    `facts.field` and an id of whom or what it fails.
    """

    code = "not_a_joint_team"
    title = "联合管理团队须覆盖每个成员单位，且成员须在该单位任职"
    title_en = "Every member has somebody in the joint team, who works there."
    rule = "FB-11"


class NotOfTheAlliance(Invalid):
    """Who lives in a member institution, or has a home-care bed with one, may sign."""

    code = "not_of_the_alliance"
    title = "该老人不属于五床联动协议范围"
    title_en = "That elder is not among whom the alliance is for."
    rule = "FB-03"
