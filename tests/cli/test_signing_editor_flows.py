"""A file of the finance software may hold several bordereaux: they are signed together, or not at all."""

import builtins
from pathlib import Path

import pytest

from dematfin.cli import bordereaux, factures, mandats, signature_bordereaux, verdict
from dematfin.cli.context import Desk
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.kind import MandatKind
from examples import MAIRE
from fakes.exported import Paying, exported, payroll
from fakes.hall import Hall

REDUCTION = Paying(number=3, amount="10.00", kind=MandatKind.REDUCTION)


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hall:
    hall = Hall.beside(tmp_path)
    hall.certified("120.00")
    (invoice,) = hall.all(Invoice)
    exported(hall, [Paying(number=1187, invoice=invoice.id), payroll(1188)], [REDUCTION])
    for family in (signature_bordereaux, bordereaux, mandats, verdict, factures):
        monkeypatch.setattr(family, "sit", lambda _: Desk(app=hall.app, who=MAIRE))
    return hall


def answered(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Have questions answered one after the other; return the list in which they are kept."""
    asked: list[str] = []
    waiting = iter(answers)

    def answer(question: str) -> str:
        asked.append(question)
        return next(waiting)

    monkeypatch.setattr(builtins, "input", answer)
    return asked


def states(hall: Hall) -> list[FluxState]:
    return [one.state for one in hall.all(Flux)]


def test_one_question_is_put_for_a_whole_file(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = answered(monkeypatch, "oui")
    signature_bordereaux.sign_all()
    (question,) = asked
    assert "Signer ces 2 bordereaux" in question
    assert "tous ou aucun" in question
    assert "COMMUNE-2026-42, COMMUNE-2026-A42 : signé par" in capsys.readouterr().out.replace("\n", " ")
    assert states(hall) == [FluxState.SIGNED]


def test_files_are_agreed_to_one_by_one(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    exported(hall, [Paying(number=1200)], numbers=(43,), nomfic="PAYE043")
    answered(monkeypatch, "un", "non", "oui")
    signature_bordereaux.sign_all()
    assert states(hall) == [FluxState.BUILT, FluxState.SIGNED]


def test_lists_say_whose_they_are(hall: Hall, capsys: pytest.CaptureFixture[str]) -> None:
    bordereaux.show_sheet("COMMUNE-2026-42")
    mandats.list_mandats()
    verdict.show("M2026-000002")
    shown = " ".join(capsys.readouterr().out.split())
    assert "Fait par le logiciel financier (import E2026-000001)" in shown
    assert "Dans le même fichier : COMMUNE-2026-A42" in shown
    assert "paie, en" in shown
    assert "Mandat n° 1188 du logiciel financier (paie)" in shown
