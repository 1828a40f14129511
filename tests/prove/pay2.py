"""PAY2 to PAY4: one payment of a bill is kept, whoever hears of it, however late and often."""

from tests.prove.registry import Proof, by_tests

PROOFS = [
    Proof(
        "PAY2",
        "one success, heard of by a hundred at once, is booked once",
        ci=None,
        full=1,
        run=by_tests("tests/payments/test_notices.py", "tests/payments/test_orders.py"),
    ),
    Proof(
        "PAY3",
        "two payers at once: one is kept, the other's money goes back by itself",
        ci=None,
        full=500,
        run=by_tests("tests/payments/test_races.py", figure_as="RACES"),
    ),
    Proof(
        "PAY4",
        "whatever is lost, late or said twice, the books say what the channel says",
        ci=None,
        full=500,
        run=by_tests("tests/payments/test_the_life_of_a_bill.py", figure_as="LIVES"),
    ),
]
