"""`doublon decider` and `tiers iban`: two questions that only people answer, typed by them."""

import json
from dataclasses import replace
from typing import Final

import pytest

from cli.office import Office, plain, texts
from dematfin.acts.consult import people
from dematfin.domain.invoice.duplicates import Pair
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.parties.person import Person, Role
from dematfin.steps.control import control

TWIN, FIRST, OTHER = "F2026-000014", "F2026-000001", "F2026-000002"
NEW: Final = "DE89370400440532013000"
HELD: Final = "F2026-000016"
RULE: Final = 3


def state(office: Office, key: str) -> InvoiceState:
    with office.opened() as app, app.ledger.reading() as books:
        return books.get(Invoice, key).state


def decide(verdict: str, motif: str = "Comparées.", key: str = TWIN, other: str = FIRST) -> tuple[str, ...]:
    return ("doublon", "decider", key, "--avec", other, "--verdict", verdict, "--motif", motif)


def test_two_distinct_ones_go_on(cut_off: Office) -> None:
    answer = cut_off(*decide("distinctes"))
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == f"Facture {TWIN} : en visa.\n● visa : {TWIN}\n"
    with cut_off.opened() as app, app.ledger.reading() as books:
        assert [(one.distinct, one.motif) for one in books.find(Pair) if TWIN in one.id] == [(True, "Comparées.")]
    assert f"n'est pas un doublon de {FIRST} : Comparées." in cut_off("facture", "voir", TWIN).out


@pytest.mark.usefixtures("neighbours")
def test_one_twice_is_rejected_and_told(copy: Office) -> None:
    answer = copy.apart(*decide("doublon"))
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == f"Facture {TWIN} : refusée.\n● informer le fournisseur : {TWIN}\n"
    again = copy(*decide("doublon"))
    assert "déjà refusée ou annulée, il n'y a plus rien à décider" in again.err
    plain(answer.said + again.said)


@pytest.mark.parametrize(
    ("verdict", "motif", "other", "code", "said"),
    [
        ("peut-être", "x", FIRST, 2, "'peut-être' n'est pas une valeur possible ('distinctes', 'doublon')"),
        ("doublon", " ", FIRST, RULE, "donnez un motif"),
        ("doublon", "x", TWIN, RULE, "deux factures différentes"),
        ("doublon", "x", OTHER, RULE, f"aucun contrôle ne la rapproche de {OTHER}"),
        ("distinctes", "x", "F2026-999999", RULE, "« F2026-999999 » n'existe pas"),
    ],
)
def test_a_wrong_answer_changes_nothing(
    office: Office, verdict: str, motif: str, other: str, code: int, said: str
) -> None:
    before = office.head()
    answer = office(*decide(verdict, motif, other=other))
    assert answer.code == code
    assert said in answer.err
    assert office.head() == before
    plain(answer.said)


@pytest.fixture
def changed(cut_off: Office) -> Office:
    """Return an office where a supplier asks to be paid on another account."""
    with cut_off.opened() as app:
        with app.ledger.transaction() as books:
            one = books.get(Invoice, HELD)
            content = replace(one.content, supplier=replace(one.content.supplier, iban=NEW))
            books.save(replace(one, content=content, iban=NEW, state=InvoiceState.RECEIVED, episode=2))
        control(app)
    assert state(cut_off, HELD) is InvoiceState.TO_CORRECT
    return cut_off


def somebody_else(office: Office) -> Person:
    """Give the keyboard to a director, and return whoever had it."""
    with office.opened() as app, app.ledger.transaction() as books:
        me = next(one for one in people(app) if one.system_user)
        books.save(replace(me, system_user=""))
        books.save(
            Person(id="dg", name="Dina Directrice", roles=frozenset({Role.DIRECTEUR}), system_user=me.system_user)
        )
    return me


def test_two_people_clear_an_account(changed: Office) -> None:
    listed = changed("tiers", "iban", "liste")
    assert "DE89…3000" in listed.out
    assert "personne" in listed.out
    assert NEW not in listed.out
    assert NEW in texts(json.loads(changed("tiers", "iban", "liste", "--json").out))
    first = changed("tiers", "iban", "valider", HELD, "--rappel", "Mme Roy, 04 50 00 00 00, contrat.")
    assert (first.code, first.err) == (0, "")
    assert "votre rappel est enregistré. Une autre personne doit rappeler" in first.out
    twice = changed("tiers", "iban", "valider", NEW, "--rappel", "Encore.")
    assert (twice.code, "une autre personne doit" in twice.err) == (RULE, True)
    me = somebody_else(changed)
    assert me.id in changed("tiers", "iban", "liste").out
    second = changed("tiers", "iban", "valider", NEW, "--rappel", "M. Gay, 04 50 00 00 00, annuaire.")
    assert "validé par deux personnes. Les factures qui l'attendaient sont contrôlées de nouveau" in second.out
    assert NEW not in texts(json.loads(changed("tiers", "iban", "liste", "--json").out))
    assert state(changed, HELD) is InvoiceState.IN_VISA
    for answer in (listed, first, twice, second):
        plain(answer.said)


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ((HELD, "--rappel", " "), RULE, "Écrivez la trace du contre-appel"),
        ((HELD, "--rappel", "é" * 513), RULE, "512 au plus"),
        ((HELD,), 2, "L'option --rappel est obligatoire"),
        (("--rappel", "x"), 2, "Il manque l'argument COMPTE"),
        (("F2026-999999", "--rappel", "x"), RULE, "Aucun compte « F2026-999999 » n'attend de validation"),
    ],
)
def test_a_wrong_call_back_clears_nothing(changed: Office, typed: tuple[str, ...], code: int, said: str) -> None:
    answer = changed("tiers", "iban", "valider", *typed)
    assert answer.code == code
    assert said in answer.err
    with changed.opened() as app, app.ledger.reading() as books:
        assert [one.calls for one in books.find(KnownAccount, iban=NEW)] == [()]
    plain(answer.said)


def test_a_hostile_name_is_shown_and_not_obeyed(changed: Office) -> None:
    with changed.opened() as app, app.ledger.transaction() as books:
        for one in books.find(KnownAccount, iban=NEW):
            books.save(replace(one, name="\x1b[2J[red]X", seen_in="\x07"))
    for typed in (("liste",), ("valider", NEW, "--rappel", "x")):
        answer = changed("tiers", "iban", *typed)
        assert "?[2J[red]X" in answer.said
        assert not set("\x1b\x07") & set(answer.said)
