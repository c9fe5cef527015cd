"""Somebody who looks at pages, and notices what nobody should ever see."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, Response, TimeoutError

#: Where pictures are kept for who asks for them: a page is drawn again for each, and no test looks at it.
SHOTS = Path("var/console") if os.environ.get("HUB_TEST_PICTURES") else None
#: What passes is nobody's to read, and is a hundred times as much.
_RULES = {"resultTypes": ["violations"]}
_ALL = _RULES | {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
_OF_COLOURS = _RULES | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  window.violations.push(`${violatedDirective} ${blockedURI}`));
"""
#: There is a heading, and nothing says that it is being read.
SETTLED = """() => document.querySelector("h1:not([data-left])")
    && ![...document.querySelectorAll("[role=status]")].some((one) => /正在|Reading|Opening/.test(one.textContent))"""
_PATIENCE = 15_000
#: Follow a link to another page.  The heading of the one that is left says that it is no answer.
GO = """(path) => {
  document.querySelector("h1")?.setAttribute("data-left", "");
  const link = document.body.appendChild(Object.assign(document.createElement("a"), { href: path }));
  link.click();
  link.remove();
}"""
#: What stands there, whom the policy stopped, and by how much it scrolls sideways because of what.
_STANDING = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const over = (one) => one.getBoundingClientRect().right > innerWidth + 1;
  const widest = wide > 0 ? [...document.body.querySelectorAll("*")].filter(over).slice(0, 4) : [];
  return {
    violations: window.violations.splice(0),
    wide,
    widest: widest.map((one) => `${one.tagName}.${one.className} ${one.textContent.slice(0, 30)}`).join(" | "),
    text: document.body.innerText,
  };
}"""
#: How a page is drawn: its elements, in which classes and states, and where words stand; neither which words nor how many rows.
_DRAWN = """() => {
  const told = /^(class|role|type|open|hidden|disabled|tabindex|colspan|lang|aria-.+)$/;
  const stated = new Set(["class", "role", "type", "lang", "aria-current", "aria-expanded", "aria-pressed", "aria-invalid"]);
  const drawn = (one) => {
    if (one.nodeType === Node.TEXT_NODE) return one.data.trim() ? "x" : "";
    if (one.nodeType !== Node.ELEMENT_NODE) return "";
    const how = [...one.attributes].filter(({ name }) => told.test(name))
      .map(({ name, value }) => (stated.has(name) ? `${name}=${value}` : name));
    const within = [...one.childNodes].map(drawn).filter((text, at, all) => text && text !== all[at - 1]);
    return `<${one.tagName} ${how.join(" ")}>${within.join("")}</>`;
  };
  return drawn(document.body);
}"""
#: Words of programs: capital letters that are no abbreviation people know.
_PROGRAM = re.compile(r"\b[A-Z]{3,}(?:_[A-Z]+)+\b|\b[A-Z]{4,}\b")
#: What people write in capital letters: credit codes, licences, protocols, the pattern of a day.
_KNOWN = frozenset({"SOAP", "REST", "HTTP", "HTTPS", "JSON", "XLSX", "SFTP", "GRAPHQL", "POST", "YYYY"})


class Visitor:
    """One browser window.  `noticed` fills with errors of the console and requests to elsewhere."""

    def __init__(self, context: BrowserContext, page: Page, address: str, look: str) -> None:
        self.context = context
        self.page = page
        self.address = address
        self._look = look
        self.noticed: list[str] = []
        self._answers: list[asyncio.Future[None]] = []
        self.watch(page)

    @classmethod
    async def come(cls, browser: Browser, address: str, secret: str | None, *, width: int, height: int, look: str) -> Visitor:
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if look == "dark" else "light",
            reduced_motion="reduce",
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        await context.add_init_script(_WATCH)
        visitor = cls(context, await context.new_page(), address, look)
        if secret:
            await visitor.become(secret)
        return visitor

    async def __aenter__(self) -> Visitor:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.context.close()

    def watch(self, page: Page) -> None:
        page.on("console", self._told)
        page.on("pageerror", lambda error: self.noticed.append(f"error: {error}"))
        page.on("request", self._asked)
        page.on("response", lambda answer: self._answers.append(asyncio.ensure_future(self._read(answer))))

    def _told(self, message: ConsoleMessage) -> None:
        # A stream that the hub cannot go on with for now is cut and asked for again, which browsers tell.
        if message.type in ("error", "warning") and "ERR_INCOMPLETE_CHUNKED_ENCODING" not in message.text:
            self.noticed.append(f"{message.type}: {message.text} {message.location.get('url', '')}")

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https") and not request.url.startswith(self.address + "/"):
            self.noticed.append(f"asked elsewhere: {request.url}")

    async def _read(self, answer: Response) -> None:
        """What the graph refuses a page should not have been asked."""
        if not answer.url.endswith("/graphql") or "json" not in answer.headers.get("content-type", ""):
            return
        try:
            told = await answer.json()
        except Error:
            return  # the page was left before it came
        self.noticed += [f"refused: {error['message']}" for error in told.get("errors", ())]

    async def become(self, secret: str) -> None:
        """Somebody else at the same browser, by the secret of their session."""
        await self.page.goto("about:blank")
        await self.context.add_cookies(
            [{"name": "hub-session", "value": secret, "url": self.address, "httpOnly": True, "sameSite": "Lax"}]
        )

    async def open(self, path: str) -> Page:
        """A page, once it has got all that it asked for."""
        await self.page.goto(self.address + path)
        await self.settled()
        return self.page

    async def go(self, path: str) -> None:
        """Another page by a link, as who is in the console goes there: nothing is loaded anew but what is new of it."""
        here = urlsplit(self.page.url)
        if here.scheme == "about" or here.path == urlsplit(path).path:
            await self.open(path)
            return
        await self.page.evaluate(GO, path)
        await self.settled()

    async def drawn(self) -> str:
        """How the page is drawn.  What is drawn alike for two people is as readable for one as for the other."""
        found: str = await self.page.evaluate(_DRAWN)
        return found

    async def turn(self, width: int, height: int, look: Literal["light", "dark"]) -> None:
        """The same page in another window, by day or by night."""
        if self.page.viewport_size != {"width": width, "height": height}:
            await self.page.set_viewport_size({"width": width, "height": height})
        if look != self._look:
            await self.page.emulate_media(color_scheme=look)
            self._look = look

    async def settled(self) -> None:
        """Nothing is being fetched for the page any more; what follows the log stays open and is not waited for."""
        try:
            await self.page.wait_for_function(SETTLED, timeout=_PATIENCE)
        except TimeoutError as late:
            said = await self.page.inner_text("body")
            await asyncio.gather(*self._answers)
            raise AssertionError(f"{self.page.url} does not settle: {self.noticed}; it says: {said[:400]}") from late

    async def wrongs(
        self, *, axe: Literal["everything", "colours", "nothing"] = "everything", words: bool = True, within: str = "html"
    ) -> list[str]:
        """All that is wrong with the page as it stands; what axe says, of what is `within` alone."""
        await asyncio.gather(*self._answers)
        self._answers.clear()
        wrong = list(self.noticed)
        self.noticed.clear()
        stands = await self.page.evaluate(_STANDING)
        wrong += [f"policy: {one}" for one in stands["violations"]]
        if stands["wide"] > 0:
            wrong.append(f"scrolls sideways by {stands['wide']}: {stands['widest']}")
        if words:
            wrong += [f"a word of programs: {word}" for word in sorted(set(_PROGRAM.findall(stands["text"])) - _KNOWN)]
            wrong += [f"nothing said: {word}" for word in ("undefined", "NaN", "[object") if word in stands["text"]]
        if axe != "nothing":
            if not await self.page.evaluate("'axe' in window"):
                await self.page.evaluate(AXE_SCRIPT)
            rules = _ALL if axe == "everything" else _OF_COLOURS
            found = await self.page.evaluate(
                "async ([where, rules]) => (await axe.run(where, rules)).violations", [within, rules]
            )
            wrong += [self._said(one) for one in found]
        return wrong

    @staticmethod
    def _said(violation: dict[str, Any]) -> str:
        nodes = "; ".join(f"{one['html'][:160]} ({one['failureSummary'][:160]})" for one in violation["nodes"][:3])
        return f"axe {violation['id']}: {nodes}"

    async def shot(self, name: str, *, whole: bool = True) -> None:
        """Keep what the page looks like, where pictures are asked for."""
        if SHOTS is not None:
            await self.page.screenshot(path=SHOTS / f"{name}.png", full_page=whole)
