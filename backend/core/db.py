"""Transactions, SQL text, and the rules we leave to the database."""

from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from functools import cache, wraps
from itertools import count
from types import TracebackType
from typing import Any, Literal, ParamSpec, Self, TypeVar, cast

import anyio
import asyncpg
from asyncpg import Record
from piccolo.constraints import Check, Constraint
from piccolo.engine import engine_finder
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from backend.core.problems import AlreadyDifferent, Busy

ACQUIRE_TIMEOUT_S = 2.0
RUNS_MAX = 3
# A unique violation is met when two say the same thing at once: the next run finds the first one.
AGAIN = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.UniqueViolationError,
)
AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.InternalClientError,  # the line broke between an error and the end of its answer
    ConnectionError,
    TimeoutError,
    OSError,
)

Written = tuple[str, tuple[object, ...]]  # parts of a WITH that write, and what they are given
P = ParamSpec("P")
T = TypeVar("T")

_savepoints = count()


@cache
def engine() -> PostgresEngine:
    found = engine_finder()
    assert isinstance(found, PostgresEngine)
    return found


async def start_pool(*, connections: int) -> None:
    """Open the pool: without one, Piccolo would silently open a connection for each query."""
    await engine().start_connection_pool(
        min_size=min(2, connections),
        max_size=connections,
        timeout=ACQUIRE_TIMEOUT_S,
        command_timeout=15,
        statement_cache_size=1000,
        max_inactive_connection_lifetime=0,
        reset=_keep,
        server_settings={
            "idle_in_transaction_session_timeout": "15s",
            # Every hot statement has one good plan; weighing another costs more than running it.
            "plan_cache_mode": "force_generic_plan",
        },
    )


async def close_pool() -> None:
    if engine().pool:
        await engine().close_connection_pool()


async def _keep(connection: asyncpg.Connection) -> None:
    """Spare the RESET round trip on each release: we never set session state (SET LOCAL only).

    One that was cut off in the middle of its COMMIT goes back with nothing open.
    """
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


class transaction(PostgresTransaction):  # noqa: N801 - read as `async with transaction():`
    """Commit everything inside together, or nothing; inside another one, a savepoint.

    Piccolo's own leaks the pooled connection for ever when COMMIT fails or a cancel arrives
    during ROLLBACK, and treats a nested one as nothing. What was published, enqueued and noted
    for the audit inside it is written in one statement just before COMMIT, together with the
    last `write`.

    :raises Busy: when no connection is free within two seconds
    """

    def __init__(self) -> None:
        super().__init__(engine())
        self.last_words: list[tuple[str, dict[str, Any]]] = []
        self.waiting: Written | None = None

    async def __aenter__(self) -> Self:
        if self._parent is not None:
            await _write_what_waits(self._parent)
            self._mark = len(cast("transaction", self._parent).last_words)
            self._savepoint = f"s{next(_savepoints)}"
            await self._parent.connection.execute(f"SAVEPOINT {self._savepoint}")
            return self
        pool = self.engine.pool
        assert pool is not None, "the pool has not been started"
        try:
            self.connection = await pool.acquire(timeout=ACQUIRE_TIMEOUT_S)
        except AWAY as error:
            raise Busy from error
        try:
            self.transaction = self.connection.transaction()
            await self.transaction.start()
        except BaseException:
            await self._release()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> Literal[False]:
        if self._parent is not None:
            await self._leave_savepoint(failed=kind is not None)
            return False
        try:
            if kind is None:
                await self._say_last_words()
                self.engine.current_transaction.reset(self.context)
                await self.transaction.commit()
            else:
                self.engine.current_transaction.reset(self.context)
                await self._roll_back()
        except BaseException:
            if self.engine.current_transaction.get() is self:
                self.engine.current_transaction.reset(self.context)
                await self._roll_back()
            raise
        finally:
            await self._release()
        return False

    async def _say_last_words(self) -> None:
        if self.last_words:
            from backend.core import journal  # noqa: PLC0415 - it leans on us

            written, self.waiting = self.waiting, None
            await journal.write_down(self.last_words, with_=written)
        await _write_what_waits(self)

    async def _leave_savepoint(self, *, failed: bool) -> None:
        outer = cast("transaction", self._parent)
        if not failed:
            await _write_what_waits(outer)
        with anyio.CancelScope(shield=failed):
            if failed:
                del outer.last_words[self._mark :]
                outer.waiting = None
                await outer.connection.execute(
                    f"ROLLBACK TO {self._savepoint}; RELEASE {self._savepoint}"
                )
            else:
                await outer.connection.execute(f"RELEASE {self._savepoint}")

    async def _roll_back(self) -> None:
        with anyio.CancelScope(shield=True):
            try:
                await self.transaction.rollback()
            except (asyncpg.PostgresError, *AWAY):
                self.connection.terminate()  # the first error is the one to tell

    async def _release(self) -> None:
        assert self.engine.pool is not None
        await self.engine.pool.release(self.connection)  # shields itself from a cancel


def current() -> transaction:
    """The open transaction: whatever is published, enqueued or noted must commit with a change."""
    found = cast("transaction | None", engine().current_transaction.get())
    assert found is not None, "this must commit with the change it belongs to"
    return found


def action(verb: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Make a verb whole: it commits everything or nothing.

    The outermost action opens the transaction and is run again, twice at most, when PostgreSQL
    says that two of them met (40001, 40P01, 23505); one called by another action is a savepoint
    in it.

    :raises Busy: when they keep meeting, or PostgreSQL is away :raises AlreadyDifferent: when
        what must be unique is taken by another
    """

    @wraps(verb)
    async def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        if engine().current_transaction.get() is not None:
            async with transaction():
                return await verb(*args, **kwargs)
        met: Exception | None = None
        for _ in range(RUNS_MAX):
            try:
                async with transaction():
                    return await verb(*args, **kwargs)
            except AGAIN as error:
                met = error
            except AWAY as error:
                raise Busy from error
        if isinstance(met, asyncpg.UniqueViolationError):
            raise AlreadyDifferent from met
        raise Busy from met

    return whole


async def rows(sql: str, *args: object) -> list[Record]:
    """Run SQL text on the current transaction's connection, or on a free one.

    :raises Busy: when there is no connection to be had, or it broke
    """
    try:
        open_one = engine().current_transaction.get()
        if open_one is not None:
            await _write_what_waits(open_one)
            found = await open_one.connection.fetch(sql, *args)
        else:
            pool = engine().pool
            assert pool is not None, "the pool has not been started"
            async with pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
                found = await connection.fetch(sql, *args)
    except AWAY as error:
        raise Busy from error
    return cast("list[Record]", found)


async def write(parts: str, *args: object) -> None:
    """Write parts of a WITH, such as `moved AS (INSERT …), kept AS (UPDATE …)`.

    They go out with the next statement of the transaction, at the latest with its last words, so
    that the last write of an action costs no round trip of its own.
    """
    open_one = current()
    await _write_what_waits(open_one)
    open_one.waiting = (parts, args)


async def _write_what_waits(open_one: PostgresTransaction) -> None:
    # Piccolo's own transactions, in which migrations run, hold nothing back.
    if isinstance(open_one, transaction) and open_one.waiting is not None:
        (parts, args), open_one.waiting = open_one.waiting, None
        await open_one.connection.execute(f"WITH {parts} SELECT", *args)


async def row(sql: str, *args: object) -> Record | None:
    """The first row, if any."""
    found = await rows(sql, *args)
    return found[0] if found else None


async def value(sql: str, *args: object) -> Any:
    """The first column of the first row, None when there is none."""
    found = await rows(sql, *args)
    return found[0][0] if found else None


def one_of(column: str, values: type[StrEnum]) -> Check:
    """Let the database refuse what the enum does not name."""
    listed = ", ".join(f"'{value}'" for value in values)
    return Check(f'"{column}" IN ({listed})')


class Exclude(Constraint):
    """Let the database refuse two rows that overlap.

    What is created under one must hold its owner row first: two conflicting inserts otherwise
    wait for each other until one of them is shot as a deadlock.
    """

    def __init__(self, elements: Sequence[str], where: str, name: str | None = None) -> None:
        self.elements = list(elements)
        self.where = where
        super().__init__(name=name, elements=self.elements, where=where)

    def serialise_self(self) -> None:
        """Nothing to turn into text: it is text already."""

    @property
    def ddl(self) -> str:
        return f"EXCLUDE USING gist ({', '.join(self.elements)}) WHERE ({self.where})"

    def _table_str(self) -> str:
        return f"{self._meta._name} = Exclude({self.elements!r}, {self.where!r})"  # noqa: SLF001
