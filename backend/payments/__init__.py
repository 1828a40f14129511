"""支付: what is owed for care, who pays it from which source, and the ledger that proves it.

A payable (应付单) is opened by the slice that did the work, from facts that are verified:

    OPEN ──lock──▶ LOCKED ──capture──▶ PAID ──refund──▶ REFUNDING ──▶ PARTLY_REFUNDED │ REFUNDED
     │ ▲             │
     │ └───release───┘             OPEN ──agree──▶ ON_DELIVERY (到付) ──collect──▶ PAID
     └─void─▶ VOID                                     └──release──▶ OPEN

An order (支付订单) is one try of one payer; at most one of a payable is in flight:

    CREATED ──succeed──▶ PAID ──return──▶ RETURNED            (a later success is given back)
       │ └─half──▶ REVERSING ──▶ FAILED                       (the leg that succeeded is reversed)
       └─cancel, expire, fail──▶ CANCELLED │ EXPIRED │ FAILED ──succeed──▶ PAID (late: given back)

Money is whole fen and moves only by postings (记账) of the ledger: each takes from one account and
gives to another, so that all of them always sum to zero. Four kinds of payer are kept apart: the
elder's own insurance, family mutual aid (家庭共济), a relative's cash (亲属代付), and a standing
payer (白名单代付); an institution may pay from its prepaid account.
"""
