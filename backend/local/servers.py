"""Both servers together, for `make up`, tests and proofs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.local.places import Place, taken, thrown_away
from backend.local.postgres import Postgres
from backend.local.valkey import Valkey


@dataclass(frozen=True)
class Servers:
    """A PostgreSQL and a Valkey that run."""

    postgres: Postgres
    valkey: Valkey

    @property
    def database_url(self) -> str:
        return self.postgres.url

    @property
    def redis_url(self) -> str:
        return self.valkey.url


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """Run both in a folder whose data stays.

    :raises CannotStart: in one sentence
    """
    with taken(folder) as place, _both(place, durable=True) as both:
        yield both


@contextmanager
def throw_away_servers(*, durable: bool = True) -> Iterator[Servers]:
    """Run both in a temporary folder, on any free ports; `durable=False` gives up fsync."""
    with thrown_away() as place, _both(place, durable=durable) as both:
        yield both


@contextmanager
def _both(place: Place, *, durable: bool) -> Iterator[Servers]:
    with Valkey(place) as valkey, Postgres(place, durable=durable) as postgres:
        yield Servers(postgres, valkey)
