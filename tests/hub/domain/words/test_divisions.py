"""The province's divisions: how many there are, what lies in what, and codes of before."""

from __future__ import annotations

import pytest

from hub.domain.words.divisions import (
    DIVISIONS,
    FORMER,
    PREFECTURES,
    DivisionLevel,
    clean_division,
    current_code,
    lies_within,
    nearest,
    prefecture_of,
)


def test_the_table_is_a_province_with_its_prefectures_and_counties() -> None:
    levels = [division.level for division in DIVISIONS.values()]
    assert {level: levels.count(level) for level in DivisionLevel} == {"PROVINCE": 1, "PREFECTURE": 16, "COUNTY": 129}
    assert len(PREFECTURES) == 16
    for code, division in DIVISIONS.items():
        if division.level is DivisionLevel.COUNTY:
            assert division.parent_code in PREFECTURES, code
            assert str(division.parent_code)[:4] == code[:4], code


@pytest.mark.parametrize(
    ("code", "today"),
    [("530422", "530481"), ("532331", "532302"), ("530112", "530112"), ("530999", None), ("110000", None), ("", None)],
)
def test_codes_of_before_are_told_as_they_are_today_and_unknown_ones_not_at_all(code: str, today: str | None) -> None:
    assert current_code(code) == today


FORMER_CODES = {
    **{"沾益": ("530328", "530303"), "马龙": ("530321", "530304"), "江川": ("530421", "530403"), "晋宁": ("530122", "530115")},
    **{"水富": ("530630", "530681"), "腾冲": ("530522", "530581"), "呈贡": ("530121", "530114"), "弥勒": ("532526", "532504")},
    **{
        "蒙自": ("532522", "532503"),
        "文山": ("532621", "532601"),
        "香格里拉": ("533421", "533401"),
        "泸水": ("533321", "533301"),
    },
    **{"澄江": ("530422", "530481"), "禄丰": ("532331", "532302")},
}


@pytest.mark.parametrize("name", FORMER_CODES)
def test_a_county_is_known_by_the_code_that_it_had_since_2010(name: str) -> None:
    former, present = FORMER_CODES[name]
    assert clean_division(former) == present
    assert DIVISIONS[present].name.startswith(name)
    assert former not in DIVISIONS
    assert former[:4] == present[:4]


def test_every_former_code_is_tried() -> None:
    assert set(FORMER) == {former for former, _ in FORMER_CODES.values()}
    by_year = {2010: "蒙自 文山", 2011: "呈贡", 2013: "弥勒", 2014: "香格里拉", 2015: "腾冲 江川", 2016: "沾益 泸水 晋宁"}
    by_year |= {2018: "马龙 水富", 2019: "澄江", 2021: "禄丰"}
    told = {FORMER_CODES[name][0]: year for year, names in by_year.items() for name in names.split()}
    assert {former: year for former, (year, _) in FORMER.items()} == told


@pytest.mark.parametrize(("code", "prefecture"), [("530000", None), ("530100", "530100"), ("530112", "530100")])
def test_the_prefecture_of_a_place(code: str, prefecture: str | None) -> None:
    assert prefecture_of(code) == prefecture


@pytest.mark.parametrize(
    ("code", "outer", "within"),
    [
        ("530112", "530000", True),
        ("530112", "530100", True),
        ("530112", "530112", True),
        ("530112", "530111", False),
        ("530112", "530300", False),
        ("530100", "530112", False),
        ("530000", "530100", False),
        ("110101", "530100", False),
    ],
)
def test_a_place_lies_within_itself_and_what_holds_it(code: str, outer: str, within: bool) -> None:
    assert lies_within(code, outer) is within


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("530329", "530328 → 530303 沾益区"),
        ("530301", "530300 曲靖市"),
        ("531102", "530102 五华区"),
        ("503102", "530102 五华区"),
        ("５３１１０２", "530102 五华区"),
        ("530999", "530900 临沧市"),
        ("沾益县", "530303 沾益区"),
        ("麒麟", "530302 麒麟区"),
        ("云南", "530000 云南省"),
        ("539999", None),
        ("110000", None),
        ("城区", None),
        ("", None),
        ("5301", None),
    ],
)
def test_the_division_that_somebody_may_have_meant(written: str, meant: str | None) -> None:
    assert nearest(written) == meant
