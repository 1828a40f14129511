"""How a refusal looks to a phone: RFC 9457, with our facts kept apart from its members."""

import logging
from collections.abc import Mapping
from typing import Any

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from backend.core.db import AWAY
from backend.core.problems import (
    Broken,
    Busy,
    Malformed,
    Missing,
    NotJson,
    Problem,
    TooLarge,
    Unauthenticated,
    WrongMethod,
)

log = logging.getLogger(__name__)

AnyRequest = Request[Any, Any, Any]
PROBLEM_JSON = "application/problem+json"
BY_STATUS: dict[int, type[Problem]] = {
    kind.status: kind
    for kind in (Malformed, Unauthenticated, Missing, WrongMethod, TooLarge, NotJson)
}


def body_of(problem: Problem, *, english: bool, trace_id: str) -> dict[str, Any]:
    """The members of a problem. Nothing of what went wrong inside ever stands in it."""
    members = {
        "type": f"urn:bedside:problem:{problem.code}",
        "title": problem.title_en if english else problem.title,
        "status": problem.status,
        "code": problem.code,
        "rule": problem.rule,
        "facts": msgspec.to_builtins(problem.facts),
        "policy_version": problem.facts.get("policy_version"),
        "trace_id": trace_id,
    }
    return {name: value for name, value in members.items() if value is not None}


def answer_problem(
    request: AnyRequest, problem: Problem, *, headers: Mapping[str, str] | None = None
) -> Response[dict[str, Any]]:
    """Answer a refusal; `headers` stand beside the `Retry-After` of its facts."""
    language = request.headers.get("accept-language", "")
    retry_after_s = problem.facts.get("retry_after_s")
    return Response(
        body_of(
            problem,
            english=language.lower().startswith("en"),
            trace_id=request.scope.get("state", {}).get("trace_id", ""),
        ),
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers={
            **(headers or {}),
            **({"retry-after": str(retry_after_s)} if retry_after_s is not None else {}),
        },
    )


def answer_http_error(request: AnyRequest, error: HTTPException) -> Response[dict[str, Any]]:
    """Give the framework's own refusals our shape, without the path or the values they quote."""
    problem = BY_STATUS.get(error.status_code, Malformed)()
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        fields = (each.get("key") for each in error.extra if isinstance(each, dict))
        problem = Malformed(fields=sorted({str(field) for field in fields if field}))
    elif error.status_code >= Broken.status:
        return answer_bug(request, error)
    # Which methods are offered, with 405.
    return answer_problem(request, problem, headers=error.headers)


def answer_bug(request: AnyRequest, error: Exception) -> Response[dict[str, Any]]:
    """What nobody foresaw: noted by kind and place, told without a word of it."""
    if isinstance(error, AWAY):
        return answer_problem(request, Busy())
    if isinstance(error, asyncpg.DataError):
        # 22xxx: a value that passed our types and that PostgreSQL cannot hold.
        log.warning("value refused by the database sqlstate=%s", error.sqlstate)
        return answer_problem(request, Malformed())
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    code = frame.tb_frame.f_code if frame else None
    log.error(
        "bug kind=%s at=%s:%s trace_id=%s",
        type(error).__name__,
        code.co_name if code else "?",
        frame.tb_lineno if frame else 0,
        request.scope.get("state", {}).get("trace_id", ""),
    )
    return answer_problem(request, Broken())


HANDLERS: dict[Any, Any] = {
    Problem: answer_problem,
    HTTPException: answer_http_error,
    Exception: answer_bug,
}
