"""The price table of a center. Every amount is made up and says so: 示例价格 (HB-17)."""

from collections.abc import Iterator
from datetime import date, datetime

from backend import policy
from backend.core.access import Role
from backend.payments import actions
from backend.payments.lifecycle.statuses import ServiceClass
from backend.payments.lifecycle.tariffs import Fee, TariffSaid
from backend.policy import terminology
from seeds.actors import acting, first_of
from seeds.ids import seed_id
from seeds.places import Place
from seeds.planting import keep

FROM = date(2026, 1, 1)
FEN_A_MINUTE = 100
DOOR_FEN = 1000
WARD_ROUND_FEN = 2000
NURSING = frozenset({"NURS", "REHA", "PALL"})
EXAMS = frozenset({"S106", "S111", "S112"})


def prices(on: date) -> Iterator[tuple[str, ServiceClass, int]]:
    """Item, class, fen: the samples of the policy, and a yuan for each usual minute of the rest."""
    samples = {
        Fee.OPENING: policy.whole(on, "hb.sample_price_open_fen"),
        Fee.ROUND: policy.whole(on, "hb.sample_price_round_fen"),
        Fee.SUPERIOR_ROUND: policy.whole(on, "hb.sample_price_superior_round_fen"),
        Fee.WARD_ROUND: WARD_ROUND_FEN,
        Fee.DOOR: DOOR_FEN,
        Fee.DOOR_OF_A_HOUSE: 0,
    }
    for fee, fen in samples.items():
        yield fee, ServiceClass.VISIT, fen
    for code, item in terminology.service_items().items():
        if code in EXAMS:
            yield code, ServiceClass.EXAM, item.usual_minutes * FEN_A_MINUTE
        elif code not in samples:
            nursed = ServiceClass.NURSING if item.category in NURSING else ServiceClass.VISIT
            yield code, nursed, item.usual_minutes * FEN_A_MINUTE


async def price_table(place: Place, *, now: datetime) -> None:
    """Kept by the center's administrator."""
    admin = acting(first_of(Role.CHC_ADMIN, place.key))
    for item, service_class, fen in prices(FROM):
        said = TariffSaid(
            item=item,
            service_class=service_class,
            price_fen=fen,
            is_insured=item not in (Fee.DOOR, Fee.DOOR_OF_A_HOUSE),
            from_on=FROM,
            is_sample=True,
        )
        tariff_id = seed_id("tariff", place.key, item)
        await keep(actions.keep_tariff(tariff_id=tariff_id, actor=admin, said=said, now=now))
