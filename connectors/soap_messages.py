"""The little of SOAP 1.1 that registers speak: one request element, a list of records in the answer, faults.  The elements of a
system are of its own `namespace`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from connectors.errors import OperatorMustAct, RefusedForGood, TryAgain

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,60}")


def _element(parent: Any, namespace: str, name: str, text: str | None = None) -> Any:
    child = etree.SubElement(parent, f"{{{namespace}}}{name}")
    child.text = text
    return child


def message(namespace: str, body: str, members: Mapping[str, str], user: Mapping[str, str] | None = None) -> bytes:
    """An envelope whose body is one element with text members; `user` is told in the header."""
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE, "r": namespace})
    if user:
        token = _element(_element(envelope, ENVELOPE, "Header"), namespace, "UserToken")
        for name, value in user.items():
            _element(token, namespace, name, value)
    inner = _element(_element(envelope, ENVELOPE, "Body"), namespace, body)
    for name, value in members.items():
        _element(inner, namespace, name, value)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def user_of(namespace: str, root: Any) -> dict[str, Any]:
    """What the header tells of the user; nothing where it tells none."""
    token = root.find(f"{{{ENVELOPE}}}Header/{{{namespace}}}UserToken")
    return members(token) if token is not None else {}


def add_records(namespace: str, envelope: bytes, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The same message with a list of records in its body's element."""
    root: Any = etree.fromstring(envelope)
    inner = root.find(f"{{{ENVELOPE}}}Body")[0]
    for row in rows:
        record = _element(inner, namespace, "record")
        for name, value in row.items():
            _element(record, namespace, name, str(value))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def fault(code: str, text: str) -> bytes:
    """A SOAP fault."""
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE})
    inner = _element(_element(envelope, ENVELOPE, "Body"), ENVELOPE, "Fault")
    for name, value in (("faultcode", code), ("faultstring", text)):
        etree.SubElement(inner, name).text = value
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def body_of(root: Any) -> Any:
    """The one element in the body.  Raises what a fault means: OperatorMustAct for a refused user, TryAgain otherwise."""
    body = root.find(f"{{{ENVELOPE}}}Body")
    told = [] if body is None else list(body.iterchildren(tag=etree.Element))
    if len(told) != 1:
        raise RefusedForGood("the answer is no SOAP message")
    (inner,) = told
    if inner.tag == f"{{{ENVELOPE}}}Fault":
        code = inner.findtext("faultcode") or ""
        if "Authentication" in code:
            raise OperatorMustAct("the service refuses our user or password")
        # Nothing but a name: what else stands there may be of a record.
        raise TryAgain(f"the service answered with a fault ({code if _NAME.fullmatch(code) else ''})")
    return inner


def members(element: Any) -> dict[str, Any]:
    """The text members of an element by local name; those without text are left out.

    What is no single text is told as it is, for the mapping to refuse: members in a member, and a member that comes several
    times, one of which may be empty.  That is a tuple: a list would pass for the value of a field that holds several.
    """
    told: dict[str, list[Any]] = {}
    for child in element.iterchildren(tag=etree.Element):
        value = members(child) if len(child.xpath("*")) else "".join(child.xpath("text()"))
        told.setdefault(etree.QName(child).localname, []).append(value)
    return {name: values[0] if len(values) == 1 else tuple(values) for name, values in told.items() if any(values)}


def records(element: Any) -> list[dict[str, Any]]:
    """The records in an answer, of whatever namespace: many services qualify only the element around them."""
    return [members(record) for record in element.iterchildren("{*}record")]
