"""C3: what the transition tables do not name is refused and changes nothing, whatever happens."""

from tests.prove.registry import Proof, by_tests

PROOFS = [
    Proof(
        "C3",
        "every status, move and role; and whole lives",
        ci=None,
        full=1_000,
        run=by_tests("tests/state", figure_as="LIVES"),
    )
]
