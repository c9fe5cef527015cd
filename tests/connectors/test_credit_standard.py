"""The penalty standard: every name of it, its older forms, its units and its terms, in both directions."""

from __future__ import annotations

import pytest

from connectors import credit_standard
from connectors.world import TODAY, World, penalties
from hub.domain.declaring.fields import inputs_of, plain, validate
from hub.domain.records.penalties import PartyCategory, Penalty, PenaltyKind
from hub.domain.words.departments import Department

ROWS = credit_standard.penalties()


def test_every_field_of_the_standard_is_mapped_under_the_name_that_the_domain_states() -> None:
    stated = {field.spec.standard: wire for wire, field in inputs_of(Penalty).items() if field.spec.standard}
    assert len(stated) == 30
    assert {name: credit_standard.CF_USED[name].wire for name in stated} == stated


def test_every_field_of_a_penalty_can_be_told() -> None:
    assert {use.wire for use in ROWS.used.values()} | {"publicationClass"} == set(inputs_of(Penalty))


def test_an_alias_means_what_its_standard_name_means() -> None:
    for alias, name in credit_standard.ALIASES.items():
        assert credit_standard.CF_USED[alias] is credit_standard.CF_USED[name]
        assert alias not in credit_standard.IGNORED


def test_a_row_of_the_older_standard_is_read() -> None:
    """处罚结果 CF_JG is the content there, and 处罚机关 CF_XZJG the organ."""
    item = ROWS.item(
        {
            "CF_WSH": "示例罚〔2016〕1号",
            "CF_CFMC": "示例案",
            "CF_CFLB1": "1",
            "CF_XDR_MC": "示例矿业有限公司",
            "CF_XDR_ZDM": "123456789",
            "CF_XDR_GSDJ": "530000000000001",
            "CF_FR": "示例人",
            "CF_JG": "罚款2000元",
            "CF_XZJG": "示例机关",
            "CF_ZT": "0",
            "DFBM": "530000",
            "SJC": "2016/3/1",
        }
    )
    assert item.error == ""
    assert item.drift == ()
    assert item.data == {
        "documentNumber": "示例罚〔2016〕1号",
        "kinds": ["FINE"],
        "partyName": "示例矿业有限公司",
        "partyOrganisationCode": "123456789",
        "partyRegistrationNo": "530000000000001",
        "legalRepresentative": "示例人",
        "content": "罚款2000元",
        "authorityName": "示例机关",
    }


def test_the_names_of_the_disclosure_system_are_read() -> None:
    item = ROWS.item({"CF_WSH": "1", "uniScid": "X", "penType": "警告", "penAuth_CN": "机关", "penDecIssDate": "2025/3/1"})
    assert item.data == {
        "documentNumber": "1",
        "partyUscc": "X",
        "kinds": ["WARNING"],
        "authorityName": "机关",
        "decidedOn": "2025-03-01",
    }


@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        ("罚款、没收违法所得", [PenaltyKind.FINE, PenaltyKind.CONFISCATION_OF_GAINS]),
        ("警告，罚款", [PenaltyKind.WARNING, PenaltyKind.FINE]),
        ("吊销许可证", [PenaltyKind.LICENCE_REVOCATION]),
        ("责令停产停业;罚款", [PenaltyKind.PRODUCTION_SUSPENSION, PenaltyKind.FINE]),
        ("没收违法所得、没收非法财物", [PenaltyKind.CONFISCATION_OF_GAINS, PenaltyKind.CONFISCATION_OF_PROPERTY]),
        ("没收违法所得、非法财物", [PenaltyKind.CONFISCATION_OF_GAINS, PenaltyKind.CONFISCATION_OF_PROPERTY]),
        ("警告并处罚款", [PenaltyKind.WARNING, PenaltyKind.FINE]),
        ("吊销采矿许可证", [PenaltyKind.LICENCE_REVOCATION]),
        ("暂扣安全生产许可证；停产整治", [PenaltyKind.LICENCE_SUSPENSION, PenaltyKind.PRODUCTION_SUSPENSION]),
        ("法律、行政法规规定的其他行政处罚", [PenaltyKind.OTHER]),
        (4.0, [PenaltyKind.LICENCE_REVOCATION]),
        (["罚款", "警告"], [PenaltyKind.FINE, PenaltyKind.WARNING]),
    ],
)
def test_kinds_in_the_words_that_systems_write(told: str, kinds: list[PenaltyKind]) -> None:
    item = ROWS.item({"CF_WSH": "1", "CF_CFLB": told, "CF_NR": "吊销采矿许可证"})
    assert (item.data or {})["kinds"] == kinds
    assert "otherKind" not in (item.data or {})


@pytest.mark.parametrize("kind", PenaltyKind)
def test_every_kind_is_read_by_each_of_its_terms(kind: PenaltyKind) -> None:
    for term in [kind.chinese, *credit_standard.KIND_VARIANTS.get(kind, ())]:
        assert (ROWS.item({"CF_WSH": "1", "CF_CFLB": term}).data or {})["kinds"] == [kind], term


@pytest.mark.parametrize("category", PartyCategory)
def test_every_category_is_read_by_each_of_its_terms(category: PartyCategory) -> None:
    for term in [category.chinese, *credit_standard.CATEGORY_VARIANTS[category]]:
        assert (ROWS.item({"CF_WSH": "1", "CF_XDR_LB": term}).data or {})["partyCategory"] == category


@pytest.mark.parametrize(
    ("told", "kinds", "other"),
    [
        ("其他-补种树木", ["OTHER"], "补种树木"),
        ("罚款；其他-责令改正", ["FINE", "OTHER"], "责令改正"),
        ("罚款、其他-补种树木、恢复植被", ["FINE", "OTHER"], "补种树木、恢复植被"),
        ("其他－责令改正、罚款", ["FINE", "OTHER"], "责令改正"),
        ("其他（责令限期拆除）", ["OTHER"], "责令限期拆除"),
        ("其他——补种树木；其他：责令改正", ["OTHER"], "补种树木；责令改正"),
    ],
)
def test_another_kind_is_kept_with_its_text(told: str, kinds: list[str], other: str) -> None:
    data = ROWS.item({"CF_WSH": "1", "CF_CFLB": told}).data or {}
    assert (sorted(data["kinds"]), data["otherKind"]) == (kinds, other)
    again = ROWS.item({"CF_WSH": "1", **ROWS.row(data)})
    assert again.data == data
    assert again.drift == ()


@pytest.mark.parametrize(
    "told", ["暂扣或者吊销许可证", "暂扣或吊销许可证、暂扣或吊销执照", "暂扣或者吊销许可证、执照", "4", 4.0]
)
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"CF_NR": "吊销采矿许可证"}, "LICENCE_REVOCATION"),
        ({"CF_NR_ZKDX": "暂扣安全生产许可证"}, "LICENCE_SUSPENSION"),
        ({"penContent": "吊销许可证"}, "LICENCE_REVOCATION"),
        ({"CF_NR": "罚款"}, None),
        ({"CF_NR": "暂扣六个月，逾期吊销"}, None),
    ],
)
def test_whether_a_licence_is_suspended_or_revoked_is_told_by_the_content(
    told: object, content: dict[str, str], kind: str | None
) -> None:
    item = ROWS.item({"CF_WSH": "1", "CF_CFLB": told, **content})
    if kind is None:
        assert item.error.startswith("CF_CFLB: whether a licence was suspended")
    else:
        assert (item.data or {})["kinds"] == [kind]


@pytest.mark.parametrize("told", ["罚金", "其他事项", "警告、示例", "-", {"a": 1}, [["罚款"]], True])
def test_a_kind_that_nobody_knows_is_not_guessed(told: object) -> None:
    assert ROWS.item({"CF_WSH": "1", "CF_CFLB": told}).error.startswith("CF_CFLB: ")


@pytest.mark.parametrize(
    ("state", "withdrawn", "disputed"),
    [("0", None, None), ("正常", None, None), ("1", "撤销", None), (1.0, "撤销", None), ("2", None, True), ("3", None, None)],
)
def test_the_state_of_the_older_standard(state: object, withdrawn: str | None, disputed: bool | None) -> None:
    item = ROWS.item({"CF_WSH": "1", "CF_ZT": state})
    assert item.data is not None
    assert (item.withdrawn, item.data.get("disputed")) == (withdrawn, disputed)


def test_a_state_that_nobody_knows_is_not_guessed() -> None:
    assert ROWS.item({"CF_WSH": "1", "CF_ZT": "9"}).error == "CF_ZT: unknown state"


def test_fines_are_told_in_ten_thousand_yuan() -> None:
    assert ROWS.row({"fine": "2000.00"}) == {"CF_NR_FK": "0.200000"}
    assert ROWS.row({"confiscatedValue": "150000.00"}) == {"CF_NR_WFFF": "15.000000"}


def test_what_is_written_is_read_back_unchanged() -> None:
    world = World(200, 3)
    for department in (Department.ECOLOGY, Department.WATER):
        told = penalties.penalties(world, department)
        for number in range(told.count):
            record, problems = validate(Penalty, told.row(number), TODAY)
            assert record is not None, problems
            item = ROWS.item(ROWS.row(plain(record)))
            again, problems = validate(Penalty, item.data, TODAY)
            assert problems == []
            assert again == record
