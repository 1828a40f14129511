"""C4: what must always be true of the books, as SQL that finds whatever is not.

    assert await books.violations() == []

Read it after any test, and after every kill.
"""

from backend.core.db import rows

# Of a payable: what is owed is the balance of RECEIVABLE.
BALANCES = """
SELECT p.id, p.status, p.total_fen,
       coalesce(sum(l.amount_fen * ((l.debit = 'RECEIVABLE')::int
                                    - (l.credit = 'RECEIVABLE')::int)), 0)::bigint AS owed
  FROM payables p LEFT JOIN ledger_postings l ON l.payable = p.id GROUP BY p.id
"""

CHECKS = {
    "owed is never below zero, and never above the bill": f"""
        SELECT id::text FROM ({BALANCES}) b WHERE owed < 0 OR owed > total_fen""",
    "what is open is owed in whole": f"""
        SELECT id::text FROM ({BALANCES}) b
         WHERE status IN ('OPEN', 'LOCKED', 'ON_DELIVERY') AND owed <> total_fen""",
    "what is paid or void is not owed": f"""
        SELECT id::text FROM ({BALANCES}) b
         WHERE status NOT IN ('OPEN', 'LOCKED', 'ON_DELIVERY') AND owed <> 0""",
    "a payable is paid by one order at most": """
        SELECT payable::text FROM payment_orders
         WHERE status IN ('PAID', 'RETURNED') AND NOT is_undue
         GROUP BY payable HAVING count(*) > 1""",
    "one order of a payable is in flight at most": """
        SELECT payable::text FROM payment_orders
         WHERE status IN ('CREATED', 'REVERSING') AND NOT is_undue
         GROUP BY payable HAVING count(*) > 1""",
    "a locked payable is locked by an order in flight": """
        SELECT p.id::text FROM payables p LEFT JOIN payment_orders o ON o.id = p.order_id
         WHERE p.status = 'LOCKED'
           AND (o.id IS NULL OR o.payable <> p.id OR o.status NOT IN ('CREATED', 'REVERSING'))""",
    "a paid order took each leg once, to the fen": """
        SELECT o.id::text FROM payment_orders o
          LEFT JOIN ledger_postings l ON l.order_id = o.id AND l.why IN ('capture', 'undue')
         WHERE o.status IN ('PAID', 'RETURNED') GROUP BY o.id
        HAVING coalesce(sum(l.amount_fen), 0) <> o.total_fen - CASE WHEN o.is_undue
               THEN o.reduce_fen ELSE 0 END""",
    "an order that took nothing has nothing booked": """
        SELECT o.id::text FROM payment_orders o JOIN ledger_postings l ON l.order_id = o.id
         WHERE o.captured_at IS NULL""",
    "what went back is what was booked, leg by leg": """
        SELECT o.id::text FROM payment_orders o
          LEFT JOIN ledger_postings l ON l.order_id = o.id AND l.why = 'refund'
         GROUP BY o.id
        HAVING coalesce(sum(l.amount_fen) FILTER (WHERE l.credit IN ('CLEARING', 'PREPAID')), 0)
                 <> o.cash_back_fen
            OR coalesce(sum(l.amount_fen) FILTER (WHERE l.credit = 'FUND'), 0) <> o.gov_back_fen
            OR coalesce(sum(l.amount_fen) FILTER (WHERE l.credit = 'ACCOUNT'), 0)
                 <> o.self_back_fen
            OR coalesce(sum(l.amount_fen) FILTER (WHERE l.credit = 'OTHER'), 0)
                 <> o.other_back_fen""",
    "no more goes back than came": """
        SELECT o.id::text FROM payment_orders o JOIN refunds r ON r.payment_order = o.id
         WHERE r.status <> 'DECLINED' GROUP BY o.id
        HAVING sum(r.cash_fen) > o.pay_cash_fen OR sum(r.gov_fen) > o.gov_fen
            OR sum(r.self_fen) > o.self_fen OR sum(r.other_fen) > o.other_fen""",
    "undue money waits to go back, or is back": """
        SELECT o.id::text FROM payment_orders o JOIN ledger_postings l ON l.order_id = o.id
         GROUP BY o.id
        HAVING sum(l.amount_fen * ((l.debit = 'UNDUE')::int - (l.credit = 'UNDUE')::int)) > 0
            OR (o.status IN ('RETURNED', 'FAILED') AND
                sum(l.amount_fen * ((l.debit = 'UNDUE')::int - (l.credit = 'UNDUE')::int)) <> 0)""",
    "a refund that is made is booked": """
        SELECT r.id::text FROM refunds r LEFT JOIN ledger_postings l ON l.refund_id = r.id
         WHERE r.status = 'REFUNDED' GROUP BY r.id
        HAVING coalesce(sum(l.amount_fen), 0)
               <> r.cash_fen + r.gov_fen + r.self_fen + r.other_fen""",
    "an account holds what was put in, less what was used and is being used": """
        SELECT a.id::text FROM prepaid_accounts a
         WHERE a.balance_fen <>
               (SELECT coalesce(sum(l.amount_fen * ((l.credit = 'PREPAID')::int
                                                    - (l.debit = 'PREPAID')::int)), 0)
                  FROM ledger_postings l JOIN payables p ON p.id = l.payable
                 WHERE l.organization = a.organization AND l.institution_id = a.institution
                   AND (p.kind <> 'PREPAYMENT' OR p.status <> 'OPEN' AND p.status <> 'LOCKED'))
             - (SELECT coalesce(sum(o.pay_cash_fen), 0) FROM payment_orders o
                  JOIN payables p ON p.id = o.payable
                 WHERE o.channel = 'prepaid' AND o.status = 'CREATED'
                   AND o.institution = a.institution AND p.organization = a.organization)""",
    "every posting gives what it takes": """
        SELECT id::text FROM ledger_postings WHERE debit = credit OR amount_fen <= 0""",
}


async def violations() -> list[tuple[str, str]]:
    """Each rule that is broken, with the id of what breaks it; read in one moment."""
    asked = " UNION ALL ".join(
        f"SELECT '{rule}' AS rule, id FROM ({check}) AS found(id)" for rule, check in CHECKS.items()
    )
    return [(each["rule"], each["id"]) for each in await rows(asked)]
