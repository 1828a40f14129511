"""R5: a task that fails in every way is tried again or quarantined; the worker stays up."""

from tests.prove.registry import Proof, by_tests

PROOFS = [
    Proof(
        "R5",
        "what may pass is tried again, poison is quarantined after five deaths",
        None,
        1,
        by_tests("tests/workers/test_delivery.py"),
    )
]
