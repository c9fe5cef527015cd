"""What the register's answers hold is told whole, or told in a way that no mapping takes for a text."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from connectors import mapping, soap_messages
from connectors.errors import BadRecord


def test_text_is_whole_whatever_stands_amid_it() -> None:
    element = etree.fromstring("<r><a>示例<!-- 注 -->矿业</a><b><![CDATA[<1>]]></b><c>x<?y z?></c><!-- d --><e/></r>")
    assert soap_messages.members(element) == {"a": "示例矿业", "b": "<1>", "c": "x"}


def test_what_comes_twice_or_has_members_is_no_text() -> None:
    element = etree.fromstring("<r><a>1</a><a>2</a><b><c>3</c></b><d>4</d></r>")
    assert soap_messages.members(element) == {"a": ("1", "2"), "b": {"c": "3"}, "d": "4"}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<a>1</a><a/>", ("1", "")),
        ("<a/><a>1</a>", ("", "1")),
        ("<a>1</a><b/><a>2</a><a>3</a>", ("1", "2", "3")),
        ("<a>1</a><a><b>2</b></a>", ("1", {"b": "2"})),
    ],
)
def test_a_member_that_comes_several_times_is_told_whole_and_is_the_value_of_nothing(body: str, told: tuple[Any, ...]) -> None:
    (value,) = soap_messages.members(etree.fromstring(f"<r>{body}</r>")).values()
    assert value == told
    for codec in (mapping.TEXT, mapping.LIST, mapping.SEVERAL, mapping.DAY, mapping.FLAG, mapping.words({}), mapping.parts({})):
        with pytest.raises(BadRecord):
            codec.read(value)


def test_a_member_that_is_empty_each_time_says_nothing() -> None:
    assert soap_messages.members(etree.fromstring("<r><a/><a></a><b/></r>")) == {}


@pytest.mark.parametrize("name", ["r:record", "record", "x:record"])
def test_records_are_found_whatever_their_namespace_and_whatever_stands_beside_the_answer(name: str) -> None:
    envelope = f"""<soap:Envelope xmlns:soap="{soap_messages.ENVELOPE}" xmlns:r="urn:r" xmlns:x="urn:x"><soap:Body><!-- a -->
      <r:opinionsResponse><total>1</total><?y z?><{name}><wh>1</wh></{name}></r:opinionsResponse></soap:Body></soap:Envelope>"""
    assert soap_messages.records(soap_messages.body_of(etree.fromstring(envelope))) == [{"wh": "1"}]
