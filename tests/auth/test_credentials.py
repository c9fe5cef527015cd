"""What a client shows of itself: read whole, or not at all."""

from __future__ import annotations

import base64

import pytest
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError

from auth.credentials import BASIC, POST, Shown, shown


def basic(pair: bytes) -> str:
    return f"Basic {base64.b64encode(pair).decode()}"


@pytest.mark.parametrize(
    "header", [basic(b"bank-1:x"), basic(b"bank-1:x").replace("Basic", "bAsIc"), f" {basic(b'bank-1:x')} "]
)
def test_a_header_with_an_id_and_a_secret_is_read(header: str) -> None:
    assert shown([header], {}) == Shown(BASIC, "bank-1", "x")
    assert shown([header], {"client_id": "bank-1"}) == Shown(BASIC, "bank-1", "x")


@pytest.mark.parametrize(
    "header",
    [
        basic(b":x"),
        basic(b"bank-1:"),
        basic(b"bank-1"),
        basic(b":"),
        basic(b"%ff:x"),
        basic(b"bank-1:x").replace("Basic", "Bearer"),
        # Letters that are none are not passed over.
        basic(b"bank-1:x").replace("YmFuay", "YmFu!ay"),
    ],
)
def test_a_header_that_lacks_one_of_them_or_is_misspelt_is_nobodys(header: str) -> None:
    with pytest.raises(InvalidClientError):
        shown([header], {})


def test_what_is_shown_twice_or_contradicts_itself_is_no_request() -> None:
    one = basic(b"bank-1:x")
    for headers, form in (([one, one], {}), ([one], {"client_secret": "x"}), ([one], {"client_id": "bank-2"})):
        with pytest.raises(InvalidRequestError):
            shown(headers, form)


@pytest.mark.parametrize("form", [{}, {"client_id": "bank-1"}, {"client_secret": "x"}, {"client_id": "", "client_secret": "x"}])
def test_a_form_that_lacks_one_of_them_is_nobodys(form: dict[str, str]) -> None:
    with pytest.raises(InvalidClientError):
        shown([], form)


def test_a_secret_is_not_printed_with_what_is_shown() -> None:
    told = shown([], {"client_id": "bank-1", "client_secret": "of the bank"})
    assert told == Shown(POST, "bank-1", "of the bank")
    assert "of the bank" not in repr(told)


@pytest.mark.parametrize(
    ("client_id", "may"), [("a", True), ("A.b_c-9", True), ("x" * 100, True), ("x" * 101, False), ("", False), ("a b", False)]
)
def test_an_id_has_the_shape_of_those_that_the_hub_gives(client_id: str, may: bool) -> None:
    assert Shown(POST, client_id, "x").may_exist is may
