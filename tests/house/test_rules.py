"""The index of rules tells the truth about the code, and what is live stays live."""

from backend.policy import rules

INDEX = rules.index()


def test_the_domain_has_235_rules() -> None:
    assert len(INDEX) == 235


def test_the_index_says_where_each_rule_lives() -> None:
    """Out of step? `python -m backend.policy.rules --settle`."""
    said = {rule.id: rule.where for rule in INDEX.values()}
    assert said == {rule.id: rules.where(rule) for rule in INDEX.values()}


def test_no_rule_lives_in_a_module_that_is_gone() -> None:
    homes = {rule.where for rule in INDEX.values() if not rule.is_later}
    assert {home for home in homes if not (rules.ROOT / home).exists()} == set()


def test_the_code_names_no_rule_that_is_not_one() -> None:
    named = rules.cited()
    assert {rule_id: named[rule_id] for rule_id in named.keys() - INDEX.keys()} == {}


def test_no_test_is_tied_to_a_rule_that_is_not_one() -> None:
    tied = rules.tested()
    assert {rule_id: tied[rule_id] for rule_id in tied.keys() - INDEX.keys()} == {}


def test_what_is_live_and_tested_only_grows() -> None:
    assert len(rules.live()) >= rules.floor()
