"""Signing keys: one file, made once, guarded, and able to rotate."""

from __future__ import annotations

import json
import logging
import re
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from hub.domain.words.errors import ErrorCode, HubError, UnfitError
from hub.signing import KEPT_SECONDS, LEAD_SECONDS, RELOAD_SECONDS, TAIL_SECONDS, SigningKeys


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "keys" / "signing.json"


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def unusable(path: Path) -> None:
    with pytest.raises(UnfitError, match=re.escape(str(path))):
        SigningKeys.load_or_create(path)


def jwk_set(*keys: Any, private: bool = True) -> str:
    return json.dumps({"keys": [key.as_dict(private=private) for key in keys]})


def new_key() -> ECKey:
    return ECKey.generate_key("P-256")


def test_the_first_start_makes_a_key_that_only_its_owner_may_read(path: Path) -> None:
    keys = SigningKeys.load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.signer.kid == keys.signer.thumbprint()
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_later_starts_use_the_same_key(path: Path) -> None:
    first, second = SigningKeys.load_or_create(path), SigningKeys.load_or_create(path)
    assert first.signer.as_dict(private=True) == second.signer.as_dict(private=True)


def test_processes_that_start_at_once_all_use_one_key(path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        made = list(threads.map(lambda _: SigningKeys.load_or_create(path), range(64)))
    assert len({keys.signer.kid for keys in made}) == 1
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_the_newest_key_signs_and_all_verify(path: Path) -> None:
    new, old = new_key(), new_key()
    keys = SigningKeys.load_or_create(written(path, jwk_set(new, old)))
    assert keys.signer.kid == new.thumbprint()
    assert [key.kid for key in keys.verifiers] == [new.thumbprint(), old.thumbprint()]


def test_a_retired_key_may_be_kept_as_its_public_half(path: Path) -> None:
    new, old = new_key(), new_key()
    text = json.dumps({"keys": [new.as_dict(private=True), old.as_dict(private=False)]})
    keys = SigningKeys.load_or_create(written(path, text))
    assert len(keys.public()["keys"]) == 2


def test_a_key_keeps_the_id_that_it_has(path: Path) -> None:
    key = ECKey.generate_key("P-256", {"kid": "2026-11"})
    assert SigningKeys.load_or_create(written(path, json.dumps(key.as_dict(private=True)))).signer.kid == "2026-11"


def test_pem_is_read_too_with_the_thumbprint_for_an_id(path: Path) -> None:
    new, old = new_key(), new_key()
    parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    text = parameters + new.as_pem(private=True).decode() + old.as_pem(private=False).decode()
    keys = SigningKeys.load_or_create(written(path, text))
    assert [key.kid for key in keys.verifiers] == [new.thumbprint(), old.thumbprint()]
    assert keys.signer.kid == new.thumbprint()


def test_what_is_published_holds_public_members_only(path: Path) -> None:
    (key,) = SigningKeys.load_or_create(path).public()["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (key["use"], key["alg"]) == ("sig", "ES256")


def test_repr_shows_no_key(path: Path) -> None:
    keys = SigningKeys.load_or_create(path)
    assert str(keys.signer.as_dict(private=True)["d"]) not in repr(keys)


def test_a_key_open_to_everybody_is_warned_of(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    SigningKeys.load_or_create(path)
    assert not caplog.records
    path.chmod(0o644)
    with caplog.at_level(logging.WARNING):
        SigningKeys.load_or_create(path)
    assert str(path) in caplog.text


def test_what_cannot_be_opened_or_made_is_told_with_its_name(path: Path) -> None:
    path.mkdir(parents=True)
    unusable(path)
    unusable(written(path.parent / "file", "") / "keys.json")


def test_a_change_that_cannot_be_written_changes_nothing(path: Path) -> None:
    keys = SigningKeys.load_or_create(path)
    shutil.rmtree(path.parent)
    with pytest.raises(UnfitError, match=re.escape(str(path))):
        keys.rotate()
    assert len(keys.keys) == 1


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"keys": []}', '{"keys": [1]}', '{"keys": 7}', "-----BEGIN EC PRIVATE KEY-----"]
)
def test_a_file_without_keys_is_refused_and_left_alone(path: Path, text: str) -> None:
    unusable(written(path, text))
    assert path.read_text(encoding="utf-8") == text


def test_bytes_that_are_no_text_are_refused(path: Path) -> None:
    written(path, "")
    path.write_bytes(b"\xff\xfe\x00")
    unusable(path)


@pytest.mark.parametrize(
    "key",
    [ECKey.generate_key("P-384"), RSAKey.generate_key(2048), OctKey.generate_key(256)],
    ids=lambda key: type(key).__name__,
)
def test_keys_of_another_sort_are_refused(path: Path, key: Any) -> None:
    unusable(written(path, jwk_set(key)))


def test_without_a_private_key_in_front_nothing_can_sign(path: Path) -> None:
    unusable(written(path, jwk_set(new_key(), private=False)))


def test_two_keys_of_one_id_are_refused(path: Path) -> None:
    unusable(written(path, jwk_set(*(ECKey.generate_key("P-256", {"kid": "same"}) for _ in range(2)))))


NOW = 1_790_000_000


class Hands:
    """A clock that tests move."""

    at = float(NOW)

    def __call__(self) -> float:
        return self.at


def opened(path: Path, hands: Hands) -> SigningKeys:
    return SigningKeys(path, now=hands, ticks=hands)


def test_a_new_key_is_published_before_it_signs_and_the_old_one_stays(path: Path) -> None:
    SigningKeys.load_or_create(path)
    hands = Hands()
    here, elsewhere = opened(path, hands), opened(path, hands)
    old = here.signer
    new = here.rotate().key
    hands.at += RELOAD_SECONDS
    for process in (here, elsewhere, opened(path, hands)):
        assert [key["kid"] for key in process.public()["keys"]] == [new.kid, old.kid]
        assert process.signer.kid == old.kid
    hands.at = NOW + LEAD_SECONDS - 1
    assert elsewhere.signer.kid == old.kid
    hands.at = NOW + LEAD_SECONDS
    for process in (here, elsewhere):
        assert process.signer.kid == new.kid
        assert old.kid in {key.kid for key in process.verifiers}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_one_rotation_at_a_time(path: Path) -> None:
    SigningKeys.load_or_create(path)
    keys = opened(path, Hands())
    keys.rotate()
    with pytest.raises(HubError) as caught:
        keys.rotate()
    assert caught.value.code is ErrorCode.CONFLICT


def test_a_key_can_be_dropped_when_its_last_token_has_ended(path: Path) -> None:
    SigningKeys.load_or_create(path)
    hands = Hands()
    keys = opened(path, hands)
    old = str(keys.signer.kid)
    new = str(keys.rotate().key.kid)

    def refused(kid: str, code: ErrorCode) -> None:
        with pytest.raises(HubError) as caught:
            keys.retire(kid)
        assert caught.value.code is code

    refused(old, ErrorCode.CONFLICT)
    hands.at = NOW + LEAD_SECONDS + TAIL_SECONDS
    refused(old, ErrorCode.CONFLICT)
    hands.at = NOW + LEAD_SECONDS + KEPT_SECONDS - 1
    refused(old, ErrorCode.CONFLICT)
    refused(new, ErrorCode.CONFLICT)
    refused("nobody", ErrorCode.NOT_FOUND)
    hands.at += 1
    refused(new, ErrorCode.CONFLICT)
    keys.retire(old)
    assert [key.kid for key in opened(path, hands).verifiers] == [new]


def test_a_key_whose_time_is_over_keeps_its_public_half_only(path: Path) -> None:
    SigningKeys.load_or_create(path)
    hands = Hands()
    keys = opened(path, hands)
    keys.rotate()
    hands.at = NOW + LEAD_SECONDS + TAIL_SECONDS
    keys.rotate()
    assert ["d" in key for key in json.loads(path.read_text(encoding="utf-8"))["keys"]] == [True, True, False]
    assert [one.key.is_private for one in opened(path, hands).keys] == [True, True, False]


def test_a_file_that_was_spoilt_leaves_the_running_processes_their_keys(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    SigningKeys.load_or_create(path)
    hands = Hands()
    keys = opened(path, hands)
    kid = keys.signer.kid
    path.write_text("{}", encoding="utf-8")
    hands.at += RELOAD_SECONDS
    with caplog.at_level(logging.WARNING):
        assert keys.signer.kid == kid
    assert str(path) in caplog.text


def test_a_pem_file_may_be_rotated_too(path: Path) -> None:
    old = new_key()
    keys = SigningKeys.load_or_create(written(path, old.as_pem(private=True).decode()))
    keys.rotate()
    assert [key.kid for key in SigningKeys.load_or_create(path).verifiers][1] == old.thumbprint()


def test_a_derived_secret_is_the_same_in_every_process_and_another_for_every_purpose(path: Path) -> None:
    first, second = SigningKeys.load_or_create(path), SigningKeys.load_or_create(path)
    assert first.derived("a") == second.derived("a") != first.derived("b")
