"""Seven instruments: whole sheets only, and a band for every total."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.records.lifecycle import scores
from backend.records.lifecycle.scores import (
    UNDETERMINED,
    Instrument,
    Item,
    WrongAnswers,
    bands,
    definition,
    items,
    score,
)

SUMMED = [instrument for instrument in Instrument if instrument is not Instrument.TCM_65]
EXPECTED_BANDS = {
    Instrument.BARTHEL: ((0, 40), (41, 60), (61, 99), (100, 100)),
    Instrument.MORSE: ((0, 24), (25, 44), (45, 125)),
    Instrument.BRADEN: ((6, 9), (10, 12), (13, 14), (15, 18), (19, 23)),
    Instrument.MNA_SF: ((0, 7), (8, 11), (12, 14)),
    Instrument.GDS_15: ((0, 4), (5, 8), (9, 11), (12, 15)),
    Instrument.SELF_CARE_65: ((0, 3), (4, 8), (9, 18), (19, 37)),
}


def asked(instrument: Instrument) -> list[Item]:
    return [item for item in items(instrument) if item.instead_of is None]


def a_sheet(instrument: Instrument) -> dict[str, int]:
    """Every question answered with the lowest answer of its scale."""
    return {item.id: min(item.scale) for item in asked(instrument)}


def points_of(instrument: Instrument, item: Item, answer: int) -> int:
    against = {str(number) for number in definition(instrument).get("score_when", {}).get("no", ())}
    return 1 - answer if item.id in against else answer


def sheets_by_total(instrument: Instrument) -> dict[int, dict[str, int]]:
    """For each total that any answers add up to, some that do."""
    sums: dict[int, dict[str, int]] = {0: {}}
    for item in asked(instrument):
        sums = {
            partial + points_of(instrument, item, answer): {**sheet, item.id: answer}
            for partial, sheet in sums.items()
            for answer in item.scale
        }
    return sums


def whole_sheets(instrument: Instrument) -> st.SearchStrategy[Mapping[str, int]]:
    return st.fixed_dictionaries(
        {item.id: st.sampled_from(sorted(item.scale)) for item in asked(instrument)}
    )


@pytest.mark.rule("FU-22")
@pytest.mark.parametrize("instrument", SUMMED)
def test_the_bands_cover_the_range_without_a_gap(instrument: Instrument) -> None:
    lowest, highest = definition(instrument)["score_range"]
    found = sorted((band.min, band.max) for band in bands(instrument))

    assert tuple(found) == EXPECTED_BANDS[instrument]
    assert (found[0][0], found[-1][1]) == (lowest, highest)
    assert all(upper + 1 == lower for (_, upper), (lower, _) in pairwise(found))


@pytest.mark.rule("FU-22")
@pytest.mark.parametrize(
    ("instrument", "total"),
    [(instrument, total) for instrument in SUMMED for total in sheets_by_total(instrument)],
)
def test_every_total_that_can_be_reached_has_its_band(instrument: Instrument, total: int) -> None:
    result = score(instrument, sheets_by_total(instrument)[total])

    (band,) = [each.text for each in bands(instrument) if each.min <= total <= each.max]
    assert (result.total, result.band) == (total, band)


@pytest.mark.rule("FU-22")
@pytest.mark.parametrize("instrument", SUMMED)
def test_both_ends_of_the_range_can_be_reached(instrument: Instrument) -> None:
    totals = sheets_by_total(instrument)

    assert [min(totals), max(totals)] == definition(instrument)["score_range"]


@pytest.mark.rule("FU-22", "FU-24")
@pytest.mark.parametrize("instrument", list(Instrument))
@given(chosen=st.data())
def test_a_whole_sheet_scores_inside_the_range(instrument: Instrument, chosen: Any) -> None:
    result = score(instrument, chosen.draw(whole_sheets(instrument)))

    assert result.band
    if result.total is not None:
        lowest, highest = definition(instrument)["score_range"]
        assert lowest <= result.total <= highest


@pytest.mark.parametrize("instrument", list(Instrument))
def test_a_sheet_with_a_question_unanswered_is_refused(instrument: Instrument) -> None:
    for item in asked(instrument):
        sheet = a_sheet(instrument)
        del sheet[item.id]
        with pytest.raises(WrongAnswers) as refusal:
            score(instrument, sheet)
        assert refusal.value.facts == {"missing": [item.id], "unknown": [], "off_scale": []}


@pytest.mark.parametrize("instrument", list(Instrument))
def test_an_unknown_question_and_an_answer_off_the_scale_are_refused(
    instrument: Instrument,
) -> None:
    sheet = a_sheet(instrument)
    first = next(iter(sheet))

    with pytest.raises(WrongAnswers) as refusal:
        score(instrument, {**sheet, first: 99, "nobody_asks_this": 0})
    assert refusal.value.facts == {
        "missing": [],
        "unknown": ["nobody_asks_this"],
        "off_scale": [first],
    }


def test_the_calf_stands_in_for_the_bmi_and_never_beside_it() -> None:
    with_bmi = a_sheet(Instrument.MNA_SF) | {"F1": 3}
    without = {name: answer for name, answer in with_bmi.items() if name != "F1"}

    assert score(Instrument.MNA_SF, without | {"F2": 3}).total == 3
    assert score(Instrument.MNA_SF, with_bmi).total == 3
    with pytest.raises(WrongAnswers) as refusal:
        score(Instrument.MNA_SF, with_bmi | {"F2": 3})
    assert refusal.value.facts["unknown"] == ["F2"]
    with pytest.raises(WrongAnswers) as refusal:
        score(Instrument.MNA_SF, without)
    assert refusal.value.facts["missing"] == ["F1"]


def test_low_spirits_score_by_yes_for_some_questions_and_by_no_for_others() -> None:
    names = [item.id for item in items(Instrument.GDS_15)]

    assert score(Instrument.GDS_15, dict.fromkeys(names, scores.YES)).total == 10
    assert score(Instrument.GDS_15, dict.fromkeys(names, scores.NO)).total == 5


@pytest.mark.rule("FU-24")
@pytest.mark.parametrize(
    ("points", "finding"),
    [(4, "否"), (8, "否"), (9, "倾向是"), (10, "倾向是"), (11, "是"), (20, "是")],
)
def test_a_biased_constitution_at_each_of_its_limits(points: int, finding: str) -> None:
    damp_heat = definition(Instrument.TCM_65)["groups"]["湿热质"]
    sheet = dict.fromkeys((item.id for item in items(Instrument.TCM_65)), 1)
    for number, answer in zip(damp_heat, spread(points, over=4), strict=True):
        sheet[str(number)] = answer

    result = score(Instrument.TCM_65, sheet)

    assert (result.parts["湿热质"], result.findings["湿热质"]) == (points, finding)


@pytest.mark.rule("FU-24")
@pytest.mark.parametrize(
    ("vigour", "other", "finding"),
    [(1, 4, "是"), (1, 8, "是"), (1, 9, "基本是"), (1, 10, "基本是"), (1, 11, "否")],
)
def test_the_balanced_constitution_needs_the_others_low(
    vigour: int, other: int, finding: str
) -> None:
    """Four mirrored questions at 1 give 20 points, the one on vigour adds its own."""
    damp_heat = definition(Instrument.TCM_65)["groups"]["湿热质"]
    sheet = dict.fromkeys((item.id for item in items(Instrument.TCM_65)), 1) | {"1": vigour}
    for number, answer in zip(damp_heat, spread(other, over=4), strict=True):
        sheet[str(number)] = answer

    result = score(Instrument.TCM_65, sheet)

    assert (result.parts["平和质"], result.findings["平和质"]) == (21, finding)


@pytest.mark.rule("FU-24")
@pytest.mark.parametrize(("mirrored", "points"), [((3, 3, 2, 2), 15), ((2, 2, 2, 2), 17)])
def test_the_balanced_constitution_mirrors_four_questions(
    mirrored: tuple[int, ...], points: int
) -> None:
    sheet = dict.fromkeys((item.id for item in items(Instrument.TCM_65)), 1)
    for name, answer in zip(("2", "4", "5", "13"), mirrored, strict=True):
        sheet[name] = answer

    result = score(Instrument.TCM_65, sheet)

    assert result.parts["平和质"] == points
    assert result.findings["平和质"] == ("是" if points >= 17 else "否")


@pytest.mark.rule("FU-24")
def test_what_holds_is_named_before_what_is_leaned_to() -> None:
    ones = dict.fromkeys((item.id for item in items(Instrument.TCM_65)), 1)
    tired = ones | {"2": 4, "3": 4, "4": 4}
    a_little_tired = ones | {"2": 3, "3": 3, "4": 2}
    neither = ones | {"2": 3, "5": 2, "13": 2}

    assert score(Instrument.TCM_65, ones).band == "平和质"
    assert score(Instrument.TCM_65, tired).band == "气虚质"
    assert score(Instrument.TCM_65, a_little_tired).band == "气虚质、平和质"
    assert score(Instrument.TCM_65, neither).band == "平和质"
    assert score(Instrument.TCM_65, neither | {"4": 2}).band == UNDETERMINED


def spread(points: int, *, over: int) -> list[int]:
    """So many points as answers of 1 to 5."""
    least, more = divmod(points, over)
    return [least + (place < more) for place in range(over)]
