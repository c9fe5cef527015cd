"""The bounded cache: floods push out floods, and what others use stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schema.planner.cache import Cache


def ask(cache: Cache[str, str], client: str, key: str) -> bool:
    """Ask as the graph does; whether it was known."""
    if cache.get(key, client) is not None:
        return True
    cache.put(key, key.upper())
    return False


def test_one_off_documents_do_not_push_out_what_is_used_again() -> None:
    cache: Cache[str, str] = Cache(40)
    for _ in range(2):
        ask(cache, "bank", "trusted")
    for number in range(1000):
        ask(cache, "hostile", f"once {number}")
    assert ask(cache, "bank", "trusted")
    assert len(cache) <= 40


def test_a_client_that_sends_everything_twice_pushes_out_its_own() -> None:
    cache: Cache[str, str] = Cache(40)
    trusted = [f"trusted {number}" for number in range(10)]
    for key in trusted * 2:
        ask(cache, "bank", key)
    for number in range(1000):
        for _ in range(2):
            ask(cache, "hostile", f"twice {number}")
    assert all(ask(cache, "bank", key) for key in trusted)
    assert ask(cache, "hostile", "twice 999")
    assert not ask(cache, "hostile", "twice 0")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 30).map(str))), st.integers(1, 12))
def test_it_never_holds_more_than_its_size_nor_another_value(asked: list[tuple[str, str]], size: int) -> None:
    cache: Cache[str, str] = Cache(size)
    for client, key in asked:
        ask(cache, client, key)
        assert cache.get(key, client) in (None, key.upper())
        assert len(cache) <= max(size, 2)


def test_what_is_large_counts_as_much_as_it_is() -> None:
    """A hundred large ones, each sent twice, take no more room than many small ones, and push out nobody's."""
    cache: Cache[str, int] = Cache(40)
    for key in ("a", "b", "c"):
        cache.put(key, 1)
        assert cache.get(key, "bank") == 1
    for number in range(100):
        cache.put(f"large {number}", 7, 7)
        assert cache.get(f"large {number}", "hostile") == 7
    assert all(cache.get(key, "bank") == 1 for key in ("a", "b", "c"))
    # Of the thirty for what was asked again, twenty-seven are left to them; the one that was dropped last was seen once.
    assert [number for number in range(100) if cache.get(f"large {number}", "looker")] == [96, 97, 98, 99]


def test_what_is_put_again_counts_anew() -> None:
    cache: Cache[str, int] = Cache(8)
    for size in (1, 50, 1):
        cache.put("same", size, size)
    cache.put("another", 1)
    assert (cache.get("same", "bank"), cache.get("another", "bank")) == (1, 1)
    cache.put("same", 5, 5)
    cache.put("third", 1)
    assert (cache.get("same", "bank"), cache.get("another", "bank"), cache.get("third", "bank")) == (5, 1, 1)
