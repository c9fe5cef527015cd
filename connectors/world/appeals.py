"""Public complaints and the mines' answers; some are late."""

from __future__ import annotations

from datetime import date

from connectors.world.authorities import about
from connectors.world.province import Data, World, iso, turn
from connectors.world.shelves import Round, Shelf
from hub.domain.words.departments import LEADING

_TOPICS = ("扬尘", "噪声", "运输车辆", "废水", "边坡安全")


def appeal(world: World, number: int) -> Data:
    """The complaint about a mine."""
    received = date(2026, 1, 8)
    days = number % 240
    topic = turn(_TOPICS, number)
    data = about(world, number, LEADING, "诉", received) | {
        "topic": topic,
        "text": f"示例申诉：矿区{topic}影响周边居民。",
        "receivedOn": iso(received, days),
        "answerDueOn": iso(received, days + 15),
    }
    if number % 4:
        data |= {"answeredOn": iso(received, days + 10), "answer": "示例回应：已整改并公示。", "satisfied": number % 3 == 0}
    return data


def appeals(world: World) -> Shelf:
    """All complaints."""
    return Round(15, ((3, 0),)).shelf(world, appeal)
