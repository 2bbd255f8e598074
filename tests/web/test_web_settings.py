"""`[web]`: what would send passwords in clear, or believe anybody, is refused in French."""

from typing import Any

import pytest
from pydantic import ValidationError

from dematfin.config.web import WebSettings


@pytest.mark.parametrize(
    "url",
    ["http://visas.valbrume.example", "ftp://visas.valbrume.example", "visas.valbrume.example", "https://", "https:///x",
     "javascript:alert(1)", "//visas.valbrume.example", "http://127.0.0.1.evil.example"],
)  # fmt: skip
def test_an_address_that_is_not_safe_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="https://"):
        WebSettings(url=url)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("", ""),
        ("https://visas.valbrume.example/", "https://visas.valbrume.example"),
        ("https://visas.valbrume.example:8443", "https://visas.valbrume.example:8443"),
        ("http://127.0.0.1:8400", "http://127.0.0.1:8400"),
        ("http://localhost:8400/", "http://localhost:8400"),
        ("http://[::1]:8400", "http://[::1]:8400"),
    ],
)
def test_an_address_that_is_safe_is_kept(url: str, kept: str) -> None:
    assert WebSettings(url=url).url == kept


@pytest.mark.parametrize(
    "path", ["https://valbrume.example/visas", "https://u:p@valbrume.example", "https://valbrume.example?a"]
)
def test_pages_live_at_the_root_of_a_host(path: str) -> None:
    """Links and the cookie start at « / », and Origin names no path."""
    with pytest.raises(ValidationError, match="rien après"):
        WebSettings(url=path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"entete_identite": "X-User"},
        {"entete_identite": "X User", "mandataires": ["127.0.0.1"]},
        {"entete_identite": "X-User:", "mandataires": ["127.0.0.1"]},
        {"mandataires": ["proxy.example"]},
        {"mandataires": ["10.0.0.1/8"]},
        {"port": 0},
        {"port": 70000},
        {"inactivite": 0},
        {"inactivite": 721},
        {"inconnu": 1},
    ],
    ids=str,
)
def test_what_cannot_be_served_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        WebSettings.model_validate(wrong)


def test_a_name_is_believed_only_of_addresses_that_are_given() -> None:
    with pytest.raises(ValidationError, match="donnez leurs adresses"):
        WebSettings(entete_identite="X-User")
    kept = WebSettings.model_validate({"entete_identite": "X-User", "mandataires": ["127.0.0.1", "10.0.0.0/8"]})
    assert [str(one) for one in kept.mandataires] == ["127.0.0.1/32", "10.0.0.0/8"]


def test_by_default_only_this_machine_is_served() -> None:
    assert (WebSettings().ecoute, WebSettings().entete_identite, WebSettings().mandataires) == ("127.0.0.1", "", ())
