"""五床: where an elder lives, what medical bed lies over it, and where they are an inpatient.

Three layers, in one ledger (床位台账), whose rows are the truth about where somebody is:

    place     HOME_CARE 家庭养老床位 · INSTITUTION 养老机构床位 · OWN_HOME 自己家     exactly one
    overlay   HOME_SICK 家庭病床 · HOME_HOSPICE 居家安宁疗护                         at most one
    inpatient HOSPITAL 医疗病床 · HOSPICE 安宁疗护病床                               at most one

An overlay yields to an inpatient stay and the place bed is held (FB-02). Over the ledger stands the
家庭病床 episode, from the application (申请) over 建床 to 撤床:

    DRAFT ──submit──▶ APPLIED ──assign──▶ ASSESSING ──pass──▶ APPROVED ──open──▶ OPEN ◀──▶ SUSPENDED
      └──────withdraw──────┴────────────────┴──────────────────┘                  │           │
                  ▼                  fail ▶ REJECTED                  criteria, cycle end, too long
              WITHDRAWN                                                           ▼           ▼
                                                         CLOSED ◀──discharge record── CLOSING

What is due, and when, is computed from facts (lifecycle/due.py), never stored.
"""
