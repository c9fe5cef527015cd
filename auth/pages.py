"""The few pages of signing in: plain HTML without scripts, Chinese first and English beside it."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from html import escape
from typing import Any

from starlette.responses import HTMLResponse

from auth.demo_persons import PATH, DemoPersons
from auth.persons import Person
from auth.principals import Principal
from auth.rules import bank_acts, may_post, needs_purpose, visibility_of
from auth.sessions import Session
from hub.domain.calendar.moments import china_time
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import DEPARTMENTS
from hub.domain.words.divisions import DIVISIONS, PROVINCE
from hub.domain.words.errors import TEXTS, ErrorCode
from hub.domain.words.purposes import PurposeWord

_STYLE = (
    "body{max-width:40rem;margin:3rem auto;padding:0 1rem;font:1rem/1.6 sans-serif;color:#1a1a1a;background:#fff}"
    "dt{font-weight:bold}dd{margin:0 0 .6rem}"
    "a,button{font:inherit;color:#fff;background:#0b5d3b;border:0;padding:.6rem 1.2rem}"
    "a{display:inline-block;text-decoration:none}"
    "a:focus-visible,button:focus-visible{outline:3px solid #1a1a1a;outline-offset:2px}"
)
_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
#: People hold no tokens.
_TEXTS = TEXTS | {ErrorCode.UNAUTHENTICATED: ("请先登录", "Please sign in")}


def me(session: Session, leaves_to: str | None) -> HTMLResponse:
    """Who is signed in.  `leaves_to` is the other host to which signing out leads, which the browser must be told."""
    rows = "".join(
        f'<dt>{chinese} <span lang="en">/ {english}</span></dt><dd>{value}</dd>'
        for (chinese, english), value in _facts(session).items()
    )
    content = (
        f'<dl>{rows}</dl><form method="post" action="/sign-out">'
        '<p><button type="submit">退出登录 <span lang="en">/ Sign out</span></button></p>'
        '<p><button type="submit" formaction="/sign-out?everywhere=1">在所有浏览器退出 '
        '<span lang="en">/ Sign out of every browser</span></button></p></form>'
    )
    return page("当前登录", "Signed in", content, 200, leaves_to)


def refused(code: ErrorCode, status: int, *, may_sign_in: bool) -> HTMLResponse:
    """Why somebody is not signed in, and the way to try."""
    chinese, english = _TEXTS[code]
    link = '<p><a href="/sign-in">登录 <span lang="en">/ Sign in</span></a></p>' if may_sign_in else ""
    return page("未登录", "Not signed in", f'<p>{chinese}。<span lang="en">{english}.</span></p>{link}', status)


def demo(persons: DemoPersons, back: str) -> HTMLResponse:
    """The persons of the demo, each a button."""
    buttons = "".join(
        f'<p><button type="submit" name="person" value="{escape(word)}">{_named(person)}</button></p>'
        for word, person in persons.known.items()
    )
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in (("code", persons.code), ("return", back))
    )
    return page("演示登录", "Sign in to the demo", f'<form method="post" action="{PATH}">{hidden}{buttons}</form>', 200)


def _named(person: Person) -> str:
    who = person.principal
    of = DEPARTMENTS[who.department].english if who.department else who.role.english
    place = "" if who.division_code == PROVINCE else f", {who.division_code}"
    return f'{escape(person.name)} <span lang="en">/ {escape(of + place)}</span>'


def _facts(session: Session) -> dict[tuple[str, str], str]:
    who = session.person.principal
    facts = {("姓名", "Name"): escape(session.person.name), ("角色", "Role"): _beside(who.role.chinese, who.role.english)}
    if who.department is not None:
        of = DEPARTMENTS[who.department]
        facts["部门", "Department"] = _beside(of.chinese, of.english)
    if who.office is not None and who.bank is not None:
        facts["银行", "Bank"] = escape(who.bank)
        facts["岗位", "Office"] = _beside(who.office.chinese, who.office.english)
    facts["行政区划", "Division"] = f"{escape(DIVISIONS[who.division_code].name)} {who.division_code}"
    facts["最迟有效至", "Until, at the latest"] = (
        f"{china_time(datetime.fromtimestamp(session.ends, UTC)):%Y-%m-%d %H:%M}（北京时间 "
        '<span lang="en">/ China Standard Time</span>）'
    )
    return facts


def facts_of(session: Session) -> dict[str, Any]:
    """The same for programs, and what the person may do: nouns to read, kinds to post, acts for a bank, scopes, and the
    purposes of which one must be named."""
    who: Principal = session.person.principal
    return {
        "name": session.person.name,
        "clientId": who.client_id,
        "role": who.role.value,
        "department": who.department.value if who.department else None,
        "division": who.division_code,
        "bank": who.bank,
        "office": who.office.value if who.office else None,
        "scopes": sorted(who.scopes),
        "reads": sorted(visibility_of(who).nouns),
        "posts": [kind.value for kind in RecordKind if may_post(who, kind)],
        "bankActs": [act.value for act in bank_acts(who)],
        "purposes": [word.value for word in PurposeWord] if needs_purpose(who) else [],
        "signedInAt": datetime.fromtimestamp(session.begins, UTC).isoformat(),
        "until": datetime.fromtimestamp(session.ends, UTC).isoformat(),
    }


def _beside(chinese: str, english: str) -> str:
    return f'{escape(chinese)} <span lang="en">/ {escape(english)}</span>'


def page(chinese: str, english: str, content: str, status: int, leaves_to: str | None = None) -> HTMLResponse:
    """A page under the one content policy; `content` is HTML in which everything told is escaped."""
    form_action = f"'self' {leaves_to}" if leaves_to else "'self'"
    headers = {
        "content-security-policy": f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; form-action {form_action}; "
        "base-uri 'none'; frame-ancestors 'none'",
        # Without it browsers hide from us that our own form was sent from our own page.
        "referrer-policy": "same-origin",
    }
    return HTMLResponse(
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{chinese} / {english} – 绿色矿山部门协同枢纽</title><style>{_STYLE}</style></head>"
        f'<body><main><h1>{chinese} <span lang="en">/ {english}</span></h1>{content}</main></body></html>',
        status,
        headers,
    )
