"""The five beds (FB-01), and two more words to say where somebody is; the ways between them."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from backend.beds.problems import NoWay


class BedKind(StrEnum):
    HOME_CARE = "HOME_CARE"
    INSTITUTION = "INSTITUTION"
    OWN_HOME = "OWN_HOME"
    HOME_SICK = "HOME_SICK"
    HOME_HOSPICE = "HOME_HOSPICE"
    HOSPITAL = "HOSPITAL"
    HOSPICE = "HOSPICE"


class Layer(StrEnum):
    PLACE = "place"
    OVERLAY = "overlay"
    INPATIENT = "inpatient"


LAYERS: Mapping[BedKind, Layer] = {
    BedKind.HOME_CARE: Layer.PLACE,
    BedKind.INSTITUTION: Layer.PLACE,
    BedKind.OWN_HOME: Layer.PLACE,
    BedKind.HOME_SICK: Layer.OVERLAY,
    BedKind.HOME_HOSPICE: Layer.OVERLAY,
    BedKind.HOSPITAL: Layer.INPATIENT,
    BedKind.HOSPICE: Layer.INPATIENT,
}
OF_HOSPICE = frozenset({BedKind.HOSPICE, BedKind.HOME_HOSPICE})
ANY = "*"


@cache
def ways() -> frozenset[tuple[str, str]]:
    """The edges of the five-bed graph, `*` standing for any bed or none."""
    file = resources.files("backend.policy") / "data" / "rules" / "five_bed.json"
    said: Mapping[str, Any] = msgspec.json.decode(file.read_bytes())
    return frozenset((edge["from"], edge["to"]) for edge in said["transitions"])


def check_way(now_in: Collection[BedKind], to: BedKind) -> None:
    """Whether one may go there from where one is; who is nowhere yet may begin anywhere.

    Who is an inpatient leaves from that bed, whatever bed is held for them.

    :raises NoWay:
    """
    inpatient = [each for each in now_in if LAYERS[each] is Layer.INPATIENT]
    of = inpatient or list(now_in)
    if of and not any((origin, to.value) in ways() for origin in (ANY, *of)):
        raise NoWay(of=sorted(of), to=to)
