"""What the register's answers hold is told whole, or told in a way that no mapping takes for a text."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from lxml import etree

from connectors import mapping, soap_messages
from connectors.errors import BadRecord, ConnectorError, OperatorMustAct, TryAgain
from connectors.market_regulation.connector import MarketRegulation
from connectors.registry import sandbox
from tests.connectors.conftest import BASE, QUICK


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


def test_what_is_nil_says_nothing_and_characters_by_their_numbers_are_characters() -> None:
    element = etree.fromstring(
        '<r xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><a i:nil="true"/><b>&#x793A;&#20363;&amp;&lt;</b></r>'
    )
    assert soap_messages.members(element) == {"b": "示例&<"}


@pytest.mark.parametrize(
    ("body", "error", "told"),
    [
        (soap_messages.fault("soap:Client.Authentication", "口令错误"), OperatorMustAct, "user or password"),
        (soap_messages.fault("soap:Server", "忙"), TryAgain, "a fault"),
        (b"<html>", TryAgain, "answered 500"),
        (soap_messages.message("urn:x", "QueryXResponse", {"total": "0"}), TryAgain, "answered 500"),
        (b"", TryAgain, "answered 500"),
    ],
)
async def test_a_fault_is_read_where_it_comes_with_the_status_that_it_must_have(
    body: bytes, error: type[ConnectorError], told: str
) -> None:
    """SOAP 1.1, 6.2: a wrong password was asked for again for ever."""
    answer = httpx.MockTransport(lambda _: httpx.Response(500, content=body))
    settings = sandbox("market_regulation").settings(BASE)
    with pytest.raises(error, match=told):
        await MarketRegulation(settings, limits=QUICK, transport=answer).check()


@pytest.mark.parametrize("name", ["r:record", "record", "x:record"])
def test_records_are_found_whatever_their_namespace_and_whatever_stands_beside_the_answer(name: str) -> None:
    envelope = f"""<soap:Envelope xmlns:soap="{soap_messages.ENVELOPE}" xmlns:r="urn:r" xmlns:x="urn:x"><soap:Body><!-- a -->
      <r:opinionsResponse><total>1</total><?y z?><{name}><wh>1</wh></{name}></r:opinionsResponse></soap:Body></soap:Envelope>"""
    assert soap_messages.records(soap_messages.body_of(etree.fromstring(envelope))) == [{"wh": "1"}]
