"""Every page for every role: nothing in the console's log, nothing against the policy, nothing from elsewhere, readable by all
(WCAG 2.2 AA), no sideways scroll, no word of programs on a Chinese page."""

from __future__ import annotations

import pytest

from auth.principals import Principal
from tests import duties
from tests.console.conftest import House
from tests.console.looking import Visitor
from tests.makers import BANK, CREDIT, LOCAL, NATURAL_RESOURCES, OPERATOR, licence, uscc

pytestmark = pytest.mark.asyncio(loop_scope="session")

_NO, _USCC = licence(1), uscc(1)
PAGES = {
    "overview": "/",
    "mines": "/mines",
    "mine": f"/mines/{_NO}",
    "enterprises": "/enterprises",
    "enterprise": f"/enterprises/{_USCC}",
    "directory": "/directory",
    "directory-history": "/directory?tab=history",
    "conflicts": "/conflicts",
    "closure": "/conflicts?tab=closure",
    "copies": "/conflicts?tab=copies",
    "transfers": "/transfers",
    "assessments": "/assessments",
    "assessment": f"/assessments/{duties.assessment()['assessmentNo']}",
    "contracts": "/contracts",
    "reports": "/reports",
    "report": "/reports/530100/2026",
    "budget": "/budget",
    "search": "/search?q=示例1",
    "kinds": "/records",
    "penalties": "/lists/penalties",
    "post": "/post",
    "post-opinion": "/post/opinion",
    "operations": "/operations",
    "quarantine": "/operations/quarantine",
    "reads": "/operations/reads",
    "help": "/help",
    "no-such-mine": f"/mines/{licence(99)}",
}
ROLES: dict[str, Principal] = {
    "natural-resources": NATURAL_RESOURCES,
    "ecology-kunming": LOCAL,
    "bank": BANK,
    "credit-disclosure": CREDIT,
    "operator": OPERATOR,
}


async def _walk(visitor: Visitor, name: str, **checks: bool) -> list[str]:
    wrong = []
    for page, path in PAGES.items():
        try:
            await visitor.open(path)
        except AssertionError as error:
            wrong.append(f"{page}: {error}")
            continue
        wrong += [f"{page}: {one}" for one in await visitor.wrongs(**checks)]
        await visitor.shot(f"{name}-{page}")
    return wrong


@pytest.mark.parametrize("role", ROLES)
async def test_every_page_is_whole_for_every_role(house: House, role: str) -> None:
    async with await house.visitor(ROLES[role]) as visitor:
        await visitor.context.add_init_script(
            'sessionStorage.setItem("hub-purpose", \'{"word": "PRE_LOAN_REVIEW", "reference": "t-1"}\')'
        )
        wrong = await _walk(visitor, role)
    assert not wrong, "\n".join(wrong)
