"""Drawing experts for an assessment by lot: who has the seed and the pool can draw again, and must get the same (annex 1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hub.domain.records.experts import Expert, Speciality, is_in_pool, is_tied
from hub.domain.words.errors import ErrorCode, HubError


@dataclass(frozen=True, slots=True)
class Draw:
    """Who was drawn, in the lot's order, and who was left out for ties to the mine's holder; both by number in the pool."""

    seed: str
    drawn: tuple[Expert, ...]
    tied: tuple[str, ...]
    pool: int


def draw(
    pool: Iterable[Expert], holder: str, *, count: int, specialities: Sequence[Speciality] = (), seed: str, on: date
) -> Draw:
    """Draw `count` experts who are in the pool on a day and not tied to the holder; each speciality has one of its own.

    Lots are the SHA-256 of the seed and the expert's number, the least first.  Raises INVALID_INPUT where the pool does not
    have enough of them.
    """
    here = [expert for expert in pool if is_in_pool(expert, on)]
    free = sorted((expert for expert in here if not is_tied(expert, holder)), key=lambda expert: _lot(seed, expert))
    held = _one_for_each(free, specialities)
    if (missing := [one for place, one in enumerate(specialities) if place not in held]) or len(free) < count:
        lacking = ", ".join(missing) or f"{len(free)} < {count}"
        raise HubError(ErrorCode.INVALID_INPUT, f"the pool has not enough experts without ties: {lacking}", field="count")
    chosen = {expert.expert_no for expert in held.values()}
    if len(chosen) > count:
        raise HubError(ErrorCode.INVALID_INPUT, f"{count} experts for {len(chosen)} specialities", field="count")
    rest = (expert.expert_no for expert in free if expert.expert_no not in chosen)
    chosen |= {number for number, _ in zip(rest, range(count - len(chosen)), strict=False)}
    tied = tuple(sorted(expert.expert_no for expert in here if is_tied(expert, holder)))
    return Draw(seed, tuple(expert for expert in free if expert.expert_no in chosen), tied, len(here))


def _lot(seed: str, expert: Expert) -> str:
    return hashlib.sha256(f"{seed}\x1f{expert.expert_no}".encode()).hexdigest()


def _one_for_each(free: Sequence[Expert], specialities: Sequence[Speciality]) -> Mapping[int, Expert]:
    """Which expert stands for which of the specialities, by place: as many as can be (Kuhn's algorithm), by lot."""
    held: dict[int, Expert] = {}
    stands: dict[str, int] = {}

    def place_one(wanted: int, tried: set[str]) -> bool:
        for expert in free:
            if specialities[wanted] not in expert.specialities or expert.expert_no in tried:
                continue
            tried.add(expert.expert_no)
            now = stands.get(expert.expert_no)
            if now is None or place_one(now, tried):
                held[wanted], stands[expert.expert_no] = expert, wanted
                return True
        return False

    for wanted in range(len(specialities)):
        place_one(wanted, set())
    return held
