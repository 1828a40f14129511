"""How often one address may knock."""

import pytest

from backend.core.limits import NOBODY, caller


def test_an_address_counts_for_itself() -> None:
    assert caller("203.0.113.7") == "203.0.113.7"


def test_the_many_addresses_of_one_household_count_as_one() -> None:
    assert caller("2001:db8:1:2::9") == caller("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert caller("2001:db8:1:3::9") != caller("2001:db8:1:2::9")


@pytest.mark.parametrize("peer", ["", "testclient", "1.2.3.4:80", "/run/bedside.sock"])
def test_what_is_no_address_is_counted_together(peer: str) -> None:
    assert caller(peer) == NOBODY
