"""签约: what people and institutions have agreed, from when, until when, and whether it is kept.

    DRAFT ──one side signs──▶ NEGOTIATING ──the other signs──▶ SIGNED ──termination──▶ TERMINATED
      ▲  └──edit──┘               │                              └─ renewal, change of doctor,
      └──────────edit─────────────┘                                 suspension, lifting: SIGNED

A family-doctor contract (家庭医生签约) is between a resident and a health center; an institution
contract (机构签约) between an eldercare institution and a medical institution, with the visits they
agreed on; an alliance (五床联动协议) joins several under one team. Only these four statuses are
stored. That a contract is active, expiring, expired, renewed or suspended follows from dates; that
a week was kept (周履约) follows from check-ins. `contract_moves` holds everything a contract went
through. From its first day to its last a contract is a tie of the care team.
"""
