"""Lists of the revoked, fetched over real HTTP: kept as long as they are good, believed if their issuer signed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from dematfin.domain.finding import Finding, Severity
from dematfin.errors import SignatureError
from dematfin.sandbox import pki
from dematfin.sandbox.server import LoopbackServer, Reply, Request
from dematfin.signature import revocation
from dematfin.signature.authorities import Authorities
from signature.town import CLOCK, Town

Prepared = Callable[..., Path]


class Publisher:
    """An authority that publishes its list."""

    def __init__(self, town: Town) -> None:
        self.asked = 0
        self.reply = Reply()
        self.server = LoopbackServer(self.answer)
        self.town = town
        self.folder = Path()
        address = f"http://127.0.0.1:{self.server.port}/ac.crl"
        self.listed = pki.make(replace(pki.MAYOR, name="Paul TEST-LISTE", lists_at=address), town.ac)
        self.signatory = self.listed

    def begins(self, folder: Path) -> "Publisher":
        """Publish a good list, that nobody has seen yet."""
        self.asked, self.folder, self.signatory = 0, folder, self.listed
        self.publishes(pki.revocation_list(self.town.ac))
        return self

    def answer(self, _: Request) -> Reply:
        self.asked += 1
        return self.reply

    def publishes(self, data: bytes) -> None:
        """Publish a list, in DER as authorities do."""
        der = x509.load_pem_x509_crl(data).public_bytes(serialization.Encoding.DER)
        self.reply = Reply(body=der, media_type="application/pkix-crl")

    def revokes(self) -> None:
        """Publish that the signatory may not sign any more."""
        self.publishes(pki.revocation_list(self.town.ac, [self.signatory]))

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Return a configuration that fetches."""
        usual = {"listes_de_revocation": (), "telecharger_crl": True, "cache_crl": self.folder / "crl"}
        return usual | changes

    def judged(self, days: int = 0, **changes: Any) -> list[Finding]:
        """Judge the signatory, some days from now, in another process."""
        at = CLOCK() + timedelta(days=days)
        authorities = Authorities(self.town.settings(**self.settings(**changes)), lambda: at)
        return list(authorities.judge(self.signatory.certificate, at))


@pytest.fixture(scope="module")
def authority(town: Town) -> Iterator[Publisher]:
    publisher = Publisher(town)
    publisher.server.start()
    yield publisher
    publisher.server.stop()


@pytest.fixture
def publisher(authority: Publisher, tmp_path: Path) -> Publisher:
    return authority.begins(tmp_path)


def test_a_list_is_fetched_once_and_kept_as_long_as_it_is_good(publisher: Publisher) -> None:
    assert [publisher.judged(days) for days in (0, 1, 6)] == [[], [], []]
    assert publisher.asked == 1
    publisher.judged(8)
    assert publisher.asked == 2, "past its next update it is asked for again"


def test_a_certificate_revoked_in_a_fetched_list_signs_nothing(publisher: Publisher, prepared: Prepared) -> None:
    publisher.revokes()
    with pytest.raises(SignatureError, match="est révoqué depuis le"):
        publisher.town.sign(prepared(), publisher.signatory, CLOCK(), **publisher.settings())


def test_nothing_is_fetched_unless_it_is_wanted(publisher: Publisher) -> None:
    (found,) = publisher.judged(telecharger_crl=False)
    assert found.severity is Severity.WARNING
    assert publisher.asked == 0


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(status=404), "répond 404"),
        (Reply(status=503), "est indisponible"),
        (Reply(status=302, headers={"Location": "http://127.0.0.1/"}), "répond 302"),
        (Reply(body=b"<html>Portail captif</html>"), "est illisible"),
        (Reply(body=b"x" * 1000, cut=10), "a coupé la réponse"),
        (Reply(body=b"x" * 3_000_001), "dépasse"),
    ],
    ids=["absent", "later", "elsewhere", "a page", "cut", "too large"],
)
def test_a_list_that_cannot_be_had_is_a_remark_or_a_refusal(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, reply: Reply, words: str
) -> None:
    monkeypatch.setattr(revocation, "HEAVIEST", 3_000_000)
    publisher.reply = reply
    remarks = publisher.judged()
    assert {(one.code, one.severity) for one in remarks} == {("SIG-REVOCATION", Severity.WARNING)}
    assert words in remarks[0].sentence
    assert "aucune liste" in remarks[1].sentence
    wanted = publisher.judged(crl_obligatoire=True)
    assert Severity.BLOCKING in {one.severity for one in wanted}
    assert not list(publisher.folder.glob("crl/*"))


def test_a_server_that_is_not_there(publisher: Publisher) -> None:
    nowhere = replace(pki.MAYOR, lists_at="http://127.0.0.1:9/ac.crl")
    publisher.signatory = pki.make(nowhere, publisher.town.ac)
    assert "ne répond pas" in publisher.judged()[0].sentence


def test_a_list_that_somebody_else_signed_is_not_believed_nor_kept(publisher: Publisher) -> None:
    publisher.publishes(pki.revocation_list(pki.make(pki.AC), [publisher.signatory]))
    remarks = publisher.judged()
    assert "n'est pas signée par l'émetteur" in remarks[0].sentence
    assert not list(publisher.folder.glob("crl/*"))


def test_a_stale_list_is_better_than_none_but_it_is_said(publisher: Publisher) -> None:
    publisher.judged()
    publisher.reply = Reply(status=404)
    (found,) = publisher.judged(8)
    assert (found.severity, "plus à jour" in found.sentence) == (Severity.WARNING, True)
    (refused,) = publisher.judged(8, crl_obligatoire=True)
    assert refused.severity is Severity.BLOCKING


def test_a_kept_list_that_was_spoilt_is_fetched_again(publisher: Publisher) -> None:
    publisher.judged()
    (kept,) = publisher.folder.glob("crl/*")
    kept.write_bytes(b"autre chose")
    assert publisher.judged() == []
    assert publisher.asked == 2


def test_a_list_out_of_reach_is_not_asked_for_at_each_signature(publisher: Publisher) -> None:
    publisher.reply = Reply(status=404)
    authorities = Authorities(publisher.town.settings(**publisher.settings()), CLOCK)
    for _ in range(5):
        authorities.judge(publisher.signatory.certificate, CLOCK())
    assert publisher.asked == 1


def test_an_unknown_authority_does_not_choose_whom_we_call(publisher: Publisher) -> None:
    """Whoever writes a flow writes the addresses of its certificate: only those of known authorities are called."""
    stranger = pki.make(pki.AC, pki.make(pki.ROOT))
    address = f"http://127.0.0.1:{publisher.server.port}/piege"
    publisher.signatory = pki.make(replace(pki.MAYOR, lists_at=address), stranger)
    assert "SIG-CHAINE" in {one.code for one in publisher.judged()}
    assert publisher.asked == 0
