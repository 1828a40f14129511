"""HTTP/1.1 for patient servers and impatient ones: whoever speaks too slowly is let go.

uvicorn waits for ever for the rest of a head or of a body, and for a caller who never reads its
answer; a thousand silent connections would hold a process. In production nginx stands in front
with the same deadlines; these hold when it does not.
"""

import asyncio

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from backend.core.answers import PROBLEM_JSON, body_of
from backend.core.door import HEADERS_MAX, HeadersTooLarge
from backend.core.problems import Malformed, Problem

HEAD_WITHIN_S = 10.0
BODY_WITHIN_S = 10.0
READ_WITHIN_S = 10.0
# A photo over a bad line takes long and is welcome, as long as it comes.
BYTES_WORTH_A_SECOND = 8 * 1024


class DeadlineProtocol(HttpToolsProtocol):
    """One connection, with one timer.

    It is due when a head, a body, or room for our answer has been waited for too long; while a
    request is being answered, and while we do not read ourselves, nothing is due.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._timer: asyncio.TimerHandle | None = None
        self._due: float | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._in_head = True
        super().connection_made(transport)
        self._expect(HEAD_WITHIN_S)

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._timer, self._unread):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            if self._head_bytes == 0 and self._due is None:
                self._expect(HEAD_WITHIN_S)
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > HEADERS_MAX and not self.transport.is_closing():
            self._refuse(HeadersTooLarge())

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()
        self._expect(BODY_WITHIN_S)

    def on_body(self, body: bytes) -> None:
        if self._due is not None:
            self._due += len(body) / BYTES_WORTH_A_SECOND
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        self._due = None
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(READ_WITHIN_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the words of the parser
        self._refuse(Malformed())

    def _expect(self, within_s: float) -> None:
        self._due = self.loop.time() + within_s
        if self._timer is None:
            self._timer = self.loop.call_at(self._due, self._look)

    def _look(self) -> None:
        """See whether what is due has come; `_due` moves at each request, the timer rarely."""
        self._timer = None
        if self._due is None or self.transport.is_closing():
            return
        now = self.loop.time()
        if self.flow.read_paused:
            self._due = now + BODY_WITHIN_S
        if now < self._due:
            self._timer = self.loop.call_at(self._due, self._look)
        else:
            self.transport.abort()

    def _refuse(self, problem: Problem) -> None:
        body = msgspec.json.encode(body_of(problem, english=False, trace_id=""))
        head = (
            f"content-type: {PROBLEM_JSON}\r\ncontent-length: {len(body)}\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(STATUS_LINE[problem.status] + head.encode() + body)
        self.transport.close()
