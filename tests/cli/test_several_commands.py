"""Commands on a configuration of several collectivités: one is chosen, or all are served, and none hides another."""

import json
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import stamina

from cli.office import CLOSED, HELD, Answer, Office, plain, soon
from config.syndicat import A, B, C, block, in_one_file
from dematfin import wiring
from dematfin.cli.context import system_account
from dematfin.config.settings import Settings
from dematfin.errors import LedgerAway
from dematfin.ports.app import App
from dematfin.sandbox import pki

SICK = 'signature = { lieu = "ici", pkcs12 = "absent.p12" }\nnumerisation.depot = "scans"'
UNKNOWN = "visa.zonne = 3"


@pytest.fixture
def quick() -> Iterator[None]:
    """Have nobody tried twice."""
    stamina.set_testing(True, attempts=1)
    yield
    stamina.set_testing(False)


@pytest.fixture
def hosted(tmp_path: Path, sqlite_made: Path, keyboard: Callable[[Path], Office]) -> Callable[..., "Hosted"]:
    """Return what writes a configuration, and opens an office on it."""

    def write(*blocks: str) -> Hosted:
        shutil.copy(sqlite_made, tmp_path / "registre.db")
        return Hosted(keyboard(tmp_path), in_one_file(tmp_path, *blocks))

    return write


class Hosted:
    """The keyboard of the syndicate."""

    def __init__(self, office: Office, path: Path) -> None:
        self.office = office
        self.path = path

    def __call__(self, *words: str) -> Answer:
        return self.office.alone(*words, "-c", str(self.path))

    def known_in(self, *sirets: str) -> None:
        """Make whoever runs the tests somebody there."""
        roles = [word for role in ("administrateur", "agent") for word in ("--role", role)]
        for siret in sirets:
            done = self(
                "personne", "ajouter", "moi", "--nom", "Moi", "--compte", system_account(), *roles, "--siret", siret
            )
            assert done.code == 0, done.err


def test_the_list_says_who_is_ready_and_what_is_wrong_with_the_others(hosted: Callable[..., Hosted]) -> None:
    several = hosted(block(A), block(B, UNKNOWN), block(C))
    answer = several("collectivite", "liste")
    assert answer.code == 0
    assert "3 collectivités, 1 à corriger." in answer.out
    assert f"collectivité {B} contient des erreurs :" in answer.out and "visa.zonne : clé inconnue" in answer.out
    plain(answer.said)
    found = json.loads(several("collectivite", "liste", "--json").out)
    assert [(one["siret"], one["nom"], one["etat"]) for one in found] == [
        (A, "Commune 0420", "prête"),
        (B, "Commune 0510", "à corriger"),
        (C, "Commune 0600", "prête"),
    ]
    assert [one["budgets"] for one in found] == [["COMMUNE"], [], ["COMMUNE"]]
    assert [bool(one["erreur"]) for one in found] == [False, True, False]
    assert several("collectivite", "liste", "--siret", A).out.endswith("1 collectivité, aucune à corriger.\n")
    only = json.loads(several("collectivite", "liste", "--json", "--siret", C).out)
    assert [one["siret"] for one in only] == [C]


def test_one_is_chosen_by_an_option_or_a_variable(
    hosted: Callable[..., Hosted], monkeypatch: pytest.MonkeyPatch
) -> None:
    several = hosted(block(A), block(B), block(C))
    refused = several("personne", "liste")
    assert refused.code == 2
    assert f"Commune 0420 ({A}), Commune 0510 ({B}), Commune 0600 ({C})" in refused.err
    assert "--siret" in refused.err and "DEMATFIN_SIRET" in refused.err
    plain(refused.said)
    several.known_in(B)
    assert several("personne", "liste", "--siret", B).code == 0
    monkeypatch.setenv("DEMATFIN_SIRET", B)
    assert several("personne", "liste").code == 0


def test_the_check_of_all_is_a_line_for_each_that_is_well_and_all_that_is_wrong_with_the_others(
    hosted: Callable[..., Hosted],
) -> None:
    several = hosted(block(A), block(B, SICK), block(C, UNKNOWN))
    answer = several("config", "verifier", "--hors-ligne")
    assert answer.code == 2
    told = answer.out.split("✗ Commune 0510")[1]
    assert "  ✗ certificat de signature : " in told and "  ✗ numérisation : le dossier" in told
    assert [line for line in answer.out.splitlines() if line.startswith("✓")] == [f"✓ Commune 0420 ({A})"]
    assert "visa.zonne : clé inconnue" in answer.out
    assert "3 collectivités, 2 à corriger." in answer.out
    plain(answer.said)
    alone = several("config", "verifier", "--hors-ligne", "--siret", A)
    assert alone.code == 0 and "✓ base et journal" in alone.out
    well = hosted(block(A), block(B))("config", "verifier", "--hors-ligne")
    assert well.code == 0 and well.out.endswith("2 collectivités, aucune à corriger.\nTout est prêt.\n")


@pytest.mark.usefixtures("quick")
def test_a_neighbour_that_hangs_keeps_no_other_from_being_checked(hosted: Callable[..., Hosted]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:  # it takes the call, and never says a word
        there = f'chorus.url_jeton = "http://127.0.0.1:{deaf.getsockname()[1]}/jeton"\nchorus.delai_lecture = 2'
        several = hosted(block(A, there), block(B), block(C))
        for name in ("piste", *(f"{siret}/chorus" for siret in (A, B, C))):
            _secret(several.path.parent, name)
        answer = several("config", "verifier")
    order = [line for line in answer.out.splitlines() if line.startswith(("✓ Commune", "✗ Commune"))]
    assert order[-1] == f"✗ Commune 0420 ({A})" and len(order) == 3
    assert answer.code >= 5
    plain(answer.said)


SIGNS_HERE = """
signature.lieu = "ici"
signature.empreinte = ""
signature.pkcs12 = "{collectivite}.p12"
signature.mot_de_passe = "fichier:secrets/{collectivite}/maire"
signature.autorites = ["ac.pem"]
chorus.client_secret = "fichier:secrets/{collectivite}/piste"
"""


def _certified(folder: Path, siret: str, authority: pki.Identity, mayor: pki.Profile) -> None:
    (folder / f"{siret}.p12").write_bytes(pki.make(mayor, authority).p12("secret"))
    (folder / f"{siret}.p12").chmod(0o600)
    _secret(folder, f"{siret}/maire")


def _secret(folder: Path, name: str) -> None:
    place = folder / "secrets" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("secret", encoding="utf-8")
    place.chmod(0o600)


@pytest.mark.usefixtures("quick")
def test_an_expired_certificate_or_an_absent_secret_is_of_one_only(hosted: Callable[..., Hosted]) -> None:
    several = hosted(*(block(siret, SIGNS_HERE) for siret in (A, B, C)))
    folder = several.path.parent
    authority = pki.make(replace(pki.AC, bits=2048))
    (folder / "ac.pem").write_bytes(authority.pem)
    expired = replace(pki.MAYOR, starts=timedelta(days=-400), lasts=timedelta(days=365))
    for siret, mayor in ((A, pki.MAYOR), (B, expired), (C, pki.MAYOR)):
        _certified(folder, siret, authority, mayor)
    (folder / "secrets" / C / "maire").unlink()
    answer = several("config", "verifier", "--hors-ligne")
    assert f"✓ Commune 0420 ({A})" in answer.out.splitlines()
    wrong = [line for line in answer.out.splitlines() if line.startswith("  ✗")]
    assert len(wrong) == 2 and any("est expiré depuis le" in one for one in wrong)
    assert any(f"secrets/{C}/maire est illisible" in one for one in wrong)

    several.known_in(A, B, C)
    for siret in (A, B):
        _secret(folder, f"{siret}/piste")
    days = several("journee", "--toutes").out.split("■ ")[1:]
    assert len({one.count("●") for one in days}) == 1  # each day went to its end
    absent = f"secrets/{C}/piste est illisible"
    assert [absent in one for one in days] == [False, False, True]
    assert ["ne répond pas" in one for one in days] == [True, True, False]


@pytest.mark.parametrize("text", ["[visa", "[commun]\n[visa]\n", "[commun]\n"])
def test_a_file_that_nobody_can_read_is_the_first_thing_that_is_wrong(hosted: Callable[..., Hosted], text: str) -> None:
    several = hosted(block(A))
    several.path.write_text(text, encoding="utf-8")
    answer = several("config", "verifier")
    assert answer.code == 2
    assert answer.out.startswith("✗ fichier de configuration : La configuration ")
    assert answer.out.count("✗") == 1
    plain(answer.said)


@pytest.mark.usefixtures("quick")
def test_the_day_of_all_is_run_for_each_and_what_stops_one_stops_no_other(
    hosted: Callable[..., Hosted], monkeypatch: pytest.MonkeyPatch
) -> None:
    several = hosted(block(A), block(B), block("21990077000013", UNKNOWN), block(C), block("26990042000010"))
    several.known_in(A, C, "26990042000010")
    build = wiring.build

    def falling(settings: Settings, *others: object) -> App:
        if settings.collectivite.siret == C:
            raise ZeroDivisionError
        return build(settings, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(wiring, "build", falling)
    answer = several("journee", "--toutes")
    parts = answer.out.split("■ ")[1:]
    assert [one.splitlines()[0][:12] for one in parts] == [
        "Commune 0420",
        "Commune 0510",
        "Commune 0770",
        "Commune 0600",
        "Commune 0420",
    ]
    days = [one.count("●") for one in parts]
    assert days[0] == days[4] > 10 and days[1:4] == [0, 0, 0]
    assert "n'est celui d'aucune personne connue" in parts[1]
    assert "visa.zonne : clé inconnue" in parts[2]
    assert "erreur imprévue (ZeroDivisionError)" in parts[3]
    assert answer.code == 3  # the worst: nobody there is known
    rehearsed = several("journee", "--toutes", "--essai")
    assert rehearsed.out.count("Relever les dossiers") == 2


def test_a_day_that_runs_already_has_a_code_of_its_own_which_hides_nothing_worse(
    hosted: Callable[..., Hosted], tmp_path: Path
) -> None:
    several = hosted(block(A), block(B))
    several.known_in(A)
    with closing(sqlite3.connect(tmp_path / "registre.db")) as base:
        base.execute(HELD.format(siret=A, step="journée", until=soon()))
        base.commit()
    alone = several("journee", "--siret", A)
    assert alone.code == 8 and "« journée » est déjà en cours" in alone.err
    assert several("journee", "--toutes").code == 3  # nobody is known in B


@pytest.mark.usefixtures("quick")
def test_a_base_that_is_away_is_no_day_that_runs_already(
    hosted: Callable[..., Hosted], monkeypatch: pytest.MonkeyPatch
) -> None:
    several = hosted(block(A), block("21990077000013", UNKNOWN))
    several.known_in(A)

    def away(*_: object) -> App:
        raise LedgerAway

    monkeypatch.setattr(wiring, "build", away)
    assert several("journee", "--siret", A).code == 5
    assert several("journee", "--toutes").code == 2


def test_all_and_one_is_a_contradiction(hosted: Callable[..., Hosted]) -> None:
    answer = hosted(block(A), block(B))("journee", "--toutes", "--siret", A)
    assert answer.code == 2
    assert "--toutes" in answer.err
    plain(answer.said)


def test_pages_are_served_for_the_one_that_is_chosen(hosted: Callable[..., Hosted]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        several = hosted(block(A, f"web.port = {CLOSED}"), block(B, f"web.port = {port}"))
        assert several("web").code == 2
        refused = several("web", "--siret", B)
    assert refused.code == 2
    assert f"127.0.0.1:{port} ne peut pas être ouverte : ce port est déjà pris" in refused.err
