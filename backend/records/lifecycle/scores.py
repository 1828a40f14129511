"""Assessments: seven instruments, their answers, and what the total means.

The tables are data (policy/data/instruments); the notices of their owners stand in the files.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from backend.core.problems import Invalid
from backend.people.lifecycle import SensitiveChapter


class Instrument(StrEnum):
    BARTHEL = "BARTHEL"
    MORSE = "MORSE"
    BRADEN = "BRADEN"
    MNA_SF = "MNA_SF"
    GDS_15 = "GDS_15"
    SELF_CARE_65 = "SELF_CARE_65"
    TCM_65 = "TCM_65"


FILES = {
    Instrument.BARTHEL: "barthel",
    Instrument.MORSE: "morse",
    Instrument.BRADEN: "braden",
    Instrument.MNA_SF: "mna_sf",
    Instrument.GDS_15: "gds15",
    Instrument.SELF_CARE_65: "self_care_65",
    Instrument.TCM_65: "tcm_constitution_65",
}

# RC-03: a relative reads these only when the elder ticked the chapter.
SENSITIVE = {Instrument.GDS_15: SensitiveChapter.MENTAL_HEALTH}

NO, YES = 0, 1
UNDETERMINED = "未见明确体质"

Answers = Mapping[str, int]


class WrongAnswers(Invalid):
    code = "assessment_answers_wrong"
    title = "评估表填写不完整或有误"
    title_en = "Answers are missing, unknown or off the scale."


class Item(msgspec.Struct, frozen=True):
    """One question; `instead_of` names the one it stands in for."""

    id: str
    text: str
    scale: frozenset[int]
    instead_of: str | None = None


class Interval(msgspec.Struct, frozen=True):
    text: str = msgspec.field(name="zh")
    min: int
    max: int


class Result(msgspec.Struct, frozen=True):
    """What a sheet says beside its total: points by question or type, findings by type."""

    parts: Mapping[str, int]
    findings: Mapping[str, str]


class Score(Result, frozen=True, kw_only=True):
    """`total` is absent where an instrument has none (TCM): there `parts` holds one per type."""

    instrument: Instrument
    total: int | None
    band: str


@cache
def definition(instrument: Instrument) -> Mapping[str, Any]:
    """The instrument's file as it is."""
    file = resources.files("backend.policy") / "data" / "instruments" / f"{FILES[instrument]}.json"
    found: Mapping[str, Any] = msgspec.json.decode(file.read_bytes())
    return found


@cache
def items(instrument: Instrument) -> tuple[Item, ...]:
    """The questions in order; those without a name of their own are numbered from 1."""
    table = definition(instrument)
    scale = frozenset(int(answer) for answer in table.get("answer_scale", (NO, YES)))
    return tuple(
        _item(entry) if isinstance(entry, dict) else Item(id=str(number), text=entry, scale=scale)
        for number, entry in enumerate(table["items"], start=1)
    )


@cache
def bands(instrument: Instrument) -> tuple[Interval, ...]:
    return msgspec.convert(definition(instrument).get("bands", ()), tuple[Interval, ...])


def score(instrument: Instrument, answers: Answers) -> Score:
    """Score a whole sheet: FU-22 for self-care, FU-24 for constitutions.

    :raises WrongAnswers: naming what is missing, unknown or off its scale
    """
    check(instrument, answers)
    match instrument:
        case Instrument.TCM_65:
            return _constitution(answers)
        case Instrument.GDS_15:
            return _summed(instrument, _depression_points(answers))
        case _:
            return _summed(instrument, answers)


def check(instrument: Instrument, answers: Answers) -> None:
    """Refuse a sheet that is not exactly the instrument's questions, each on its scale.

    :raises WrongAnswers:
    """
    asked = {item.id: item for item in items(instrument)}
    for item in items(instrument):
        if item.instead_of is not None:
            # MNA-SF: the calf stands in for a missing BMI; one of the two is answered, never both.
            stands_in = item.id in answers and item.instead_of not in answers
            del asked[item.instead_of if stands_in else item.id]
    missing = asked.keys() - answers.keys()
    unknown = answers.keys() - asked.keys()
    off_scale = {name for name, item in asked.items() if answers.get(name) not in item.scale}
    if missing or unknown or off_scale:
        raise WrongAnswers(
            missing=sorted(missing), unknown=sorted(unknown), off_scale=sorted(off_scale - missing)
        )


def _item(entry: Mapping[str, Any]) -> Item:
    scores = entry.get("scores") or [option["score"] for option in entry["options"]]
    condition = entry.get("only_if")
    return Item(
        id=entry["id"],
        text=entry["zh"],
        scale=frozenset(scores),
        instead_of=condition.removesuffix(" missing") if condition else None,
    )


def _summed(instrument: Instrument, points: Answers) -> Score:
    total = sum(points.values())
    band = next(each.text for each in bands(instrument) if each.min <= total <= each.max)
    return Score(instrument=instrument, total=total, band=band, parts=dict(points), findings={})


def _depression_points(answers: Answers) -> dict[str, int]:
    """A point for each answer that speaks of low spirits: some by yes, some by no."""
    counts_no = {str(number) for number in definition(Instrument.GDS_15)["score_when"]["no"]}
    return {
        name: int(answer == (NO if name in counts_no else YES)) for name, answer in answers.items()
    }


def _constitution(answers: Answers) -> Score:
    """FU-24: eight biased types of four questions each, and the balanced one of five."""
    table = definition(Instrument.TCM_65)
    parts = {
        name: sum(answers[str(number)] for number in numbers)
        for name, numbers in table["groups"].items()
    }
    findings = {name: _biased(points, table["rule_biased"]) for name, points in parts.items()}

    balanced = table["balanced"]
    scale = items(Instrument.TCM_65)[0].scale
    points = sum(
        min(scale) + max(scale) - answers[str(number)]
        if number in balanced["reverse"]
        else answers[str(number)]
        for number in balanced["items"]
    )
    findings[balanced["name"]] = _balanced(points, max(parts.values()), table["rule_balanced"])
    parts[balanced["name"]] = points
    return Score(
        instrument=Instrument.TCM_65,
        total=None,
        band=_named(findings),
        parts=parts,
        findings=findings,
    )


def _biased(points: int, rules: list[Mapping[str, Any]]) -> str:
    result: str = next(
        rule["result"]
        for rule in rules
        if rule.get("min", points) <= points <= rule.get("max", points)
    )
    return result


def _balanced(points: int, highest_other: int, rules: list[Mapping[str, str]]) -> str:
    for rule in rules:
        limits = re.fullmatch(r"score>=(\d+) and max\(others\)<=(\d+)", rule["when"])
        if limits is None:
            return rule["result"]
        least, most = (int(limit) for limit in limits.groups())
        if points >= least and highest_other <= most:
            return rule["result"]
    raise AssertionError("the last rule catches all")


def _named(findings: Mapping[str, str]) -> str:
    """The types that hold; failing these, those a person leans to."""
    for wanted in (("是",), ("基本是", "倾向是")):
        held = [name for name, finding in findings.items() if finding in wanted]
        if held:
            return "、".join(held)
    return UNDETERMINED
