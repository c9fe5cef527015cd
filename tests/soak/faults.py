"""Each way in which a system goes wrong, before each of the eight: `python -m tests.soak.faults [SECONDS] [CODE …] [FAULT …]`.

A hub serves and pulls by itself; one system goes wrong for so many seconds, while the others are told to be pulled again and
again.  A line says what reading took (p99, and how often the p99 without a fault), which of the others were stale then or were
not pulled meanwhile, what was told of the one, and how long after the fault's end it was fresh again.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx

from auth.principals import Role
from connectors.registry import CONNECTORS, sandbox
from connectors.world import World
from hub.domain.words.departments import Department
from tests.benchmark.serving import Serving, serving
from tests.connectors.faults import FAULTS, GOT_OVER, Proxy, proxied
from tests.soak.__main__ import watched

WORLD = World(8, 1)
#: A mine stands on all that is told of mines, the credit system's list too.
SOURCES = "{ mines(first: 1) { nodes { sources { code freshness lastError lastSuccessAt } } } }"
#: All are pulled so often: nobody waits for a day to pass.
PULLED_SECONDS = 3.0
#: A system that hangs is known to have failed when its call has ended.
SECONDS = 45.0
PATIENCE_SECONDS = 120.0


async def play() -> None:
    """The systems behind their proxies, in a process of their own; each line that comes in names one and how it is from then
    on, and is told back once it is so."""
    async with AsyncExitStack() as stack:
        proxies: dict[str, Proxy] = {
            code: await stack.enter_async_context(proxied(sandbox(code).make_app(WORLD))) for code in CONNECTORS
        }
        print(json.dumps({code: sandbox(code).settings(proxy.address) for code, proxy in proxies.items()}), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            code, _, fault = line.strip().partition(" ")
            await proxies[code].turn(fault or None)
            print(line, end="", flush=True)


class Systems:
    """Where the systems are, and how they go wrong."""

    def __init__(self, child: asyncio.subprocess.Process, addresses: dict[str, dict[str, str]]) -> None:
        self._child, self.addresses = child, addresses

    async def turn(self, code: str, fault: str = "") -> None:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(f"{code} {fault}\n".encode())
        await self._child.stdin.drain()
        await self._child.stdout.readline()


@asynccontextmanager
async def systems() -> AsyncIterator[Systems]:
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.soak.faults", "play", stdin=PIPE, stdout=PIPE)
    assert child.stdout is not None
    try:
        yield Systems(child, json.loads(await child.stdout.readline()))
    finally:
        with suppress(ProcessLookupError):
            child.terminate()
        await child.wait()


class Watch:
    """What a hub tells of its sources, to an operator."""

    def __init__(self, served: Serving) -> None:
        self._served = served

    async def states(self) -> dict[str, dict[str, Any]]:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            headers = {"authorization": f"Bearer {await self._served.token(Role.OPERATOR)}"}
            answer = await http.post(f"{self._served.url}/graphql", json={"query": SOURCES}, headers=headers)
        return {one["code"]: one for mine in answer.json()["data"]["mines"]["nodes"] for one in mine["sources"]}

    async def pull(self, *codes: str) -> None:
        """Tell these to be pulled at once."""
        for code in codes:
            await self._served.hub.ingest.resume(code)

    async def pull_on(self, *codes: str) -> None:
        """Tell these to be pulled, again and again, until cancelled."""
        while True:
            await self.pull(*codes)
            await asyncio.sleep(PULLED_SECONDS)

    async def fresh(self, *codes: str, after: dict[str, Any] | None = None) -> float:
        """After how many seconds these have been pulled well since what was told of them before."""
        began = asyncio.get_running_loop().time()
        while True:
            now = await self.states()
            if all(
                now.get(code, {}).get("freshness") == "FRESH"
                and (after is None or now[code]["lastSuccessAt"] != after[code]["lastSuccessAt"])
                for code in codes
            ):
                return asyncio.get_running_loop().time() - began
            if asyncio.get_running_loop().time() - began > PATIENCE_SECONDS:
                return float("inf")
            await asyncio.sleep(0.2)


@asynccontextmanager
async def pulled(watch: Watch, *codes: str) -> AsyncIterator[None]:
    """These are told to be pulled meanwhile."""
    pulling = asyncio.create_task(watch.pull_on(*codes))
    try:
        yield
    finally:
        pulling.cancel()
        await asyncio.gather(pulling, return_exceptions=True)


@dataclass(frozen=True)
class Trial:
    """A hub over the eight systems, which is read for so many seconds at a time."""

    served: Serving
    played: Systems
    watch: Watch
    seconds: float

    async def read(self) -> float:
        """The readers' p99 in milliseconds."""
        # A token is good for ten minutes.
        tokens = [await self.served.token(Role.BANK), await self.served.token(Role.DEPARTMENT, Department.ECOLOGY)]
        now = await watched(self.served, tokens, self.seconds)
        if set(now.statuses) != {200}:
            raise RuntimeError(f"readers were answered {dict(now.statuses)}")
        return now.p99

    async def quiet(self) -> float:
        """The readers' p99 while nothing goes wrong, in milliseconds."""
        async with pulled(self.watch, *CONNECTORS):
            return await self.read()

    async def line(self, code: str, fault: str, quiet: float) -> str:
        """How it went while one system was at fault, and after."""
        others = [other for other in CONNECTORS if other != code]
        before = await self.watch.states()
        await self.played.turn(code, fault)
        # From then on it is the hub's to see to it.
        await self.watch.pull(code)
        async with pulled(self.watch, *others):
            now = await self.read()
        during = await self.watch.states()
        await self.played.turn(code)
        # What was got over is pulled again in its own time.
        again = await self.watch.fresh(code, after=during if during[code]["freshness"] != "FRESH" else None)
        stale = [other for other in others if during[other]["freshness"] != "FRESH"]
        idle = [other for other in others if during[other]["lastSuccessAt"] == before[other]["lastSuccessAt"]]
        state, why = during[code]["freshness"], (during[code]["lastError"] or "")[:60]
        missed = "" if (state == "FRESH") is (fault in GOT_OVER) else " BUT SHOULD NOT BE"
        return (
            f"{code:22} {fault:15} p99 {now:6.1f} ms ({now / quiet:3.1f} ×)  stale {stale or 'none'}, not pulled "
            f"{idle or 'none'}  {state}{missed} {why}  fresh again after {again:.1f} s"
        )


async def main(seconds: float, codes: list[str], faults: list[str]) -> None:
    async with systems() as played:
        names = {
            f"HUB_CONNECTOR_{code.upper()}_{name.upper()}": value
            for code, said in played.addresses.items()
            for name, value in said.items()
        }
        with tempfile.TemporaryDirectory() as folder:
            async with serving(f"sqlite:///{folder}/hub.db", **names) as served:
                watch = Watch(served)
                print(f"all fresh after {await watch.fresh(*CONNECTORS):.1f} s", flush=True)
                trial = Trial(served, played, watch, seconds)
                for code in codes:
                    quiet = await trial.quiet()
                    print(f"without a fault p99 {quiet:.1f} ms", flush=True)
                    for fault in faults:
                        print(await trial.line(code, fault, quiet), flush=True)


if __name__ == "__main__":
    words = sys.argv[1:]
    if words == ["play"]:
        asyncio.run(play())
    else:
        named = [word for word in words if word in CONNECTORS], [word for word in words if word in FAULTS]
        length = next((float(word) for word in words if word.replace(".", "").isdigit() and word not in FAULTS), SECONDS)
        asyncio.run(main(length, named[0] or list(CONNECTORS), named[1] or list(FAULTS)))
