"""Every kind of notification, in words fit for a lock screen. Pure.

`{who}` is the person cared for as 周*, `{when}` a moment in Shanghai. A text never holds a
diagnosis, the name of a medicine or anybody's full name: the app shows those, behind its lock.
"""

from datetime import datetime

import msgspec

from backend.core import masks
from backend.core.calendar import SHANGHAI
from backend.notifications.lifecycle import Urgency

NOBODY = "长者"
NOBODY_EN = "the elder"


class Text(msgspec.Struct, frozen=True):
    title: str
    body: str


class Kind(msgspec.Struct, frozen=True):
    """One kind. `any_hour`: it does not wait for the morning (BG-24)."""

    name: str
    urgency: Urgency
    chinese: Text
    english: Text
    any_hour: bool = False

    @property
    def can_be_muted(self) -> bool:
        return self.urgency is not Urgency.EMERGENCY

    def text(self, *, name: str | None, when: datetime | None, english: bool = False) -> Text:
        """Its words about this person and moment."""
        words = self.english if english else self.chinese
        who = masks.name(name) if name else (NOBODY_EN if english else NOBODY)
        there = when.astimezone(SHANGHAI) if when else None
        at = (there.strftime("%d %b %H:%M") if english else _chinese(there)) if there else ""
        return Text(words.title, words.body.format(who=who, when=at))


def _chinese(at: datetime) -> str:
    return f"{at.month}月{at.day}日{at:%H:%M}"


def _kinds(urgency: Urgency, lines: str, *, any_hour: bool = False) -> dict[str, Kind]:
    """One kind a line: name | title | body | English title | English body."""
    found: dict[str, Kind] = {}
    for line in lines.strip().splitlines():
        name, *words = (word.strip() for word in line.split("|"))
        title, body, title_en, body_en = words
        found[name] = Kind(name, urgency, Text(title, body), Text(title_en, body_en), any_hour)
    return found


ROUTINE = """
visit_planned       | 上门服务已安排 | {when}将上门为{who}服务。 | Visit planned | {who} will be visited on {when}.
visit_reminder      | 上门服务提醒 | {when}将上门为{who}服务，请留人在家。 | Visit reminder | {who} will be visited on {when}. Please be at home.
visit_to_make       | 上门安排提醒 | {when}您有一次上门服务：{who}。 | You have a visit | You visit {who} on {when}.
visit_given         | 新的上门任务 | {when}为{who}上门的任务已派给您。 | New visit | You have been given the visit to {who} on {when}.
visit_taken         | 上门任务已改派 | {when}为{who}上门的任务已改派他人。 | Visit reassigned | Somebody else makes the visit to {who} on {when}.
visit_begun         | 上门服务已开始 | 医护人员已到达，正在为{who}服务。 | Visit begun | The carer has arrived at {who}.
visit_ended         | 上门服务已结束 | 为{who}的本次上门服务已结束。 | Visit ended | The visit to {who} has ended.
visit_cancelled     | 上门服务已取消 | {when}为{who}的上门服务已取消。 | Visit cancelled | The visit to {who} on {when} was cancelled.
visit_refused       | 上门服务未进行 | {when}为{who}的上门服务被谢绝。 | Visit declined | The visit to {who} on {when} was declined.
visit_missed        | 上门服务未进行 | {when}为{who}的上门服务未能进行，我们会与您另约。 | Visit missed | The visit to {who} on {when} did not take place; we will arrange another.
visit_to_rearrange  | 上门时间需重新商定 | {when}为{who}的上门服务需重新安排，我们会与您联系。 | Visit to rearrange | The visit to {who} on {when} must be rearranged; we will call you.
plan_to_countersign | 照护计划待会签 | {who}的照护计划待您会签。 | Care plan to countersign | The care plan of {who} waits for your countersignature.
plan_active         | 照护计划开始执行 | {who}的照护计划已开始执行。 | Care plan begun | The care plan of {who} has begun.
plan_revised        | 照护计划已调整 | {who}的照护计划已调整，后续上门时间可能有变。 | Care plan changed | The care plan of {who} was changed; visits to come may have moved.
plan_paused         | 照护计划已暂停 | {who}的照护计划已暂停，期间不再安排上门。 | Care plan rests | The care plan of {who} rests; nobody is sent meanwhile.
plan_resumed        | 照护计划已恢复 | {who}的照护计划已恢复，上门服务重新安排。 | Care plan goes on | The care plan of {who} goes on; visits are planned again.
plan_ended          | 照护计划已结束 | {who}的照护计划已结束。 | Care plan ended | The care plan of {who} has ended.
plan_given          | 照护计划已交接 | {who}的照护计划现由您负责。 | Care plan handed over | You now answer for the care plan of {who}.
plan_review_due     | 照护计划待复评 | 请复评{who}的照护计划。 | Care plan to review | Please review the care plan of {who}.
exception_to_decide | 签到例外待处理 | 有一条上门签到例外待您处理。 | Exception to decide | A visit exception waits for your decision.
exception_decided   | 签到例外已处理 | 您的上门签到例外已有结果。 | Exception decided | Your visit exception has been decided.
exception_appealed  | 签到例外申诉 | 有一条上门签到例外申诉待处理。 | Exception appealed | An appeal against a decision waits.
note_overdue        | 病历待签名 | 您有一份为{who}书写的病历尚未签名。 | Note not signed | A note you wrote for {who} is not signed yet.
device_waiting      | 新手机待确认 | 有员工的手机等待您确认可用于工作。 | Phone waits for trust | A phone of your staff waits for your trust.
device_trusted      | 手机已可用于工作 | 您的手机已被确认，可用于工作。 | Phone trusted | Your phone may be used for work.
delegation_given    | 您已获得授权 | {who}授权您协助查看和办理。 | You have been let in | {who} lets you help.
delegation_changed  | 授权已变更 | {who}给您的授权已变更。 | Permission changed | What {who} lets you do has changed.
delegation_revoked  | 授权已结束 | {who}给您的授权已结束。 | Permission ended | {who} has ended your permission.
delegation_expiring | 授权即将到期 | {who}的亲属授权将于{when}到期，可在此续期。 | Permission expiring | A permission of {who} ends on {when}.
scopes_asked        | 亲属申请更多授权 | 您的亲属申请更多授权，请查看。 | More permission asked | A relative asks you for more permission.
guardian_recorded   | 监护信息已登记 | {who}的监护信息已登记。 | Guardian recorded | A guardian of {who} was recorded.
consent_withdrawn   | 同意已撤回 | {who}撤回了一项同意，请查看。 | Consent withdrawn | {who} has withdrawn a consent.
break_glass_judged  | 破窗访问已复核 | 一次对{who}资料的破窗访问已复核。 | Break-glass reviewed | A break-glass access to {who} was reviewed.
copy_asked          | 病历复印申请 | 有一份病历复印申请待办理。 | Copy asked for | A copy of a record has been asked for.
copy_ready          | 病历复印件已备好 | {who}的病历复印件已备好。 | Copy ready | The copy of the record of {who} is ready.
correction_asked    | 地址更正待处理 | 有一条地址更正待您处理。 | Address correction | An address correction waits for your decision.
correction_decided  | 地址更正已处理 | 您提出的地址更正已有结果。 | Address correction decided | Your address correction has been decided.
staff_left          | 员工已离岗 | 有员工离岗，请查看其未完成的上门任务。 | Staff left | Somebody has left; look at their open visits.
unit_confirmed      | 内设医疗机构已确认 | 贵机构内设医疗机构的备案已确认。 | Unit confirmed | Your in-house medical unit was confirmed.
transfer_asked       | 转介请求待答复 | 请在{when}前答复{who}的转介请求。 | Transfer to answer | Please answer the transfer of {who} before {when}.
transfer_going_on    | 转介进行中 | 正在为{who}联系接收机构，可在此查看进展。 | Transfer under way | A receiver for {who} is being asked; you can follow it here.
transfer_accepted    | 转介已被接收 | {who}的转介已有机构接收。 | Transfer accepted | A receiver has accepted {who}.
transfer_cancelled   | 转介已取消 | {who}的转介已取消。 | Transfer cancelled | The transfer of {who} was cancelled.
transfer_departed    | 已出发 | {who}已出发前往接收机构。 | On the way | {who} is on the way to the receiver.
transfer_arrived     | 已到达 | {who}已到达接收机构并安顿。 | Arrived | {who} has arrived.
transfer_feedback    | 转介反馈 | 接收机构已反馈{who}的情况，请查看。 | Transfer feedback | The receiver has written back about {who}.
transfer_comment     | 转介留言 | {who}的转介有新的留言，请查看。 | Comment on a transfer | Somebody commented on the transfer of {who}.
came_back            | 老人已返回 | {who}已返回，请在{when}前完成首次上门。 | Back again | {who} is back; please visit before {when}.
licence_expiring    | 证书即将到期 | 您有一份证书将于{when}到期。 | Certificate expiring | One of your certificates ends on {when}.
home_sickbed_applied      | 家庭病床申请 | {who}申请家庭病床，请安排评估。 | Home-sickbed asked for | {who} asks for a home-sickbed; please name an assessor.
home_sickbed_withdrawn    | 家庭病床申请已撤回 | {who}的家庭病床申请已撤回。 | Application withdrawn | The application of {who} was withdrawn.
home_sickbed_given        | 家庭病床任务 | {who}的家庭病床工作已交给您，请查看。 | Home-sickbed given | You have a part in the home-sickbed of {who}.
home_sickbed_decided      | 家庭病床评估有结果 | {who}的家庭病床评估已有结果，请查看。 | Home-sickbed decided | The assessment of {who} for a home-sickbed has a result.
home_sickbed_can_open     | 可以建床 | {who}在其他医院的住院已结束，可以建床。 | The bed can be opened | {who} is in no other hospital any more; the bed can be opened.
home_sickbed_opened       | 家庭病床已建床 | {who}的家庭病床已建床。 | Home-sickbed opened | The home-sickbed of {who} is open.
home_sickbed_suspended    | 家庭病床已暂停 | {who}的家庭病床已暂停。 | Home-sickbed suspended | The home-sickbed of {who} is suspended.
home_sickbed_resumed      | 家庭病床已恢复 | {who}的家庭病床已恢复。 | Home-sickbed resumed | The home-sickbed of {who} is open again.
home_sickbed_closing      | 请完成撤床记录 | {who}的家庭病床准备撤床，请按时完成撤床记录。 | Discharge record owed | The home-sickbed of {who} is closing; please write the discharge record.
home_sickbed_closed       | 家庭病床已撤床 | {who}的家庭病床已撤床。 | Home-sickbed closed | The home-sickbed of {who} is closed.
home_sickbed_due          | 家庭病床工作到期 | {who}的家庭病床有工作应于{when}前完成，请查看。 | Home-sickbed work due | Something for the home-sickbed of {who} is due by {when}.
home_sickbed_cycle_ending | 家庭病床周期将满 | {who}的家庭病床周期于{when}结束，请评估续床或撤床。 | Cycle ending | The cycle of {who} ends on {when}: renew or close.
home_sickbed_away         | 家庭病床暂停已久 | {who}的家庭病床暂停已超过时限，请联系。 | Away too long | The home-sickbed of {who} has been suspended too long; please call.
contract_signed     | 家庭医生签约已生效 | {who}的家庭医生签约双方已签署。 | Family doctor | The family-doctor contract of {who} is signed.
contract_ended      | 家庭医生签约已解约 | {who}的家庭医生签约已办理解约。 | Contract ended | The family-doctor contract of {who} was ended.
contract_expiring   | 家庭医生签约将到期 | {who}的家庭医生签约将于{when}到期，请及时续签。 | Contract expiring | The family-doctor contract of {who} ends on {when}.
doctor_changed      | 家庭医生已更换 | {who}的家庭医生将自下月起更换。 | Another doctor | {who} has another family doctor from next month on.
panel_nearly_full   | 签约人数接近上限 | 您团队的签约人数已接近或达到上限。 | Panel nearly full | Your team has nearly as many contracted persons as it may.
agreement_to_read   | 机构签约待审阅 | 有一份机构签约合同待贵单位审阅签署。 | Contract to read | A contract waits for your organization.
agreement_signed    | 机构签约已生效 | 贵单位的机构签约合同双方已签署。 | Contract signed | A contract of your organization is signed.
agreement_suspended | 机构签约已暂停 | 贵单位的机构签约合同已暂停，请查看。 | Contract suspended | A contract of your organization was suspended.
agreement_ended     | 机构签约已解约 | 贵单位的机构签约合同已办理解约。 | Contract ended | A contract of your organization was ended.
agreement_expiring  | 机构签约将到期 | 贵单位有一份机构签约合同将于{when}到期。 | Contract expiring | A contract of your organization ends on {when}.
week_kept           | 本周巡诊已履约 | 本周约定的机构巡诊已完成。 | Week kept | The agreed rounds of this week were made.
week_not_kept       | 本周巡诊未履约 | 本周约定的机构巡诊未完成，请说明原因并在七日内补访。 | Week not kept | The agreed rounds of this week were not made; say why and make them up within seven days.
round_not_planned   | 约定巡诊未能排班 | 有一次约定的机构巡诊未能自动排班，请处理。 | Round not planned | An agreed round could not be planned; please look.
alliance_joined     | 五床联动协议已签署 | {who}已签署五床联动协议。 | Alliance joined | {who} has signed the five-bed agreement.
alliance_left       | 五床联动协议已退出 | {who}已退出五床联动协议。 | Alliance left | {who} has left the five-bed agreement.
standing_payer_proposed | 有人申请自动代付 | 有人申请为{who}自动代付小额费用，请本人或监护人确认。 | Automatic payment proposed | Somebody offers to pay small bills of {who} automatically; please say yes or no.
standing_payer_approved | 自动代付已开通 | 为{who}自动代付已获同意，每笔都会通知您。 | Automatic payment begins | You pay small bills of {who} automatically from now on, and are told of each.
standing_payer_revoked  | 自动代付已停止 | 为{who}的自动代付已停止。 | Automatic payment ended | Small bills of {who} are no longer paid automatically.
standing_payment        | 自动代付通知 | {who}的一笔费用正在自动代付，可在此查看。 | Paid automatically | A bill of {who} is being paid automatically; you can look at it here.
payment_asked           | 有新的待付款 | {who}有一笔新的待付款，请您查看。 | A bill to pay | A bill of {who} waits for you.
statement_ready         | 预存账户日对账单 | 昨日预存账户有支出或充值，对账单已生成。 | Daily statement | Your prepaid account moved yesterday; the statement is ready.
day_close_reversed  | 日结已撤销 | 有一个日结已被撤销，请查看。 | Day close reversed | A day close of your center was taken back; please look.
differences_found   | 对账有差异 | 支付渠道账单与本中心账目有差异，请处理。 | Books differ | A payment channel's bill and your books differ; please look.
payment_made        | 支付成功 | {who}的一笔账单已支付成功，可在此查看。 | Paid | A bill of {who} has been paid.
payment_reversed    | 支付未成功 | 未扣款成功，医保已撤销。{who}的账单可重新支付。 | Not paid | Nothing was taken, and the insurance was reversed. The bill of {who} can be paid again.
payment_undue       | 重复支付将退回 | {who}的账单此前已由他人支付，您的付款将自动原路退回。 | Paid twice | The bill of {who} had been paid; your payment goes back by itself.
payment_twice       | 账单被重复支付 | 另有一笔对{who}账单的付款，将自动退回对方，您无需处理。 | Paid twice | Another payment of the bill of {who} goes back by itself; nothing is to be done.
payment_doubted     | 支付金额不符 | 有一笔支付金额不符，请核对。 | Amount differs | A channel took another amount than was asked for; please look.
refund_to_decide    | 退款待复核 | 有一笔{who}的退款待您复核。 | Refund to decide | A refund of {who} waits for your word.
refund_declined     | 退款未通过 | {who}的退款申请未通过，请查看。 | Refund declined | The refund of {who} was declined.
refund_made         | 退款已到账 | {who}的退款已原路退回。 | Refunded | The refund of {who} went back to where it came from.
refund_stuck        | 退款失败 | 有一笔退款未能退回，请处理。 | Refund stuck | A refund did not go back; please look.
payable_opened      | 有新的待付款 | {who}今日有新的待付款，请打开查看。 | New bill | There is a new bill for {who}.
payable_voided      | 账单已撤销 | {who}的一笔账单已撤销，无需支付。 | Bill withdrawn | A bill for {who} was withdrawn; nothing is to be paid.
price_missed        | 有服务缺少价格 | 有已完成的服务没有价格，暂不计费，请补充价格表。 | A price is missing | Something was done that has no price; please add it.
calendar_missing    | 节假日安排缺失 | 明年的节假日安排尚未录入，届时按周一至周五计算。 | Calendar missing | Next year's public holidays are not known yet; Monday to Friday will be taken as worked.
"""  # noqa: E501 - one kind a line

URGENT = """
visit_late           | 上门服务延误 | {when}为{who}的上门服务未按时开始或结束，请联系。 | Visit late | The visit to {who} on {when} did not begin or end in time; please call.
visit_uncovered      | 上门任务无人接替 | {when}为{who}的上门服务无人可接替，请重新安排。 | Visit uncovered | Nobody is free for the visit to {who} on {when}.
care_uncovered       | 照护计划无人可派 | {who}的照护计划有服务无人可派，请安排。 | Care uncovered | Nobody can be sent for something in the care plan of {who}; please arrange it.
reassessment_due     | 评估已过期 | {who}的评估已过期，新的上门服务暂停安排，请重新评估。 | Assess again | The assessment of {who} is too old; no more visits are planned until they are assessed again.
nobody_opened        | 无人应门 | 医护人员已到{who}门口，无人应门，请尽快联系。 | Nobody opened | The carer stands at the door of {who} and nobody opens.
check_out_overdue    | 请报平安 | 您的上门服务已超时，请签退或与单位联系。 | Are you well? | Your visit takes longer than planned; please check out or call.
carer_overdue        | 员工上门超时 | 有员工上门超时未签退，请立即联系。 | Carer overdue | A carer has not checked out; please call them.
call_back            | 请回电 | 请在{when}前回电{who}。 | Call back | Please call {who} back before {when}.
incident_reported    | 有事件上报 | {who}有一条事件上报，请查看。 | Incident reported | An incident about {who} was reported.
rescue_note_missed   | 抢救记录未完成 | {who}的抢救记录已超过时限，请立即补记。 | Rescue note missing | The rescue note for {who} is past its hours.
account_copied       | 账号安全提醒 | 您的登录状态疑似被复制，已下线，请重新登录并修改。 | Your account | A copy of your sign-in was used; it was ended. Please sign in again.
number_changed       | 登录手机号已变更 | {who}的登录手机号已变更，如非本人要求，请立即联系社区卫生服务中心。 | Number changed | The number with which {who} signs in was changed. If nobody asked for it, call the health center.
home_sickbed_late        | 家庭病床工作逾期 | {who}的家庭病床有工作已逾期（{when}），请督促。 | Home-sickbed work late | Something for the home-sickbed of {who} is late since {when}.
home_sickbed_record_late | 家庭病床病历逾期 | {who}的家庭病床病历已逾期，请立即补记。 | Record late | A record of the home-sickbed of {who} is late.
transfer_declined    | 转介未被接收 | {who}的转介未被接收，请另行安排。 | Transfer declined | Nobody accepted {who}; please arrange otherwise.
transfer_unanswered  | 转介超时未答复 | {who}的转介请求超时未答复，请立即处理。 | Transfer unanswered | Nobody has answered the transfer of {who}; act now.
transfer_to_assess   | 转介待评估 | {who}的转介尚未评估，已超过时限。 | Transfer to assess | The transfer of {who} waits too long for its assessment.
transfer_feedback_late | 转介反馈超时 | 请反馈{who}的情况，已超过时限。 | Feedback overdue | Please write back about {who}; it is overdue.
first_visit_late     | 返回后未上门 | {who}返回后尚未有人上门，请尽快安排。 | First visit overdue | Nobody has visited {who} since they came back.
difference_escalated | 对账差异逾期未处理 | 有一条对账差异超过时限仍未处理，请督促。 | Difference still open | A difference between a bill and your books is open too long.
record_opened        | 您的资料被紧急查看 | 有医护人员因紧急情况查看了{who}的资料，事后将复核。 | Record opened | Somebody opened the record of {who} in an emergency; it will be reviewed.
break_glass_to_judge | 破窗访问待复核 | 有一次破窗访问待您复核。 | Break-glass to review | A break-glass access waits for your review.
"""  # noqa: E501 - one kind a line

EMERGENCY = """
emergency        | 紧急求助 | {who}处有紧急求助，请立即打开查看。 | Emergency | There is an emergency at {who}. Open at once.
emergency_family | 紧急情况 | {who}处有紧急情况，医护人员正在处理，请保持电话畅通。 | Emergency | There is an emergency at {who}; help is under way. Keep your phone at hand.
transfer_emergency | 急救转运 | {who}正经急救绿色通道转运，请立即打开查看。 | Emergency transfer | {who} is being taken to hospital. Open at once.
alarm            | 需立即处理 | {who}有一条需立即处理的情况，请打开查看。 | Act at once | Something about {who} needs you at once.
alarm_family     | 请关注 | {who}的情况需要关注，医护人员会与您联系，请保持电话畅通。 | Please note | {who} needs attention; a carer will call you. Keep your phone at hand.
staff_alarm      | 员工静默报警 | 有员工发出静默报警，请立即处理。 | Silent alarm | A carer has raised a silent alarm. Act at once.
carer_silent     | 员工失联 | 有员工上门超时且未联系上，请考虑报警。 | Carer out of reach | A carer is overdue and out of reach; consider the police.
"""  # noqa: E501 - one kind a line

KINDS: dict[str, Kind] = {
    **_kinds(Urgency.ROUTINE, ROUTINE),
    **_kinds(Urgency.URGENT, URGENT),
    **_kinds(Urgency.EMERGENCY, EMERGENCY, any_hour=True),
}
