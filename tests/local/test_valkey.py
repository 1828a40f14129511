"""Valkey starts, keeps nothing, and is open to nobody else."""

import socket

import psutil
import pytest
import redis
import redis.asyncio

from backend.local.places import Place
from backend.local.valkey import Valkey

pytestmark = pytest.mark.anyio


async def test_it_answers_who_knows_the_password_and_nobody_else(place):
    with Valkey(place) as valkey:
        async with redis.asyncio.Redis.from_url(valkey.url) as client:
            assert await client.ping()
        without = f"redis://127.0.0.1:{valkey.port}/0"
        async with redis.asyncio.Redis.from_url(without) as stranger:
            with pytest.raises(redis.AuthenticationError):
                await stranger.ping()


async def test_its_password_is_in_no_command_line(place):
    with Valkey(place) as valkey:
        words = psutil.Process(valkey.pid).cmdline()

    assert valkey._password not in " ".join(words)


async def test_it_listens_on_the_loopback_alone(place):
    with Valkey(place) as valkey:
        heard = {
            line.laddr.ip
            for line in psutil.Process(valkey.pid).net_connections("inet")
            if line.status == psutil.CONN_LISTEN
        }

    assert heard == {"127.0.0.1"}


async def test_after_a_kill_it_starts_again_empty_on_the_same_port(place):
    with Valkey(place) as valkey:
        port = valkey.port
        async with redis.asyncio.Redis.from_url(valkey.url) as client:
            await client.set("word", "here")

        valkey.kill()
        valkey.start()

        async with redis.asyncio.Redis.from_url(valkey.url) as client:
            assert await client.get("word") is None
        assert valkey.port == port


async def test_on_a_taken_port_it_is_not_fooled_by_who_answers_there(place: Place):
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        wish = somebody.getsockname()[1]

        with Valkey(place, port=wish) as valkey:
            assert valkey.port > wish
