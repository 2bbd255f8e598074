"""What is told of a mandat of the finance software: nothing of it is corrected, taken up or issued again here."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dematfin.domain.document import DocumentRef
from dematfin.domain.figures.flow_alerts import _in_trouble
from dematfin.domain.figures.next_step import of_flux, of_invoice, of_mandat
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.anomalies import ACK, NUMBERED
from dematfin.domain.mandat.explanation import explain
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import MandatState
from dematfin.domain.mandat.meaning import IMPORT
from dematfin.domain.mandat.observations import OBSERVATIONS
from dematfin.domain.mandat.reason import Reason, Speaker
from examples import COMMUNE, invoice, mandat

OUR_WAYS = re.compile(
    r"mandat (corriger|ventiler|reemettre|annuler)|bordereau (reprendre|preparer|ecarter)|[Rr]éémett|[Rr]eprenez le"
)
GATE = [Reason(speaker=Speaker.GATE, code=code, text="non", domain=5) for code in (*ACK, *NUMBERED, "AUTRE")]
COMPTABLE = [Reason(speaker=Speaker.COMPTABLE, code=code, text="non") for code in (*OBSERVATIONS, "99", "")]
TDT = [Reason(speaker=Speaker.TDT, text="Trop volumineux.")]


@pytest.mark.parametrize("reason", [*GATE, *TDT], ids=lambda one: f"{one.speaker}-{one.code}")
def test_what_the_gate_refused_is_corrected_where_it_was_made(reason: Reason) -> None:
    _corrected_there(MandatState.REFUSED_AT_GATE, reason)


@pytest.mark.parametrize("reason", COMPTABLE, ids=lambda one: f"{one.speaker}-{one.code}")
def test_what_the_comptable_rejected_is_corrected_where_it_was_made(reason: Reason) -> None:
    _corrected_there(MandatState.REJECTED, reason)


def _corrected_there(state: MandatState, reason: Reason) -> None:
    back = mandat(editor=True, state=state, reason=reason.text, reasons=(reason,))
    told, standing = explain(back), of_mandat(back, None)
    said = " ".join((told.what, told.command, told.then, standing.coming, standing.command, *standing.why))
    assert not OUR_WAYS.search(said), said
    assert IMPORT in (told.command, told.then) or told.command == "dematfin suivi", said


def test_the_same_mandat_made_here_is_corrected_here() -> None:
    back = mandat(state=MandatState.REFUSED_AT_GATE, reasons=(GATE[-1],))
    assert OUR_WAYS.search(" ".join((explain(back).command, explain(back).then)))


def test_one_that_waits_for_its_export_is_imported() -> None:
    waiting = of_mandat(mandat(editor=True, state=MandatState.PREPARED), None)
    assert waiting.command == IMPORT
    assert "logiciel financier" in waiting.now
    assert "sous son n° 1187" in waiting.now


def test_a_certified_invoice_is_mandated_in_the_finance_software() -> None:
    certified = replace(invoice(), state=InvoiceState.SERVICE_FAIT)
    told = of_invoice(certified, (), (), editor=True)
    assert (told.coming, told.command) == ("Mandatez-la dans le logiciel financier, puis importez son flux.", IMPORT)
    assert of_invoice(certified, (), ()).command == "dematfin bordereau preparer"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (FluxState.REFUSED_BY_TDT, IMPORT),
        (FluxState.BUILT, "dematfin bordereau abandonner E2026-000001"),
    ],
)
def test_a_flow_in_trouble_is_put_right_in_the_finance_software(state: FluxState, words: str) -> None:
    flux = Flux(
        id="PAYE042",
        siret=COMMUNE,
        state=state,
        bordereaux=("COMMUNE-2026-42",),
        pieces=(),
        unsigned=DocumentRef(sha256="0" * 64, size=1),
        editor_flow="E2026-000001",
        message="Non.",
    )
    told = _in_trouble(flux, datetime(2026, 3, 2, tzinfo=UTC))
    assert words in told
    assert not OUR_WAYS.search(told)
    assert of_flux(flux, [mandat(editor=True, state=MandatState.REFUSED_AT_GATE)]).command == IMPORT
