"""Refusals of people: who may not see, what may not be said."""

from backend.core.problems import Invalid, Problem


class DelegationEnded(Problem):
    """RC-03: what the elder allowed has run out or was taken back."""

    status = 403
    code = "delegation_ended"
    title = "授权已结束"
    title_en = "This delegation has ended."
    rule = "RC-03"


class TieEnded(Problem):
    """The caller once cared for this person, and does no longer."""

    status = 403
    code = "tie_ended"
    title = "您已不再参与该老人的照护"
    title_en = "You no longer take part in this person's care."


class ScopeMissing(Problem):
    """RC-03: the delegation lives, and does not hold what this needs: `facts.scope`."""

    status = 403
    code = "scope_missing"
    title = "授权范围不包含此项"
    title_en = "The delegation does not allow this."
    rule = "RC-03"


class BadIdentityNumber(Invalid):
    """ID-02: form, province, birth date or check digit is wrong."""

    code = "bad_identity_number"
    title = "身份证号码有误"
    title_en = "This resident ID number is not right."
    rule = "ID-02"


class IdentityDisagrees(Invalid):
    """ID-02: the number says another birth date or sex: `facts.field`."""

    code = "identity_disagrees"
    title = "身份证号码与出生日期或性别不一致"
    title_en = "The resident ID number says something else."
    rule = "ID-02"


class IdentityNumberOfTests(Invalid):
    """ID-03: county 310999 does not exist; its numbers are for tests."""

    code = "identity_number_of_tests"
    title = "这是测试用身份证号码"
    title_en = "This resident ID number is made for tests."
    rule = "ID-03"


class PersonAlreadyKnown(Problem):
    """Somebody with this ID number is registered: `facts.person`, masked."""

    code = "person_already_known"
    title = "该身份证号码已登记"
    title_en = "Somebody with this ID number is registered."
    rule = "ID-02"


class KeptByTheLedger(Problem):
    """`facts.residence_id` and `facts.bed` as the ledger of beds has them: move them there."""

    code = "kept_by_the_ledger"
    title = "居住机构和床位由床位台账管理，请办理入住、退住或转介"
    title_en = "Where they live is kept by the ledger of beds: keep a stay, or a transfer."
    rule = "FB-02"


class BadCreditCode(Invalid):
    code = "bad_credit_code"
    title = "统一社会信用代码有误"
    title_en = "This unified social credit code is not right."
    rule = "ID-02"


class NotYet(Invalid):
    """A date that cannot lie in the future does: `facts.field`."""

    code = "not_yet"
    title = "日期不能晚于今天"
    title_en = "This date lies in the future."


class DelegationTooLong(Invalid):
    """RC-03: `facts.latest` is the last day it may live to."""

    code = "delegation_too_long"
    title = "授权期限过长"
    title_en = "A delegation may not last so long."
    rule = "RC-03"


class DelegationOver(Invalid):
    """Its last day has passed, or comes before its first."""

    code = "delegation_over"
    title = "授权截止日期有误"
    title_en = "This delegation would be over before it begins."
    rule = "RC-03"


class NeedsGuardian(Invalid):
    """RC-04: without capacity a guardian with proof speaks for the elder."""

    code = "needs_guardian"
    title = "须由监护人作出"
    title_en = "A guardian has to say this."
    rule = "RC-04"


class Deceased(Invalid):
    """RC-08: permissions end with a life."""

    code = "deceased"
    title = "老人已去世，不能再授权"
    title_en = "The person has died."
    rule = "RC-08"


class OnlyAsWitness(Invalid):
    """RC-02: staff witness a consent by the elder or guardian, with evidence: `facts.field`."""

    code = "only_as_witness"
    title = "工作人员只能见证，须由老人或监护人同意并附凭证"
    title_en = "Staff only witness: the elder or guardian consents, with evidence."
    rule = "RC-02"


class NeedsWitness(Invalid):
    """A fingerprint is taken by a doctor or nurse, with a photo of them: `facts.field`."""

    code = "witness_missing"
    title = "按指印须有医务人员见证并拍照"
    title_en = "A fingerprint needs a doctor or nurse as witness, and their photo."
    rule = "RC-02"


class ConsentNotTheirs(Invalid):
    """RC-02: only the elder or a live guardian consents."""

    code = "consent_not_theirs"
    title = "只能由老人本人或监护人同意"
    title_en = "Only the elder or a guardian may consent."
    rule = "RC-02"


class NeedsProof(Invalid):
    """RC-08: after a death close relatives show who they are."""

    code = "needs_proof"
    title = "请提供亲属关系证明"
    title_en = "Add the proof of kinship."
    rule = "RC-08"


class UnitBelowStandard(Invalid):
    """IM-04: a doctor whose main site it is, and subjects that rest on something: `facts.field`."""

    code = "unit_below_standard"
    title = "不符合内设医疗机构基本要求"
    title_en = "The unit does not meet the standard."
    rule = "IM-04"


class NeighbourNotMedical(Invalid):
    """IM-01: only a medical institution next door makes up for a unit of one's own."""

    code = "neighbour_not_medical"
    title = "毗邻机构不是医疗机构"
    title_en = "The neighbour is no medical institution."
    rule = "IM-01"


class InsuranceTooEarly(Invalid):
    """IM-08: `facts.eligible_from` is the first day on which the unit may apply."""

    code = "insurance_too_early"
    title = "尚未到可申请医保定点的日期"
    title_en = "It is too early to apply for insurance designation."
    rule = "IM-08"


class UnknownDrug(Invalid):
    """`facts.drug_ids` are not in the drug list."""

    code = "unknown_drug"
    title = "药品不在目录数据中"
    title_en = "The drug list does not know these drugs."
    rule = "IM-09"


class CodeRefused(Problem):
    """Wrong, used, too old, tried too often, or never sent: the caller is not told which."""

    status = 401
    code = "code_refused"
    title = "验证码无效，请重新获取"
    title_en = "This code does not hold; ask for a new one."


class ChoosePerson(Problem):
    """Several people share the phone: sign in again as one of `facts.persons`, same code."""

    code = "choose_person"
    title = "请选择登录人"
    title_en = "Several people share this phone: choose one."


class RoleNotHeld(Problem):
    """ID-01: `facts.roles` are the roles that the person holds today."""

    status = 403
    code = "role_not_held"
    title = "您没有此角色"
    title_en = "You do not hold this role."
    rule = "ID-01"


class DeviceWaits(Problem):
    """Work needs a second factor: a phone that another trusted phone, or an admin, lets in."""

    status = 403
    code = "device_waits"
    title = "此设备尚待授权"
    title_en = "This phone waits until somebody trusts it."


class DeviceIsWiped(Problem):
    """The app forgets everything it keeps, and begins with a new id and a new key."""

    status = 403
    code = "device_wiped"
    title = "此设备已被停用，请清除数据"
    title_en = "This phone was wiped: forget everything."


class SessionEnded(Problem):
    """There is nothing to refresh: sign in with a new code."""

    status = 401
    code = "session_ended"
    title = "登录已失效，请重新登录"
    title_en = "This session has ended; sign in again."


class SignatureWrong(Problem):
    """The signature is not by the key of this phone over this text."""

    status = 422
    code = "signature_wrong"
    title = "设备签名无效"
    title_en = "The phone's signature does not hold."


class UnknownReference(Invalid):
    """The body names something that does not exist: `facts.field`."""

    code = "unknown_reference"
    title = "所引用的对象不存在"
    title_en = "It names something that does not exist."


class AlreadyFounded(Problem):
    code = "already_founded"
    title = "已有机构，请使用应用登记"
    title_en = "There is an organization already: enrol others with the app."
