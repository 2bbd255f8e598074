"""`chorus etat|synchroniser`: how things stand with Chorus Pro, whether it answers or not."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from cli.office import Office, plain
from dematfin.domain.intention import Intention, IntentionState, SupplierStatus, intention_id
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.reception import Reception, ReceptionState
from dematfin.domain.registers import StructureRules

DOOR: Final = "TECH_1_990042@cpro.fr"
HELD: Final = "F2026-000011"


@pytest.mark.usefixtures("neighbours")
def test_each_account_is_tried_and_each_structure_shown(copy: Office) -> None:
    answer = copy.apart("chorus", "etat")
    assert (answer.code, answer.err) == (0, "")
    assert f"✓ Compte {DOOR} : il répond (liste lue jusqu'au " in answer.out
    assert "COMMUNE DE VALBRUME    21990042000015  obligatoire" in answer.out
    assert "À télécharger : 0 facture." in answer.out
    plain(answer.said)


def test_a_link_that_is_cut_is_said_and_shows_all_the_rest(cut_off: Office) -> None:
    assert cut_off("facture", "recycler", HELD, "--motif", "Indiquez le code service.").code == 0
    answer = cut_off("chorus", "etat")
    assert answer.code == 5
    assert f"✗ Compte {DOOR} : PISTE ne répond pas (connexion refusée)." in answer.out
    assert "CCAS DE VALBRUME" in answer.out
    assert f"! Facture {HELD} : « à recycler », à dire à Chorus Pro. PISTE ne répond pas" in answer.out
    plain(answer.said)
    standing = json.loads(cut_off("chorus", "etat", "--json").out)
    assert [one["invoice_id"] for one in standing["open"]] == [HELD]
    assert "connexion refusée" in standing["doors"][0]["trouble"]


def set_the_scene(office: Office) -> None:
    """Leave something of everything to be told."""
    with office.opened() as app, app.ledger.transaction() as books:
        invoice, today = books.get(Invoice, HELD), app.clock.today()
        for status, state, mandat in (
            (SupplierStatus.REFUSED, IntentionState.REFUSED, ""),
            (SupplierStatus.MANDATEE, IntentionState.GIVEN_UP, "1187"),
        ):
            books.save(
                Intention(
                    id=intention_id(invoice.remote_id, 1, status),
                    invoice_id=HELD,
                    remote_id=invoice.remote_id,
                    status=status,
                    mandat=mandat,
                    state=state,
                    outcome="Parce que.",
                    formed_at=app.clock.now(),
                )
            )
        for key, kept, error in (
            ("77001", ReceptionState.LISTED, ""),
            ("77002", ReceptionState.LISTED, ""),
            ("77003", ReceptionState.QUARANTINED, "Le pivot est illisible."),
            ("77004", ReceptionState.WATCHED, ""),
        ):
            number = "\x1b[2JN" if kept is ReceptionState.WATCHED else f"N{key}"
            books.save(Reception(id=key, number=number, status="STATUT_DE_2027", status_at="", state=kept, error=error))
        for rules, left in zip(books.find(StructureRules), (0, 1, -1), strict=True):
            books.save(replace(rules, password_expires_on=today + timedelta(days=left)))


def test_whatever_is_left_is_said_in_french_with_the_right_plural(cut_off: Office) -> None:
    set_the_scene(cut_off)
    answer = cut_off("chorus", "etat")
    for words in (
        "À télécharger : 2 factures.",
        "! Facture N77003 (n° 77003) en quarantaine : Le pivot est illisible.",
        "! Facture ?[2JN (n° 77004) : statut inconnu « STATUT_DE_2027 »",
        f"! Facture {HELD} : « rejetée », refusé par Chorus Pro. Parce que.",
        f"! Facture {HELD} : « mandatée » (mandat n° 1187), jamais dit à Chorus Pro. Parce que.",
        "! URGENT. Le mot de passe du compte technique Chorus Pro de COMMUNE DE VALBRUME expire le ",
        ", aujourd'hui. Le gestionnaire principal",
        ", dans 1 jour. Le gestionnaire principal",
        "CCAS DE VALBRUME a expiré le ",
        "rien n'est plus importé. Le gestionnaire principal le renouvelle",
    ):
        assert words in answer.out, words
    assert "\x1b" not in answer.said
    plain(answer.said)


@pytest.mark.usefixtures("neighbours")
def test_asking_again_brings_nothing_twice(copy: Office) -> None:
    before = copy("facture", "liste", "--json").out
    for typed in ((), ("--depuis", "01/11/2026"), ("--depuis", "2026-11-01")):
        answer = copy.apart("chorus", "synchroniser", *typed)
        assert (answer.code, answer.err) == (0, ""), answer.said
        assert [line.split(" : ")[0] for line in answer.out.splitlines()] == [
            "● import",
            "● contrôle",
            "● visa",
            "● informer les fournisseurs",
        ]
        plain(answer.said)
    rows = [row["id"] for row in json.loads(copy("facture", "liste", "--json").out)]
    assert rows == [row["id"] for row in json.loads(before)]


def test_asking_again_when_nobody_answers_says_so(cut_off: Office) -> None:
    answer = cut_off("chorus", "synchroniser")
    assert (answer.code, answer.out) == (5, "")
    assert "PISTE ne répond pas (connexion refusée). Relancez plus tard : rien n'est perdu." in answer.err
    plain(answer.said)


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ("synchroniser --depuis demain", 2, "'demain' n'est pas une date"),
        ("synchroniser 2026", 2, "Argument en trop : 2026"),
        ("etat --couleur", 2, "L'option --couleur n'existe pas"),
    ],
)
def test_what_is_typed_wrong_is_said(office: Office, typed: str, code: int, said: str) -> None:
    answer = office("chorus", *typed.split())
    assert answer.code == code
    assert said in answer.err
    plain(answer.said)


def test_whoever_may_not_run_looks_and_asks_for_nothing(cut_off: Office) -> None:
    cut_off.become("lecteur")
    assert cut_off("chorus", "etat").code == 5
    answer = cut_off("chorus", "synchroniser")
    assert (answer.code, "il faut le rôle agent ou service" in answer.err) == (3, True)
    plain(answer.said)


@pytest.mark.usefixtures("neighbours")
def test_nothing_is_admitted_that_is_not_held(copy: Office) -> None:
    answer = copy("chorus", "admettre", HELD, "--motif", "Le comptable confirme.")
    assert answer.code != 0
    assert f"Facture {HELD} : Chorus Pro n'a pas refusé son mandat, il n'y a rien à admettre." in answer.said
    plain(answer.said)


def test_what_helios_posts_is_compared_with_our_mandats(copy: Office) -> None:
    with copy.opened() as app, app.ledger.transaction() as books:
        paid = books.find(Mandat, state=MandatState.PAID)[0]
        invoice = books.get(Invoice, paid.invoice_ids[0])
        books.save(replace(paid, state=MandatState.REJECTED), replace(invoice, remote_status="MISE_EN_PAIEMENT"))
    copy.widen(250)
    answer = copy("chorus", "ecarts")
    assert answer.code == 1
    said = f"Facture {invoice.id} : Chorus Pro la montre « mise en paiement » alors que le comptable a rejeté"
    assert f"urgent {said}" in " ".join(answer.out.split())
    assert said in copy("etat").out
    plain(answer.said)
