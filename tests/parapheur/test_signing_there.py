"""Flows signed in an i-Parapheur: the promises of every place, and what a careless one does to a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import ValidationError

from contracts.signing import REFERENCE, DistantContract, Judge, SigningContract, request
from dematfin.domain.finding import blocking
from dematfin.errors import BadAnswer, ConfigError, Refused, UnknownOutcome, Unreachable
from dematfin.parapheur.settings import ParapheurSettings
from dematfin.parapheur.signing import SigningThere
from dematfin.ports.signature import Progress
from dematfin.sandbox.iparapheur.app import ParapheurApp
from dematfin.sandbox.iparapheur.setup import Step, Subtype
from dematfin.signature.authorities import Authorities
from dematfin.signature.here import Here
from dematfin.signature.xades import XadesSigner
from dematfin.support.clock import SystemClock
from fakes.signature import FakeCheck, FakePlace, FakeSigner
from parapheur.platform import PATHS, SETTINGS, SETUP, Pages, adapter, simulated
from signature.town import PASSWORD, Town, codes, found_town
from signature.town import flow as some_flow

CLOCK: Final = SystemClock("Europe/Paris")
MAYOR: Final = Step(bureau="Maire", nom="Jeanne TEST-MAIRE", role="SIGNATAIRE")
PES: Final = {"type_pes": "PES", "sous_type_pes": "DEPENSES"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder = tmp_path_factory.mktemp("pki")
    town = found_town(folder)
    (folder / "maire.pem").write_bytes(town.mayor.key_pem + town.mayor.pem)
    return town


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    path = tmp_path / "flux.xml"
    path.write_bytes(some_flow())
    return path


@pytest.fixture
def judge(town: Town) -> Judge:
    def judged(signed: Path, unsigned: Path) -> str:
        report = town.report(signed, unsigned, now=max(CLOCK.now(), town.now))
        assert blocking(report.findings) == ()
        assert len(report.signatures) == 2
        return report.signatures[0].signer

    return judged


@dataclass(frozen=True)
class Signatories:
    """Whoever signs, in the pages of the simulated i-Parapheur."""

    pages: Pages

    def sign(self, reference: str, trouble: str = "") -> None:
        self.pages.post("sign", dossier=reference, trouble=trouble)

    def refuse(self, reference: str, reason: str) -> None:
        self.pages.reject(reference, reason, "Jeanne TEST-MAIRE")

    def open(self, reference: str) -> None:
        self.pages.post("annotate", dossier=reference)

    def delete(self, reference: str) -> None:
        self.pages.delete(reference)


def setup(town: Town) -> dict[str, Any]:
    """Return what a simulated i-Parapheur is set up with beside its visas."""
    subtype = Subtype(type="PES", nom="DEPENSES", etapes=(MAYOR,))
    return {"sous_types": (*SETUP.sous_types, subtype), "signataire": town.folder / "maire.pem"}


def place(url: str, **changes: Any) -> SigningThere:
    settings = ParapheurSettings.model_validate({"url": url, **SETTINGS, **PES, **changes})
    return SigningThere(settings, adapter(url))


class TestHere(SigningContract):
    @pytest.fixture
    def desk(self, town: Town) -> Here:
        settings = town.settings()
        return Here(XadesSigner(settings, Authorities(settings, lambda: town.now), lambda: PASSWORD), lambda: town.now)

    @pytest.fixture
    def signs(self) -> Callable[[str], None]:
        return lambda _: None


class FakeJudge:
    """Lends the judge of the fakes."""

    @pytest.fixture
    def judge(self) -> Judge:
        check = FakeCheck(CLOCK.now)

        def judged(signed: Path, unsigned: Path) -> str:
            (fact,) = check.report(signed, unsigned).signatures
            return fact.signer

        return judged


class TestFakeSigner(FakeJudge, SigningContract):
    @pytest.fixture
    def desk(self) -> FakeSigner:
        return FakeSigner()

    @pytest.fixture
    def signs(self) -> Callable[[str], None]:
        return lambda _: None


class TestFakePlace(FakeJudge, DistantContract):
    @pytest.fixture
    def desk(self) -> FakePlace:
        return FakePlace()

    @pytest.fixture
    def people(self, desk: FakePlace) -> FakePlace:
        return desk

    @pytest.fixture
    def signs(self, desk: FakePlace) -> Callable[[str], None]:
        return desk.sign


@pytest.mark.parametrize("path", PATHS.values(), ids=list(PATHS), scope="class")
class TestIParapheur(DistantContract):
    @pytest.fixture
    def url(self, tmp_path: Path, path: str, town: Town) -> Iterator[str]:
        with simulated(tmp_path / "la-bas", **setup(town)) as (_, url):
            yield url

    @pytest.fixture
    def desk(self, url: str, path: str) -> SigningThere:
        return place(url + path)

    @pytest.fixture
    def people(self, url: str) -> Signatories:
        return Signatories(Pages(url))

    @pytest.fixture
    def signs(self, people: Signatories) -> Callable[[str], None]:
        return people.sign


@pytest.fixture
def there(tmp_path: Path, town: Town) -> Iterator[tuple[ParapheurApp, str]]:
    with simulated(tmp_path / "la-bas", **setup(town)) as both:
        yield both


@pytest.mark.parametrize(
    ("trouble", "code"), [("octet", "SIG-SCEAU"), ("blancs", "SIG-SCEAU"), ("inconnu", "SIG-CHAINE")]
)
def test_a_careless_place_is_found_out(
    there: tuple[ParapheurApp, str], town: Town, flow: Path, trouble: str, code: str
) -> None:
    url, target = there[1], flow.with_name("rendu.xml")
    place(url).submit(request(flow))
    Signatories(Pages(url)).sign(REFERENCE, trouble)
    assert place(url).collect(REFERENCE, target).progress is Progress.SIGNED
    assert code in codes(town.report(target, flow, now=CLOCK.now()))


def test_a_lost_answer_is_sent_again_and_makes_one_folder(there: tuple[ParapheurApp, str], flow: Path) -> None:
    app, url = there
    app.faults.set("cut_after_create", 1)
    with pytest.raises(UnknownOutcome):
        place(url).submit(request(flow))
    place(url).submit(request(flow))
    assert [line["dossier"] for line in app.journal.lines()] == [REFERENCE]


def test_what_it_says_wrong_is_no_signature(there: tuple[ParapheurApp, str], flow: Path) -> None:
    app, url = there
    target, desk = flow.with_name("rendu.xml"), place(url)
    desk.submit(request(flow))
    Signatories(Pages(url)).sign(REFERENCE)
    errors: dict[str, type[Exception]] = {"html": BadAnswer, "unavailable": Unreachable, "fault": Refused}
    for fault, error in errors.items():
        app.faults.set(fault, 1)
        with pytest.raises(error):
            desk.collect(REFERENCE, target)
    app.faults.set("unknown_status", 1)
    assert desk.collect(REFERENCE, target).progress is Progress.PENDING
    assert not target.exists()
    assert desk.collect(REFERENCE, target).progress is Progress.SIGNED


def test_what_it_is_sent_says_what_to_sign(there: tuple[ParapheurApp, str], flow: Path) -> None:
    app, url = there
    place(url).submit(request(flow))
    (main,) = app.folders.documents(REFERENCE, main=True)
    assert (main["donnees"], main["media"]) == (flow.read_bytes(), "application/xml")
    folder = app.folders.get(REFERENCE)
    assert folder is not None
    assert (folder["type"], folder["sous_type"], folder["titre"]) == ("PES", "DEPENSES", "COMMUNE-2026-42")
    assert "120,00" in folder["publique"]
    with pytest.raises(Refused, match="n'existe pas"):
        place(url, sous_type_pes="AUTRE").submit(request(flow, "DF-2"))
    with pytest.raises(ConfigError, match="type_pes"):
        place(url, type_pes="", sous_type_pes="").submit(request(flow, "DF-3"))


def test_a_folder_without_its_flow_is_no_signature(there: tuple[ParapheurApp, str], flow: Path) -> None:
    app, url = there
    place(url).submit(request(flow))
    Signatories(Pages(url)).sign(REFERENCE)
    app.folders.rewrite(REFERENCE, b"")
    with pytest.raises(BadAnswer, match="n'en rend pas le flux"):
        place(url).collect(REFERENCE, flow.with_name("rendu.xml"))


def test_the_circuit_of_signature_is_looked_at_with_the_others(there: tuple[ParapheurApp, str]) -> None:
    def trouble(**changes: str) -> str:
        *_, last = adapter(there[1], **{**PES, **changes}).routes()
        return last.trouble

    *visas, last = adapter(there[1], **PES).routes()
    assert (last.label, last.steps, last.trouble) == ("PES / DEPENSES", ("Maire (Jeanne TEST-MAIRE)",), "")
    assert len(visas) == 2
    assert "type « PESV2 »" in trouble(type_pes="PESV2")
    assert "sous-type « RECETTES »" in trouble(sous_type_pes="RECETTES")
    assert "métadonnée « engagement »" in trouble(type_pes="FACTURES", sous_type_pes="VISASERVICE")
    (only,) = adapter(there[1], **PES, type="", sous_type="", sous_types={}).routes()
    assert only.label == "PES / DEPENSES"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"type": ""}, "vont ensemble"),
        ({"sous_type_pes": ""}, "vont ensemble"),
        ({"type": "", "sous_type": "", "sous_types": {}, "type_pes": "", "sous_type_pes": ""}, "il y faut"),
    ],
)
def test_a_circuit_is_named_whole(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ParapheurSettings.model_validate({"url": "https://p.test", **SETTINGS, **PES, **changes})


def test_visas_may_stay_here_when_flows_are_signed_there() -> None:
    changes = {"type": "", "sous_type": "", "sous_types": {}}
    assert ParapheurSettings.model_validate({"url": "https://p.test", **SETTINGS, **PES, **changes}).bridge() is None
