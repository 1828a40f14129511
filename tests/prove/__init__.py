"""The proofs: each has an id, a figure for every change and a full one, and prints one line.

`python -m tests.prove` runs the full figures, `--ci` the smaller ones, `ONLY=R1` one of them.
Every randomized run prints its seed; `SEED=…` repeats it.
"""
