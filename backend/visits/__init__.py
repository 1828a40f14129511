"""上门服务与查房: one carer, one place, one stretch of time, planned ahead and then lived.

    PLANNED ──departure──▶ ON_THE_WAY ──check-in──▶ CHECKED_IN ──check-out──▶ CHECKED_OUT
       │                       │                        └──emergency──▶ ABORTED_EMERGENCY
       ├──cancellation──▶ CANCELLED        refusal ──▶ REFUSED      no access ──▶ NO_ACCESS
       └──day ends──▶ MISSED

What was done is never refused (EV-03): a check-in lands from every status, and what is odd about
it becomes an exception (例外) that another person resolves. An institution round (查房) is a visit
with many entries: one arrival, many elders. `visit_moves` holds everything a visit went through.
Documented, attested and verified are conclusions, computed.
"""
