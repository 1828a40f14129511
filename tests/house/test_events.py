"""An event carries ids, never a word about a person; somebody listens, or we say that none does."""

import importlib
import inspect
import typing
from datetime import date, datetime
from enum import Enum
from uuid import UUID

import pytest

from backend.core.journal import Event
from tests.house.code import BACKEND, parts
from workers import listeners

CARRIED = (UUID, int, bool, date, datetime, type(None))


def events() -> list[type[Event]]:
    found: list[type[Event]] = []
    for source in parts("events"):
        dotted = source.file.relative_to(BACKEND.parent).with_suffix("").as_posix()
        module = importlib.import_module(dotted.replace("/", ".").removesuffix(".__init__"))
        found += [
            kind
            for _, kind in inspect.getmembers(module, inspect.isclass)
            if issubclass(kind, Event) and kind is not Event and kind.__module__ == module.__name__
        ]
    return found


def is_carried(annotation: object) -> bool:
    """An id, a number, a moment, or a word out of a fixed list; or several of them."""
    if inside := typing.get_args(annotation):
        return all(is_carried(each) for each in inside if each is not Ellipsis)
    return isinstance(annotation, type) and issubclass(annotation, (*CARRIED, Enum))


@pytest.mark.parametrize("event", events(), ids=lambda event: event.__name__)
def test_an_event_carries_ids_and_no_word_about_anybody(event: type[Event]) -> None:
    said = typing.get_type_hints(event)
    assert {name: kind for name, kind in said.items() if not is_carried(kind)} == {}


def test_every_event_has_a_listener_or_says_that_it_has_none() -> None:
    heard, silent = set(listeners.LISTENERS), set(listeners.SILENT)
    assert heard | silent == {event.__name__ for event in events()}
    assert heard & silent == set()
