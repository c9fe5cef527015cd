"""Of each lane one goes after another was received, and of those that may go the first goes first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.services.work.lanes import Lanes

NAMES = st.lists(st.sets(st.sampled_from("甲乙丙"), min_size=1).map(sorted), max_size=12)


@given(lanes=NAMES, lost=st.sets(st.integers(0, 11)), dice=st.randoms(use_true_random=False))
def test_what_may_go_is_what_waits_for_nothing_whatever_is_received_or_lost(
    lanes: list[list[str]], lost: set[int], dice: object
) -> None:
    going, received = Lanes(lanes), set[int]()
    under_way: list[int] = []
    gone: list[int] = []
    while going.free or under_way:
        if going.free:
            place = going.take()
            may_go = [
                one
                for one, names in enumerate(lanes)
                if one not in gone
                and all(earlier in received for earlier in range(one) if not set(names).isdisjoint(lanes[earlier]))
            ]
            assert (place, 1 + going.free) == (may_go[0], len(may_go))
            gone.append(place)
            under_way.append(place)
        else:
            place = under_way.pop(dice.randrange(len(under_way)))  # type: ignore[attr-defined]
            if place not in lost:
                received.add(place)
                going.received(place)
    stuck = {name for place in lost & set(gone) for name in lanes[place]}
    assert all(place in gone for place, names in enumerate(lanes) if stuck.isdisjoint(names) and not lost)
