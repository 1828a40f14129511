"""C1, S1, S5, Z1-Z6: who may do what, as often as they like, and who can see that they did."""

import os

from tests.prove.registry import Proof, by_tests

MATRIX = "tests/access/test_matrix.py"


def said_at_once(rounds: int, seed: int) -> str:
    """The short tier has 20 callers in each round, the full one 200."""
    os.environ["C1_CALLERS"] = "20" if rounds == SHORT else "200"
    said = by_tests("tests/access/test_same_answer.py", figure_as="C1_ROUNDS")(rounds, seed)
    return f"{said}, {os.environ['C1_CALLERS']} callers at once"


SHORT, FULL = 50, 5

PROOFS = [
    Proof("C1", "every write said by many at once has one effect", SHORT, FULL, said_at_once),
    Proof(
        "S1",
        "what is read or written of a person's health is audited once",
        None,
        1,
        by_tests("tests/access/test_trace.py"),
    ),
    Proof(
        "S5",
        "no name, number, sentence or token stands in the clear",
        None,
        1,
        by_tests("tests/input/test_canaries.py"),
    ),
    Proof(
        "Z1",
        "routes, contract, matrix and public list are equal",
        None,
        1,
        by_tests(
            "tests/house/test_routes.py",
            f"{MATRIX}::test_the_matrix_speaks_of_every_operation_and_of_no_other",
        ),
    ),
    Proof(
        "Z2", "every cell of the access matrix is answered as declared", None, 1, by_tests(MATRIX)
    ),
    Proof(
        "Z3",
        "what is above a reader's level never leaves, what is not the writer's is refused",
        None,
        1,
        by_tests(f"{MATRIX}::test_everybody_is_answered_as_declared", "tests/core/test_strict.py"),
    ),
    Proof(
        "Z4",
        "an odd token is 401, and says nothing",
        None,
        1,
        by_tests("tests/house/test_tokens.py"),
    ),
    Proof(
        "Z5",
        "a login code is not guessed, not used twice, and tells nobody who exists",
        None,
        1,
        by_tests("tests/people/test_login_codes.py", "tests/people/test_sessions.py"),
    ),
    Proof(
        "Z6",
        "refresh tokens rotate, reuse ends a session, and an end is felt at once",
        None,
        1,
        by_tests(
            "tests/people/test_sessions_refresh.py",
            "tests/people/test_sessions_end.py",
            "tests/people/test_sessions_roles.py",
        ),
    ),
]
