"""Cases that departments hand to one another, and the answers: handled with a penalty, in hand too long, returned, none yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from connectors.world.authorities import authority, document, issued
from connectors.world.penalties import PENALTY_EVERY, penalty
from connectors.world.province import Data, World, iso
from connectors.world.shelves import Round, Shelf, in_a_row
from hub.domain.words.departments import Department

#: The receiver's penalty of each seventh mine that it fines is about the mine of a transfer.
_PENALTIES = 7
#: Of four transfers in turn: what the receiver answered, by how many days after the handing over.
_ANSWERS: tuple[tuple[tuple[str, int], ...], ...] = (
    (("ACCEPTED", 5), ("HANDLED", 45)),
    (("ACCEPTED", 8),),
    (("RETURNED", 6),),
    (),
)
_ANSWERED = Round(len(_ANSWERS), [(number, which) for number, told in enumerate(_ANSWERS) for which in range(len(told))])


@dataclass(frozen=True)
class _Flow:
    """Transfers from one department to another; `first` is the number of the first one's document."""

    sender: Department
    receiver: Department
    first: int

    @property
    def round(self) -> Round:
        return Round(_PENALTIES * PENALTY_EVERY[self.receiver])

    def transferred_on(self, world: World, number: int) -> date:
        """So that a transfer that ends in the receiver's penalty does so on the day of the decision."""
        if _ANSWERS[number % len(_ANSWERS)][-1:] == (("HANDLED", 45),):
            return date.fromisoformat(self.penalty(world, number)["decidedOn"]) - timedelta(days=45)
        return date(2026, 5, 6) + timedelta(days=number * 7 % 170)

    def penalty(self, world: World, number: int) -> Data:
        """The receiver's penalty about the mine of a transfer."""
        return penalty(world, self.receiver, number * _PENALTIES)

    def document(self, number: int) -> str:
        """The number of a transfer's document."""
        return document(self.sender, "移", date(2026, 1, 1), self.first + number)

    def transfer(self, world: World, number: int) -> Data:
        mine = self.round.at(number)[0]
        day = self.transferred_on(world, number)
        return issued(self.sender, world.prefecture(mine), "移", day, number) | {
            "documentNumber": self.document(number),
            "toDepartment": self.receiver.value,
            "toAuthorityCode": authority(self.receiver, world.prefecture(mine))["code"],
            "licenceNo": world.licence_no(mine),
            "partyUscc": world.enterprise_code(mine),
            "matter": "示例问题：涉嫌违法违规",
            "facts": "示例事实：检查中发现有关线索，属贵部门职责。",
            "evidence": ["示例现场照片", "示例检查记录"],
            "foundOn": iso(day, -6),
            "transferredOn": iso(day),
            "answerDueOn": iso(day, 15),
            "handlingDueOn": iso(day, 90),
        }

    def answer(self, world: World, place: int) -> Data:
        number, which = _ANSWERED.at(place)
        step, days = _ANSWERS[number % len(_ANSWERS)][which]
        day = self.transferred_on(world, number)
        mine = self.round.at(number)[0]
        data = issued(self.receiver, world.prefecture(mine), f"复{step[0]}", date(2026, 1, 1), self.first + number) | {
            "fromDepartment": self.sender.value,
            "fromAuthorityCode": authority(self.sender, world.prefecture(mine))["code"],
            "transferNumber": self.document(number),
            "step": step,
            "answeredOn": iso(day, days),
        }
        match step:
            case "HANDLED":
                led_to = {"outcome": "PENALTY", "penaltyNumber": self.penalty(world, number)["documentNumber"]}
                data |= led_to | {"outcomeText": "示例办理情况：已作出行政处罚。"}
            case "RETURNED":
                data["reason"] = "示例理由：不属本部门职责。"
        return data


_FLOWS = (
    _Flow(Department.NATURAL_RESOURCES, Department.ECOLOGY, 0),
    _Flow(Department.NATURAL_RESOURCES, Department.FORESTRY_GRASSLAND, 1_000_000),
    _Flow(Department.ECOLOGY, Department.NATURAL_RESOURCES, 0),
    _Flow(Department.ECOLOGY, Department.WATER, 1_000_000),
)


def _rows(flow: _Flow, world: World, count: int, *, answers: bool) -> Shelf:
    return Shelf(count, lambda place: (flow.answer if answers else flow.transfer)(world, place))


def transfers(world: World, sender: Department) -> Shelf:
    """What a department handed to others."""
    own = [flow for flow in _FLOWS if flow.sender is sender]
    return in_a_row(*(_rows(flow, world, flow.round.count(world.mines), answers=False) for flow in own))


def answers(world: World, receiver: Department) -> Shelf:
    """What a department answered to others."""
    own = [flow for flow in _FLOWS if flow.receiver is receiver]
    counts = [_ANSWERED.count(flow.round.count(world.mines)) for flow in own]
    return in_a_row(*(_rows(flow, world, count, answers=True) for flow, count in zip(own, counts, strict=True)))
