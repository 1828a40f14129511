"""Write down what the profiles say, so that nothing said changes: `… release 2026-11-22`."""

import csv
import json
import sys
from collections.abc import Iterator
from datetime import date

from backend.policy import PROFILES, Profile, load

RELEASED = PROFILES / "released.tsv"

Fact = tuple[str, str, str]
"""Version, key, and what it says, as JSON."""


def said() -> list[Fact]:
    """Everything the profiles say today."""
    return [fact for file in sorted(PROFILES.glob("*.toml")) for fact in _facts(load(file.stem))]


def released() -> dict[Fact, date]:
    """Everything that was released, and when."""
    with RELEASED.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {
            (line["version"], line["key"], line["says"]): date.fromisoformat(line["released_on"])
            for line in lines
        }


def release(today: date) -> None:
    """Add what is new. What was released stays, so that a test sees what changed."""
    known = released()
    with RELEASED.open("a", encoding="utf-8") as file:
        for fact in said():
            if fact not in known:
                file.write("\t".join((*fact, today.isoformat())) + "\n")


def _facts(profile: Profile) -> Iterator[Fact]:
    yield profile.version, "effective_from", _json(profile.effective_from)
    yield profile.version, "upon", _json(profile.upon)
    for key, parameter in profile.own.items():
        yield profile.version, key, _json([parameter.value, parameter.unit])


def _json(value: object) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)


if __name__ == "__main__":
    release(date.fromisoformat(sys.argv[1]))
