"""Names such as people in Shanghai have. Whoever bears one is not meant."""

from random import Random

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余"
OF_WOMEN = (
    "静", "敏", "丽华", "晓燕", "雅琴", "佳怡", "倩", "文娟", "慧", "雪梅", "玉兰", "思佳", "洁",
    "芳", "莉", "婷", "海燕", "秀珍", "美玲", "欣怡", "桂英", "淑芬", "月娥", "彩凤", "巧云",
)  # fmt: skip
OF_MEN = (
    "伟", "强", "建国", "志刚", "明辉", "俊", "海涛", "文博", "磊", "勇", "国平", "卫东", "晨",
    "浩", "永康", "家豪", "立新", "振华", "宏", "斌", "金根", "德昌", "宝生", "长林", "祥云",
)  # fmt: skip


def given_name(dice: Random, sex: str) -> str:
    return dice.choice(OF_MEN if sex == "M" else OF_WOMEN)


def a_name(dice: Random, sex: str, surname: str | None = None) -> str:
    return (surname or dice.choice(SURNAMES)) + given_name(dice, sex)
