"""The rules of care and money, and which of them are live and tested: `make rules`.

A rule is live and tested when a test carries its id, `@pytest.mark.rule("EV-02")`, and the code
names it where it is kept. `rules.tsv` says where that is, or `later:` and the slice that will keep
it. `python -m backend.policy.rules --settle` brings the file in step with the code.
"""

import ast
import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
INDEX = Path(__file__).with_name("rules.tsv")
FLOOR = Path(__file__).with_name("rules_floor.txt")
LATER = "later: "


class Rule(NamedTuple):
    id: str
    rule: str
    source: str
    where: str

    @property
    def is_later(self) -> bool:
        return self.where.startswith(LATER)


def index() -> dict[str, Rule]:
    """Every rule by its id, in the order of the domain."""
    with INDEX.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {line["id"]: Rule(**line) for line in lines}


def floor() -> int:
    """How many rules were live and tested when it was last said; the number may only rise."""
    return int(FLOOR.read_text())


@cache
def cited() -> dict[str, Counter[str]]:
    """The modules that name each rule, and how often."""
    found: dict[str, Counter[str]] = {}
    for file in _modules("backend", "workers"):
        for rule_id in _an_id().findall(file.read_text("utf-8")):
            found.setdefault(rule_id, Counter())[_path(file)] += 1
    return found


@cache
def tested() -> dict[str, set[str]]:
    """The test modules that carry each rule in a mark."""
    found: dict[str, set[str]] = {}
    for file in _modules("tests"):
        text = file.read_text("utf-8")
        if "mark.rule" in text:
            for rule_id in _marked(ast.parse(text)):
                found.setdefault(rule_id, set()).add(_path(file))
    return found


def live() -> set[str]:
    """The rules that are kept somewhere and tested."""
    return set(index()) & set(cited()) & set(tested())


def where(rule: Rule) -> str:
    """Where the rule lives now: where it is said to, as long as it is named there."""
    if rule.id not in live():
        return rule.where if rule.is_later else LATER + Path(rule.where).parts[1]
    named = cited()[rule.id]
    if any(_is_in(module, rule.where) for module in named):
        return rule.where
    return max(sorted(named), key=lambda module: named[module])


def settle() -> None:
    """Write down where each rule lives by now, and raise the floor to what is live."""
    rules = [rule._replace(where=where(rule)) for rule in index().values()]
    lines = [Rule._fields, *rules]
    INDEX.write_text("".join("\t".join(line) + "\n" for line in lines), "utf-8")
    FLOOR.write_text(f"{max(floor(), len(live()))}\n")


def report() -> Iterator[str]:
    missing = [rule_id for rule_id in index() if rule_id not in live()]
    yield f"rules: {len(live())} of {len(index())} live and tested"
    for _, ids in groupby(missing, key=lambda rule_id: rule_id.split("-")[0]):
        yield " ".join(ids)


def _marked(tree: ast.AST) -> Iterator[str]:
    """The ids of every `…mark.rule("A", "B")`, on a test, a class, a module or a parameter."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.rule"):
            yield from (str(ast.literal_eval(each)) for each in node.args)


def _is_in(module: str, place: str) -> bool:
    return module == place or module.startswith(place.rstrip("/") + "/")


@cache
def _an_id() -> re.Pattern[str]:
    """Anything that looks like a rule: known or not, a house test tells."""
    prefixes = sorted({rule_id.split("-")[0] for rule_id in index()})
    return re.compile(rf"\b(?:{'|'.join(prefixes)})-\d\d[a-d]?\b")


def _modules(*folders: str) -> Iterator[Path]:
    own = Path(__file__)
    for folder in folders:
        yield from (file for file in sorted((ROOT / folder).rglob("*.py")) if file != own)


def _path(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    if "--settle" in sys.argv:
        settle()
    print(*report(), sep="\n")
