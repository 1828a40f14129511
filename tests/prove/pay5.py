"""PAY5: at night every difference between a channel's bill and our books is found, and no other."""

from tests.prove.registry import Proof, by_tests

PROOFS = [
    Proof(
        "PAY5",
        "twelve kinds of difference, planted among so many orders, are all found; none is made up",
        ci=None,
        full=20_000,
        run=by_tests(
            "tests/payments/test_reconcile.py",
            "tests/payments/test_reconciling.py",
            "tests/payments/test_books_the_whole_way.py",
            figure_as="ORDERS",
        ),
    ),
]
