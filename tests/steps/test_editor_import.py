"""An export of the finance software is brought in once, whole, or refused with what to do there."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from dematfin.acts import editor_drop, editor_flows
from dematfin.acts import run as acts
from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.editor.pairing import Pairing, PairingState
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.errors import DocumentError, InvalidPes, RuleError, TooLarge, Unreachable
from dematfin.ports.app import App
from dematfin.ports.exchange import Export
from dematfin.steps.day import run
from dematfin.steps.editor_import import bring_in, imports, take_in
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger
from editor_hall import brought, brought_in, seen
from examples import AGENT, BUDGETS, CCAS, COMMUNE, mandat
from exports import Listed, Ordered, exported, on_disk
from fakes.exchange import FakeExchange
from fakes.hall import Hall, Killed, Watched
from official import OFFICIAL, needs_official

S = PairingState


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall beside its finance software, two invoices waiting for their visa."""
    built = Hall.beside(tmp_path)
    built.deposit("120.00", "45.30", start=101)
    built.day()
    return built


def refused(hall: Hall, folder: Path, content: bytes) -> str:
    """Bring in what must be refused, and return why; nothing of it is there."""
    with pytest.raises((DocumentError, RuleError)) as error:
        bring_in(hall.app, on_disk(folder, content), "mandats.xml")
    return str(error.value)


def pairings(hall: Hall) -> dict[int, Pairing]:
    return {one.claim.mandat: one for one in hall.all(Pairing)}


def test_it_is_kept_with_all_that_it_asks_to_pay(hall: Hall, tmp_path: Path) -> None:
    content = exported(Listed(mandats=(Ordered(), Ordered(number=502, invoice="F-102", amount="45.30"))))
    flow = bring_in(hall.app, on_disk(tmp_path, content), "mandats du 2 mars.xml")
    assert hall.all(EditorFlow) == (flow,)
    assert (flow.id, flow.state, flow.siret) == ("E2026-000001", EditorFlowState.OPEN, COMMUNE)
    assert (flow.name, flow.nomfic, flow.sender) == ("mandats du 2 mars.xml", "EDITEUR_000012", "EDITEUR Compta 12")
    assert [(one.number, one.mandats, str(one.total)) for one in flow.sheets] == [(12, 2, "165.30")]
    assert hall.documents.kept[flow.document.sha256] == content
    assert {key: (one.state, one.invoice_id) for key, one in pairings(hall).items()} == {
        501: (S.CERTAIN, "F2026-000001"),
        502: (S.CERTAIN, "F2026-000002"),
    }
    (told,) = hall.ledger.history(Subject.EDITOR_FLOW, (flow.id,))
    assert "bordereaux n° 12 de 2026, 2 mandats" in told.event.motif
    assert (tmp_path / "mandats.xml").read_bytes() == content


def test_the_same_bytes_are_one_import(hall: Hall, tmp_path: Path) -> None:
    path = on_disk(tmp_path, exported())
    first, again = take_in(hall.app, path, "a.xml"), take_in(hall.app, path, "b.xml")
    assert (first.again, again.again, again.flow) == (False, True, first.flow)
    assert len(hall.ledger.history(Subject.EDITOR_FLOW)) == 1
    editor_drop.drop(hall.app, AGENT, first.flow.id, "erreur")
    assert take_in(hall.app, path, "c.xml").flow.id == "E2026-000002"


def test_the_same_bytes_are_one_import_in_a_real_base(hall: Hall, tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "registre.db"))
    app = replace(hall.app, ledger=SqlLedger(engine, COMMUNE, hall.clock.now))
    path = on_disk(tmp_path, exported())
    assert [take_in(app, path, "a.xml").again for _ in range(2)] == [False, True]
    with app.ledger.reading() as books:
        assert [one.state for one in books.find(Pairing, editor_flow="E2026-000001")] == [S.TO_DECIDE]
    engine.dispose()


def test_a_bordereau_that_another_import_has_is_refused(hall: Hall, tmp_path: Path) -> None:
    flow = brought(hall, tmp_path)
    told = refused(hall, tmp_path, exported(Listed(mandats=(Ordered(number=777),)), nomfic="AUTRE"))
    assert f"bordereau n° 12 de 2026 est déjà dans l'import {flow.id} (EDITEUR_000012, à rapprocher)" in told
    assert len(hall.all(EditorFlow)) == 1
    brought_in(hall, tmp_path, [Listed(mandats=(Ordered(number=778),), number=13)])


@pytest.mark.parametrize("words", ["est déjà ici : COMMUNE-2026-12", ""])
def test_a_bordereau_comes_again_only_when_it_was_refused(hall: Hall, tmp_path: Path, words: str) -> None:
    sheet = Bordereau(
        id="COMMUNE-2026-12",
        siret=COMMUNE,
        exercice=2026,
        number=12,
        emitted_on=hall.clock.today(),
        mandats=(),
        total=mandat().amount,
        cumul=mandat().amount,
        flux="PESALR1_X",
        prepared_by="agent",
        refused=not words,
        editor=True,
    )
    with hall.ledger.transaction() as books:
        books.save(sheet)
    if words:
        assert words in refused(hall, tmp_path, exported())
    else:
        assert brought(hall, tmp_path).sheets[0].number == 12


@pytest.mark.parametrize("state", list(MandatState))
def test_a_mandat_comes_again_only_when_it_came_back(hall: Hall, tmp_path: Path, state: MandatState) -> None:
    with hall.ledger.transaction() as books:
        books.save(mandat(number=501, bordereau="COMMUNE-2026-9", state=state, editor=True))
    if state in {MandatState.PREPARED, MandatState.REFUSED_AT_GATE, MandatState.REJECTED, MandatState.CANCELLED}:
        assert brought(hall, tmp_path).state is EditorFlowState.OPEN
    else:
        assert "mandat n° 501 de 2026 est déjà ici : M2026-000001, bordereau COMMUNE-2026-9" in refused(
            hall, tmp_path, exported()
        )


def test_a_mandat_that_another_import_has_is_refused(hall: Hall, tmp_path: Path) -> None:
    brought(hall, tmp_path)
    told = refused(hall, tmp_path, exported(Listed(number=13)))
    assert "mandat n° 501 de 2026 est déjà dans l'import E2026-000001, au bordereau n° 12" in told


def test_a_number_that_is_twice_in_one_flow_is_refused(hall: Hall, tmp_path: Path) -> None:
    told = refused(hall, tmp_path, exported(Listed(), Listed(number=13)))
    assert "deux fois" in told


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (exported(siret="21990001000011"), "21990001000011 (IdColl), qui n'est aucun des budgets configurés : COMMUNE"),
        (exported(cod_col="143"), "CodCol = 143, alors que le budget COMMUNE a 142"),
        (exported(post="099043"), "IdPost = 099043"),
        (exported(siret=CCAS, cod_col="143"), "dont les mandats sont faits par dematfin"),
        (exported(Listed(cumul="")), "activez le cumul annuel des bordereaux"),
        (exported(Listed(cumul="0.00")), "dematfin n'invente aucun montant"),
        (exported(Listed(kind="04")), "bordereau de régularisation (n° 12)"),
        (exported().replace(b'<MtBordHT V="120.00"/>', b'<MtBordHT V="99.00"/>'), "Hélios refuserait ce flux."),
        (exported().replace(b"FR76", b"FR75"), "Hélios refuserait ce flux."),
        (
            exported().replace(b"<n:PES", b"<?xml-stylesheet href='x'?><n:PES", 1),
            "instruction XML précède ou suit le flux",
        ),
        (exported().replace(b"ISO-8859-1", b"UTF-8").replace(b"LAC", "CŒUR".encode()), "« Œ » (U+0152) du mandat 501"),
        (exported().replace(b"ISO-8859-1", b"UTF-8").replace(b"LAC", b"\xe9"), "mandats.xml"),
        (exported().decode("latin-1").encode("utf-16"), "l'encodage utf-16"),
        (exported().replace(b"<Piece>", b"<Piece a='" + b"x" * 100_000 + b"'>"), "Hélios refuserait"),
        (exported().replace(b"<Piece>", b"<a>" * 300 + b"</a>" * 300 + b"<Piece>"), "n'est pas attendu"),
        (b"<a/>", "mandats.xml : ce n'est pas un flux PES_Aller"),
        (b"%PDF-1.7", "mandats.xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "mandats.xml"),
    ],
)
def test_what_cannot_go_on_is_refused_with_what_to_do(hall: Hall, tmp_path: Path, content: bytes, words: str) -> None:
    told = refused(hall, tmp_path, content)
    assert words in told
    assert "export.xml" not in told
    assert hall.all(EditorFlow) == ()
    assert hall.all(Pairing) == ()


def test_revenue_and_empty_flows_go_another_way(hall: Hall, tmp_path: Path) -> None:
    whole = exported()
    start, end = whole.index(b"  <PES_DepenseAller>"), whole.index(b"</n:PES_Aller>")
    assert "aucun bordereau de dépense" in refused(hall, tmp_path, whole[:start] + whole[end:])
    revenue = whole[:start] + b"  <PES_RecetteAller/>\n" + whole[start:]
    assert "exportez les dépenses à part" in refused(hall, tmp_path, revenue)


def test_a_flow_beyond_the_limit_is_not_even_read(tmp_path: Path) -> None:
    hall = Hall.beside(tmp_path, flow_limit=1000)
    with pytest.raises(TooLarge, match="taille_flux"):
        bring_in(hall.app, on_disk(tmp_path, exported()), "gros.xml")


def test_a_file_that_is_not_there_is_told(hall: Hall, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="illisible"):
        bring_in(hall.app, tmp_path / "absent.xml", "absent.xml")


def test_what_waits_for_its_signature_is_not_refused_for_lack_of_it(hall: Hall, tmp_path: Path) -> None:
    content = exported(Listed(mandats=(Ordered(reference="EDITEUR0001"),)), announced="1")
    arrival = take_in(hall.app, on_disk(tmp_path, content), "a.xml")
    assert not arrival.flow.signed
    assert len(arrival.remarks) == 1
    assert "EDITEUR0001" in arrival.remarks[0]


@pytest.mark.parametrize("announced", ["0", "1"])
def test_on_paper_no_cumul_is_asked_for(tmp_path: Path, announced: str) -> None:
    hall = Hall.beside(tmp_path, paperless=False)
    flow = brought_in(hall, tmp_path, [Listed(cumul="")], announced=announced)
    assert flow.state is EditorFlowState.OPEN


STRANGE: Final = {
    "UTF-8": (b"ISO-8859-1", b"UTF-8"),
    "simple quotes": (b'"1.0" encoding="ISO-8859-1"', b"'1.0' encoding='ISO-8859-1'"),
    "comments": (b"<Piece>", b"<!-- <Piece> --><Piece>"),
    "instruction": (b"<Piece>", b"<?fdv?><Piece>"),
    "payroll": (b'NatPce V="01"', b'NatPce V="11"'),
    "accent in the name": (b"EDITEUR_000012", b"EDITEUR_\xe9t\xe9".replace(b"\xe9", b"&#233;")),
    "path in the name": (b"EDITEUR_000012", b"../../etc/passwd"),
    "terminal in the name": (b"EDITEUR_000012", b"EDIT&#9;&#155;31m"),
}


@pytest.mark.parametrize("case", STRANGE)
def test_what_is_mended_here_or_is_no_fault_is_not_told_the_agent(hall: Hall, tmp_path: Path, case: str) -> None:
    content = exported().replace(*STRANGE[case])
    assert content != exported()
    arrival = take_in(hall.app, on_disk(tmp_path, content), "a.xml")
    assert (arrival.flow.state, arrival.remarks) == (EditorFlowState.OPEN, ())


def test_remarks_beyond_what_anybody_reads_are_counted(hall: Hall, tmp_path: Path) -> None:
    many = [Ordered(number=one, invoice=f"F-{one}", reference=f"EDITEUR{one}") for one in range(1, 9)]
    arrival = take_in(hall.app, on_disk(tmp_path, exported(Listed(mandats=many))), "a.xml")
    assert len(arrival.remarks) == 6
    assert arrival.remarks[-1] == "Et 3 autres remarques : dematfin xsd verifier."


def test_an_invoice_that_arrives_later_is_matched_then(hall: Hall, tmp_path: Path) -> None:
    flow = brought(hall, tmp_path, Ordered(invoice="F-103", amount="77.00"), Ordered(number=502, invoice="F-104"))
    editor_flows.exempt(hall.app, AGENT, flow.id, "502", "régie")
    assert pairings(hall)[501].state is S.TO_DECIDE
    hall.deposit("77.00", "120.00", start=103)
    hall.day()
    assert (pairings(hall)[501].state, pairings(hall)[501].invoice_id) == (S.CERTAIN, "F2026-000003")
    assert (pairings(hall)[502].state, pairings(hall)[502].decided_by) == (S.EXEMPT, AGENT.id)


def test_an_invoice_that_another_import_pays_is_not_matched(hall: Hall, tmp_path: Path) -> None:
    brought(hall, tmp_path)
    second = brought_in(hall, tmp_path, [Listed(mandats=(Ordered(number=601),), number=13)])
    assert [row.pairing.state for row in seen(hall, second).rows] == [S.TO_DECIDE]


def test_an_invoice_of_a_mandat_that_came_back_is_free(hall: Hall, tmp_path: Path) -> None:
    hall.certify()
    with hall.ledger.transaction() as books:
        books.save(replace(books.get(Invoice, "F2026-000001"), state=InvoiceState.TO_PAY))
        books.save(mandat(number=400, editor=True, state=MandatState.SENT))
        books.record(hall.app.event(Subject.INVOICE, "F2026-000001", "SERVICE_FAIT", "TO_PAY", "mandat M2026-000001"))
    first = brought(hall, tmp_path)
    assert [row.pairing.state for row in seen(hall, first).rows] == [S.TO_DECIDE]
    with hall.ledger.transaction() as books:
        books.save(replace(books.get(Mandat, "M2026-000001"), state=MandatState.REJECTED))
    run(hall.app, imports)
    after = seen(hall, first)
    assert [row.pairing.state for row in after.rows] == [S.CERTAIN]
    assert after.held == ()


class TestTheWatchedFolder:
    """What the finance software puts down."""

    @pytest.fixture
    def exchange(self, tmp_path: Path) -> FakeExchange:
        return FakeExchange(tmp_path / "echange")

    @pytest.fixture
    def app(self, hall: Hall, exchange: FakeExchange) -> App:
        return replace(hall.app, exchange=exchange)

    def test_each_export_is_brought_in_and_let_go(self, hall: Hall, app: App, exchange: FakeExchange) -> None:
        exchange.put_down("a.xml", exported())
        exchange.put_down("b.xml", exported(Listed(mandats=(Ordered(number=601),), number=13)))
        outcome = run(app, imports)
        assert outcome.done == ("E2026-000001", "E2026-000002")
        assert (outcome.failures, exchange.left()) == ((), [])
        assert {one.imported_by for one in hall.all(EditorFlow)} == {"service"}

    def test_the_same_export_again_is_let_go(self, app: App, exchange: FakeExchange) -> None:
        for name in ("a.xml", "b.xml"):
            exchange.put_down(name, exported())
        outcome = run(app, imports)
        assert outcome.done == ("E2026-000001",)
        assert "b.xml : déjà importé (E2026-000001)" in outcome.notes[0]
        assert exchange.left() == []

    def test_what_is_refused_is_kept_and_given_back_with_a_reason(
        self, hall: Hall, app: App, exchange: FakeExchange
    ) -> None:
        content = exported(Listed(cumul=""))
        exchange.put_down("a.xml", content)
        exchange.put_down("b.xml", exported())
        outcome = run(app, imports)
        assert outcome.done == ("E2026-000001",)
        ((name, why),) = exchange.refused.items()
        assert name == "a.xml"
        assert "cumul annuel" in why
        assert outcome.failures[0].sentence.startswith("a.xml : Le bordereau n° 12")
        assert content in hall.documents.kept.values()
        told = [one.event for one in hall.ledger.history(Subject.EDITOR_FLOW) if one.event.after == "refusé"]
        assert len(told) == 1
        assert "a.xml" in told[0].motif

    def test_a_folder_that_is_not_there_stops_no_matching(self, hall: Hall, tmp_path: Path) -> None:
        brought(hall, tmp_path, Ordered(invoice="F-103", amount="77.00"))
        hall.deposit("77.00", start=103)
        hall.day()

        class Gone(FakeExchange):
            def exports(self) -> Iterator[Export]:
                raise Unreachable

        outcome = run(replace(hall.app, exchange=Gone(tmp_path / "echange")), imports)
        assert len(outcome.failures) == 1
        assert pairings(hall)[501].state is S.CERTAIN

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_killed_anywhere_all_is_brought_in_once(self, tmp_path: Path, moment: str) -> None:
        call = 0
        while True:
            call += 1
            folder = tmp_path / f"{moment}-{call}"
            folder.mkdir()
            hall = Hall.beside(folder)
            exchange = FakeExchange(folder / "echange")
            watched = Watched(exchange, hall.axe, frozenset({"taken", "refuse"}))
            app = replace(hall.app, exchange=watched)
            exchange.put_down("a.xml", exported())
            exchange.put_down("b.xml", exported(Listed(cumul="", number=13)))
            hall.ledger.axe, hall.axe.at = hall.axe, (call, moment)
            try:
                run(app, imports)
                died = False
            except Killed:
                died = True
            hall.axe.at = None
            hall.ledger.leases.clear()
            run(app, imports)
            assert [one.nomfic for one in hall.all(EditorFlow)] == ["EDITEUR_000012"]
            assert list(exchange.refused) == ["b.xml"]
            assert exchange.left() == []
            assert len(hall.ledger.history(Subject.EDITOR_FLOW)) == 2
            if not died:
                break
        assert call > 4

    def test_it_is_a_step_of_the_day_only_where_it_has_something_to_do(
        self, tmp_path: Path, exchange: FakeExchange
    ) -> None:
        hall = Hall.beside(tmp_path)
        name = "import des flux du logiciel financier"
        assert name not in [one.step for one in hall.day()]
        exchange.put_down("a.xml", exported())
        app = replace(hall.app, exchange=exchange)
        (done,) = (one for one in acts.day(app, AGENT) if one.step == name)
        assert done.done == ("E2026-000001",)
        assert name in [one.step for one in hall.day()]


@needs_official
def test_the_official_sample_of_a_commune_is_brought_in(tmp_path: Path) -> None:
    budget = replace(BUDGETS[0], editor=True)
    hall = Hall.beside(tmp_path, budgets=(budget, BUDGETS[1]))
    content = (OFFICIAL / "samples" / "pes" / "minimal_own.xml").read_bytes()
    arrival = take_in(hall.app, on_disk(tmp_path, content), "minimal_own.xml")
    assert [one.claim.mandat for one in hall.all(Pairing)] == [101, 102]
    assert arrival.flow.sheets[0].number == 12
    with pytest.raises(InvalidPes):
        take_in(hall.app, on_disk(tmp_path, content[:-40]), "coupé.xml")
