"""What tests of signing in lean on."""

import secrets
from collections.abc import Callable, Iterator

import httpx
import pytest

from backend.core import sms
from tests.people.phones import NUMBER, Inbox, Phone


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """Where the SMS of this test arrive."""
    before, inbox = sms._gateway, Inbox()
    sms.use(inbox)
    yield inbox
    sms._gateway = before


@pytest.fixture
def network(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """An address of the internet that nobody has called from yet."""
    near = client._transport
    assert isinstance(near, httpx.ASGITransport)
    address = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
    transport = httpx.ASGITransport(near.app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://bedside")


@pytest.fixture
def a_phone(network: httpx.AsyncClient, inbox: Inbox) -> Callable[..., Phone]:
    """A phone that has not signed in: `a_phone(number="13800005678")`."""

    def make(*, number: str = NUMBER) -> Phone:
        return Phone(network, inbox, number=number)

    return make
