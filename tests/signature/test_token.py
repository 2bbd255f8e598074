"""Signing with a real PKCS#11 token, in software: which certificate, one PIN, and what is said when it fails."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from pydantic import ValidationError

from dematfin.errors import ConfigError, SignatureError
from dematfin.sandbox import pki
from dematfin.signature.authorities import Authorities
from dematfin.signature.certificate import fingerprint
from dematfin.signature.opening import look_for_key
from dematfin.signature.settings import SignatureSettings
from dematfin.signature.xades import XadesSigner
from official import SOFTHSM, needs_softhsm
from signature.town import CLOCK, Town, codes

pytestmark = needs_softhsm
Prepared = Callable[..., Path]
DEPUTY: Final = replace(pki.MAYOR, name="Paul TEST-ADJOINT")


@pytest.fixture(scope="session")
def deputy(town: Town, tmp_path_factory: pytest.TempPathFactory) -> pki.Identity:
    """Fill the tokens of the town, and return the deputy mayor, who shares one with the mayor."""
    from signature.softhsm import make_tokens, put  # noqa: PLC0415 - its library may be missing

    make_tokens(tmp_path_factory.mktemp("jetons"), "maire", "partage", "sans cle", "vide", "mefiant")
    deputy = pki.make(DEPUTY, town.ac)
    put("maire", 1, pki.make(pki.client_profile("TEST authentification"), town.ac))
    put("maire", 2, town.mayor)
    put("partage", 1, town.mayor)
    put("partage", 2, deputy)
    put("sans cle", 1, town.mayor, with_key=False)
    put("mefiant", 1, town.mayor, each_time=True)
    return deputy


@pytest.fixture(autouse=True)
def _taken_out() -> Iterator[None]:
    """Take the tokens out after each test: a process logs in once."""
    yield
    take_out()


def take_out() -> None:
    import pkcs11  # noqa: PLC0415 - an extra

    pkcs11.lib(str(SOFTHSM)).reinitialize()


class Pin:
    """What is typed, and how often it was asked for."""

    def __init__(self, typed: str = "1234") -> None:
        self.typed = typed
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        return self.typed


def on_token(town: Town, label: str, **changes: Any) -> SignatureSettings:
    return town.settings(pkcs12=None, bibliotheque=SOFTHSM, jeton=label, **changes)


def signer(settings: SignatureSettings, pin: Pin) -> XadesSigner:
    return XadesSigner(settings, Authorities(settings, CLOCK), pin)


@pytest.mark.parametrize("label", ["maire", "mefiant"])
def test_a_token_signs_several_flows_with_one_pin(
    town: Town, deputy: pki.Identity, prepared: Prepared, label: str
) -> None:
    """The second token wants the PIN before each signature: whoever signs still types it once."""
    unsigned, pin = prepared(depense=3, recette=1), Pin()
    desk = signer(on_token(town, label), pin)
    for name in ("a.xml", "b.xml"):
        signed = unsigned.with_name(name)
        desk.sign(unsigned, signed, town.now)
        report = town.report(signed, unsigned)
        assert codes(report) == set()
        assert {fact.signer for fact in report.signatures} == {"Jeanne TEST-MAIRE"}
    assert pin.asked == 1


def test_a_token_and_a_file_make_the_same_bytes(town: Town, deputy: pki.Identity, prepared: Prepared) -> None:
    unsigned = prepared()
    signed = unsigned.with_name("jeton.xml")
    signer(on_token(town, "maire"), Pin()).sign(unsigned, signed, town.now)
    assert signed.read_bytes() == town.sign(unsigned).read_bytes()


def test_a_wrong_pin_is_typed_once_and_never_tried_again(town: Town, deputy: pki.Identity, prepared: Prepared) -> None:
    pin = Pin("0000")
    desk = signer(on_token(town, "partage"), pin)
    with pytest.raises(SignatureError, match=r"« partage » est faux.*Il reste peu d'essais"):
        desk.open_key(town.now)
    pin.typed = "1234"
    with pytest.raises(SignatureError, match="relancez la commande"):
        desk.sign(prepared(), prepared().with_name("signe.xml"), town.now)
    assert pin.asked == 1
    assert not prepared().with_name("signe.xml").exists()


def test_several_certificates_that_fit_are_named(town: Town, deputy: pki.Identity) -> None:
    with pytest.raises(SignatureError, match="Plusieurs certificats") as refused:
        signer(on_token(town, "partage"), Pin()).open_key(town.now)
    for who in (town.mayor, deputy):
        assert fingerprint(who.certificate) in str(refused.value)
    assert "Paul TEST-ADJOINT (signature, jusqu'au " in str(refused.value)


def test_the_configured_fingerprint_chooses(town: Town, deputy: pki.Identity) -> None:
    wanted = fingerprint(deputy.certificate)
    key = signer(on_token(town, "partage", empreinte=wanted), Pin()).open_key(town.now)
    assert key.certificate == deputy.certificate


def test_a_fingerprint_that_is_not_on_the_token(town: Town, deputy: pki.Identity) -> None:
    with pytest.raises(SignatureError, match=r"Jeanne TEST-MAIRE \(signature.*TEST authentification \(pas de"):
        signer(on_token(town, "maire", empreinte="a" * 64), Pin()).open_key(town.now)


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("sans cle", "n'a pas la clé du certificat de Jeanne TEST-MAIRE"),
        ("vide", "Trouvé : aucun certificat"),
    ],
)
def test_a_token_that_cannot_sign(town: Town, deputy: pki.Identity, label: str, words: str) -> None:
    with pytest.raises(SignatureError, match=words):
        signer(on_token(town, label), Pin()).open_key(town.now)


def test_an_absent_token_is_said_with_those_that_are_there_before_any_pin(town: Town, deputy: pki.Identity) -> None:
    pin = Pin()
    with pytest.raises(SignatureError, match=r"Aucun jeton ne s'appelle « absent ».*« partage »"):
        signer(on_token(town, "absent"), pin).open_key(town.now)
    assert pin.asked == 0


def test_a_token_is_looked_for_without_its_pin(town: Town, deputy: pki.Identity) -> None:
    look_for_key(on_token(town, "maire"))
    look_for_key(town.settings())
    with pytest.raises(SignatureError, match="Aucun jeton"):
        look_for_key(on_token(town, "absent"))


@pytest.mark.parametrize("content", [None, b"not a library"])
def test_a_library_that_cannot_be_loaded(town: Town, tmp_path: Path, content: bytes | None) -> None:
    library = tmp_path / "pilote.so"
    if content:
        library.write_bytes(content)
    settings = town.settings(pkcs12=None, bibliotheque=library, jeton="maire")
    with pytest.raises(ConfigError, match=r"pilote\.so"):
        signer(settings, Pin()).open_key(town.now)


def test_a_card_that_only_knows_rsa_makes_the_same_value(town: Town, deputy: pki.Identity) -> None:
    import pkcs11  # noqa: PLC0415 - an extra

    from dematfin.signature.token import signing_with  # noqa: PLC0415 - idem
    from signature.softhsm import session  # noqa: PLC0415 - idem

    with session("maire") as opened:
        key = opened.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, id=bytes([2]))
        values = {
            signing_with(key, {known}, "1234")(b"ce qui est signe")
            for known in (pkcs11.Mechanism.RSA_PKCS, pkcs11.Mechanism.SHA256_RSA_PKCS)
        }
    assert values == {town.mayor.key.sign(b"ce qui est signe", padding.PKCS1v15(), hashes.SHA256())}


def test_a_token_that_leaves_while_it_signs(town: Town, deputy: pki.Identity, prepared: Prepared) -> None:
    unsigned = prepared()
    desk = signer(on_token(town, "maire"), Pin())
    desk.open_key(town.now)
    take_out()
    with pytest.raises(SignatureError, match="Le jeton a cessé de signer"):
        desk.sign(unsigned, unsigned.with_name("signe.xml"), town.now)
    assert not unsigned.with_name("signe.xml").exists()


@pytest.mark.parametrize(
    "keys",
    [
        {"pkcs12": None},
        {"bibliotheque": SOFTHSM, "jeton": "maire"},
        {"pkcs12": None, "jeton": "maire"},
        {"pkcs12": None, "bibliotheque": SOFTHSM},
    ],
    ids=["nothing", "both", "no library", "no label"],
)
def test_exactly_one_place_for_the_key(town: Town, keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="donnez « pkcs12 », ou bien « bibliotheque » et « jeton »"):
        town.settings(**keys)


@pytest.mark.parametrize("place", ["parapheur", "ailleurs"])
def test_no_key_is_wanted_where_nothing_is_signed(town: Town, place: str) -> None:
    assert town.settings(pkcs12=None, lieu=place).pkcs12 is None
