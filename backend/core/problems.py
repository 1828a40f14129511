"""Refusals a caller can act on. Anything else that escapes is a bug.

RFC 9457 problem+json: every refusal has a stable `code`, names its rule when there is one, and
keeps its facts apart. Titles are Chinese, English with `Accept-Language: en`.
"""

from collections.abc import Iterator
from typing import ClassVar


class Problem(Exception):
    """Base of every refusal. Subclasses live beside the code that raises them."""

    status: ClassVar[int] = 409
    code: ClassVar[str]
    title: ClassVar[str]
    title_en: ClassVar[str]
    rule: ClassVar[str | None] = None

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts


class Malformed(Problem):
    status = 400
    code = "malformed"
    title = "内容无法读取"
    title_en = "The request cannot be read."


class Unauthenticated(Problem):
    status = 401
    code = "unauthenticated"
    title = "请先登录"
    title_en = "Sign in first."


class Forbidden(Problem):
    status = 403
    code = "forbidden"
    title = "您无权进行此操作"
    title_en = "You may not do that."


class Missing(Problem):
    """It does not exist, or this caller may not know that it does."""

    status = 404
    code = "missing"
    title = "没有找到"
    title_en = "There is nothing here."


class WrongMethod(Problem):
    status = 405
    code = "wrong_method"
    title = "不支持此方法"
    title_en = "This method is not offered here."


class AlreadyDifferent(Problem):
    """The fact is stored with another body; `facts.stored` is what we keep."""

    code = "already_different"
    title = "已有不同的记录"
    title_en = "It is already stored, and differs."


class CannotMove(Problem):
    """The thing is not in a status from which this move leads anywhere."""

    code = "cannot_move"
    title = "当前状态不能进行此操作"
    title_en = "Not at this moment."


class Stale(Problem):
    status = 412
    code = "stale_version"
    title = "内容已被他人更新"
    title_en = "Somebody changed it since you read it."


class TooLarge(Problem):
    status = 413
    code = "too_large"
    title = "内容过大"
    title_en = "The request is too large."


class NotJson(Problem):
    status = 415
    code = "not_json"
    title = "只接受 application/json"
    title_en = "Send application/json."


class Invalid(Problem):
    """Base of what breaks a rule of care or money: well formed, and not allowed."""

    status = 422
    code = "invalid"
    title = "内容不符合规定"
    title_en = "It breaks a rule."


class NeedsVersion(Problem):
    status = 428
    code = "needs_version"
    title = "请带上版本号 If-Match"
    title_en = "Send If-Match with the version you read."


class TooMany(Problem):
    """`facts.retry_after_s` is sent as `Retry-After`."""

    status = 429
    code = "too_many"
    title = "操作过于频繁，请稍后再试"
    title_en = "Too many requests; try again later."


class Broken(Problem):
    """Ours, not the caller's. Never carries anything of what went wrong."""

    status = 500
    code = "broken"
    title = "系统出错，已记录"
    title_en = "Something broke on our side; it has been noted."


class Busy(Problem):
    """The database is away or crowded; nothing was done. `facts.retry_after_s` is `Retry-After`."""

    status = 503
    code = "busy"
    title = "系统繁忙，请稍后再试"
    title_en = "Busy; nothing was done. Try again."

    def __init__(self, **facts: object) -> None:
        super().__init__(**{"retry_after_s": 1, **facts})


def every_problem(root: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """All problems that have been imported: what `problems.md` lists."""
    for kind in root.__subclasses__():
        if "code" in kind.__dict__:
            yield kind
        yield from every_problem(kind)
