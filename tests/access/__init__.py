"""Who may do what: every operation, in every role, from every standing (Z1, Z2, Z3, C1, S1).

One elder stands in the middle; everybody else is a caller who stands somewhere towards her.
"""
