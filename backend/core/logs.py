"""What a process says of itself, one line at a time; never a word about a person (S5).

In production a line is a JSON object. An error is told by its kind and the places it passed: its
own message may quote what somebody typed, or a row that PostgreSQL refused.
"""

import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType

import msgspec

Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

# They speak of each connection, statement or request at INFO; we say what we need ourselves.
QUIET = ("asyncio", "httpx", "uvicorn.error")
FRAMES_MAX = 8


class Plain(logging.Formatter):
    """For a person at the terminal."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
        self._second, self._said = 0, ""

    def formatTime(  # noqa: N802 - the framework's name
        self, record: logging.LogRecord, datefmt: str | None = None
    ) -> str:
        """Written once a second: a thousand lines share it."""
        if (second := int(record.created)) != self._second:
            self._second, self._said = second, super().formatTime(record, datefmt)
        return self._said

    def formatException(self, ei: Raised) -> str:  # noqa: N802 - the framework's name
        return places(ei)


class JsonLine(Plain):
    """For a machine that collects lines."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = places(record.exc_info)
        return msgspec.json.encode(line).decode()


def places(raised: Raised) -> str:
    """Such as `ValueError at check_in.py:41 actions, routes.py:17 handler`, innermost last."""
    kind, _, trace = raised
    frames = traceback.extract_tb(trace)[-FRAMES_MAX:]
    passed = (
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames
    )
    return f"{kind.__name__ if kind else 'nothing'} at {', '.join(passed) or 'no place'}"


def use(*, json: bool, debug: bool = False) -> None:
    """Send every line of this process to standard output, as JSON or for a person.

    `debug` also lets libraries say what they do, which may quote a person: never in production.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLine() if json else Plain())
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.INFO, handlers=[handler], force=True
    )
    logging.captureWarnings(capture=True)
    # Of each line the library would look up its thread, its process and its caller: we show none.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 # type: ignore[attr-defined] - its documented switch
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.DEBUG if debug else logging.WARNING)
