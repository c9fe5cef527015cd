"""The persons of the demo: one of every role and department, as whom whoever sits at this machine may sign in.

Only the demo has them.  The page is opened by a code that the demo prints, from this machine alone, and as whom one signs in is
posted from that very page: what another site makes a browser open or send does not sign in.
"""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs

from auth.fetching import is_loopback
from auth.persons import Person
from auth.principals import PROVEN, BankOffice, Principal, Role
from auth.scopes import default_scopes
from hub.domain.words.departments import DEPARTMENTS, Department
from hub.domain.words.divisions import DIVISIONS, PROVINCE

PATH = "/sign-in/demo"
#: What the page's form holds, in bytes.
MOST_BYTES = 2048
#: Offices below the province, for what lies within a division or not: a prefecture, one of its counties, another prefecture.
_BELOW = ("530100", "530102", "530300")


def _person(role: Role, department: Department | None = None, division: str = PROVINCE) -> tuple[str, Person]:
    word = (department or role).value.lower() + ("" if division == PROVINCE else f"-{division}")
    principal = Principal(f"person:demo-{word}", role, frozenset(default_scopes(role, department)), department, division)
    place = "" if division == PROVINCE else DIVISIONS[division].name
    return word, Person(principal, f"演示·{place}{DEPARTMENTS[department].chinese if department else role.chinese}")


def _at(bank: str, office: BankOffice) -> tuple[str, Person]:
    word = f"{Role.BANK.value.lower()}-{office.value.lower()}"
    scopes = frozenset(default_scopes(Role.BANK))
    principal = Principal(f"person:demo-{word}", Role.BANK, scopes, bank=bank, office=office)
    return word, Person(principal, f"演示·{Role.BANK.chinese}{office.chinese}")


#: By the word that the page's button sends.
PERSONS: dict[str, Person] = dict(
    (
        *(_person(Role.DEPARTMENT, department) for department in Department),
        *(_person(Role.DEPARTMENT, Department.NATURAL_RESOURCES, division) for division in _BELOW),
        _person(Role.DEPARTMENT, Department.ECOLOGY, _BELOW[0]),
        *(_person(role) for role in PROVEN if role is not Role.DEPARTMENT),
    )
)


class DemoPersons:
    """The way in to them, for as long as one demo runs."""

    def __init__(self) -> None:
        self.code = secrets.token_urlsafe(32)
        self.known = dict(PERSONS)

    def work_at(self, bank: str) -> None:
        """Persons of every office at a bank too, which is named by its client."""
        self.known |= dict(_at(bank, office) for office in BankOffice)

    @property
    def path(self) -> str:
        """The page, by its code."""
        return f"{PATH}?code={self.code}"

    def opens(self, code: str, peer: str) -> bool:
        """Whether somebody may see the page."""
        return secrets.compare_digest(code.encode("utf-8", "surrogatepass"), self.code.encode()) and is_loopback(peer)

    def chosen(self, body: bytes, peer: str) -> tuple[Person, str] | None:
        """As whom somebody signs in by what the page's form sent, and the page to go to; None for what it did not send."""
        sent = {name: values[0] for name, values in parse_qs(body.decode("latin-1")).items() if len(values) == 1}
        person = self.known.get(sent.get("person", ""))
        if person is None or not self.opens(sent.get("code", ""), peer):
            return None
        return person, sent.get("return", "")
