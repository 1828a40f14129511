"""转介: an elder moves from one bed to another, and all open work moves with them.

    DRAFT ──assessment──▶ ASSESSED ──request──▶ REQUESTED ──acceptance──▶ ACCEPTED ──departure──┐
                                                   └──last refusal──▶ DECLINED                   ▼
    EMERGENCY_OPENED ──departure───────────────────────────────────────────────────────▶ IN_TRANSIT
                                          CLOSED ◀── FEEDBACK_DONE ◀──feedback── ARRIVED ◀──┘

Receivers are asked in order: a refusal asks the next, silence past the answer deadline tells both
sides, then the duty list of the district. Before departure it can be CANCELLED. An emergency asks
nobody and waits for nothing: its assessment, consent and package are filled in afterwards, which
changes no status. It is closed when feedback was given and nothing is missing.

The arrival moves the elder and every open visit, plan and bed in one transaction: `carry.py` holds
a line for each slice with open work. What became of each thing is stored and told.
"""
