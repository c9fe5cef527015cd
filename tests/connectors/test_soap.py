"""What the register's answers hold is told whole, or told in a way that no mapping takes for a text."""

from __future__ import annotations

from lxml import etree

from connectors.market_regulation import soap


def test_text_is_whole_whatever_stands_amid_it() -> None:
    element = etree.fromstring("<r><a>示例<!-- 注 -->矿业</a><b><![CDATA[<1>]]></b><c>x<?y z?></c><!-- d --><e/></r>")
    assert soap.members(element) == {"a": "示例矿业", "b": "<1>", "c": "x"}


def test_what_comes_twice_or_has_members_is_no_text() -> None:
    element = etree.fromstring("<r><a>1</a><a>2</a><b><c>3</c></b><d>4</d></r>")
    assert soap.members(element) == {"a": ["1", "2"], "b": {"c": "3"}, "d": "4"}
