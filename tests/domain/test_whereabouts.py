"""What a supplier is told of an invoice: right in every state, nothing of ours, no delay that does not run."""

import re
from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from dematfin.domain.figures.whereabouts import paragraph
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.invoice.invoice import Forced, Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from examples import IBAN, invoice, mandat

S, M = InvoiceState, MandatState
TODAY: Final = date(2026, 3, 2)
DEADLINE: Final = "24/03/2026"  # notified on 22 February, 30 days
SHOWN: Final = {
    S.ELSEWHERE: "MANDATEE",
    S.INTERRUPTED: "SUSPENDUE",
    S.SENT_BACK: "A_RECYCLER",
    S.REFUSED: "REJETEE",
}
SECRETS: Final = re.compile(
    rf"F2026-0000|M2026-|COMMUNE-2026|{IBAN}|{IBAN[-4:]}|…|ROUTE-|Claire|agent|SCOLAIRE|BC26|crédits insuffisants"
    r"|[A-Z]_[A-Z]"
)
MANDAT: Final = mandat(reason="crédits insuffisants")


def standing(state: InvoiceState, **changes: object) -> Invoice:
    """Return an invoice in a state that Chorus Pro shows too, with what its supplier must never read."""
    finding = Finding(code="ROUTE-ENG-UNKNOWN", severity=Severity.BLOCKING, sentence="Claire doute de BC26-00077.")
    forced = Forced(code="ROUTE-ENG-UNKNOWN", about="", by="Claire Agent", motif="vu")
    usual = replace(invoice(), state=state, findings=(finding,), forced=(forced,), executed_on=None)
    usual = replace(usual, remote_status=SHOWN.get(state, "MISE_A_DISPOSITION"))
    return replace(usual, **changes)  # type: ignore[arg-type]  # of a test's own making


def told(found: Invoice, mandat: Mandat | None = None, today: date = TODAY) -> str:
    return paragraph(found, mandat, 30, today).replace("\N{NO-BREAK SPACE}", " ")


def every_case() -> list[tuple[Invoice, Mandat | None]]:
    notes = {"content": replace(invoice().content, kind=InvoiceKind.CREDIT_NOTE)}
    cases: list[tuple[Invoice, Mandat | None]] = []
    for changes in ({}, notes, {"origin": Origin.SCAN, "remote_status": ""}, {"remote_status": "SERVICE_FAIT"}):
        cases += [(standing(state, **changes), None) for state in InvoiceState]
        cases += [(standing(S.TO_PAY, **changes), replace(MANDAT, state=state)) for state in MandatState]
    return cases


@pytest.mark.parametrize(("found", "mandat"), every_case())
def test_whatever_the_state_it_is_a_paragraph_without_anything_of_ours(found: Invoice, mandat: Mandat | None) -> None:
    text = told(found, mandat)
    what = "Votre avoir" if found.is_credit_note else "Votre facture"
    assert text.startswith(f"{what} n° F2026-0412 du 20/02/2026, d'un montant de 120,00 € TTC")
    assert SECRETS.findall(text) == []
    assert re.fullmatch(r"([^.]|n°|(?<=\d)\.(?=\d))+\.( [^.]+\.)+", text), text  # sentences, each with its full stop
    assert ("Chorus Pro n° 91000001" in text) is (found.origin is Origin.CHORUS)
    assert "« »" not in text
    if found.is_credit_note:
        assert not re.search(r"\bElle\b|délai|payée|renvoyée|-la\b", text), text


STANDS: Final = {
    S.RECEIVED: "Elle est en cours de vérification par notre service financier.",
    S.TO_CORRECT: "Elle est en cours de vérification par notre service financier.",
    S.IN_VISA: "Elle est auprès du service destinataire, qui doit certifier le service fait.",
    S.INTERRUPTED: "Dès leur réception complète, un nouveau délai commencera.",
    S.SENT_BACK: "Recyclez-la sans en déposer une nouvelle.",
    S.SERVICE_FAIT: "Le service fait est certifié ; son mandatement est en préparation.",
    S.TO_PAY: "Le service fait est certifié ; son mandatement est en préparation.",
    S.ELSEWHERE: "Son statut dans Chorus Pro est « mandatée ».",
    S.REFUSED: "Elle a été rejetée : le motif est dans Chorus Pro.",
    S.CANCELLED: "C'est un second exemplaire d'une pièce que nous avons déjà",
}
RUNS: Final = {S.RECEIVED, S.TO_CORRECT, S.IN_VISA, S.SERVICE_FAIT, S.TO_PAY}


@pytest.mark.parametrize("state", list(InvoiceState))
def test_each_state_has_its_sentence_and_the_delay_only_when_it_runs(state: InvoiceState) -> None:
    text = told(standing(state))
    assert STANDS[state] in text
    assert (DEADLINE in text) is (state in RUNS)
    assert ("Le délai légal" in text) is (state in RUNS)


@pytest.mark.parametrize(
    ("state", "words", "runs"),
    [
        (M.PREPARED, "son mandatement est en préparation", True),
        (M.IN_BORDEREAU, "son mandatement est en préparation", True),
        (M.SENT, "entre les mains du comptable public", True),
        (M.REFUSED_AT_GATE, "son mandatement est en préparation", True),
        (M.TAKEN_IN_CHARGE, "prise en charge par le comptable public", True),
        (M.ON_HOLD, "entre les mains du comptable public", False),  # GBCP, art. 38: the comptable has stopped it
        (M.REJECTED, "son mandatement est en préparation", True),
        (M.PARTLY_PAID, "Elle est payée en partie", True),
        (M.PAID, "Elle est soldée dans les comptes du comptable public.", False),
        (M.CANCELLED, "son mandatement est en préparation", True),
    ],
)
def test_once_it_is_to_pay_its_mandat_has_the_word(state: MandatState, words: str, runs: bool) -> None:  # noqa: FBT001
    text = told(standing(S.TO_PAY), replace(MANDAT, state=state))
    assert words in text
    assert ("délai" in text) is runs


def test_a_payment_is_told_with_its_day() -> None:
    text = told(standing(S.TO_PAY), replace(MANDAT, state=M.PAID, paid_on=date(2026, 3, 12)))
    assert text.endswith("Elle a été payée le 12/03/2026.")
    partly = told(standing(S.TO_PAY), replace(MANDAT, state=M.PARTLY_PAID, paid_on=date(2026, 3, 12)))
    assert "12/03/2026" not in partly
    assert DEADLINE in partly  # for the rest it goes on


def test_the_delay_runs_from_the_service_fait_when_that_came_later_and_its_end_is_told_as_past() -> None:
    late = standing(S.SERVICE_FAIT, executed_on=date(2026, 3, 10))
    assert "court jusqu'au 09/04/2026" in told(late)
    assert "court jusqu'au 09/04/2026" in told(late, today=date(2026, 4, 9))
    assert "s'est achevé le 09/04/2026" in told(late, today=date(2026, 4, 10))


@pytest.mark.parametrize("state", [S.INTERRUPTED, S.SENT_BACK, S.REFUSED])
def test_what_chorus_pro_does_not_show_yet_was_not_notified(state: InvoiceState) -> None:
    untold = standing(state, remote_status="MISE_A_DISPOSITION", interrupted_on=TODAY)
    untold = untold if state is S.INTERRUPTED else replace(untold, interrupted_on=None)
    assert "en cours de vérification" in told(untold)
    assert DEADLINE in told(untold)


def test_a_recycled_invoice_on_its_way_is_still_sent_back() -> None:
    assert "Recyclez-la" in told(standing(S.SENT_BACK, remote_status="EN_COURS_ACHEMINEMENT"))


def test_after_an_interruption_no_day_is_told_that_is_not_sure() -> None:
    """CCP R. 2192-29: a new delay opened when everything had come."""
    text = told(standing(S.IN_VISA, interrupted_on=date(2026, 2, 25), episode=2))
    assert "interrompu le 25/02/2026, a recommencé à la réception complète" in text
    assert DEADLINE not in text


def test_a_status_that_nobody_has_words_for_is_not_pasted() -> None:
    text = told(standing(S.ELSEWHERE, remote_status="TECHNIQUE_INCONNU"))
    assert text.endswith("Notre service financier suit ce dossier à part.")
