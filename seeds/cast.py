"""The named people of the town: one for each role, and those around Dr. 沈's day."""

from datetime import date
from uuid import UUID

import msgspec

from backend.core.access import Role
from seeds.ids import seed_id
from seeds.places import FLAGSHIP, HOSPITAL, HOUSE

FIRST_PHONE = 140_0000_1000  # 140 is a prefix that no operator has


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody employed somewhere, in one role or more."""

    key: str
    name: str
    sex: str
    roles: tuple[Role, ...]
    at: str
    phone: str
    title: str | None = None
    born_on: date
    practising_since: date | None = None

    @property
    def id(self) -> UUID:
        return seed_id("person", self.key)


# Key, name, sex, role, where, title, in practice since (year).
NAMED: tuple[tuple[str, str, str, Role, str, str | None, int | None], ...] = (
    ("shen", "沈明", "M", Role.GP, FLAGSHIP, "主治医师", 2008),
    ("gu", "顾卫国", "M", Role.SENIOR_GP, FLAGSHIP, "副主任医师", 1996),
    ("tang", "唐静", "F", Role.NURSE, FLAGSHIP, "主管护师", 2006),
    ("lu", "陆健", "M", Role.THERAPIST, FLAGSHIP, "主管技师", 2012),
    ("fang", "方仲平", "M", Role.TCM_DOCTOR, FLAGSHIP, "主治医师", 2005),
    ("su", "苏晓", "F", Role.SOCIAL_WORKER, FLAGSHIP, "社会工作师", 2014),
    ("he", "何芸", "F", Role.PHARMACIST_REVIEW, FLAGSHIP, "主管药师", 2007),
    ("ding", "丁勇", "M", Role.PHARMACIST_DISP, FLAGSHIP, "药师", 2013),
    ("zheng", "郑洁", "F", Role.DISPATCHER, FLAGSHIP, None, None),
    ("qian", "钱敏华", "F", Role.CHC_ADMIN, FLAGSHIP, None, None),
    ("liang", "梁文", "M", Role.QC, FLAGSHIP, "副主任医师", 1999),
    ("song", "宋佳", "F", Role.FINANCE, FLAGSHIP, None, None),
    ("li", "李燕", "F", Role.INST_NURSE, HOUSE, "护师", 2010),
    ("zhang", "张桂芳", "F", Role.INST_STAFF, HOUSE, None, None),
    ("wang", "王建平", "M", Role.INST_ADMIN, HOUSE, None, None),
    ("xu", "徐立", "M", Role.HOSPITAL_STAFF, HOSPITAL, "主治医师", 2009),
    ("kong", "孔繁", "M", Role.EXAM_STAFF, HOSPITAL, "主管技师", 2011),
    ("chen", "陈亮", "M", Role.COURIER, "delivery", None, None),
    ("gao", "高和", "M", Role.MEDIATOR, "mediation", None, None),
    ("zhu", "朱莉", "F", Role.STREET, "street-daning", None, None),
    ("mz", "闵政", "M", Role.REGULATOR_MZ, "regulator-mz", None, None),
    ("wj", "魏健", "M", Role.REGULATOR_WJ, "regulator-wj", None, None),
    ("yb", "易宝", "F", Role.REGULATOR_YB, "regulator-yb", None, None),
    ("sj", "舒杰", "M", Role.REGULATOR_SJ, "regulator-sj", None, None),
    # Colleagues: who stands in, who decides about others, who rides when nobody moves.
    ("qin", "秦岚", "F", Role.GP, FLAGSHIP, "主治医师", 2011),
    ("yan", "严冬", "M", Role.GP, FLAGSHIP, "主治医师", 2010),
    ("jiang", "蒋慧", "F", Role.NURSE, FLAGSHIP, "护师", 2012),
    ("bao", "鲍春", "F", Role.CHC_ADMIN, FLAGSHIP, None, None),
    ("shao", "邵平", "M", Role.INST_ADMIN, HOUSE, None, None),
    ("ji", "季安", "M", Role.HOSPITAL_STAFF, HOSPITAL, "主治医师", 2007),
    ("lei", "王磊", "M", Role.COURIER, "delivery", None, None),
)


def cast() -> list[Worker]:
    return [
        Worker(
            key=key,
            name=name,
            sex=sex,
            roles=(role,),
            at=at,
            title=title,
            born_on=date((since or 2008) - 24, number % 12 + 1, number % 28 + 1),
            practising_since=date(since, 7, 1) if since else None,
            phone=str(FIRST_PHONE + number),
        )
        for number, (key, name, sex, role, at, title, since) in enumerate(NAMED, start=1)
    ]


def played_by(key: str) -> Worker:
    return next(each for each in cast() if each.key == key)
