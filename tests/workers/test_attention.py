"""What failed for good waits for a person, who may owe it again."""

import pytest

from backend.core.db import rows, value
from tests.workers.conftest import all_done, jobs
from tests.workers.tasks import owe
from workers.attention import attend

pytestmark = pytest.mark.anyio


async def test_what_is_dead_is_listed_and_may_be_owed_again(working) -> None:
    async with working():
        await owe("fail", kind="missing")
        await all_done()
        (line,) = await attend([])
        id_ = await value("SELECT id FROM jobs")
        assert line.startswith(f"{id_} fail dead missing")
        await rows("UPDATE jobs SET task = 'note'")
        assert await attend(["again", str(id_)]) == [f"{id_} note is owed again"]
        await all_done()
    assert await jobs("done") == 1
    assert await attend([]) == ["Nothing waits for a person."]


@pytest.mark.parametrize("words", [["again"], ["again", "x"], ["kill"]])
async def test_other_words_are_answered_with_how_to_ask(db, words) -> None:
    (said,) = await attend(words)
    assert "python -m workers.attention" in said
