"""What an agent types about mandats: lines shared out, mandats taken back, what was paid before."""

import json
from dataclasses import replace
from typing import Any

import pytest

from cli.office import Office, plain
from dematfin.cli.ventilation import line
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO

DRAWN = "--le 01/03/2026 --mode carte"


def records(office: Office, kind: Any, **where: object) -> tuple[Any, ...]:
    with office.opened() as app, app.ledger.reading() as books:
        return tuple(books.find(kind, **where))


def test_a_line_is_read_as_it_is_typed() -> None:
    asked = line("nature=60612, fonction=020,montant=1 123,45,engagement=BC26-00078,section=I")
    assert (asked.nature, asked.fonction, str(asked.amount), asked.investment) == ("60612", "020", "1123.45", True)
    assert (asked.engagement, asked.operation, asked.percent) == ("BC26-00078", None, None)
    assert str(line("part=33,5%").percent) == "33.5"
    assert line("part=70").percent == 70
    assert line("fonction=").fonction == ""


def test_a_mandat_is_shared_out_then_undone(copy: Office) -> None:
    with copy.opened() as app, app.ledger.transaction() as books:
        found = books.find(Mandat)[0]
        waiting = replace(found, state=MandatState.PREPARED, number=0, bordereau="", paid=ZERO)
        books.save(waiting)
    copy.widen(160)
    shared = copy("mandat", "ventiler", waiting.id, "--ligne", "part=70%", "--ligne", "nature=6064,part=30%")
    assert shared.code == 0, shared.err
    assert "lignes : 2" in shared.out
    assert "6064" in shared.out
    plain(shared.out)
    refused = copy("mandat", "corriger", waiting.id, "--nature", "6064")
    assert (refused.code, "2 lignes" in refused.err) == (3, True)
    undone = copy("mandat", "annuler", waiting.id, "--motif", "Mauvais tiers")
    assert undone.code == 0, undone.err
    assert "Il n'avait pas de numéro" in undone.out


def test_a_mandat_that_the_comptable_has_is_reduced(copy: Office) -> None:
    paid = next(one for one in records(copy, Mandat) if one.state is MandatState.PAID)
    done = copy("mandat", "reduire", paid.id, "--montant", "1,00", "--motif", "Prix faux")
    assert done.code == 0, done.err
    assert f"reprend 1,00 € sur le mandat {paid.id}" in done.out
    assert "pieces joindre M2026-000018 FICHIER" in done.out
    assert "annulation," in copy("mandat", "liste").out
    too_much = copy("mandat", "reduire", paid.id, "--montant", "999999", "--motif", "Prix faux")
    assert (too_much.code, "il en reste" in too_much.err) == (3, True)
    plain(done.out + too_much.err)


def test_an_invoice_paid_by_itself_leaves_the_list_of_what_is_held(copy: Office) -> None:
    (card,) = [one for one in records(copy, Invoice) if one.content.frame == "A2"]
    assert copy("facture", "prendre-en-main", card.id, "--motif", "Reprise ici").code == 0
    (held,) = records(copy, Invoice, id=card.id)
    assert [one.code for one in held.findings] == ["FRAME-ALREADY-PAID"]
    said = copy("mandat", "apres-paiement", held.id, *DRAWN.split())
    assert said.code == 0, said.err
    assert "sans virement" in said.out
    assert "cadre A2" not in said.out
    back = copy("mandat", "apres-paiement", held.id, "--erreur", "Mauvaise facture")
    assert (back.code, "n'est plus dite payée" in back.out) == (0, True)
    assert [one.paid_before for one in records(copy, Invoice, id=held.id)] == [None]
    plain(said.out + back.out)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("ventiler M2026-000001 --ligne compte=60612", 2, "un champ parmi nature"),
        ("ventiler M2026-000001 --ligne nature=606x", 2, "des chiffres"),
        ("ventiler M2026-000001 --ligne nature=", 2, "toujours un compte"),
        ("ventiler M2026-000001 --ligne part=beaucoup", 2, "n'est pas une part"),
        ("ventiler M2026-000001 --ligne section=X", 2, "fonctionnement"),
        ("ventiler M2026-000001 --ligne part=50%,part=50%", 2, "deux fois"),
        ("ventiler M2026-000001 --ligne part=100%", 3, "ne peut plus être corrigé"),
        ("reduire M2026-000001 --motif x", 2, "l'un des deux"),
        ("annuler M1999-000001 --motif x", 3, "n'existe pas"),
        ("apres-paiement F2026-000001 --le 31/02/2026 --mode carte", 2, "n'est pas une date"),
        ("apres-paiement F2026-000001 --le 01/03/2026 --mode troc", 2, "prelevement"),
        ("apres-paiement F2026-000001 --le 01/03/2026", 2, "--le et --mode"),
    ],
)
def test_what_is_not_understood_changes_nothing(office: Office, words: str, code: int, said: str) -> None:
    head = office.head()
    answer = office("mandat", *words.split())
    assert answer.code == code, answer.said
    assert said in answer.err
    plain(answer.err)
    assert office.head() == head


def test_budgets_are_listed_with_where_their_numbers_start(office: Office) -> None:
    office.widen(120)
    shown = office("budget", "liste")
    assert shown.code == 0
    assert "COMMUNE" in shown.out
    plain(shown.out)
    assert {one["last_reduction"] for one in json.loads(office("budget", "liste", "--json").out)} == {0}
    closed = office("bordereau", "preparer", "--exercice", "2019")
    assert (closed.code, "clos depuis le 31/01/2020" in closed.err) == (3, True)
    alone = office("bordereau", "preparer", "--facture", "F2026-000001")
    assert (alone.code, "--exercice" in alone.err) == (2, True)
