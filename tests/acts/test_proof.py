"""The proof of invoices that the demonstration has not: signed on paper, taken back, of a document given by hand."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from auditor import refusals, verified
from dematfin.acts import attachments, eliminations, proof, reductions, sign
from dematfin.acts.reductions import Wish
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import PieceKind
from dematfin.domain.retention.elimination import Eliminated
from dematfin.domain.unattended.run import JOURNAL, Run
from dematfin.errors import DocumentError, Forbidden, UnknownRecord
from dematfin.pes.build import Writer
from dematfin.pes.style import Style
from dematfin.pes.validate import Schemas
from dematfin.ports.ledger import JournalReport
from dematfin.steps.keeping import Given
from examples import AGENT, MAIRE, VISEUR
from fakes.hall import Hall, flux
from fakes.signature import FakePlace
from steps.test_elimination import VISA, execute, paid, years_later

KEY = "F2026-000001"
CERTIFICATE = Given(name="certificat.pdf", data=b"%PDF-1.7 certificat", kind=PieceKind.CERTIFICAT)


def made(hall: Hall, tmp_path: Path) -> Path:
    proof.make(hall.app, AGENT, KEY, tmp_path / "preuve")
    return tmp_path / "preuve"


def told(bundle: Path) -> Any:
    return json.loads((bundle / "preuve.json").read_text("utf-8"))


def test_a_bordereau_signed_on_paper_is_said_to_be(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path, paperless=False)
    writer = Writer(hall.documents.open, Schemas(), "1.0", Style(paperless=False))
    hall.app = replace(hall.app, writer=writer, signer=FakePlace())
    hall.to_sign("120.00")
    sign.sign_on_paper(hall.app, MAIRE, flux(hall).id, Decimal("120.00"))
    hall.day()
    done = verified(made(hall, tmp_path))
    assert done.returncode == 0, done.stdout
    words = "ce fichier n'est pas signé électroniquement : son bordereau a été signé à la main, sur papier"
    assert words in done.stdout
    assert "bordereau n° 42 de 2026, mandat n° 1187 : 120.00 €" in done.stdout


def test_an_invoice_of_two_mandats_has_the_flows_of_both(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.to_sign("120.00")
    hall.sign()
    hall.day()
    with hall.ledger.transaction() as books:
        (first,) = books.find(Mandat)
        books.save(replace(first, state=MandatState.TAKEN_IN_CHARGE, paid=Decimal("0.00")))
    taken_back = reductions.reduce(hall.app, AGENT, first.id, Wish(motif="prix faux", amount=Decimal("20.00")))
    attachments.attach(hall.app, AGENT, taken_back.id, CERTIFICATE)
    hall.day()
    hall.sign()
    bundle = made(hall, tmp_path)
    ordered = [(one["TypBord"], one["montant"]) for flow in told(bundle)["flux"] for one in flow["mandats"]]
    assert sorted(ordered) == [("01", "120.00"), ("02", "20.00")]
    assert {one.partition(" : ")[2] for one in refusals(bundle)} == {
        "un bordereau n'y est pas signé, ou l'est deux fois"
    }


@pytest.mark.parametrize(
    ("state", "words"),
    [(FluxState.BUILT, "il n'est pas encore signé"), (FluxState.DROPPED, "il a été retiré sans avoir été signé")],
)
def test_a_flow_without_signature_says_why(tmp_path: Path, state: FluxState, words: str) -> None:
    hall = Hall.build(tmp_path)
    hall.to_sign("120.00")
    with hall.ledger.transaction() as books:
        books.save(*(replace(one, state=state) for one in books.find(Flux)))
    bundle = made(hall, tmp_path)
    assert [one["pourquoi"] for one in told(bundle)["flux"]] == [words]
    assert refusals(bundle) == []


def test_the_readme_says_what_was_verified_of_the_journal_and_makes_nobody_wait(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.to_sign("120.00")
    asked = []

    class Long(type(hall.ledger)):  # type: ignore[misc]
        def verify_journal(self, **wishes: Any) -> JournalReport:
            asked.append(wishes)
            return JournalReport(events=900_000, first=800_001, head=self.head())

    hall.ledger.__class__ = Long
    said = (made(hall, tmp_path) / "LISEZ-MOI.txt").read_text("utf-8")
    assert asked == [{"only_end": True}]
    assert "la fin du journal de la commune (évènements 800001 à 900000) a été vérifiée : elle tient." in said
    assert "Elle n'a noté aucune vérification du journal entier" in said
    day = hall.clock.now()
    for run, words in (
        (Run(id=JOURNAL, began_at=day, ended_at=day), "intact."),
        (Run(id=JOURNAL, began_at=day, ended_at=day, failed=3, said=("Faux.",)), "3 anomalies : Faux."),
    ):
        with hall.ledger.transaction() as books:
            books.save(run)
        proof.make(hall.app, AGENT, KEY, tmp_path / words)
        said = (tmp_path / words / "LISEZ-MOI.txt").read_text("utf-8")
        assert f"qu'elle ait notée : le {hall.clock.local(day):%d/%m/%Y à %H:%M}, {words}" in said


def test_nothing_is_written_for_whoever_may_not_or_of_what_is_not(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.to_sign("120.00")
    before = len(hall.ledger.events)
    with pytest.raises(Forbidden):
        proof.make(hall.app, VISEUR, KEY, tmp_path / "preuve")
    with pytest.raises(UnknownRecord):
        proof.make(hall.app, AGENT, "F2026-999999", tmp_path / "preuve")
    with pytest.raises(DocumentError, match="dossier absent"):
        proof.make(hall.app, AGENT, KEY, tmp_path / "nulle" / "part")
    assert (len(hall.ledger.events), list(tmp_path.glob("*preuve*"))) == (before, [])


def test_no_bundle_has_its_name_before_the_journal_knows_of_it(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.to_sign("120.00")
    target = tmp_path / "preuve"
    lines = len(hall.ledger.events)

    class Dying(type(hall.ledger)):  # type: ignore[misc]
        def transaction(self) -> Any:
            assert not target.exists()
            raise KeyboardInterrupt

    hall.ledger.__class__ = Dying
    with pytest.raises(KeyboardInterrupt):
        proof.make(hall.app, AGENT, KEY, target)
    assert (len(hall.ledger.events), list(tmp_path.glob("*preuve*")), list(tmp_path.glob(".preuve*"))) == (
        lines,
        [],
        [],
    )


def test_what_was_eliminated_is_told_with_its_visa_and_the_rest_is_enclosed(tmp_path: Path) -> None:
    hall = paid(tmp_path)
    years_later(hall, date(2037, 1, 1))
    (bill, *_) = hall.all(Invoice)
    away = {one.document.sha256 for one in bill.content.attachments}
    execute(hall, eliminations.prepare(hall.app, AGENT))
    bundle = made(hall, tmp_path)
    absent = {one["sha256"]: one["pourquoi"] for one in told(bundle)["absents"]}
    assert away and all(f"éliminé le 01/01/2037 sous visa {VISA}" in absent[one] for one in away)
    assert VISA in (bundle / "LISEZ-MOI.txt").read_text("utf-8")
    done = verified(bundle)
    assert done.returncode == 0, done.stdout
    (lost, *_) = away
    with hall.ledger.transaction() as books:
        books.save(replace(books.get(Eliminated, lost), kept_for="une autre facture le nomme"))
    with pytest.raises(DocumentError):
        proof.make(hall.app, AGENT, KEY, tmp_path / "une-autre")
