"""What an agent decides, typed: what is said, what is told to Chorus Pro, what is refused."""

import re
from pathlib import Path
from typing import Final

import pytest

from cli.office import Office, plain
from dematfin.domain.intention import Intention
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState

HELD: Final = "F2026-000011"  # no service code
CLOSED_ORDER: Final = "F2026-000020"
FUTURE: Final = "F2026-000025"
IN_VISA: Final = "F2026-000016"
PAID: Final = "F2026-000001"
SUSPENDED: Final = "F2026-000029"
CREDIT_NOTE: Final = "F2026-000033"

RULE: Final = 3


def invoice(office: Office, key: str) -> Invoice:
    with office.opened() as app, app.ledger.reading() as books:
        return books.get(Invoice, key)


def told(office: Office, key: str) -> list[tuple[str, str, str]]:
    with office.opened() as app, app.ledger.reading() as books:
        return [(str(one.status), str(one.state), one.motif) for one in books.find(Intention, invoice_id=key)]


@pytest.mark.usefixtures("neighbours")
def test_an_answer_is_told_at_once_and_only_once(copy: Office) -> None:
    answer = copy.apart("facture", "recycler", HELD, "--motif", "Indiquez le code service.")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == f"Facture {HELD} : renvoyée.\n● informer le fournisseur : {HELD}\n"
    assert told(copy, HELD) == [("A_RECYCLER", "DONE", "Indiquez le code service.")]
    again = copy("facture", "rejeter", HELD, "--motif", "Finalement non.")
    assert again.code == RULE
    assert "Chorus Pro la montre « à recycler », le fournisseur l'a en main" in again.err
    back = copy("facture", "reprendre", HELD, "--motif", "Par téléphone.")
    assert "seul le fournisseur peut la renvoyer" in back.err
    shown = copy("facture", "voir", HELD).out
    assert "renvoyée : Indiquez le code service. (" in shown
    assert "Chorus Pro informé : à recycler" in shown
    plain(answer.said + again.said + back.said)


@pytest.mark.usefixtures("neighbours")
def test_a_suspension_leaves_the_letter_where_it_is_asked_for(copy: Office) -> None:
    path = copy.folder / "courrier.pdf"
    words = ("--motif", "Le bon de livraison manque.", "--piece", "Bon de livraison", "--lettre", str(path))
    answer = copy.apart("facture", "suspendre", CLOSED_ORDER, *words)
    assert answer.code == 0, answer.err
    assert answer.out.splitlines() == [
        f"Facture {CLOSED_ORDER} : délai interrompu.",
        f"● informer le fournisseur : {CLOSED_ORDER}",
        f"Lettre : {path}",
    ]
    assert path.read_bytes().startswith(b"%PDF")
    assert told(copy, CLOSED_ORDER)[0][2] == "Le bon de livraison manque. À fournir : Bon de livraison"
    again = copy.folder / "encore.pdf"
    assert copy("facture", "voir", CLOSED_ORDER, "--lettre", str(again)).code == 0
    assert again.read_bytes() == path.read_bytes()


def test_a_letter_that_cannot_be_written_is_not_lost(cut_off: Office) -> None:
    nowhere = cut_off.folder / "absent" / "courrier.pdf"
    answer = cut_off("facture", "suspendre", HELD, "--motif", "La pièce manque.", "--lettre", str(nowhere))
    assert answer.code == 1
    assert "fichier ou dossier absent" in answer.err
    assert f"dematfin facture voir {HELD} --lettre FICHIER" in answer.err
    assert invoice(cut_off, HELD).state is InvoiceState.INTERRUPTED
    plain(answer.said)
    none = cut_off("facture", "voir", PAID, "--lettre", str(cut_off.folder / "rien.pdf"))
    assert (none.code, "aucune lettre" in none.err) == (1, True)


def test_the_letter_goes_where_the_agent_is_by_default(cut_off: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(cut_off.folder)
    assert cut_off("facture", "suspendre", HELD, "--motif", "La pièce manque.").code == 0
    assert Path(f"interruption-{HELD}.pdf").read_bytes().startswith(b"%PDF")


def test_a_decision_stands_when_chorus_pro_is_down_and_can_be_taken_back(cut_off: Office) -> None:
    answer = cut_off("facture", "recycler", HELD, "--motif", "Indiquez le code service.")
    assert answer.code == 0
    assert "● informer le fournisseur : 1 en échec" in answer.out
    assert "Votre décision est enregistrée. Si Chorus Pro n'a pas répondu, la prochaine journée" in answer.out
    assert told(cut_off, HELD)[0][1] == "OPEN"
    plain(answer.said)
    back = cut_off("facture", "reprendre", HELD, "--motif", "C'est la voirie.", "--service", "VOIRIE")
    assert back.out.startswith(f"Facture {HELD} : en visa.\n● visa : {HELD}\n")
    assert told(cut_off, HELD)[0][1] == "GIVEN_UP"
    assert HELD in cut_off("visa", "liste").out


def test_a_correction_that_does_not_cure_says_what_is_left(cut_off: Office) -> None:
    answer = cut_off("facture", "reprendre", HELD, "--motif", "Essai.", "--service", "INCONNU")
    assert answer.code == 0
    assert answer.out.startswith(f"Facture {HELD} : à corriger.\n  ")
    assert "(ROUTE-SERVICE-UNKNOWN)" in answer.out
    plain(answer.said)


def test_what_is_forced_set_aside_and_taken_over_is_said(cut_off: Office) -> None:
    forced = cut_off("facture", "forcer", CLOSED_ORDER, "--motif", "Rouvert ce matin.")
    assert forced.out == f"Facture {CLOSED_ORDER} : en visa.\n● visa : {CLOSED_ORDER}\n"
    assert "contrôle forcé par" in cut_off("facture", "voir", CLOSED_ORDER).out
    aside = cut_off("facture", "ecarter", HELD, "--motif", "Prélevée.")
    assert aside.out == f"Facture {HELD} : suivie ailleurs.\n"
    over = cut_off("facture", "prendre-en-main", HELD, "--motif", "Erreur.")
    assert over.out.startswith(f"Facture {HELD} : à corriger.\n")
    for answer in (forced, aside, over):
        plain(answer.said.replace("ROUTE-SERVICE-MISSING", ""))


LONG: Final = "é" * 256
REFUSED: Final = [
    ("recycler F2026-999999 --motif x", "« F2026-999999 » n'existe pas"),
    (f"recycler {HELD} --motif ''", "donnez un motif, le fournisseur le lira dans Chorus Pro"),
    (f"rejeter {HELD} --motif {LONG}", "le motif fait 256 caractères, 255 au plus"),
    (f"suspendre {SUSPENDED} --motif x", "déjà été interrompu"),
    (f"suspendre {CREDIT_NOTE} --motif x", "c'est un avoir"),
    (f"suspendre {PAID} --motif x", "déjà mandatée"),
    (f"recycler {PAID} --motif x", "déjà mandatée"),
    (f"forcer {FUTURE} --motif x", "ne peut pas être forcé (DATE-FUTURE)"),
    (f"forcer {IN_VISA} --motif x", "il n'y a rien à forcer"),
    (f"reprendre {PAID} --motif x", "l'état « à payer » ne peut pas devenir « reçue »"),
    (f"reprendre {SUSPENDED} --motif x", "seul le fournisseur"),
    (f"reprendre {HELD} --motif ' '", "gardé au journal avec votre nom"),
    (f"prendre-en-main {HELD} --motif x", "seule une facture suivie ailleurs"),
    (f"ecarter {PAID} --motif x", "l'état « à payer » ne peut pas devenir « suivie ailleurs »"),
]


@pytest.mark.parametrize(("typed", "words"), REFUSED, ids=[typed[:40] for typed, _ in REFUSED])
def test_what_may_not_be_is_refused_in_french_and_changes_nothing(office: Office, typed: str, words: str) -> None:
    before = office.head()
    verb, key, option, motif = re.split(r" ", typed, maxsplit=3)
    answer = office("facture", verb, key, option, motif.strip("'"))
    assert (answer.code, answer.out) == (RULE, "")
    assert words in answer.err
    assert office.head() == before
    plain(answer.said)


@pytest.mark.parametrize(
    "verb", ["recycler", "suspendre", "rejeter", "reprendre", "forcer", "prendre-en-main", "ecarter"]
)
def test_a_motif_is_asked_for_and_a_reader_decides_nothing(copy: Office, verb: str) -> None:
    missing = copy("facture", verb, HELD)
    assert (missing.code, "L'option --motif est obligatoire" in missing.err) == (2, True)
    copy.become("lecteur")
    answer = copy("facture", verb, HELD, "--motif", "x")
    assert answer.code == RULE
    assert "il faut le rôle agent" in answer.err
    plain(missing.said + answer.said)
