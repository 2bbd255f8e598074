"""`parapheur etat`, `parapheur relever`, `config verifier`: a bought i-Parapheur seen from the keyboard."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cli.office import CLOSED, Office, plain
from dematfin.config.several import load
from dematfin.domain.visa.folder import VisaFolder
from dematfin.parapheur.settings import ParapheurSettings
from dematfin.sandbox.iparapheur.app import ParapheurApp
from dematfin.sandbox.neighbours import Neighbours
from parapheur.platform import LOGIN, SETUP, Pages, simulated

SECTION = """
[parapheur]
url = "{url}"
identifiant = "{login}"
mot_de_passe = "fichier:parapheur.secret"
type = "FACTURES"
sous_type = "VISASERVICE"
services = ["SPORT"]
metadonnees = {{ engagement = "engagement", montantttc = "montantttc" }}
"""


@contextmanager
def connected(office: Office, **changes: Any) -> Iterator[tuple[ParapheurApp, Pages]]:
    """Lend an office with an i-Parapheur of its own; `changes` are of how it is set up."""
    with simulated(office.folder / "parapheur", **changes) as (app, url):
        secret = office.folder / "parapheur.secret"
        secret.write_text(SETUP.mot_de_passe, encoding="utf-8")
        secret.chmod(0o600)
        text = office.config.read_text(encoding="utf-8")
        office.config.write_text(text + SECTION.format(url=url, login=LOGIN), encoding="utf-8")
        yield app, Pages(url)


def test_without_one_it_is_said(office: Office) -> None:
    for words in (("parapheur", "etat"), ("parapheur", "etat", "--json")):
        answer = office(*words)
        assert answer.code == 2
        assert "Aucun i-Parapheur n'est branché" in answer.err
        plain(answer.said)


def test_it_is_shown_with_its_circuit_and_what_lies_there(copy: Office) -> None:
    with connected(copy) as (there, pages):
        copy.change(r'services = \["SPORT"\]', "services = []")
        assert copy("parapheur", "relever").out == "● parapheur : rien à faire\n"
        (key, *_) = _send_something(copy)
        answer = copy("parapheur", "etat")
        assert answer.code == 0, answer.said
        assert "✓ i-Parapheur : il répond, le compte est accepté." in answer.out
        assert "✓ Circuit FACTURES / VISASERVICE : Affaires scolaires (Paul Viseur)" in answer.out
        assert "0 j" in answer.out
        plain(answer.said)
        shown = json.loads(copy("parapheur", "etat", "--json").out)
        story = copy("facture", "voir", shown["folders"][0]["record"]["invoice_id"])
        assert "à envoyer dans l'i-Parapheur" in story.out
        plain(story.said)
        assert shown["folders"][0]["record"]["id"] == key
        assert [one["id"] for one in there.folders.all()] == [one["record"]["id"] for one in shown["folders"]]
        for one in there.folders.all():
            pages.delete(one["id"])
        assert copy("parapheur", "relever").code == 0
        answer = copy("parapheur", "etat")
        assert "quelqu'un l'a supprimée de l'i-Parapheur" in answer.out
        plain(answer.said)


def _send_something(office: Office) -> list[str]:
    """Take up again an invoice that waits for its visa, so that it goes to the i-Parapheur, and send it."""
    with office.opened() as app, app.ledger.reading() as books:
        waiting = [one for one in books.find(VisaFolder, state="IN_CIRCUIT") if not one.remote]
    resumed = office("facture", "reprendre", waiting[0].invoice_id, "--motif", "Vers l'i-Parapheur.")
    assert resumed.code == 0, resumed.said
    with office.opened() as app:
        from dematfin.steps.visa import visa  # noqa: PLC0415 - the step alone, without asking Chorus Pro

        assert visa(app).failures == ()
    sent = office("parapheur", "relever")
    assert sent.code == 0, sent.said
    assert waiting[0].invoice_id in sent.out
    with office.opened() as app, app.ledger.reading() as books:
        return [one.remote for one in books.find(VisaFolder, state="IN_CIRCUIT") if one.remote]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (r"mot_de_passe = \"fichier:parapheur", 'mot_de_passe = "fichier:autre', "autre.secret est illisible"),
        (r'type = "FACTURES"', 'type = "AUTRES"', "type « AUTRES »"),
        (r'sous_type = "VISASERVICE"', 'sous_type = "AUTRE"', "sous-type « AUTRE »"),
        (r'engagement = "engagement", ', "", "métadonnée obligatoire « engagement »"),
        (r"(\[parapheur\]\n)", r'\1metadonnee_service_fait = "autre"' + "\n", "métadonnée « autre » n'y existe pas"),
        (r'(url = "http://127.0.0.1:)\d+("\nidentifiant)', rf"\g<1>{CLOSED}\g<2>", "ne répond pas"),
        (r"identifiant = \"ws@valbrume", 'identifiant = "autre', "refuse notre compte"),
    ],
)
@pytest.mark.usefixtures("neighbours")
def test_what_is_wrong_with_it_is_said_by_both_commands(copy: Office, old: str, new: str, words: str) -> None:
    with connected(copy):
        right = copy("config", "verifier")
        assert "✓ i-Parapheur : le compte est accepté, 1 circuit" in right.out
        copy.change(old, new)
        for command in (("parapheur", "etat"), ("config", "verifier")):
            answer = copy(*command)
            assert answer.code != 0
            assert words in answer.out, answer.said
            plain(answer.said)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('visibilite = "TOUS"', "parapheur.visibilite : valeur inconnue"),
        ('cloture = "GARDER"', "parapheur.cloture : valeur inconnue"),
        ("jours_max = 0", "parapheur.jours_max : valeur trop petite"),
        ('sous_types = { VOIRIE = "AUTRE" }', "sous_types nomme VOIRIE"),
        ('metadonnees.couleur = "x"', "parapheur.metadonnees.couleur"),
        ("inconnue = 1", "parapheur.inconnue : clé inconnue"),
    ],
)
def test_a_wrong_section_is_refused_before_anything(copy: Office, line: str, words: str) -> None:
    with connected(copy):
        copy.change(r"(\[parapheur\]\n)", rf"\g<1>{line}" + "\n")
        if line.startswith("metadonnees"):
            copy.change(r"\nmetadonnees = \{ .* \}", "")
        answer = copy("config", "verifier", "--hors-ligne")
    assert answer.code == 2
    assert words in answer.out
    plain(answer.said)


def test_it_stands_among_the_neighbours_when_it_is_described(copy: Office) -> None:
    folder = next(copy.folder.rglob("ports.json")).parent
    (folder / "ports.json").unlink()
    with Neighbours(folder) as alone:
        assert (alone.parapheur, alone.parapheur_url) == (None, "")
    (folder / "parapheur.json").write_text(SETUP.model_dump_json(), encoding="utf-8")
    with Neighbours(folder) as neighbours:
        Pages(neighbours.parapheur_url).commit("html")
    ports = json.loads((folder / "ports.json").read_text(encoding="utf-8"))
    assert ports["parapheur"]


def test_the_commented_example_is_right(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "config.example.toml"
    text = example.read_text(encoding="utf-8")
    start = text.index("# [parapheur]")
    end = text.index("# Les dossiers d'échange")
    (tmp_path / "config.toml").write_text(
        text[:start] + re.sub(r"^# ", "", text[start:end], flags=re.MULTILINE) + text[end:], encoding="utf-8"
    )
    section = load(tmp_path / "config.toml").parapheur
    assert section is not None
    assert section.model_fields_set == set(type(section).model_fields)
    usual = ParapheurSettings(
        **{key: getattr(section, key) for key in ("url", "identifiant", "mot_de_passe", "type", "sous_type")}
    )
    for key in (
        "services",
        "visibilite",
        "cloture",
        "jours_max",
        "metadonnee_service_fait",
        "delai_connexion",
        "delai_lecture",
    ):
        assert getattr(section, key) == getattr(usual, key)
