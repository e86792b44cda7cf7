"""What the gateway reads at start."""

import pytest
from pydantic import ValidationError

from gateway.settings import Settings
from tests.support.gateway import gateway_settings


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="32 bytes"):
        gateway_settings(token_key="short")


def test_a_short_former_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="32 bytes"):
        gateway_settings(former_token_key="short")


def test_keys_do_not_show() -> None:
    assert "bytes as even" not in repr(gateway_settings())


def test_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_CORS_ORIGINS", "https://a.example, https://b.example")

    assert gateway_settings().cors_origins == ("https://a.example", "https://b.example")


def test_the_login_for_development_is_off_unless_it_is_asked_for() -> None:
    assert not Settings.model_fields["development_login"].default
