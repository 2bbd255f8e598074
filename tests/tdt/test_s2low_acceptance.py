"""The acceptance tests of the protocol pages: our adapter against the simulated S²LOW, every fault of it, over TLS."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from dematfin.domain.mandat.deposit import Phase
from dematfin.errors import AccessDenied, AlreadyThere, ConnectorError, UnknownOutcome, Unreachable
from dematfin.sandbox import bad_certificates, pki
from dematfin.sandbox.server import LoopbackServer
from dematfin.sandbox.tdt.app import TdtApp
from dematfin.sandbox.tdt.life import Deliver, Dgfip
from dematfin.sandbox.tdt.troubles import INSTEAD
from dematfin.sandbox.world import Delays, Tdt, TdtAccount
from dematfin.tdt.s2low import S2low
from dematfin.tdt.settings import S2lowSettings
from tdt.browsers import answer
from tdt.odd_server import server_context
from tdt.platform import LIST, PASSWORD, acquit, flow, retour

SIRET: Final = "21990042000015"
AGENT: Final = {"login": "agent", "mot_de_passe": "TEST agent"}
ARCHIVES: Final = {"login": "archives", "mot_de_passe": "TEST archives", "role": "ARCH", "droits": ()}
CCAS: Final = {"login": "ccas", "mot_de_passe": "TEST ccas", "collectivite": 43}
NAME: Final = "FLUX1"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return certificates, good and bad; the good client's carries its key too."""
    folder = tmp_path_factory.mktemp("cles")
    authority = pki.make(pki.TDT_AC)
    client = pki.make_transport_pki(folder, PASSWORD, authority)
    bad_certificates.make(folder, PASSWORD, authority)
    pki.private(folder / "tdt-client-bon.pem", client.key_pem + client.pem)
    return folder


@dataclass
class Trial:
    """The platform with its own record, and adapters to it."""

    app: TdtApp
    url: str
    keys: Path
    state: Path
    waiting: list[tuple[str, str, bytes]]

    def adapter(self, login: str = "agent", **changes: Any) -> S2low:
        usual = {
            "url": self.url,
            "certificat": self.keys / "tdt-client.p12",
            "mot_de_passe_certificat": PASSWORD,
            "autorites": self.keys / "tdt-ac.pem",
            "identifiant": login,
            "mot_de_passe": f"TEST {login}",
            "archiviste": "archives",
            "mot_de_passe_archiviste": "TEST archives",
            "delai_lecture": 2,
            "delai_depot": 2,
        }
        return S2low(S2lowSettings.model_validate({**usual, **changes}), lambda reference: reference)

    def told(self, what: str) -> list[dict[str, Any]]:
        path = self.state / "journal.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [line for line in map(json.loads, lines) if line["what"] == what]


@contextmanager
def trial(
    keys: Path, state: Path, *accounts: dict[str, Any], server: str = "tdt-serveur.pem", delays: float = 0
) -> Iterator[Trial]:
    known = [{"certificat": "tdt-client.pem", **one} for one in (*accounts, ARCHIVES)]
    world = Tdt(
        certificat_serveur=Path(server),
        autorite_clients=Path("tdt-ac.pem"),
        comptes=tuple(TdtAccount.model_validate(one) for one in known),
        delais=Delays(analyse=delays, envoi=0, acquit=0, retour=0),
    )
    waiting: list[tuple[str, str, bytes]] = []

    def deliver_all(deliver: Deliver) -> None:
        while waiting:
            deliver(*waiting.pop(0))

    app = TdtApp(world, keys, state, Dgfip(acquit=answer, retours=deliver_all))
    context = server_context(keys)
    context.load_cert_chain(keys / server)
    door = LoopbackServer(app, tls=context)
    door.start()
    try:
        yield Trial(app=app, url=f"https://127.0.0.1:{door.port}", keys=keys, state=state, waiting=waiting)
    finally:
        door.stop()
        app.close()


@pytest.fixture
def s2low(keys: Path, tmp_path: Path) -> Iterator[Trial]:
    with trial(keys, tmp_path / "tdt", AGENT, CCAS) as one:
        yield one


@contextmanager
def one_jar(s2low: Trial) -> Iterator[httpx.Client]:
    """Lend a client as many are written: one jar for all the accounts of a certificate."""
    context = ssl.create_default_context(cafile=s2low.keys / "tdt-ac.pem")
    context.load_cert_chain(s2low.keys / "tdt-client-bon.pem")
    with httpx.Client(base_url=s2low.url, verify=context, trust_env=False) as client:
        yield client


def test_a_shared_jar_switches_accounts_and_ours_never_does(s2low: Trial, flux: Path, tmp_path: Path) -> None:
    with one_jar(s2low) as naive:
        assert "<idColl>42</idColl>" in naive.get(LIST, auth=("agent", "TEST agent")).text
        assert "<idColl>42</idColl>" in naive.get(LIST, auth=("ccas", "TEST ccas")).text  # the trap
    theirs = tmp_path / "ccas.xml"
    theirs.write_bytes(flow("FLUX2"))
    agent, ccas = s2low.adapter(), s2low.adapter("ccas")
    for _ in range(2):
        agent.check()
        ccas.check()
    first, second = agent.send(flux, NAME), ccas.send(theirs, "FLUX2")
    assert [(line["nomfic"], line["collectivite"]) for line in s2low.told("depot")] == [(NAME, 42), ("FLUX2", 43)]
    assert agent.find(flux, NAME) == first  # as the archivist, then as the agent again
    assert agent.follow(first, NAME).phase is Phase.ANSWERED
    assert ccas.follow(second, "FLUX2").phase is Phase.ANSWERED
    assert ccas.follow(first, NAME).phase is Phase.LOST  # nobody else's flow is seen


@pytest.mark.parametrize("server", ["tdt-serveur-etranger.pem", "tdt-serveur-expire.pem"])
def test_a_server_that_proves_nothing_is_sent_nothing(keys: Path, tmp_path: Path, flux: Path, server: str) -> None:
    with trial(keys, tmp_path / "tdt", AGENT, server=server) as s2low:
        with pytest.raises(ConnectorError, match=r"(?i)certificat") as caught:
            s2low.adapter().send(flux, NAME)
        assert not isinstance(caught.value, UnknownOutcome)
        assert s2low.told("depot") == []


@pytest.mark.parametrize("client", ["expire", "etranger"])
def test_a_client_certificate_that_is_refused_deposits_nothing(s2low: Trial, flux: Path, client: str) -> None:
    with pytest.raises(AccessDenied):
        s2low.adapter(certificat=s2low.keys / f"tdt-client-{client}.p12").send(flux, NAME)
    assert s2low.told("depot") == []


def test_a_timeout_after_the_deposit_ends_with_one_transaction_that_is_found(s2low: Trial, flux: Path) -> None:
    s2low.app.faults.seconds = 1
    s2low.app.faults.set("slow", 1)
    adapter = s2low.adapter(delai_depot=0.3)
    with pytest.raises(UnknownOutcome):
        adapter.send(flux, NAME)
    with pytest.raises(AlreadyThere):  # the same bytes again prove that it had arrived
        s2low.adapter().send(flux, NAME)
    (line,) = s2low.told("depot")
    assert adapter.find(flux, NAME) == str(line["transaction"])
    assert adapter.follow("1", NAME).acquit == acquit(NAME)


@pytest.mark.parametrize("name", ["connection_ko", "connection_page"])
def test_a_link_in_trouble_lets_no_flow_leave(s2low: Trial, flux: Path, name: str) -> None:
    s2low.app.faults.set(name, 1)
    adapter = s2low.adapter()
    with pytest.raises(ConnectorError) as caught:
        adapter.send(flux, NAME)
    assert not isinstance(caught.value, UnknownOutcome)
    assert s2low.told("depot") == []
    assert adapter.send(flux, NAME) == "1"


AT_A_DEPOSIT: Final[dict[str, tuple[type[ConnectorError], bool]]] = {
    "bad_gateway": (UnknownOutcome, False),
    "unavailable": (UnknownOutcome, False),
    "server_error": (UnknownOutcome, False),
    "empty_500": (UnknownOutcome, False),
    "login_page": (UnknownOutcome, False),
    "to_index": (UnknownOutcome, False),
    "to_root": (UnknownOutcome, False),
    "to_login": (AccessDenied, False),
    "to_connexion_status": (AccessDenied, False),
    "ko_text": (AccessDenied, False),
    "ko_api": (AccessDenied, False),
    "cut_before_store": (UnknownOutcome, False),
    "refuse_flow": (Unreachable, False),
    "upload_error": (Unreachable, False),
    "duplicate_said": (AlreadyThere, False),
    "cut_after_store": (UnknownOutcome, True),
    "dropped": (UnknownOutcome, True),
    "server_error_after_store": (UnknownOutcome, True),
    "truncated": (UnknownOutcome, True),
}


@pytest.mark.parametrize("name", AT_A_DEPOSIT)
def test_whatever_befalls_a_deposit_it_is_made_once(s2low: Trial, flux: Path, name: str) -> None:
    kind, stored = AT_A_DEPOSIT[name]
    s2low.app.faults.set(name, 1)
    adapter = s2low.adapter()
    with pytest.raises(kind) as caught:
        adapter.send(flux, NAME)
    assert isinstance(caught.value, UnknownOutcome) is (kind is UnknownOutcome)
    assert len(s2low.told("depot")) == stored
    found = adapter.find(flux, NAME)
    assert bool(found) is stored
    assert (found or adapter.send(flux, NAME)) == "1"
    assert adapter.follow("1", NAME).acquit == acquit(NAME)
    assert len(s2low.told("depot")) == 1


@pytest.mark.parametrize("name", ["utf8_as_latin", "latin_undeclared"])
def test_a_charset_that_lies_or_is_missing_hides_nothing(s2low: Trial, flux: Path, name: str) -> None:
    adapter = s2low.adapter()
    s2low.app.faults.set(name, 1)
    assert adapter.send(flux, NAME) == "1"
    s2low.app.faults.set("virus", 1)
    s2low.app.faults.set(name, 1)
    progress = adapter.follow("1", NAME)
    assert (progress.phase, "a été detecté" in progress.message) == (Phase.REFUSED, True)


def test_whatever_befalls_a_question_it_is_asked_again(s2low: Trial, flux: Path) -> None:
    adapter = s2low.adapter()
    adapter.send(flux, NAME)
    for name in INSTEAD:
        s2low.app.faults.set(name, 1)
        with pytest.raises(ConnectorError):
            adapter.follow("1", NAME)
        assert adapter.follow("1", NAME).acquit == acquit(NAME)


ON_ITS_WAY: Final[dict[str, Phase]] = {
    "held_13": Phase.HELD,
    "held_14": Phase.HELD,
    "analysis_stuck": Phase.WAITING,
    "window_full": Phase.WAITING,
    "never_answer": Phase.WAITING,
    "status_7": Phase.WAITING,
    "still_sent": Phase.WAITING,
    "status_21": Phase.UNKNOWN,
    "status_42": Phase.UNKNOWN,
    "acquit_page": Phase.WAITING,
    "virus": Phase.REFUSED,
    "bad_signature": Phase.REFUSED,
    "cancelled": Phase.LOST,
    "deleted": Phase.LOST,
    "purged": Phase.LOST,
    "no_acquit_expected": Phase.LOST,
    "late_after_error": Phase.HELD,
    "invalid_acquit": Phase.ANSWERED,
    "archive_19": Phase.ANSWERED,
    "archive_9": Phase.ANSWERED,
    "archive_10": Phase.ANSWERED,
    "archive_11": Phase.ANSWERED,
    "archive_20": Phase.ANSWERED,
}
PASSING: Final = {Phase.WAITING, Phase.UNKNOWN}


@pytest.mark.parametrize("name", ON_ITS_WAY)
def test_each_fate_of_a_flow_is_told_as_what_it_is(s2low: Trial, flux: Path, name: str) -> None:
    s2low.app.faults.set(name, 1)
    adapter = s2low.adapter()
    adapter.send(flux, NAME)
    progress = adapter.follow("1", NAME)
    assert progress.phase is ON_ITS_WAY[name]
    assert (progress.acquit == acquit(NAME)) is (progress.phase is Phase.ANSWERED)
    if progress.phase in PASSING or name == "late_after_error":
        assert adapter.follow("1", NAME).acquit == acquit(NAME)


def test_the_second_of_two_twins_is_never_believed_to_be_refused(s2low: Trial, flux: Path) -> None:
    adapter = s2low.adapter()
    adapter.send(flux, NAME)
    assert adapter.follow("1", NAME).phase is Phase.ANSWERED
    s2low.app.faults.set("twin_race", 1)
    assert adapter.send(flux, NAME) == "2"
    assert adapter.follow("2", NAME).phase is Phase.HELD


def test_a_retour_is_never_marked_by_a_call_that_failed(s2low: Trial, flux: Path) -> None:
    adapter = s2low.adapter()
    adapter.send(flux, NAME)
    adapter.follow("1", NAME)
    s2low.waiting.append((SIRET, "PES2R_1.xml", retour()))
    for name in ("bad_gateway", "login_page", "ko_text", "to_index", "truncated"):
        s2low.app.faults.set(name, 1)
        with pytest.raises(ConnectorError):
            adapter.returns()
    (item,) = adapter.returns()
    for name in ("retour_cut", "bad_gateway", "login_page", "to_login", "empty_500"):
        s2low.app.faults.set(name, 1)
        with pytest.raises(ConnectorError):
            adapter.fetch(item)
    assert adapter.fetch(item) == retour()
    assert s2low.told("retour_lu") == []
    s2low.app.faults.set("unavailable", 1)
    with pytest.raises(ConnectorError):
        adapter.acknowledge(item)
    assert s2low.told("retour_lu") == []
    s2low.app.faults.set("dropped", 1)  # it is marked, and we do not know
    with pytest.raises(ConnectorError):
        adapter.acknowledge(item)
    for _ in range(2):
        adapter.acknowledge(item)
    assert adapter.returns() == ()
    assert len(s2low.told("retour_lu")) == 1


def test_a_retour_that_came_in_half_is_not_given_as_one(s2low: Trial, flux: Path) -> None:
    adapter = s2low.adapter()
    adapter.send(flux, NAME)
    adapter.follow("1", NAME)
    s2low.app.faults.set("retour_truncated", 1)
    s2low.waiting.append((SIRET, "PES2R_1.xml", retour()))
    (item,) = adapter.returns()
    with pytest.raises(ConnectorError):
        adapter.fetch(item)


def test_a_retour_under_two_numbers_or_an_odd_name_is_two_items_and_no_error(s2low: Trial, flux: Path) -> None:
    adapter = s2low.adapter()
    adapter.send(flux, NAME)
    adapter.follow("1", NAME)
    for name in ("retour_twice", "retour_odd_name"):
        s2low.app.faults.set(name, 1)
    s2low.waiting.append((SIRET, "PES2R_1.xml", retour()))
    items = adapter.returns()
    assert len({one.remote_id for one in items}) == 2
    assert {adapter.fetch(one) for one in items} == {retour()}


@pytest.mark.parametrize(
    ("account", "kind"),
    [({"rgs": False}, AccessDenied), ({"droits": ("RO", "TT")}, AccessDenied), ({"actif": False}, AccessDenied)],
)
def test_an_account_that_may_not_deposit_is_told_and_deposits_nothing(
    keys: Path, tmp_path: Path, flux: Path, account: dict[str, Any], kind: type[ConnectorError]
) -> None:
    with trial(keys, tmp_path / "tdt", AGENT | account) as s2low:
        with pytest.raises(kind):
            s2low.adapter().send(flux, NAME)
        assert s2low.told("depot") == []


def test_an_account_without_the_right_to_transmit_has_its_flow_held(keys: Path, tmp_path: Path, flux: Path) -> None:
    with trial(keys, tmp_path / "tdt", AGENT | {"droits": ("RW",)}) as s2low:
        adapter = s2low.adapter()
        assert adapter.follow(adapter.send(flux, NAME), NAME).phase is Phase.HELD


def test_an_account_above_an_authority_may_not_follow(keys: Path, tmp_path: Path, flux: Path) -> None:
    with trial(keys, tmp_path / "tdt", AGENT | {"role": "GADM"}) as s2low:
        adapter = s2low.adapter()
        adapter.send(flux, NAME)
        with pytest.raises(AccessDenied):
            adapter.follow("1", NAME)
