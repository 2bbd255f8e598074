"""What a person says of an import: with a name, only while it is open, and no matching changes it any more."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dematfin.acts import editor_drop
from dematfin.acts import editor_flows as acts
from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.editor.pairing import Pairing, PairingState
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.parties.person import Person, Role
from dematfin.errors import Forbidden, RuleError, UnknownRecord
from dematfin.steps.day import run
from dematfin.steps.editor_import import imports
from editor_hall import brought, brought_in, held, seen
from examples import AGENT, MAIRE, VISEUR
from exports import Listed, Ordered, exported, on_disk
from fakes.hall import Hall

S = PairingState
OTHER = "FR6719999000420123456789A79"
READER = Person(id="lecteur", name="Lou Lectrice", roles=frozenset({Role.LECTEUR}))


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall beside its finance software, three visaed invoices."""
    built = Hall.beside(tmp_path)
    built.certified("120.00", "45.30", "99.00", start=101)
    return built


@pytest.fixture
def flow(hall: Hall, tmp_path: Path) -> EditorFlow:
    """Return an import whose mandat 501 is matched, and whose mandat 502 is to decide."""
    return brought(hall, tmp_path, Ordered(), Ordered(number=502, invoice="FACT ILLISIBLE", amount="45.30"))


def pairing(hall: Hall, flow: EditorFlow, number: int) -> Pairing:
    (found,) = [row.pairing for row in seen(hall, flow).rows if row.pairing.claim.mandat == number]
    return found


def motifs(hall: Hall, flow: EditorFlow) -> list[str]:
    return [f"{one.event.by} {one.event.motif}" for one in hall.ledger.history(Subject.EDITOR_FLOW, (flow.id,))]


def test_a_person_names_the_invoice(hall: Hall, flow: EditorFlow) -> None:
    assert pairing(hall, flow, 502).state is S.TO_DECIDE
    chosen = acts.choose(hall.app, AGENT, flow.id.lower(), "502", "f2026-000002")
    assert (chosen.state, chosen.invoice_id, chosen.decided_by) == (S.CHOSEN, "F2026-000002", "agent")
    assert pairing(hall, flow, 502) == chosen
    assert "agent mandat n° 502 du bordereau n° 12 : paie la facture F2026-000002" in motifs(hall, flow)
    assert held(hall, flow) == []


def test_a_person_says_that_it_pays_no_invoice(hall: Hall, flow: EditorFlow) -> None:
    alone = acts.exempt(hall.app, AGENT, flow.id, "01-12-502-1", "  subvention au  comité ")
    assert (alone.state, alone.motif, alone.decided_by) == (S.EXEMPT, "subvention au comité", "agent")
    assert held(hall, flow) == []
    with pytest.raises(RuleError, match="motif"):
        acts.exempt(hall.app, AGENT, flow.id, "502", " ")


def test_a_decision_is_taken_back(hall: Hall, flow: EditorFlow) -> None:
    with pytest.raises(RuleError, match="rien à annuler"):
        acts.undo(hall.app, AGENT, flow.id, "501")
    acts.exempt(hall.app, AGENT, flow.id, "501", "erreur de saisie")
    again = acts.undo(hall.app, AGENT, flow.id, "501")
    assert (again.state, again.invoice_id, again.decided_by, again.motif) == (S.CERTAIN, "F2026-000001", "", "")
    assert "agent mandat n° 501 du bordereau n° 12 : la décision est annulée" in motifs(hall, flow)


def test_no_matching_changes_what_a_person_said(hall: Hall, flow: EditorFlow) -> None:
    acts.choose(hall.app, AGENT, flow.id, "501", "F2026-000003")
    run(hall.app, imports)
    assert (pairing(hall, flow, 501).invoice_id, pairing(hall, flow, 501).state) == ("F2026-000003", S.CHOSEN)


def test_a_disagreement_is_let_pass_by_name_as_long_as_it_is_the_same(hall: Hall, flow: EditorFlow) -> None:
    acts.choose(hall.app, AGENT, flow.id, "501", "F2026-000003")
    assert held(hall, flow) == ["ECART-MONTANT", "IMPORT-A-DECIDER"]
    with pytest.raises(RuleError, match="motif"):
        acts.accept(hall.app, AGENT, flow.id, "501", "ECART-MONTANT", "")
    passed = acts.accept(hall.app, AGENT, flow.id, "501", "ecart-montant", "révision de prix")
    assert (passed.accepted, passed.decided_by) == (("ECART-MONTANT:120.00/99.00",), "agent")
    assert held(hall, flow) == ["IMPORT-A-DECIDER"]
    with hall.ledger.transaction() as books:
        invoice = books.get(Invoice, "F2026-000003")
        books.save(replace(invoice, admitted=Decimal("50.00")))
    assert held(hall, flow) == ["ECART-MONTANT", "IMPORT-A-DECIDER"]


def test_what_is_accepted_must_be_there(hall: Hall, flow: EditorFlow) -> None:
    for number, code in (("501", "ECART-MONTANT"), ("502", "ECART-MONTANT"), ("501", "N'IMPORTE QUOI")):
        with pytest.raises(RuleError, match="aucun écart bloquant"):
            acts.accept(hall.app, AGENT, flow.id, number, code, "pourquoi pas")


def test_an_account_is_cleared_by_two_people_and_by_nothing_else(hall: Hall, tmp_path: Path) -> None:
    flow = brought(hall, tmp_path, Ordered(iban=OTHER))
    with pytest.raises(RuleError, match="ne s'accepte pas") as error:
        acts.accept(hall.app, AGENT, flow.id, "501", "ECART-IBAN", "le fournisseur l'a dit par mail")
    assert OTHER not in str(error.value)
    assert held(hall, flow) == ["ECART-IBAN"]


def test_an_invoice_that_another_import_pays_is_not_chosen(hall: Hall, flow: EditorFlow, tmp_path: Path) -> None:
    second = brought_in(hall, tmp_path, [Listed(mandats=(Ordered(number=601, invoice="?"),), number=13)])
    with pytest.raises(RuleError, match=f"l'import {flow.id} la paie déjà"):
        acts.choose(hall.app, AGENT, second.id, "601", "F2026-000001")


def test_what_nobody_knows_is_told(hall: Hall, flow: EditorFlow) -> None:
    with pytest.raises(UnknownRecord, match="ne porte pas de mandat « 999 »"):
        acts.choose(hall.app, AGENT, flow.id, "999", "F2026-000001")
    with pytest.raises(UnknownRecord):
        acts.choose(hall.app, AGENT, flow.id, "501", "F2026-000099")
    with pytest.raises(UnknownRecord):
        acts.review(hall.app, AGENT, "E2026-000099")


def test_dropped_it_leaves_its_numbers_and_its_invoices(hall: Hall, flow: EditorFlow, tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="motif"):
        editor_drop.drop(hall.app, AGENT, flow.id, "")
    dropped = editor_drop.drop(hall.app, AGENT, flow.id, "export refait")
    assert (dropped.state, dropped.reason) == (EditorFlowState.DROPPED, "export refait")
    assert seen(hall, flow).held == ()
    second = brought(hall, tmp_path)
    assert pairing(hall, second, 501).state is S.CERTAIN
    assert [one.flow.id for one in acts.listed(hall.app, READER)] == [second.id, flow.id]
    for act in (
        lambda: acts.choose(hall.app, AGENT, flow.id, "502", "F2026-000002"),
        lambda: acts.undo(hall.app, AGENT, flow.id, "502"),
        lambda: editor_drop.drop(hall.app, AGENT, flow.id, "encore"),
    ):
        with pytest.raises(RuleError, match="abandonné"):
            act()


@pytest.mark.parametrize("who", [MAIRE, VISEUR, READER])
def test_only_an_agent_decides(hall: Hall, flow: EditorFlow, tmp_path: Path, who: Person) -> None:
    app, key = hall.app, flow.id
    refused: list[Callable[[], Any]] = [
        lambda: acts.bring_in(app, who, on_disk(tmp_path, exported(Listed(number=13))), "a.xml"),
        lambda: acts.choose(app, who, key, "502", "F2026-000002"),
        lambda: acts.exempt(app, who, key, "502", "paie"),
        lambda: acts.accept(app, who, key, "501", "ECART-MONTANT", "paie"),
        lambda: acts.undo(app, who, key, "501"),
        lambda: editor_drop.drop(app, who, key, "paie"),
    ]
    for act in refused:
        with pytest.raises(Forbidden):
            act()
    assert acts.review(app, MAIRE, key).flow == flow
