"""Taking over: what others began is followed and never paid by us, what a former SIRET names is ours."""

import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dematfin.acts import consult, holds, visa_views
from dematfin.domain.finding import blocking
from dematfin.domain.invoice.chorus import Stage, stage
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.registers import ServiceRule, StructureRules
from examples import AGENT, BUDGETS, COMMUNE, VISEUR, content
from fakes.hall import Hall

KEY = "9100001"
FORMER = "21990051000013"
NOTIFIED = date(2026, 2, 22)
BEGUN = ("SERVICE_FAIT", "MANDATEE", "MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE", "MISE_EN_PAIEMENT")


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


def only(hall: Hall) -> Invoice:
    (found,) = hall.all(Invoice)
    assert isinstance(found, Invoice)
    return found


def test_forty_invoices_begun_elsewhere_make_no_mandat_and_are_counted_apart(hall: Hall) -> None:
    for order in range(40):
        number = f"OLD-{order:02d}"
        hall.chorus.deposit(f"80000{order:02d}", content(number, f"{order + 100}.00"), BEGUN[order % len(BEGUN)])
    hall.chorus.deposit(KEY, content("NEW-1", "99.00"))
    for _ in range(3):
        hall.day()
        hall.certify()
    counts = {label: count for label, (count, _) in consult.picture(hall.app, AGENT).by_state.items()}
    assert counts == {"suivie ailleurs": 40, "mandatée": 1}
    assert [one.reference for one in hall.all(Mandat)] == ["NEW-1"]
    assert [key for key, _, _ in hall.chorus.told] == [KEY]


def test_a_certified_one_is_paid_once_a_named_person_took_it_over(hall: Hall) -> None:
    hall.chorus.deposit(KEY, content("F-1"), "SERVICE_FAIT")
    hall.day()
    assert only(hall).state is InvoiceState.ELSEWHERE
    holds.take_over(hall.app, AGENT, only(hall).id, "reprise de l'ancien logiciel, non mandatée")
    assert only(hall).state is InvoiceState.IN_VISA
    hall.day()
    hall.certify()
    hall.day()
    assert len(hall.all(Mandat)) == 1
    by = [one.event.by for one in hall.ledger.history() if "prise en main" in one.event.motif]
    assert by == [AGENT.id]


def test_taken_over_after_its_supplier_completed_it_it_is_what_was_sent_last(hall: Hall) -> None:
    hall.chorus.deposit(KEY, content("F-1", "120.00"), "SERVICE_FAIT")
    hall.day()
    hall.chorus.statuses[KEY] = "SUSPENDUE"
    hall.day()
    hall.chorus.deposit(KEY, content("F-1", "99.00"), "COMPLETEE")
    hall.day()
    assert (only(hall).state, str(only(hall).ttc)) == (InvoiceState.ELSEWHERE, "99.00")
    assert "toujours suivie ailleurs" in " ".join(one.event.motif for one in hall.ledger.history())
    holds.take_over(hall.app, AGENT, only(hall).id, "reprise de l'ancien logiciel, non mandatée")
    for _ in range(2):
        hall.day()
        hall.certify()
    hall.day()
    assert [str(one.amount) for one in hall.all(Mandat)] == ["99.00"]


@pytest.mark.parametrize("status", BEGUN[1:])
def test_a_mandated_one_stays_held_even_then(hall: Hall, status: str) -> None:
    hall.chorus.deposit(KEY, content("F-1"), status)
    hall.day()
    holds.take_over(hall.app, AGENT, only(hall).id, "par erreur")
    hall.day()
    assert [one.code for one in blocking(only(hall).findings)] == ["STATUS-MANDATED"]
    assert hall.all(Mandat) == ()


@pytest.mark.parametrize(("begins", "ours"), [(NOTIFIED, True), (NOTIFIED + timedelta(days=1), False)])
def test_before_the_bascule_nothing_is_mandated_by_default(tmp_path: Path, begins: date, ours: bool) -> None:  # noqa: FBT001
    budgets = (replace(BUDGETS[0], takes_over_on=begins), BUDGETS[1])
    hall = Hall.build(tmp_path, budgets=budgets)
    hall.deposit("120.00")
    hall.day()
    assert only(hall).state is (InvoiceState.IN_VISA if ours else InvoiceState.ELSEWHERE)
    if not ours:
        assert "bascule du 23/02/2026" in " ".join(one.event.motif for one in hall.ledger.history())
        holds.take_over(hall.app, AGENT, only(hall).id, "oubliée par l'ancien logiciel")
        assert only(hall).state is InvoiceState.IN_VISA


@pytest.fixture
def merged(tmp_path: Path) -> Hall:
    """A town hall into which another commune was merged; its suppliers do not know yet."""
    budgets = (replace(BUDGETS[0], former=(FORMER,)), BUDGETS[1])
    hall = Hall.build(tmp_path, budgets=budgets)
    old = StructureRules(id=FORMER, name="MONTFLEURY", services={"VOIRIE": ServiceRule(name="Voirie")})
    hall.chorus.rules = (*hall.chorus.rules, old)
    return hall


def test_an_invoice_of_a_merged_commune_is_mandated_on_today_s_budget(merged: Hall) -> None:
    merged.chorus.deposit(KEY, content("F-1", siret=FORMER, service_code="VOIRIE"))
    merged.day()
    assert (only(merged).state, only(merged).siret, only(merged).findings) == (InvoiceState.IN_VISA, COMMUNE, ())
    assert [one.folder.desk for one in visa_views.queue(merged.app, VISEUR)] == ["VOIRIE"]
    merged.certify()
    merged.day()
    (mandat,) = merged.all(Mandat)
    assert (mandat.siret, mandat.number) == (COMMUNE, 1187)


def test_it_is_controlled_by_the_rules_of_the_structure_that_it_names(merged: Hall) -> None:
    merged.chorus.deposit(KEY, content("F-1", siret=FORMER, service_code="SCOLAIRE"))
    merged.chorus.deposit("9100002", content("F-2", "99.00", siret=FORMER, service_code=""))
    merged.day()
    one, other = merged.all(Invoice)
    assert [finding.code for finding in one.findings] == ["ROUTE-SERVICE-UNKNOWN"]
    assert other.state is InvoiceState.IN_VISA


def test_and_by_today_s_once_an_agent_has_named_one_of_our_services(merged: Hall) -> None:
    merged.chorus.deposit(KEY, content("F-1", siret=FORMER, service_code="ANCIEN"))
    merged.day()
    holds.resume(merged.app, AGENT, only(merged).id, "service repris par les écoles", service="SCOLAIRE")
    assert (only(merged).state, only(merged).service) == (InvoiceState.IN_VISA, "SCOLAIRE")
    holds.resume(merged.app, AGENT, only(merged).id, "erreur", service="INCONNU")
    assert [finding.code for finding in only(merged).findings] == ["ROUTE-SERVICE-UNKNOWN"]


def test_a_siret_that_was_never_ours_is_not(merged: Hall) -> None:
    merged.chorus.deposit(KEY, content("F-1", siret="21990060000012"))
    merged.day()
    assert [finding.code for finding in only(merged).findings] == ["ROUTE-SIRET-UNKNOWN"]


STATUSES = st.sampled_from(
    [
        "MISE_A_DISPOSITION", "COMPLETEE", "PRISE_EN_COMPTE_DESTINATAIRE", "SERVICE_FAIT", "MANDATEE", "SUSPENDUE",
        "MISE_EN_PAIEMENT", "A_RECYCLER", "EN_COURS_ACHEMINEMENT", "REJETEE", "STATUT_DE_DEMAIN", "",
    ]
)  # fmt: skip
"""What somebody sets on the portal before a day begins; empty: nobody touches it."""


@given(road=st.lists(STATUSES, min_size=1, max_size=6), signs=st.booleans())
@settings(max_examples=30, deadline=None)
def test_whatever_chorus_pro_shows_an_invoice_is_mandated_once_at_most(road: list[str], signs: bool) -> None:  # noqa: FBT001
    """And never on a day that began with somebody else's mandat, or with the invoice sent back."""
    with tempfile.TemporaryDirectory() as folder:
        hall = Hall.build(Path(folder))
        hall.deposit("120.00")
        mandated = 0
        for status in road:
            shown = hall.chorus.statuses[KEY] = status or hall.chorus.statuses[KEY]
            hall.day()
            made, mandated = len(hall.all(Mandat)) - mandated, len(hall.all(Mandat))
            if made:
                assert stage(shown) not in {Stage.MANDATED, Stage.REJECTED, Stage.SUSPENDED, Stage.RECYCLED}
            hall.certify()
            if signs:
                hall.sign()
        assert mandated <= 1
        assert len([one for one in hall.chorus.told if one[1] == "MANDATEE"]) <= mandated
