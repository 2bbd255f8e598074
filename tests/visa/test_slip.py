"""The visa slip: made once when nothing can change any more, kept, joined to the mandat, and never on the invoice."""

import gzip
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from dematfin.acts import holds, supporting, visa_moves, visa_slip, visa_views
from dematfin.acts import visa as acts
from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.visa.decision import Motive
from dematfin.domain.visa.folder import VisaFolder
from dematfin.errors import UnknownRecord
from dematfin.pes.validate import Schemas
from dematfin.steps.prepare import prepare
from dematfin.steps.slips import slips
from dematfin.steps.tell import tell
from examples import ADMIN, AGENT, VISEUR, content
from fakes.hall import Hall, Killed
from official import OFFICIAL, needs_official
from reports.words import pages, words
from visa.desks import (
    ALL_OF_TWO,
    DGS,
    DST,
    FIRST,
    NO_DAY,
    ONE_THEN_ONE,
    OTHER,
    STAND_IN,
    away,
    circuit,
    done,
    folder,
    invoice,
    town,
)

PDF = b"%PDF-1.7 bon de livraison"
SHEET = f"fiche-visa-{FIRST}.pdf"


def slip(hall: Hall) -> str:
    """Return the words of the slip, as a director reads it."""
    return words(visa_slip.slip(hall.app, ADMIN, FIRST).pdf)


def settle(hall: Hall) -> None:
    """Have Chorus Pro told, and the slips that are due made."""
    tell(hall.app)
    assert not slips(hall.app).failures


def told(hall: Hall) -> list[str]:
    """Return the events of slips."""
    return [one.event.motif for one in hall.ledger.history(Subject.FOLDER) if "fiche de visa" in one.event.motif]


def test_it_says_the_essential_at_once(tmp_path: Path) -> None:
    hall = town(tmp_path)
    acts.approve(hall.app, VISEUR, FIRST, done(hall), "Livré complet.")
    last = hall.ledger.history(keys=(FIRST,))[-1].hash
    settle(hall)
    said = slip(hall)
    document = invoice(hall).content.attachments[0].document
    for part in (
        "COMMUNE DE VALBRUME · SIRET 21990042000015",
        f"Fiche de visa de la facture {FIRST}",
        "Service fait certifié 120,00 €",
        "Service fait le 01/03/2026. Paul Viseur, le 02/03/2026 à 10:00:00, dans le délai.",
        "PAPETERIE DU LAC",
        "91098765000017",
        "F-1 du 20/02/2026",
        "Chorus Pro, n° 9100001",
        "Montant HT 100,00 € TVA 20,00 €",
        "Montant TTC 120,00 € Montant admis en totalité",
        "Engagement BC26-00077 Service SCOLAIRE",
        "Notifiée le 22/02/2026 À payer au plus tard 31/03/2026",
        "1 SCOLAIRE 09/03/2026 Visa · Paul Viseur, le 02/03/2026 à 10:00:00, dans le délai",
        "« Livré complet. »",
        f"F-1.pdf le fournisseur {document.sha256}",
        folder(hall).decisions[0].seen,
        "au vu de ces documents",
        "page 1 / 1",
    ):
        assert part in said
    assert "PROVISOIRE" not in said
    assert "petite commune" not in said
    assert last not in said  # telling Chorus Pro is an event too, and came after
    assert hall.ledger.history(Subject.INVOICE, (FIRST,))[-1].hash in said


@pytest.mark.parametrize(("late", "words_of_it"), [(0, "23:59:59, dans le délai"), (1, "00:00:00, en retard")])
def test_14_the_last_second_of_the_last_day_is_on_time_and_the_next_is_late(
    tmp_path: Path, late: int, words_of_it: str
) -> None:
    hall = town(tmp_path)
    due = folder(hall).due_on
    assert due is not None
    ends = hall.clock.instant.replace(day=due.day, hour=22, minute=59, second=59)  # 23:59:59 in Paris, in winter
    hall.clock.instant = ends + timedelta(seconds=late)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    assert words_of_it in slip(hall)
    assert ("en retard" in slip(hall)) is bool(late)


def test_5_it_names_the_substitute_and_the_absent(tmp_path: Path) -> None:
    hall = town(tmp_path)
    away(hall)
    acts.approve(hall.app, STAND_IN, FIRST, done(hall))
    settle(hall)
    assert slip(hall).count("Ida Intérim, en l'absence de Paul Viseur") == 4


def test_33_it_holds_nothing_that_the_journal_does_not_tell_every_reader(tmp_path: Path) -> None:
    hall = town(tmp_path)
    with hall.ledger.transaction() as books:
        books.save(replace(VISEUR, email="paul@valbrume.fr", system_user="pviseur"))
    click = acts.Click(key="clic-secret")
    acts.approve(hall.app, VISEUR, FIRST, done(hall), "Livré complet.", click=click)
    settle(hall)
    said = slip(hall)
    journal = " ".join(one.event.motif for one in hall.ledger.history())
    assert all(one.comment in journal for one in folder(hall).decisions)
    for hidden in ("paul@valbrume.fr", "pviseur", "clic-secret", invoice(hall).iban, VISEUR.id):
        assert hidden
        assert hidden not in said


def test_a_part_admitted_is_shown_beside_what_was_asked(tmp_path: Path) -> None:
    hall = town(tmp_path)
    acts.approve(hall.app, VISEUR, FIRST, replace(done(hall), admitted=Decimal("100.00")), "Il manque un carton.")
    settle(hall)
    said = slip(hall)
    assert "100,00 € admis sur 120,00 €" in said
    assert "Montant TTC 120,00 € Montant admis 100,00 €" in said


def test_a_refusal_says_its_motive_and_no_service_fait(tmp_path: Path) -> None:
    hall = town(tmp_path, ONE_THEN_ONE)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    acts.refuse(hall.app, DST, FIRST, Motive.WRONG_PRICE, "Deux euros de trop.")
    settle(hall)
    said = slip(hall)
    assert "Visa refusé 120,00 €" in said
    assert "Motif : le prix n'est pas conforme. Théo Technique, le 02/03/2026 à 10:00:00, dans le délai." in said
    assert "Montant admis —" in said
    assert "Deux euros de trop." in said


def test_transfers_reads_and_steps_passed_are_told(tmp_path: Path) -> None:
    hall = town(tmp_path, circuit(["DST"], ["@service"], ["DST", "DGS"]))
    visa_moves.bypass(hall.app, ADMIN, FIRST, "Le directeur est parti.")
    visa_moves.transfer(hall.app, VISEUR, FIRST, "SPORT", "C'est pour le stade.")
    visa_views.mark_read(hall.app, OTHER, FIRST)
    acts.approve(hall.app, OTHER, FIRST, done(hall))
    acts.approve(hall.app, DGS, FIRST, NO_DAY)
    settle(hall)
    said = slip(hall)
    for part in (
        "Étape passée · Luc Admin, le 02/03/2026 à 10:00:00, dans le délai « Le directeur est parti. »",
        "étape DST passée par Luc Admin : Le directeur est parti.",
        "Transfert · Paul Viseur, le 02/03/2026 à 10:00:00 « C'est pour le stade. »",
        "transférée à SPORT par Paul Viseur : C'est pour le stade.",
        "dossier ouvert par Omar Autre",
        "Visa · Gaëlle Générale",
    ):
        assert part in said


def test_a_desk_of_all_that_must_speak_is_said_to(tmp_path: Path) -> None:
    hall = town(tmp_path, ALL_OF_TWO)
    assert "DST, DGS (tous)" in slip(hall)


def test_what_was_seen_is_told_even_when_the_folder_holds_more(tmp_path: Path) -> None:
    hall = town(tmp_path, ONE_THEN_ONE)
    supporting.attach(hall.app, VISEUR, FIRST, "bon.pdf", PDF)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    supporting.attach(hall.app, DST, FIRST, "attachement.pdf", PDF + b"2")
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    before = folder(hall).decisions[0]
    with hall.ledger.transaction() as books:  # as a base of before keeps it
        first, *others = folder(hall).steps
        first = replace(first, decisions=(replace(before, seen="f" * 64),))
        books.save(replace(folder(hall), steps=(first, *others)))
    acts.approve(hall.app, DST, FIRST, NO_DAY)
    settle(hall)
    said = slip(hall)
    assert f"bon.pdf Paul Viseur {hall.documents.put(PDF).sha256}" in said
    assert "document ajouté après un visa : le circuit reprend" in said
    assert f"au vu d'autres documents, dont l'empreinte est {'f' * 64}" in said
    assert "Visa de Théo Technique, le 02/03/2026 à 10:00:00 : au vu de ces documents." in said


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("<b>GRAS</b> & <img src=x> <para>", "<b>GRAS</b> & <img src=x> <para>"),
        ("<font size=90>Ah</font></para>", "<font size=90>Ah</font></para>"),
        ("un\x00deux\x1b[31mtrois\u202equatre", "un?deux?[31mtrois?quatre"),
        ("a\nb\r\nc", "a b c"),
        ("Łódź 日本", "Lódz ??"),
        (") Tj ET endstream", ") Tj ET endstream"),
    ],
)
def test_a_hostile_word_is_drawn_and_never_obeyed(tmp_path: Path, hostile: str, shown: str) -> None:
    hall = Hall.build(tmp_path)
    supplier = replace(content().supplier, name=hostile)
    hall.chorus.deposit("9100001", content("F-1", "120.00", supplier=supplier))
    with hall.ledger.transaction() as books:
        books.save(replace(VISEUR, name=hostile))
    hall.day()
    acts.approve(hall.app, replace(VISEUR, name=hostile), FIRST, done(hall), hostile)
    pdf = visa_slip.slip(hall.app, ADMIN, FIRST).pdf
    assert words(pdf).replace(" ", "").count(shown.replace(" ", "")) >= 5
    assert b"/Subtype /Image" not in pdf


@pytest.mark.parametrize(("word", "times"), [("X", 5000), ("mot ", 3000)])
def test_a_very_long_comment_is_all_there(tmp_path: Path, word: str, times: int) -> None:
    hall = town(tmp_path)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    with hall.ledger.transaction() as books:
        (step,) = folder(hall).steps
        wordy = replace(step, decisions=(replace(step.decisions[0], comment=word * times),))
        books.save(replace(folder(hall), steps=(wordy,)))
    pdf = visa_slip.slip(hall.app, ADMIN, FIRST).pdf
    assert words(pdf).replace(" ", "").count(word.strip()) >= times
    assert f"page {len(pages(pdf))} / {len(pages(pdf))}" in words(pdf)


def test_thirty_steps_are_all_there_each_page_numbered(tmp_path: Path) -> None:
    hall = town(tmp_path, circuit(*([["SCOLAIRE"]] * 30)))
    for number in range(30):
        acts.approve(hall.app, VISEUR, FIRST, done(hall), f"Étape {number} bien vue.")
    settle(hall)
    pdf = visa_slip.slip(hall.app, ADMIN, FIRST).pdf
    said = words(pdf)
    assert all(f"« Étape {number} bien vue. »" in said for number in range(30))
    assert len(pages(pdf)) > 2
    for number, page in enumerate(pages(pdf), start=1):
        assert f"page {number} / {len(pages(pdf))}" in page


def test_it_is_kept_once_when_nobody_can_take_the_decision_back(tmp_path: Path) -> None:
    hall = town(tmp_path)
    slips(hall.app)
    assert folder(hall).slip is None
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    slips(hall.app)
    assert folder(hall).slip is None
    settle(hall)
    kept = folder(hall).slip
    documents = set(hall.documents.kept)
    hall.day()
    hall.day()
    assert folder(hall).slip == kept
    assert kept is not None
    assert set(hall.documents.kept) & documents == documents
    assert told(hall) == [f"fiche de visa établie, empreinte {kept.sha256}"]
    assert visa_slip.slip(hall.app, ADMIN, FIRST).pdf == hall.documents.kept[kept.sha256]


def test_the_same_books_give_the_same_bytes(tmp_path: Path) -> None:
    hall = town(tmp_path)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    first = visa_slip.slip(hall.app, ADMIN, FIRST)
    hall.clock.advance(days=1)
    assert visa_slip.slip(hall.app, VISEUR, FIRST) == first


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_anywhere_it_is_made_once(tmp_path: Path, moment: str) -> None:
    hall = town(tmp_path)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    tell(hall.app)
    hall.ledger.axe = hall.axe
    hall.axe.at = (hall.axe.calls + 1, moment)
    with pytest.raises(Killed):
        slips(hall.app)
    hall.axe.at = None
    before = set(hall.documents.kept)
    slips(hall.app)
    assert set(hall.documents.kept) == before
    assert folder(hall).slip is not None
    assert len(told(hall)) == 1


def test_a_provisional_one_is_kept_nowhere(tmp_path: Path) -> None:
    hall = town(tmp_path)
    before = (dict(hall.ledger.records), hall.ledger.history(), set(hall.documents.kept))
    file = visa_slip.slip(hall.app, VISEUR, FIRST)
    assert file.provisional
    assert file.name == f"fiche-visa-{FIRST}-provisoire.pdf"
    assert words(file.pdf).count("PROVISOIRE") == 2
    assert "Visa en cours" in words(file.pdf)
    assert (hall.ledger.records, hall.ledger.history(), set(hall.documents.kept)) == before


def test_a_head_of_service_sees_only_the_slips_of_their_desks(tmp_path: Path) -> None:
    hall = town(tmp_path)
    for who in (OTHER, DST):
        with pytest.raises(UnknownRecord):
            visa_slip.slip(hall.app, who, FIRST)
    with pytest.raises(UnknownRecord):
        visa_slip.slip(hall.app, ADMIN, "F2026-000099")


def test_a_bought_parapheur_makes_its_own(tmp_path: Path) -> None:
    hall = town(tmp_path, slip_as_piece=True)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    with hall.ledger.transaction() as books:
        books.save(replace(folder(hall), remote="DEMATFIN-1"))
    hall.day()
    assert folder(hall).slip is None
    assert len(hall.all(Piece)) == 1


def test_an_agent_takes_up_what_was_refused_and_the_slip_stays(tmp_path: Path) -> None:
    hall = town(tmp_path)
    acts.refuse(hall.app, VISEUR, FIRST, Motive.WRONG_ENGAGEMENT, "C'est le BC26-00078.")
    slips(hall.app)
    assert folder(hall).slip is None  # the head of service may still change their mind
    holds.resume(hall.app, AGENT, FIRST, "Vu avec eux.")
    hall.day()
    before, now = hall.all(VisaFolder)
    assert (before.slip is not None, now.slip) == (True, None)
    assert "F-1.pdf" in words(hall.documents.kept[before.slip.sha256])


def test_what_an_agent_corrects_since_is_not_on_the_slip_of_the_refusal(tmp_path: Path) -> None:
    """Who refused had the wrong engagement before them, not the one that was put in its place."""
    hall = town(tmp_path)
    acts.refuse(hall.app, VISEUR, FIRST, Motive.WRONG_ENGAGEMENT, "Ce n'est pas le bon.")
    holds.resume(hall.app, AGENT, FIRST, "Vu avec eux.", service="SPORT", engagement="BC26-00099")
    hall.day()
    said = next(words(hall.documents.kept[one.slip.sha256]) for one in hall.all(VisaFolder) if one.slip)
    assert "Engagement BC26-00077 Service SCOLAIRE" in said


def joined(hall: Hall) -> tuple[list[str], DocumentRef | None]:
    """Prepare; return what goes with the mandat, and the slip that was kept."""
    prepare(hall.app)
    (mandat,) = hall.all(Mandat)
    pieces = {one.id: one for one in hall.all(Piece)}
    return [pieces[key].name for key in mandat.pieces], folder(hall).slip


def test_it_goes_with_the_mandat_whatever_was_run_first(tmp_path: Path) -> None:
    hall = town(tmp_path, slip_as_piece=True)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    names, slip_of = joined(hall)
    assert names == ["F-1.pdf", SHEET]
    piece = hall.all(Piece)[1]
    assert piece.document == slip_of
    assert piece.description == "Fiche de visa de la facture F-1 du 20/02/2026"
    hall.day()
    assert len(told(hall)) == 1
    assert len(hall.all(Piece)) == 2


def test_the_flow_carries_it_beside_the_invoice_which_is_untouched(tmp_path: Path) -> None:
    hall = town(tmp_path, slip_as_piece=True)
    original = invoice(hall).content.attachments[0].document
    as_it_came = hall.documents.kept[original.sha256]
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    hall.day()
    flow = etree.fromstring(flow_of(hall))
    assert Schemas().refusals("aller", etree.ElementTree(flow)) == ()
    assert [one.get("V") for one in flow.iter("NomPJ")] == 2 * ["F-1.pdf", SHEET]  # named, then carried
    carried = [gzip.decompress(b64decode(one.text or "")) for one in flow.iter("Fichier")]
    kept = folder(hall).slip
    assert kept is not None
    assert carried == [as_it_came, hall.documents.kept[kept.sha256]]
    assert hall.documents.kept[original.sha256] == as_it_came


@needs_official
def test_the_official_schemas_take_it(tmp_path: Path) -> None:
    hall = town(tmp_path, slip_as_piece=True)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    hall.day()
    flow = etree.ElementTree(etree.fromstring(flow_of(hall)))
    assert Schemas(OFFICIAL / "xsd" / "pes" / "v5.17").refusals("aller", flow) == ()


def flow_of(hall: Hall) -> bytes:
    """Return the flow that waits for a signature."""
    (flux,) = hall.all(Flux)
    unsigned: DocumentRef = flux.unsigned
    return hall.documents.kept[unsigned.sha256]


def test_it_does_not_where_nobody_asked_for_it(tmp_path: Path) -> None:
    hall = town(tmp_path)
    acts.approve(hall.app, VISEUR, FIRST, done(hall))
    assert joined(hall) == (["F-1.pdf"], None)
    hall.day()
    assert folder(hall).slip is not None


def on_paper(hall: Hall) -> None:
    """Make as if the invoice had come on paper: nobody is told, so a decision holds once it is mandated."""
    with hall.ledger.transaction() as books:
        books.save(replace(invoice(hall), origin=Origin.SCAN, remote_status=""))


def without_mandat(hall: Hall) -> None:
    """Cancel the mandat: its invoice is certified again, and can be mandated anew."""
    with hall.ledger.transaction() as books:
        (mandat,) = hall.all(Mandat)
        books.save(replace(mandat, state=MandatState.CANCELLED), invoice(hall).moved(InvoiceState.SERVICE_FAIT))


def test_a_decision_taken_back_takes_its_slip_with_it(tmp_path: Path) -> None:
    hall = town(tmp_path, slip_as_piece=True)
    on_paper(hall)
    acts.approve(hall.app, VISEUR, FIRST, done(hall), "Un peu vite.")
    joined(hall)
    first = folder(hall).slip
    (mandat,) = hall.all(Mandat)
    without_mandat(hall)
    visa_moves.undo(hall.app, VISEUR, FIRST)
    assert folder(hall).slip is None
    supporting.attach(hall.app, VISEUR, FIRST, "bon.pdf", PDF)
    acts.approve(hall.app, VISEUR, FIRST, done(hall), "Cette fois oui.")
    prepare(hall.app)
    again = next(one for one in hall.all(Mandat) if one.id != mandat.id)
    pieces = {one.id: one for one in hall.all(Piece)}
    assert [pieces[key].name for key in again.pieces] == ["F-1.pdf", "bon.pdf", SHEET]
    assert pieces[again.pieces[0]].id == mandat.pieces[0]
    assert pieces[again.pieces[2]].document == folder(hall).slip != first
    assert "Cette fois oui." in slip(hall)
