"""What the code behind a route can refuse, and which policies it asks: found by reading it.

From a handler every function of ours that it names is followed. What is chosen at run time, such
as a method of a row, is not seen; naming a problem is, wherever it is raised in the end.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from backend.core.problems import Problem

OURS = "backend."


class Reached(NamedTuple):
    """All that can be met on the way."""

    problems: frozenset[type[Problem]]
    policies: frozenset[str]


def reached(function: Callable[..., Any]) -> Reached:
    """What can be met from here on."""
    problems: set[type[Problem]] = set()
    policies: set[str] = set()
    seen: set[FunctionType] = set()
    ahead = [_plain(function)]
    while ahead:
        here = ahead.pop()
        if here is None or here in seen:
            continue
        seen.add(here)
        if _is_policy(here):
            policies.add(f"{here.__module__.split('.')[1]}.{here.__name__}")
        for thing in _named(here):
            if isinstance(thing, type) and issubclass(thing, Problem):
                problems.add(thing)
            else:
                ahead.append(_plain(thing))
    return Reached(
        frozenset(kind for kind in problems if "code" in vars(kind)), frozenset(policies)
    )


def _is_policy(function: FunctionType) -> bool:
    name, module = function.__name__, function.__module__
    return name.startswith("may_") or (name == "tie" and module.startswith("backend.people."))


def _plain(thing: object) -> FunctionType | None:
    """A function of ours without its decorators; of a class, what makes one."""
    if isinstance(thing, type):
        thing = vars(thing).get("__init__")
    elif inspect.ismethod(thing):
        thing = thing.__func__
    thing = inspect.unwrap(thing) if callable(thing) else thing
    if isinstance(thing, FunctionType) and thing.__module__.startswith(OURS):
        return thing
    return None


@cache
def _named(function: FunctionType) -> tuple[object, ...]:
    """Everything that its text names and that can be found from its module."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return tuple(thing for node in _raised_or_used(tree) for thing in _found(node, function))


def _raised_or_used(tree: ast.AST) -> Iterator[ast.AST]:
    """Every name, but not those of an `except`: what is caught there is not answered."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ExceptHandler):
            for statement in node.body:
                yield from _raised_or_used(statement)
            continue
        if isinstance(node, ast.Name | ast.Attribute):
            yield node
        yield from _raised_or_used(node)


def _found(node: ast.AST, function: FunctionType) -> Iterator[object]:
    match node:
        case ast.Name(id=name):
            if name in function.__globals__:
                yield function.__globals__[name]
        case ast.Attribute(value=inner, attr=name):
            for owner in _found(inner, function):
                if isinstance(owner, ModuleType | type):
                    yield getattr(owner, name, None)
