"""A whole district behind the town: rows written by COPY, as actions would take a day for them.

It is there to measure with: 20,000 elders, 2,000 at work, 1,000,000 visits over fifty weeks, of
which the newest four also have their moves and proofs. All of it or nothing is written.
"""
