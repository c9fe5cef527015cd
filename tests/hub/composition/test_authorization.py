"""By which names the hub goes, and whose pages may ask."""

from __future__ import annotations

import pytest

from hub.composition.authorization import allowed_origins, host_names
from hub.domain.words.errors import HubError
from hub.settings import Settings


def test_names_in_chinese_are_those_that_browsers_write() -> None:
    settings = Settings(
        issuer="https://绿色矿山.示例/",
        host="10.0.0.7",
        allowed_hosts="矿.示例, Inner.Example",
        allowed_origins="https://页.示例:8443,https://page.example",
    )
    assert settings.public_address == "https://xn--rht145du3e6wd.xn--fsq092h"
    assert host_names(settings) == {
        "xn--rht145du3e6wd.xn--fsq092h",
        "10.0.0.7",
        "xn--b8y.xn--fsq092h",
        "inner.example",
    }
    assert allowed_origins(settings) == {"https://xn--q05a.xn--fsq092h:8443", "https://page.example"}


@pytest.mark.parametrize("origin", ["https://page.example/", "页.示例", "https://页..示例", "null", "*"])
def test_what_is_no_origin_is_refused_by_its_setting(origin: str) -> None:
    with pytest.raises(HubError, match="HUB_ALLOWED_ORIGINS"):
        allowed_origins(Settings(allowed_origins=origin))
