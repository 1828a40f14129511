"""What beds refuse, and by which rule."""

from backend.core.problems import Forbidden, Invalid, Problem


class BedTaken(Problem):
    code = "bed_taken"
    title = "该床位已有人入住"
    title_en = "Somebody else has this bed at that time."
    rule = "FB-02"


class InpatientOpen(Problem):
    """`facts.organization` is where, masked."""

    code = "inpatient_open"
    title = "该老人正在住院，不能建床或复床"
    title_en = "This person is an inpatient now."
    rule = "FB-02"


class OverlayOpen(Problem):
    code = "overlay_open"
    title = "该老人已有家庭病床或居家安宁疗护"
    title_en = "This person has a home-sickbed or home hospice already."
    rule = "FB-02"


class EpisodeOpen(Problem):
    """`facts.organization` is whose, masked."""

    code = "home_sickbed_open"
    title = "该老人在本市已有在床的家庭病床"
    title_en = "This person has an open home-sickbed in this city already."
    rule = "HB-20"


class OutOfOrder(Problem):
    """Before the stay it would end began, or in a stretch that is known already."""

    code = "stay_out_of_order"
    title = "时间早于现有床位记录"
    title_en = "The ledger knows of a later stay already."
    rule = "FB-02"


class NoSuchStay(Problem):
    code = "no_such_stay"
    title = "该老人没有可结束的此类床位"
    title_en = "There is no such stay to end or to hold."


class NoWay(Invalid):
    """`facts.of` and `facts.to` are the beds that no edge of the five-bed graph joins."""

    code = "no_way_between_beds"
    title = "五床之间没有这种转换"
    title_en = "The five-bed graph has no such way."
    rule = "FB-01"


class WrongBed(Invalid):
    """`facts.why`: organization, bed_no, address, kind."""

    code = "wrong_bed"
    title = "床位信息不符合床位种类"
    title_en = "That is not how such a bed is described."
    rule = "FB-01"


class NotTerminal(Invalid):
    """A doctor confirms the terminal stage, and the elder or the guardian consents."""

    code = "hospice_not_confirmed"
    title = "安宁疗护须经医师确认终末期并取得知情同意"
    title_en = "Hospice needs a doctor's confirmation and informed consent."
    rule = "FB-09"


class NotYet(Invalid):
    code = "not_yet"
    title = "时间不能晚于现在"
    title_en = "That is still to come."


class Deceased(Invalid):
    code = "deceased"
    title = "该老人已故"
    title_en = "This person has died."
    rule = "RC-08"


class NotAProvider(Invalid):
    code = "not_a_provider"
    title = "该机构不能开展家庭病床服务"
    title_en = "This organization may not run home-sickbeds."
    rule = "HB-01"


class WrongPrevious(Invalid):
    """`facts.why`: person, status."""

    code = "wrong_previous"
    title = "续床须指向同一老人的上一次家庭病床"
    title_en = "A renewal names the last home-sickbed of the same person."
    rule = "HB-11"


class YearIsFull(Invalid):
    code = "year_is_full"
    title = "本年度家庭病床次数或天数已满"
    title_en = "The episodes or days of this year are used up."
    rule = "HB-11"


class NotSuited(Invalid):
    """`facts.why`: unknown, role, years."""

    code = "not_suited"
    title = "该人员不能承担此项家庭病床工作"
    title_en = "This member of staff may not take that part."
    rule = "HC-06"


class AssessorIsBusy(Problem):
    """`facts.until` is the last moment for the assessment."""

    code = "assessor_has_no_time"
    title = "该医生在评估时限内没有空闲时间"
    title_en = "This doctor has no time left before the assessment is due."
    rule = "HB-04"


class OutsideArea(Invalid):
    """`facts.street_code` is where the elder lives; `facts.serves` are the center's streets."""

    code = "outside_area"
    title = "住址不在该机构的服务范围内"
    title_en = "The elder lives outside the streets that this center serves."
    rule = "HB-03"


class DoctorIsFull(Invalid):
    code = "doctor_is_full"
    title = "该医生在床数已达上限"
    title_en = "This doctor carries as many open beds as allowed."
    rule = "HB-18"


class NotAtTheBedside(Invalid):
    code = "not_at_the_bedside"
    title = "评估须在已签到的评估上门中完成"
    title_en = "The assessment belongs to an assessment visit on which you checked in."
    rule = "HB-05"


class FormIncomplete(Invalid):
    """`facts.missing` names instruments, or vitals."""

    code = "assessment_incomplete"
    title = "建床评估不完整"
    title_en = "The assessment form lacks a part."
    rule = "HB-05"


class NotAdmissible(Invalid):
    """`facts.missing` names the criteria that do not hold."""

    code = "not_admissible"
    title = "不符合建床收治条件"
    title_en = "The criteria for admission do not hold."
    rule = "HB-02"


class Excluded(Invalid):
    """`facts.exclusions` as the assessor found them."""

    code = "excluded"
    title = "存在不宜建床的情形"
    title_en = "The assessment found what excludes a home-sickbed."
    rule = "HB-03"


class NeedsReason(Invalid):
    code = "needs_reason"
    title = "不通过须说明原因和建议"
    title_en = "Say why, and what is advised instead."
    rule = "HB-03"


class TeamMissing(Invalid):
    """`facts.missing`: DOCTOR, NURSE."""

    code = "team_missing"
    title = "尚未指定责任医师或责任护士"
    title_en = "The responsible doctor or nurse is not named yet."


class ConsentsMissing(Invalid):
    """`facts.missing` names the purposes."""

    code = "consents_missing"
    title = "建床所需的知情同意不全"
    title_en = "A consent that opening a bed needs is missing."
    rule = "HC-10"


class RoundMissing(Invalid):
    code = "first_round_missing"
    title = "首次查床须已完成或已安排在规定时限内"
    title_en = "The first round must be done, or planned soon."
    rule = "HB-07"


class ReasonDoesNotHold(Invalid):
    """`facts.why` says which fact is missing."""

    code = "close_reason_does_not_hold"
    title = "撤床原因与记录不符"
    title_en = "The facts do not bear out this reason."
    rule = "HB-12"


class SeniorCloses(Forbidden):
    code = "senior_closes"
    title = "不良事件后须由上级医师撤床"
    title_en = "So soon after an adverse event a senior doctor closes."
    rule = "HB-12"


class NoteNotSigned(Invalid):
    code = "note_not_signed"
    title = "须指向该老人已签名的病历"
    title_en = "Name a signed note of this person."
    rule = "HB-06"
