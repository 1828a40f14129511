"""照护计划: what ails somebody, what is to become better, and what is done for it, how often.

    DRAFT ──activation──▶ ACTIVE ──end──▶ ENDED
      │ ▲                  │  ▲               ▲
      │ └ written again,   │  └ revised,      │
      │   countersigned    │    paused, resumed, handed over
      └──────────────────end──────────────────┘

Handed over to another center (交接), a plan waits there until a doctor takes it over (接手);
so long the former doctor answers for it.

A nurse proposes, the responsible doctor (责任医师) activates, revises and ends; a plan for hospice
or with many invasive items is countersigned by a senior doctor before. What is to be done
(干预措施) becomes visits some days ahead (HB-21): each intervention on each day once. What nobody
could be sent for stays as an open need (无人可派) until somebody can. Every version is kept whole.
"""
