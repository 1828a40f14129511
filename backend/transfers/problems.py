"""What transfers refuse, and by which rule. Never an emergency."""

from backend.core.problems import Invalid, Problem


class WrongTarget(Invalid):
    """`facts.to` says where the reason leads, `facts.rule` by which rule."""

    code = "wrong_target"
    title = "该转介原因不能转往此类床位"
    title_en = "That reason does not lead to that kind of bed."
    rule = "FB-08"


class NobodyToMove(Invalid):
    code = "nobody_to_move"
    title = "该老人已故"
    title_en = "This person has died."
    rule = "RC-08"


class NeedsTerminal(Invalid):
    """FB-09: a doctor confirms the terminal stage, within the months of the policy."""

    code = "needs_terminal_stage"
    title = "安宁疗护须由医师确认为终末期，且预期生存期在规定时间内"
    title_en = "Hospice needs a doctor's word that this is the terminal stage."
    rule = "FB-09"


class NeedsConsent(Invalid):
    """A live consent of the person or the guardian; `facts.purpose` is for what."""

    code = "transfer_needs_consent"
    title = "需要本人或监护人知情同意"
    title_en = "The person or the guardian has not consented."
    rule = "FB-09"


class WrongReceiver(Invalid):
    """`facts.organization_id` does not run such beds."""

    code = "wrong_receiver"
    title = "该机构不接收此类床位"
    title_en = "That organization does not run such beds."
    rule = "FB-08"


class NeedsReferral(Invalid):
    """`facts.outside` are hospitals that the elder did not sign with.

    The family doctor (of `facts.center_id`) or `facts.district_hospital_id` must ask, or sign the
    assessment. Never in an emergency.
    """

    code = "needs_referral"
    title = "签约组合外的医院须由家庭医生或签约二级医院转诊"
    title_en = "A hospital outside the signed group takes a referral by the family doctor."
    rule = "FD-01"


class MovedMeanwhile(Problem):
    """The bed that the elder was to leave is not theirs any more."""

    code = "moved_meanwhile"
    title = "该老人已不在原床位"
    title_en = "The elder is not in that bed any more."
    rule = "FB-02"


class NeedsEpisode(Problem):
    """HB-20: a home-sickbed is opened as an episode; then the elder has arrived."""

    code = "needs_episode"
    title = "请先建床"
    title_en = "Open the home-sickbed first."
    rule = "FB-02"
