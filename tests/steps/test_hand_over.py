"""What is handed to the finance software: each thing once for ever, wherever the run dies, and what it says."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.acts import consult, mandats, reductions
from dematfin.acts import exchange as acts
from dematfin.domain.document import DocumentRef
from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.editor.pairing import Pairing, PairingState
from dematfin.domain.exchange.exchange_rules import CsvForm, ExchangeRules
from dematfin.domain.exchange.hand_over import HandOver, HandOverKind, HandOverState
from dematfin.domain.invoice.content import Attachment, InvoiceKind
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.reception import Answer, AnswerKind, AnswerState, Cursor
from dematfin.errors import Forbidden, RuleError, UnknownRecord
from dematfin.ports.gate import Gate
from dematfin.steps.day import run
from dematfin.steps.follow_up import follow_up
from dematfin.steps.hand_over import hand_over
from dematfin.steps.liquidate import liquidate_all
from dematfin.steps.outcome import Outcome, Tally
from examples import AGENT, BUDGETS, COMMUNE, VISEUR, content
from fakes.exchange import FakeExchange
from fakes.hall import BESIDE, Hall, Killed, Watched

INVOICE, JOURNAL = HandOverKind.INVOICE, HandOverKind.JOURNAL
FORM = CsvForm()
CALLS = frozenset({"stage", "put", "prepare"})
RETOUR = b"<PES_Retour><EnTetePES><IdColl V='%s'/></EnTetePES></PES_Retour>"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return build(tmp_path)


def build(folder: Path, **policy: object) -> Hall:
    """Return a hall that shares folders with a finance software, which makes the mandats of the commune."""
    hall = Hall.beside(folder, **policy)
    hall.ledger.axe = hall.axe
    shared = FakeExchange(root=folder)
    hall.app = replace(hall.app, exchange=Watched(shared, hall.axe, CALLS))
    return hall


def software(hall: Hall) -> FakeExchange:
    gate = hall.app.exchange
    assert isinstance(gate, Gate)
    watched = gate.port
    assert isinstance(watched, Watched)
    assert isinstance(watched.port, FakeExchange)
    return watched.port


def certified(hall: Hall, *amounts: str) -> None:
    """Bring invoices as far as their certificate, before anything is handed over."""
    with_exchange = hall.app
    hall.app = replace(hall.app, exchange=None)
    hall.certified(*amounts)
    hall.app = replace(with_exchange, policy=hall.app.policy)


def hand(hall: Hall) -> Outcome:
    return run(hall.app, hand_over)


def rows(hall: Hall, name: str, form: CsvForm = FORM, kind: HandOverKind = INVOICE) -> list[dict[str, str]]:
    data = software(hall).given["retours" if "retour" in kind else kind.value, name].decode(form.encoding)
    return list(csv.DictReader(io.StringIO(data, newline=""), delimiter=form.separator))


def change(hall: Hall, key: str, **changes: object) -> None:
    with hall.ledger.transaction() as books:
        books.save(replace(books.get(Invoice, key), **changes))


def test_visaed_invoices_go_once_the_rows_last(hall: Hall) -> None:
    certified(hall, "120.00", "45.30")
    assert hand(hall).done == ("F2026-000001", "F2026-000002")
    assert software(hall).order == [
        "COMMUNE_F2026-000001.pdf",
        "COMMUNE_F2026-000002.pdf",
        "factures_COMMUNE_20260302_000001.csv",
    ]
    first, second = rows(hall, "factures_COMMUNE_20260302_000001.csv")
    assert (
        first
        | {
            "facture": "F2026-000001",
            "type": "facture",
            "numero": "F-1",
            "fournisseur": "PAPETERIE DU LAC",
            "siret": "91098765000017",
            "siren": "910987650",
            "date_facture": "20/02/2026",
            "ht": "100,00",
            "tva": "20,00",
            "ttc": "120,00",
            "net": "120,00",
            "engagement": "BC26-00077",
            "objet": "Fournitures scolaires",
            "vise_par": "Paul Viseur",
            "service_fait_le": "02/03/2026",
            "fichier": "COMMUNE_F2026-000001.pdf",
            "identifiant_chorus": "9100001",
            "remplace": "",
        }
        == first
    )
    assert second["ttc"] == "45,30"
    assert software(hall).given["facture", "COMMUNE_F2026-000001.pdf"] == b"%PDF- 9100001 %%EOF"
    assert hand(hall).done == ()
    assert len(software(hall).order) == 3
    told = [one.event.motif for one in hall.ledger.history(keys=("F2026-000001",))]
    assert told[-1] == "remis au logiciel financier (factures_COMMUNE_20260302_000001.csv)"


def test_a_budget_of_dematfin_keeps_its_invoices(tmp_path: Path) -> None:
    hall = build(tmp_path, budgets=BUDGETS)
    certified(hall, "120.00")
    assert hand(hall).done == ()
    assert software(hall).order == []


def test_columns_names_and_form_are_those_of_the_finance_software(hall: Hall) -> None:
    form = CsvForm(separator="\t", encoding="latin-1", decimal=".", day="%Y-%m-%d")
    rules = ExchangeRules(
        form=form,
        columns={"ttc": "Montant", "numero": "N° pièce", "date_facture": "Date", "fichier": "Image"},
        invoice_name="{siren}-{numero}-{facture}.pdf",
        delivery_name="{livraison}.csv",
    )
    hall.app = replace(hall.app, policy=replace(hall.app.policy, exchange=rules))
    certified(hall, "120.00")
    assert hand(hall).failures == ()
    (row,) = rows(hall, "000001.csv", form)
    assert list(row.items()) == [
        ("Montant", "120.00"),
        ("N° pièce", "F-1"),
        ("Date", "2026-02-20"),
        ("Image", "910987650-F-1-F2026-000001.pdf"),
    ]


def test_what_a_supplier_wrote_is_neither_a_path_nor_a_formula(hall: Hall) -> None:
    rules = replace(hall.app.policy.exchange, invoice_name="{numero}_{facture}.pdf", form=CsvForm(encoding="latin-1"))
    hall.app = replace(hall.app, policy=replace(hall.app.policy, exchange=rules))
    supplier = replace(content().supplier, name='=HYPERLINK("x")\r\n“Œuvre”;')
    hall.chorus.deposit("9100001", content("../../=1+1", "12.00", supplier=supplier))
    certified(hall)
    outcome = hand(hall)
    (name, sheet) = software(hall).order
    assert name == "1_1_F2026-000001.pdf"
    (row,) = rows(hall, sheet, CsvForm(encoding="latin-1"))
    assert row["fournisseur"] == '\'=HYPERLINK("x")  ?OEuvre?;'
    assert row["numero"] == "../../=1+1"
    (note,) = outcome.notes
    assert "des signes ont été remplacés" in note


def test_a_credit_note_goes_negative(hall: Hall) -> None:
    note = content("AV-1", "20.40", kind=InvoiceKind.CREDIT_NOTE, origin_number="F-1")
    hall.chorus.deposit("9100009", note)
    certified(hall)
    hand(hall)
    (row,) = rows(hall, software(hall).order[-1])
    assert (row["type"], row["ttc"], row["tva"], row["facture_origine"]) == ("avoir", "-20,40", "-3,40", "F-1")


def test_annexes_go_when_they_are_asked_for(hall: Hall) -> None:
    rules = replace(hall.app.policy.exchange, annexes=True)
    hall.app = replace(hall.app, policy=replace(hall.app.policy, exchange=rules))
    certified(hall, "120.00")
    (invoice,) = hall.all(Invoice)
    annex = hall.documents.put(b"detail")
    more = Attachment(name="../détail.XLSX", media_type="x", main=False, document=annex)
    files = (more, *invoice.content.attachments)
    change(hall, invoice.id, content=replace(invoice.content, attachments=files))
    hand(hall)
    assert software(hall).names(INVOICE)[:2] == [
        "COMMUNE_F2026-000001.pdf",
        "COMMUNE_F2026-000001_annexe_1.xlsx",
    ]
    (row,) = rows(hall, software(hall).order[-1])
    assert row["annexes"] == "COMMUNE_F2026-000001_annexe_1.xlsx"


def test_an_invoice_that_is_ceded_or_paid_already_says_so(hall: Hall) -> None:
    supplier = replace(content().supplier, factor="FACTOR DU LAC")
    hall.chorus.deposit("9100001", content("F-1", "12.00", supplier=supplier))
    certified(hall)
    change(hall, "F2026-000001", state=InvoiceState.SERVICE_FAIT, paid_before=hall.clock.today())
    hand(hall)
    (row,) = rows(hall, software(hall).order[-1])
    assert (row["affacturage"], row["paye_le"]) == ("FACTOR DU LAC", "02/03/2026")


def test_an_invoice_without_its_own_file_says_so_by_an_empty_column(hall: Hall) -> None:
    rules = replace(hall.app.policy.exchange, annexes=True)
    hall.app = replace(hall.app, policy=replace(hall.app.policy, exchange=rules))
    certified(hall, "120.00")
    (invoice,) = hall.all(Invoice)
    files = tuple(replace(one, main=False) for one in invoice.content.attachments)
    change(hall, invoice.id, content=replace(invoice.content, attachments=files))
    hand(hall)
    (row,) = rows(hall, software(hall).order[-1])
    assert (row["fichier"], row["annexes"]) == ("", "COMMUNE_F2026-000001_annexe_1.pdf")


def test_a_long_name_does_not_push_out_what_makes_it_unique(hall: Hall) -> None:
    rules = replace(hall.app.policy.exchange, invoice_name="{fournisseur}{numero}{facture}.pdf")
    hall.app = replace(hall.app, policy=replace(hall.app.policy, exchange=rules))
    for key in ("9100001", "9100002"):
        supplier = replace(content().supplier, name="É" * 300)
        hall.chorus.deposit(key, content(f"{'N' * 19}{key[-1]}", "12.00", supplier=supplier))
    certified(hall)
    hand(hall)
    *names, _ = software(hall).order
    assert [name[-16:] for name in names] == ["F2026-000001.pdf", "F2026-000002.pdf"]


def test_a_number_corrected_does_not_give_a_name_twice(hall: Hall) -> None:
    rules = replace(hall.app.policy.exchange, invoice_name="{facture}_{numero}.pdf")
    hall.app = replace(hall.app, policy=replace(hall.app.policy, exchange=rules))
    certified(hall, "120.00")
    for number in ("X-2", "X", "X-2"):
        change(hall, "F2026-000001", number=number)
        hand(hall)
    names = [name for name in software(hall).order if name.endswith(".pdf")]
    assert names == ["F2026-000001_X-2.pdf", "F2026-000001_X.pdf", "F2026-000001_X-2-2.pdf"]


def test_a_visa_given_again_on_the_same_thing_hands_nothing_again(hall: Hall) -> None:
    certified(hall, "120.00")
    hand(hall)
    change(hall, "F2026-000001", state=InvoiceState.IN_VISA)
    assert hand(hall).done == ()
    change(hall, "F2026-000001", state=InvoiceState.SERVICE_FAIT)
    assert hand(hall).done == ()


def test_what_changed_since_goes_again_and_says_what_it_replaces(hall: Hall) -> None:
    certified(hall, "120.00", "45.30")
    hand(hall)
    change(hall, "F2026-000001", engagement="BC26-00099")
    assert hand(hall).done == ("F2026-000001",)
    assert software(hall).order[3:] == ["COMMUNE_F2026-000001-2.pdf", "factures_COMMUNE_20260302_000002.csv"]
    (row,) = rows(hall, "factures_COMMUNE_20260302_000002.csv")
    assert (row["engagement"], row["remplace"]) == ("BC26-00099", "factures_COMMUNE_20260302_000001.csv")
    change(hall, "F2026-000001", engagement="BC26-00077")
    assert hand(hall).done == ("F2026-000001",)
    assert [one.id for one in acts.receipt(hall.app, AGENT, "F2026-000001")] == [
        "facture:F2026-000001",
        "facture:F2026-000001/2",
        "facture:F2026-000001/3",
    ]


def test_an_invoice_refused_since_is_told_once_and_goes_again_if_it_comes_back(hall: Hall) -> None:
    certified(hall, "120.00")
    hand(hall)
    change(hall, "F2026-000001", state=InvoiceState.REFUSED)
    (note,) = hand(hall).notes
    assert note == (
        "Facture F2026-000001 : refusée depuis sa remise au logiciel financier le 02/03/2026 "
        "(factures_COMMUNE_20260302_000001.csv). Qu'elle n'y soit pas mandatée : retirez-la là-bas."
    )
    assert hand(hall).notes == ()
    change(hall, "F2026-000001", state=InvoiceState.SERVICE_FAIT)
    assert hand(hall).done == ("F2026-000001",)


def told(hall: Hall) -> list[str]:
    """Return what `etat` says of hand-overs, day after day."""
    return [one for one in consult.picture(hall.app, AGENT).alerts if "logiciel financier" in one]


@pytest.mark.parametrize("state", [InvoiceState.REFUSED, InvoiceState.CANCELLED, InvoiceState.SENT_BACK])
def test_what_is_not_to_be_paid_any_more_is_told_until_it_is_taken_out_there(hall: Hall, state: InvoiceState) -> None:
    certified(hall, "120.00")
    assert told(hall) == []
    hand(hall)
    assert told(hall) == []
    change(hall, "F2026-000001", state=state)
    (before,) = told(hall)
    hand(hall)
    hall.clock.advance(days=30)
    assert told(hall) == [before]
    assert "retirez-la là-bas. Une fois retirée, dites-le : dematfin echange absente F2026-000001" in before
    assert "elle n'est plus à retirer" in acts.absent(hall.app, AGENT, "F2026-000001")
    assert told(hall) == []
    hand(hall)
    assert told(hall) == []
    with pytest.raises(UnknownRecord, match="n'est pas une facture remise"):
        acts.absent(hall.app, AGENT, "F2026-000001")


@pytest.mark.parametrize("state", [InvoiceState.IN_VISA, InvoiceState.TO_CORRECT, InvoiceState.INTERRUPTED])
def test_a_visa_withdrawn_is_told_until_it_is_given_again(hall: Hall, state: InvoiceState) -> None:
    certified(hall, "120.00", "45.30")
    hand(hall)
    for key in ("F2026-000001", "F2026-000002"):
        change(hall, key, state=state)
    assert all("avant d'être visée de nouveau" in one for one in told(hall))
    assert len(told(hall)) == 2
    acts.absent(hall.app, AGENT, "F2026-000002")
    for key in ("F2026-000001", "F2026-000002"):
        change(hall, key, state=InvoiceState.SERVICE_FAIT)
    assert told(hall) == []
    assert hand(hall).done == ("F2026-000002",)  # the other is there still


def test_what_was_never_mandated_there_is_told_in_time_and_can_go_again(hall: Hall) -> None:
    certified(hall, "120.00", "45.30")
    hand(hall)
    hall.clock.advance(days=9)
    assert told(hall) == []
    hall.clock.advance(days=1)
    (late,) = told(hall)
    assert late.startswith("2 factures remises au logiciel financier il y a 10 jours (factures_COMMUNE_20260302_")
    assert "F2026-000001, F2026-000002" in late
    deadline = hall.ledger.records[Invoice, "F2026-000001"].delay(30).deadline
    assert f"À payer au plus tard le {deadline:%d/%m/%Y}" in late
    assert "partira à la prochaine remise" in acts.absent(hall.app, AGENT, "F2026-000001")
    assert [one.startswith("1 facture remise") for one in told(hall)] == [True]
    assert hand(hall).done == ("F2026-000001",)
    (row,) = rows(hall, "factures_COMMUNE_20260312_000002.csv")
    assert row["remplace"] == "factures_COMMUNE_20260302_000001.csv"
    change(hall, "F2026-000002", state=InvoiceState.TO_PAY)
    assert told(hall) == []
    with pytest.raises(RuleError, match="elle a un mandat"):
        acts.absent(hall.app, AGENT, "F2026-000002")
    with pytest.raises(Forbidden):
        acts.absent(hall.app, VISEUR, "F2026-000001")


def test_an_invoice_that_an_open_import_pays_is_not_handed_over(hall: Hall) -> None:
    certified(hall, "120.00", "45.30")
    document = DocumentRef(sha256="ab" * 32, size=1)
    flow = EditorFlow(
        id="E2026-000001",
        siret=COMMUNE,
        name="x.xml",
        document=document,
        nomfic="X",
        sheets=(),
        imported_at=hall.clock.now(),
        imported_by="agent",
    )
    pairing = Pairing(
        id="E2026-000001:1",
        editor_flow=flow.id,
        claim=None,  # type: ignore[arg-type]
        state=PairingState.CERTAIN,
        invoice_id="F2026-000001",
    )
    with hall.ledger.transaction() as books:
        books.save(flow, pairing)
    assert hand(hall).done == ("F2026-000002",)
    hall.clock.advance(days=20)
    assert [one.split(" remise")[0] for one in told(hall)] == ["1 facture"]
    with hall.ledger.transaction() as books:
        books.save(flow.moved(EditorFlowState.DROPPED))
    assert hand(hall).done == ("F2026-000001",)


def test_a_document_that_is_lost_keeps_no_other_waiting(hall: Hall) -> None:
    certified(hall, "120.00", "45.30")
    first = hall.all(Invoice)[0]
    kept = hall.documents.kept.pop(first.main_file)
    local = hall.documents.local

    def honest(ref: DocumentRef) -> object:
        hall.documents.open(ref)
        return local(ref)

    hall.documents.local = honest  # type: ignore[assignment, method-assign]
    outcome = hand(hall)
    assert outcome.done == ("F2026-000002",)
    assert [one.item for one in outcome.failures] == ["Facture F2026-000001"]
    hall.documents.kept[first.main_file] = kept
    assert hand(hall).done == ("F2026-000001",)


def test_a_share_that_is_gone_is_told_once_and_loses_nothing(hall: Hall) -> None:
    certified(hall, "120.00", "45.30")
    software(hall).gone = True
    outcome = hand(hall)
    assert outcome.done == ()
    assert any("ne peut pas servir" in one.sentence for one in outcome.failures)
    assert len([one for one in outcome.failures if "Factures du budget" in one.sentence]) == 1
    assert hall.all(HandOver) == ()
    software(hall).gone = False
    assert hand(hall).done == ("F2026-000001", "F2026-000002")


def test_a_delivery_holds_so_many_invoices_and_no_more(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dematfin.steps.handed_invoices.MOST", 2)
    certified(hall, "10.00", "20.00", "30.00")
    assert len(hand(hall).done) == 3
    sheets = [name for name in software(hall).order if name.endswith(".csv")]
    assert [len(rows(hall, one)) for one in sheets] == [2, 1]


def test_the_journal_tells_each_line_of_a_frozen_bordereau(tmp_path: Path) -> None:
    hall = build(tmp_path, budgets=BUDGETS)
    hall.to_sign("120.00", "45.30")
    assert software(hall).names(JOURNAL) == ["journal_COMMUNE-2026-42.csv"]
    first, second = rows(hall, "journal_COMMUNE-2026-42.csv", kind=JOURNAL)
    assert (
        first
        | {
            "bordereau": "COMMUNE-2026-42",
            "numero_mandat": "1187",
            "tiers": "F00231",
            "compte": "60632",
            "fonction": "211",
            "ttc": "120,00",
            "engagement": "BC26-00077",
            "facture": "F2026-000001",
            "numero_facture": "F-1",
            "remplace": "",
        }
        == first
    )
    assert second["numero_mandat"] == "1188"
    assert hand(hall).done == ()


def test_a_bordereau_taken_up_again_has_another_journal(tmp_path: Path) -> None:
    hall = build(tmp_path, budgets=BUDGETS)
    hall.tdt.refused = {42}
    hall.to_sign("120.00")
    hall.sign()
    hall.day()
    assert [one.refused for one in hall.all(Bordereau)] == [True]
    hall.tdt.refused = set()
    mandats.resume(hall.app, AGENT, "COMMUNE-2026-42")
    hall.day()
    assert software(hall).names(JOURNAL) == ["journal_COMMUNE-2026-42-2.csv", "journal_COMMUNE-2026-42.csv"]
    (row,) = rows(hall, "journal_COMMUNE-2026-42-2.csv", kind=JOURNAL)
    assert row["remplace"] == "journal_COMMUNE-2026-42.csv"


def test_a_budget_left_to_the_finance_software_gets_no_number_of_ours(tmp_path: Path) -> None:
    hall = build(tmp_path, budgets=BUDGETS)
    certified(hall, "120.00")
    liquidate_all(hall.app, Tally("liquidation"))
    hall.app = replace(hall.app, policy=replace(hall.app.policy, budgets=BESIDE))
    (note,) = (one for one in hall.day_of("préparation des bordereaux").notes if "M2026-000001" in one)
    assert "plus de numéro" in note
    assert "dematfin mandat annuler M2026-000001" in note
    assert (hall.all(Bordereau), [one.number for one in hall.all(Mandat)]) == ((), [0])
    assert software(hall).order == []
    reductions.cancel(hall.app, AGENT, "M2026-000001", "mandatée dans le logiciel financier")
    assert hand(hall).done == ("F2026-000001",)


def test_what_the_finance_software_was_handed_is_not_mandated_here_too(hall: Hall) -> None:
    certified(hall, "120.00")
    hand(hall)
    hall.app = replace(hall.app, policy=replace(hall.app.policy, budgets=BUDGETS))
    (note,) = (one for one in hall.day_of("préparation des bordereaux").notes if "F2026-000001" in one)
    assert "elle n'est pas mandatée ici" in note
    assert hall.all(Mandat) == ()
    acts.absent(hall.app, AGENT, "F2026-000001")
    hall.day()
    assert [one.invoice_ids for one in hall.all(Mandat)] == [("F2026-000001",)]


def test_what_was_frozen_before_the_first_day_is_not_told(tmp_path: Path) -> None:
    hall = build(tmp_path, budgets=BUDGETS)
    exchange, hall.app = hall.app.exchange, replace(hall.app, exchange=None)
    hall.to_sign("120.00")
    hall.clock.advance(days=1)
    hall.app = replace(hall.app, exchange=exchange)
    assert hand(hall).done == ()


def answered(folder: Path) -> Hall:
    """Return a hall whose flow was answered, and whose mandats are now those of the finance software."""
    hall = build(folder, budgets=BUDGETS)
    exchange, hall.app = hall.app.exchange, replace(hall.app, exchange=None)
    hall.to_sign("120.00")
    hall.sign()
    hall.day()
    assert Counter(one.kind for one in hall.all(Answer)) == {AnswerKind.ACQUIT: 1, AnswerKind.RETOUR: 1}
    hall.app = replace(hall.app, exchange=exchange, policy=replace(hall.app.policy, budgets=BESIDE))
    return hall


def test_answers_go_untouched_under_their_own_names(tmp_path: Path) -> None:
    hall = answered(tmp_path)
    hand(hall)
    given = {name: data for (place, name), data in software(hall).given.items() if place == "retours"}
    by_kind = {one.kind: one for one in hall.all(Answer)}
    flux = by_kind[AnswerKind.ACQUIT].flux
    assert given == {
        f"{flux}.xml": hall.documents.kept[by_kind[AnswerKind.ACQUIT].document.sha256],
        "retour_1.xml": hall.documents.kept[by_kind[AnswerKind.RETOUR].document.sha256],
    }
    assert hand(hall).done == ()


def test_answers_about_our_own_mandats_stay_here(tmp_path: Path) -> None:
    hall = answered(tmp_path)
    hall.app = replace(hall.app, policy=replace(hall.app.policy, budgets=BUDGETS))
    hand(hall)
    assert software(hall).names(HandOverKind.RETOUR) == []


def test_the_acquit_of_documents_sent_alone_stays_here(tmp_path: Path) -> None:
    hall = answered(tmp_path)
    with hall.ledger.transaction() as books:
        books.save(*(replace(one, bordereaux=()) for one in books.find(Flux)))
    hand(hall)
    assert software(hall).names(HandOverKind.RETOUR) == ["retour_1.xml"]


@pytest.mark.parametrize(
    ("data", "goes"),
    [
        (RETOUR % COMMUNE.encode(), True),
        (RETOUR % BUDGETS[1].siret.encode(), False),
        (RETOUR % b"99999999999999", True),
        (b"<illisible", True),
    ],
    ids=["theirs", "ours", "nobody's", "unreadable"],
)
def test_a_retour_goes_unless_it_is_about_our_mandats(hall: Hall, data: bytes, *, goes: bool) -> None:
    hall.tdt.unread = {"7": data}
    follow_up(hall.app)
    hand(hall)
    assert (software(hall).names(HandOverKind.RETOUR) == ["retour_7.xml"]) is goes


def test_two_answers_of_one_name_both_arrive(hall: Hall) -> None:
    hall.tdt.unread = {"7": RETOUR % COMMUNE.encode()}
    hand(hall)
    follow_up(hall.app)
    hand(hall)
    hall.tdt.unread = {"7": RETOUR % COMMUNE.encode() + b"\n"}
    follow_up(hall.app)
    hand(hall)
    assert software(hall).names(HandOverKind.RETOUR) == ["retour_7-2.xml", "retour_7.xml"]


def test_history_stays_where_it_is_and_the_cursor_follows(tmp_path: Path) -> None:
    hall = answered(tmp_path)
    hall.clock.advance(days=1)
    hand(hall)
    assert software(hall).names(HandOverKind.RETOUR) == []
    assert {one.day for one in hall.all(Cursor) if one.id == "remise:retour"} == {hall.clock.today()}
    hall.clock.advance(days=30)
    hand(hall)
    assert (hall.clock.today() - hall.ledger.records[Cursor, "remise:retour"].day).days == 7


def test_a_clock_that_was_ahead_for_a_day_hides_no_answer(hall: Hall) -> None:
    hand(hall)
    hall.clock.advance(days=400)
    hand(hall)
    hall.clock.advance(days=-399)
    hall.tdt.unread = {"7": RETOUR % COMMUNE.encode()}
    follow_up(hall.app)
    hand(hall)
    assert software(hall).names(HandOverKind.RETOUR) == ["retour_7.xml"]


def test_an_acquit_of_a_flow_that_nobody_here_knows_may_be_theirs(hall: Hall) -> None:
    hand(hall)
    document = hall.documents.put(b"<PES_ACQUIT/>")
    answer = Answer(
        id="acquit:9",
        kind=AnswerKind.ACQUIT,
        name="ACK.xml",
        flux="",
        received_at=hall.clock.now(),
        document=document,
        state=AnswerState.QUARANTINED,
    )
    with hall.ledger.transaction() as books:
        books.save(answer)
    hand(hall)
    assert software(hall).given["retours", "ACK.xml"] == b"<PES_ACQUIT/>"


def test_a_kind_that_is_configured_later_begins_then(hall: Hall) -> None:
    software(hall).kinds = frozenset()
    certified(hall, "120.00")
    assert hand(hall).done == ()
    assert hall.all(HandOver) == ()
    assert [one.id for one in hall.all(Cursor) if one.id.startswith("remise")] == []
    software(hall).kinds = frozenset(HandOverKind)
    assert hand(hall).done == ("F2026-000001",)


def test_a_person_sees_what_waits_and_why(hall: Hall) -> None:
    certified(hall, "120.00")
    assert [(one.kind, one.key) for one in acts.waiting(hall.app, AGENT)] == [(INVOICE, "F2026-000001")]
    hand(hall)
    assert acts.waiting(hall.app, AGENT) == ()
    (one,) = acts.handed(hall.app, AGENT)
    assert one.done_at == hall.clock.now()
    with pytest.raises(UnknownRecord, match="n'a pas été remis"):
        acts.receipt(hall.app, AGENT, "F2026-000009")
    software(hall).kinds = frozenset({JOURNAL})
    assert acts.left_aside(hall.app, AGENT) == (
        "Pas de dossier « factures » dans la section [echange] : rien n'y est remis.",
        "Pas de dossier « retours » dans la section [echange] : rien n'y est remis.",
    )
    hall.app = replace(hall.app, exchange=None)
    with pytest.raises(RuleError, match=r"pas de section \[echange\]"):
        acts.waiting(hall.app, AGENT)
    assert "pas de section [echange]" in hand(hall).notes[0]


def invoices_to_hand(folder: Path) -> Hall:
    hall = build(folder)
    certified(hall, "120.00", "45.30")
    return hall


def journal_to_hand(folder: Path) -> Hall:
    hall = build(folder, budgets=BUDGETS)
    exchange, hall.app = hall.app.exchange, replace(hall.app, exchange=None)
    hall.to_sign("120.00", "45.30")
    hall.app = replace(hall.app, exchange=exchange)
    assert len(hall.all(Mandat)) == 2
    return hall


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("scene", [invoices_to_hand, journal_to_hand, answered])
def test_wherever_it_dies_each_thing_is_handed_over_once(
    tmp_path: Path, scene: Callable[[Path], Hall], moment: str
) -> None:
    whole = scene(tmp_path)
    start = whole.axe.calls
    hand(whole)
    expected, total = Counter(software(whole).order), whole.axe.calls - start
    assert expected
    assert total >= 6
    for call in range(1, total + 1):
        hall = scene(tmp_path)
        hall.axe.at = (start + call, moment)
        taken: Counter[str] = Counter()
        with pytest.raises(Killed):
            hand(hall)
        hall.axe.at = None
        for kind in HandOverKind:  # the finance software takes what it sees, at any moment
            for name in software(hall).names(kind):
                software(hall).take_away(kind, name)
                taken[name] += 1
        hall.clock.advance(minutes=10)
        assert hand(hall).failures == ()
        assert Counter(software(hall).order) == expected, f"killed {moment} call {call}"
        assert set(taken) <= set(expected)
        records = hall.all(HandOver)
        assert {one.state for one in records} == {HandOverState.DONE}
        assert all(hall.documents.kept[ref.sha256] for one in records for ref in one.documents)
        assert hand(hall).done == ()


def test_a_slow_run_that_another_overtook_hands_nothing_twice(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    certified(hall, "120.00")
    shared = software(hall)

    def slow(kind: HandOverKind, name: str, source: Path) -> None:
        monkeypatch.undo()
        assert hand_over(hall.app).done == ("F2026-000001",)
        for given in shared.names(kind):
            shared.take_away(kind, given)
        shared.stage(kind, name, source)

    monkeypatch.setattr(shared, "stage", slow)
    outcome = hand_over(hall.app)
    assert outcome.done == ()
    assert len(outcome.failures) == 1
    assert set(Counter(shared.order).values()) == {1}
    assert len(hall.all(HandOver)) == 1
    assert hand(hall).done == ()


def test_what_was_staged_and_lost_with_its_place_is_staged_again(hall: Hall) -> None:
    certified(hall, "120.00")
    shared = software(hall)
    put, shared.put = shared.put, None  # type: ignore[assignment, method-assign]
    assert len(hand(hall).failures) == 1
    assert [one.state for one in hall.all(HandOver)] == [HandOverState.STAGED]
    shared.put = put  # type: ignore[method-assign]
    shared.staged.clear()  # somebody emptied .dematfin
    assert hand(hall).done == ("F2026-000001",)
    assert shared.order == ["COMMUNE_F2026-000001.pdf", "factures_COMMUNE_20260302_000001.csv"]


def test_a_restored_ledger_learns_from_the_folder_what_was_given(hall: Hall) -> None:
    certified(hall, "120.00", "45.30")
    before = dict(hall.ledger.records)
    hand(hall)
    shared = software(hall)
    given = list(shared.order)
    for name in given:
        shared.take_away(INVOICE, name)
    hall.ledger.records.clear()
    hall.ledger.records.update(before)
    outcome = hand(hall)
    assert (outcome.done, shared.order) == ((), given)
    (note,) = outcome.notes
    assert "restaurée d'une copie plus ancienne" in note
    assert "F2026-000001, F2026-000002" in note
    change(hall, "F2026-000002", engagement="BC26-00099")
    assert hand(hall).done == ("F2026-000002",)
    (row,) = rows(hall, "factures_COMMUNE_20260302_000002.csv")
    assert row["remplace"] == "factures_COMMUNE_20260302_000001.csv"


def test_a_receipt_that_is_spoilt_is_told_and_stops_nothing(hall: Hall) -> None:
    certified(hall, "120.00")
    software(hall).kept["facture", "000001"] = b'{"livraison": "000001", "remises": [{}]}'
    outcome = hand(hall)
    assert outcome.done == ("F2026-000001",)
    assert [one.item for one in outcome.failures] == ["Reçus des remises (facture)"]


def test_a_visa_through_the_day_is_handed_over_by_the_day(hall: Hall) -> None:
    hall.deposit("120.00")
    hall.day()
    hall.certify()
    assert hall.day_of("remise au logiciel financier").done == ("F2026-000001",)
