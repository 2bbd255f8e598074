"""Whole mandats, from their invoice to the comptable: lines, TVA, marchés, what was paid before, what is taken back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import after_payment, attachments, mandats, reductions, ventilation
from dematfin.acts.after_payment import Paid
from dematfin.acts.reductions import Wish
from dematfin.domain.invoice.content import InvoiceKind, InvoiceLine
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.budget import BudgetYear
from dematfin.domain.mandat.kind import BordereauKind, MandatKind, PaymentMode
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import PieceKind
from dematfin.domain.mandat.ventilation import Asked
from dematfin.domain.registers import Credit, Engagement, Imputation, credit_id
from dematfin.errors import Forbidden, PiecesMissing, RuleError
from dematfin.steps.follow_up import follow_up
from dematfin.steps.keeping import Given
from dematfin.steps.prepare import prepare
from examples import AGENT, BUDGETS, COMMUNE, VISEUR, content, engagement
from fakes.hall import Hall

M1 = "M2026-000001"
CERTIFICATE = Given(name="certificat.pdf", data=b"%PDF-1.7 certificat", kind=PieceKind.CERTIFICAT)


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


def credit(available: str, nature: str) -> Credit:
    imputation = Imputation(nature=nature)
    return Credit(
        id=credit_id(COMMUNE, 2026, imputation),
        siret=COMMUNE,
        exercice=2026,
        chapter=imputation.chapitre,
        investment=False,
        available=Decimal(available),
    )


def save(hall: Hall, *records: Engagement | Credit | Mandat | BudgetYear) -> None:
    with hall.ledger.transaction() as books:
        books.save(*records)


def mandated(hall: Hall, *amounts: str) -> None:
    hall.to_sign(*amounts)


def prepared(hall: Hall, *amounts: str) -> Mandat:
    """Return the first mandat, back to where an agent may still change it."""
    mandated(hall, *amounts)
    first: Mandat = replace(hall.all(Mandat)[0], state=MandatState.PREPARED, number=0, bordereau="")
    save(hall, first)
    return first


def sent(hall: Hall, *amounts: str) -> Sequence[Mandat]:
    """Return mandats that have left, of which the comptable has said nothing."""
    mandated(hall, *amounts)
    hall.sign()
    hall.tdt.unread = {}
    hall.day()
    hall.tdt.unread = {}
    with hall.ledger.transaction() as books:
        books.save(*(replace(one, state=MandatState.TAKEN_IN_CHARGE, paid=Decimal("0.00")) for one in hall.all(Mandat)))
    made: Sequence[Mandat] = hall.all(Mandat)
    return made


def retour(kind: str, sheet: int, number: int, state: str, paid: str = "") -> bytes:
    payment = f'<PaiementEmargement><OrgEma V="01"/><DtePay V="2026-03-30"/><MtPay V="{paid}"/></PaiementEmargement>'
    lines = f"<LigneDePiece>{payment}</LigneDePiece>" if paid else ""
    return (
        f'<PES_Retour><EnTetePES><IdColl V="{COMMUNE}"/></EnTetePES><PES_DepenseRetour><Bordereau><BlocBordereau>'
        f'<Exer V="2026"/><TypBord V="{kind}"/><IdBord V="{sheet}"/></BlocBordereau><Piece><InfoPiece>'
        f'<IdPce V="{number}"/><EtatPce V="{state}"/></InfoPiece>{lines}</Piece></Bordereau></PES_DepenseRetour>'
        "</PES_Retour>"
    ).encode()


def one(hall: Hall, key: str) -> Mandat:
    (found,) = [mandat for mandat in hall.all(Mandat) if mandat.id == key]
    assert isinstance(found, Mandat)
    return found


def taken_back(hall: Hall, amount: str = "", motif: str = "prix faux") -> Mandat:
    """Take a part of the first mandat back, or all that is left; an agent gives what justifies it."""
    if amount:
        made = reductions.reduce(hall.app, AGENT, M1, Wish(motif=motif, amount=Decimal(amount)))
    else:
        made = reductions.cancel(hall.app, AGENT, M1, motif)
    attachments.attach(hall.app, AGENT, made.id, CERTIFICATE)
    return made


# Lines


def test_a_budget_that_recovers_tva_tells_it_apart(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path, budgets=(replace(BUDGETS[0], recovers_tva=True), BUDGETS[1]))
    hall.deposit("120.00")
    note = content("AV-1", "12.00", kind=InvoiceKind.CREDIT_NOTE, origin_number="F-1")
    hall.chorus.deposit("9100002", note)
    hall.day()
    hall.certify()
    hall.day()
    (mandat,) = hall.all(Mandat)
    assert [(str(line.amount), str(line.tva)) for line in mandat.lines] == [("90.00", "18.00")]
    (sheet,) = hall.all(Bordereau)
    assert (str(mandat.amount), str(sheet.total), str(sheet.tva)) == ("108.00", "108.00", "18.00")


def test_several_engagements_named_by_the_lines_make_several_lines(hall: Hall) -> None:
    save(
        hall,
        engagement("BC26-00078", imputation=Imputation(nature="6064", fonction="020")),
        engagement("BC26-00099", tiers="F99999"),
    )
    lines = tuple(
        InvoiceLine(number=place, reference=reference, quantity=Decimal(1), unit_price=Decimal(ht), ht=Decimal(ht))
        for place, (reference, ht) in enumerate(
            (("ramettes", "20.00"), ("bc26 00078", "50.00"), ("BC26-00099", "30.00")), start=1
        )
    )
    hall.chorus.deposit("9100001", content("F-1", "120.00", lines=lines))
    hall.day()
    hall.certify()
    hall.day()
    (mandat,) = hall.all(Mandat)
    assert [(line.imputation.nature, str(line.total)) for line in mandat.lines] == [
        ("60632", "60.00"),
        ("6064", "60.00"),
    ]
    assert {key.number: str(key.mandated) for key in hall.all(Engagement)} == {
        "BC26-00077": "60.00",
        "BC26-00078": "60.00",
        "BC26-00099": "0.00",
    }


def test_a_mandat_on_a_marche_says_so(hall: Hall) -> None:
    save(hall, engagement(marche="2026-03"))
    mandated(hall, "120.00")
    assert [(mandat.kind, mandat.marche) for mandat in hall.all(Mandat)] == [(MandatKind.MARCHE, "2026-03")]


def test_money_follows_the_lines_of_a_ventilation(hall: Hall) -> None:
    save(hall, credit("500.00", "60632"), credit("500.00", "6531"), engagement("BC26-00078"))
    prepared(hall, "100.01")
    ventilation.ventilate(
        hall.app,
        AGENT,
        M1,
        (Asked(percent=Decimal(50)), Asked(nature="6531", engagement="BC26-00078", percent=Decimal(50))),
    )
    assert {found.chapter: str(found.mandated) for found in hall.all(Credit)} == {"011": "50.01", "65": "50.00"}
    assert {found.number: str(found.mandated) for found in hall.all(Engagement)} == {
        "BC26-00077": "50.01",
        "BC26-00078": "50.00",
    }
    ventilation.ventilate(hall.app, AGENT, M1, (Asked(),))
    assert {found.chapter: str(found.mandated) for found in hall.all(Credit)} == {"011": "100.01", "65": "0.00"}
    ventilation.ventilate(hall.app, AGENT, M1, (Asked(percent=Decimal(50)), Asked()))
    with pytest.raises(RuleError, match="2 lignes"):
        mandats.correct(hall.app, AGENT, M1, Imputation(nature="6064"))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked(nature="6531"), "chapitre 65"),
        (Asked(engagement="BC26-00078"), "engagement BC26-00078"),
        (Asked(engagement="BC26-00001"), "n'est pas connu"),
        (Asked(engagement="BC26-00098"), "soldé"),
        (Asked(engagement="BC26-00099"), "autre tiers"),
    ],
    ids=["chapter", "engagement", "unknown", "closed", "another's"],
)
def test_a_ventilation_beyond_what_is_left_changes_nothing(hall: Hall, asked: Asked, said: str) -> None:
    save(
        hall,
        credit("500.00", "60632"),
        credit("50.00", "6531"),
        engagement("BC26-00078", amount=Decimal("50.00")),
        engagement("BC26-00098", open=False),
        engagement("BC26-00099", tiers="F99999"),
    )
    prepared(hall, "120.00")
    before = dict(hall.ledger.records)
    with pytest.raises(RuleError, match=said):
        ventilation.ventilate(hall.app, AGENT, M1, (Asked(percent=Decimal(40)), replace(asked, percent=Decimal(60))))
    assert hall.ledger.records == before


def test_a_frozen_mandat_is_not_shared_out_nor_by_anybody(hall: Hall) -> None:
    mandated(hall, "120.00")
    with pytest.raises(RuleError, match="figé"):
        ventilation.ventilate(hall.app, AGENT, M1, (Asked(nature="6064"),))
    with pytest.raises(Forbidden):
        ventilation.ventilate(hall.app, VISEUR, M1, (Asked(nature="6064"),))


def test_a_fonction_is_asked_for_where_the_budget_needs_it(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path, budgets=(replace(BUDGETS[0], needs_fonction=True), BUDGETS[1]))
    save(hall, engagement(imputation=Imputation(nature="60632")))
    hall.certified("120.00")
    notes = hall.day_of("préparation des bordereaux").notes
    assert [M1 in note and "fonction" in note for note in notes] == [True]
    assert hall.all(Bordereau) == ()
    mandats.correct(hall.app, AGENT, M1, Imputation(nature="60632", fonction="211"))
    prepare(hall.app)
    assert [sheet.number for sheet in hall.all(Bordereau)] == [42]


def test_and_refused_where_its_nomenclature_has_none(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path, budgets=(replace(BUDGETS[0], nomenclature="M49"), BUDGETS[1]))
    hall.certified("120.00")
    (note,) = hall.day_of("préparation des bordereaux").notes
    assert "211" in note
    assert "M49" in note
    assert hall.all(Bordereau) == ()


# After payment


def drawn(hall: Hall, **changes: object) -> None:
    hall.chorus.deposit("9100001", content("F-1", "120.00", **changes))
    hall.day()


@pytest.mark.parametrize("changes", [{"payment_mode": "49"}, {"payment_mode": "48"}, {"frame": "A2"}], ids=str)
def test_what_pays_itself_is_mandated_after_the_payment_and_never_by_transfer(
    hall: Hall, changes: dict[str, object]
) -> None:
    drawn(hall, **changes)
    assert [found.state for found in hall.all(Invoice)] == [InvoiceState.TO_CORRECT]
    noted = after_payment.settled(hall.app, AGENT, "F2026-000001", date(2026, 2, 25), Paid.PRELEVEMENT)
    assert noted.state is InvoiceState.IN_VISA
    hall.day()
    hall.certify()
    hall.day()
    (mandat,) = hall.all(Mandat)
    assert (mandat.kind, mandat.mode) == (MandatKind.AFTER_PAYMENT, PaymentMode.DIRECT_DEBIT)
    assert mandat.paid_before == date(2026, 2, 25)


def test_an_account_that_nobody_cleared_keeps_no_mandat_after_payment(hall: Hall) -> None:
    supplier = replace(content().supplier, iban="FR7619999000170009987654351")
    drawn(hall, payment_mode="49", supplier=supplier)
    after_payment.settled(hall.app, AGENT, "F2026-000001", date(2026, 2, 25), Paid.PRELEVEMENT)
    hall.day()
    hall.certify()
    hall.day()
    assert [mandat.mode for mandat in hall.all(Mandat)] == [PaymentMode.DIRECT_DEBIT]


def test_a_direct_debit_that_passed_its_controls_all_the_same_gets_no_transfer(hall: Hall) -> None:
    """The last gate: whatever let it through, no transfer is ordered for what pays itself."""
    hall.certified("120.00")
    with hall.ledger.transaction() as books:
        invoice = books.get(Invoice, "F2026-000001")
        books.save(replace(invoice, content=replace(invoice.content, payment_mode="59")))
    (failure,) = prepare(hall.app).failures
    assert "seconde fois" in failure.sentence
    assert hall.all(Mandat) == ()


def test_a_payment_is_said_before_the_mandat_and_not_in_advance(hall: Hall) -> None:
    drawn(hall, payment_mode="49")
    with pytest.raises(RuleError, match="pas encore passé"):
        after_payment.settled(hall.app, AGENT, "F2026-000001", date(2027, 1, 1), Paid.CARTE)
    with pytest.raises(Forbidden):
        after_payment.settled(hall.app, VISEUR, "F2026-000001", date(2026, 2, 25), Paid.CARTE)
    hall.deposit("45.30", start=2)
    hall.day()
    hall.certify()
    hall.day()
    with pytest.raises(RuleError, match="avant le mandat"):
        after_payment.settled(hall.app, AGENT, "F2026-000002", date(2026, 2, 25), Paid.CARTE)


def test_once_settled_by_the_comptable_it_is_paid_since_its_day(hall: Hall) -> None:
    drawn(hall, payment_mode="49")
    after_payment.settled(hall.app, AGENT, "F2026-000001", date(2026, 2, 25), Paid.PRELEVEMENT)
    hall.day()
    hall.certify()
    hall.day()
    hall.sign()
    hall.day()
    save(hall, replace(one(hall, M1), state=MandatState.TAKEN_IN_CHARGE, paid=Decimal("0.00"), paid_on=None))
    hall.tdt.unread = {"9": retour("01", 42, 1187, "05")}
    assert follow_up(hall.app).notes == ()
    paid = one(hall, M1)
    assert (paid.state, str(paid.paid), paid.paid_on) == (MandatState.PAID, "120.00", date(2026, 2, 25))


# What is taken back


def justified(hall: Hall, made: Mandat) -> Mandat:
    """Attach what justifies a réduction: without it, it waits."""
    given = Given(name="certificat.pdf", data=b"%PDF-1.7 " + made.id.encode(), kind=PieceKind.CERTIFICAT)
    attachments.attach(hall.app, AGENT, made.id, given)
    return made


def test_a_reduction_without_a_document_waits_and_takes_no_number(hall: Hall) -> None:
    sent(hall, "120.00")
    made = reductions.cancel(hall.app, AGENT, M1, "commande annulée")
    (told,) = [note for note in prepare(hall.app).notes if made.id in note]
    assert f"dematfin pieces joindre {made.id} FICHIER" in told
    assert (one(hall, made.id).number, len(hall.all(Bordereau))) == (0, 1)
    justified(hall, made)
    prepare(hall.app)
    assert one(hall, made.id).number == 1


def test_a_reduction_goes_in_its_own_bordereau_with_its_own_numbers(hall: Hall) -> None:
    save(hall, credit("500.00", "60632"))
    sent(hall, "120.00", "45.30")
    taken_back(hall, "20.00")
    assert hall.all(Credit)[0].mandated == Decimal("165.30")  # given back when it is ordered, not when it is thought of
    hall.deposit("10.00", start=3)
    hall.day()
    hall.certify()
    hall.day()
    sheets = {sheet.id: (sheet.kind, str(sheet.total), str(sheet.cumul)) for sheet in hall.all(Bordereau)}
    assert sheets == {
        "COMMUNE-2026-42": (BordereauKind.ORDINARY, "165.30", "1165.30"),
        "COMMUNE-2026-43": (BordereauKind.ORDINARY, "10.00", "1175.30"),
        "COMMUNE-2026-A1": (BordereauKind.REDUCTION, "20.00", "20.00"),
    }
    assert [(mandat.kind, mandat.number) for mandat in hall.all(Mandat)] == [
        (MandatKind.ORDINARY, 1187),
        (MandatKind.ORDINARY, 1188),
        (MandatKind.REDUCTION, 1),
        (MandatKind.ORDINARY, 1189),
    ]
    assert hall.all(Credit)[0].mandated == Decimal("155.30")
    assert hall.all(Engagement)[0].mandated == Decimal("155.30")


def test_a_budget_says_once_where_its_annulations_start(hall: Hall) -> None:
    year = hall.all(BudgetYear)[0]
    save(hall, replace(year, last_reduction=12, last_reduction_bordereau=4, reduced=Decimal("300.00")))
    sent(hall, "120.00")
    taken_back(hall)
    prepare(hall.app)
    (sheet,) = [found for found in hall.all(Bordereau) if found.kind is BordereauKind.REDUCTION]
    assert (sheet.id, str(sheet.cumul)) == ("COMMUNE-2026-A5", "420.00")
    assert hall.all(Mandat)[1].number == 13


def test_a_reduction_that_is_issued_again_gives_credits_back_once(hall: Hall) -> None:
    save(hall, credit("500.00", "60632"))
    sent(hall, "120.00")
    made = taken_back(hall, "20.00")
    prepare(hall.app)
    for burnt in ((), (1,)):
        save(hall, replace(one(hall, made.id), state=MandatState.REJECTED, burnt=burnt))
        mandats.reissue(hall.app, AGENT, made.id)
        prepare(hall.app)
        assert one(hall, made.id).state is MandatState.IN_BORDEREAU
    assert hall.all(Credit)[0].mandated == Decimal("100.00")


def test_a_wholly_cancelled_mandat_ends_when_the_comptable_has_taken_it(hall: Hall) -> None:
    sent(hall, "120.00")
    taken_back(hall, "20.00")
    taken_back(hall)
    with pytest.raises(RuleError, match="déjà repris en entier"):
        reductions.cancel(hall.app, AGENT, M1, "encore")
    prepare(hall.app)
    save(hall, *(replace(found, state=MandatState.SENT) for found in hall.all(Mandat)[1:]))
    hall.tdt.unread = {"8": retour("02", 1, 1, "02")}
    follow_up(hall.app)
    assert one(hall, M1).state is MandatState.TAKEN_IN_CHARGE
    hall.tdt.unread = {"9": retour("02", 1, 2, "05", "100.00")}
    follow_up(hall.app)
    assert one(hall, M1).state is MandatState.CANCELLED
    assert [(found.state, found.paid) for found in hall.all(Mandat)[1:]] == [(MandatState.TAKEN_IN_CHARGE, 0)] * 2
    with pytest.raises(RuleError, match="annulé"):
        reductions.cancel(hall.app, AGENT, M1, "encore")


def test_a_retour_of_another_kind_never_speaks_of_a_mandat_of_the_same_number(hall: Hall) -> None:
    sent(hall, "120.00")
    taken_back(hall, "20.00")
    prepare(hall.app)
    hall.tdt.unread = {"7": retour("02", 42, 1187, "04"), "8": retour("04", 42, 1187, "04")}
    notes = follow_up(hall.app).notes
    assert len([note for note in notes if "pas des nôtres" in note]) == 1
    assert len([note for note in notes if "demande à régulariser 1 pièce (n° 1187)" in note]) == 1
    assert one(hall, M1).state is MandatState.TAKEN_IN_CHARGE


def test_a_paid_mandat_stays_paid_and_its_money_is_asked_back(hall: Hall) -> None:
    sent(hall, "120.00")
    save(hall, replace(one(hall, M1), state=MandatState.PAID, paid=Decimal("120.00")))
    taken_back(hall)
    prepare(hall.app)
    hall.tdt.unread = {"8": retour("02", 1, 1, "02")}
    assert any("reversement" in note for note in follow_up(hall.app).notes)
    assert one(hall, M1).state is MandatState.PAID


def late_credit_note(hall: Hall, ttc: str = "20.00", of: str = "F-1") -> str:
    hall.chorus.deposit("9100050", content("AV-1", ttc, kind=InvoiceKind.CREDIT_NOTE, origin_number=of))
    hall.day()
    hall.certify()
    (found,) = [note for note in hall.all(Invoice) if note.is_credit_note]
    return str(found.id)


def test_a_credit_note_that_comes_too_late_is_the_document_of_a_reduction(hall: Hall) -> None:
    sent(hall, "120.00")
    note = late_credit_note(hall)
    (told,) = [line for line in prepare(hall.app).notes if note in line]
    assert f"dematfin mandat reduire {M1} --avoir {note}" in told
    made = reductions.reduce(hall.app, AGENT, M1, Wish(motif="avoir", credit_note=note))
    assert (str(made.amount), made.invoice_ids, len(made.pieces)) == ("20.00", (note,), 1)
    assert {found.state for found in hall.all(Invoice)} == {InvoiceState.TO_PAY}
    prepare(hall.app)
    hall.sign()
    hall.day()
    assert [mandat for _, status, mandat in hall.chorus.told if status == "MANDATEE"] == ["1187", "1"]


def test_and_of_no_other_mandat(hall: Hall) -> None:
    sent(hall, "120.00", "45.30")
    note = late_credit_note(hall)
    with pytest.raises(RuleError, match="n'est pas un avoir d'une facture"):
        reductions.reduce(hall.app, AGENT, "M2026-000002", Wish(motif="avoir", credit_note=note))
    with pytest.raises(RuleError, match="n'est pas un avoir"):
        reductions.reduce(hall.app, AGENT, M1, Wish(motif="avoir", credit_note="F2026-000002"))


def test_a_mandat_without_a_number_is_undone_and_its_invoice_is_free(hall: Hall) -> None:
    save(hall, credit("500.00", "60632"))
    prepared(hall, "120.00")
    undone = reductions.cancel(hall.app, AGENT, M1, "mauvais tiers")
    assert undone.state is MandatState.CANCELLED
    assert [found.state for found in hall.all(Invoice)] == [InvoiceState.SERVICE_FAIT]
    assert (hall.all(Credit)[0].mandated, hall.all(Engagement)[0].mandated) == (0, 0)
    prepare(hall.app)
    assert [(found.id, found.state) for found in hall.all(Mandat)] == [
        (M1, MandatState.CANCELLED),
        ("M2026-000002", MandatState.IN_BORDEREAU),
    ]


def test_what_is_frozen_or_of_a_closed_year_is_not_taken_back(hall: Hall) -> None:
    mandated(hall, "120.00")
    with pytest.raises(RuleError, match="en bordereau"):
        reductions.cancel(hall.app, AGENT, M1, "trop tard")
    save(hall, replace(one(hall, M1), state=MandatState.PAID))
    with pytest.raises(RuleError, match="motif"):
        reductions.cancel(hall.app, AGENT, M1, " ")
    with pytest.raises(Forbidden):
        reductions.cancel(hall.app, VISEUR, M1, "pas à moi")
    hall.clock.advance(days=365)
    with pytest.raises(RuleError, match="773"):
        reductions.cancel(hall.app, AGENT, M1, "exercice clos")


def test_a_rejected_mandat_that_was_reduced_is_not_issued_again_for_the_whole(hall: Hall) -> None:
    sent(hall, "120.00")
    taken_back(hall, "20.00")
    save(hall, replace(one(hall, M1), state=MandatState.REJECTED))
    with pytest.raises(RuleError, match="réduit"):
        mandats.reissue(hall.app, AGENT, M1)


def test_too_little_left_is_said_line_by_line(hall: Hall) -> None:
    save(hall, engagement("BC26-00078", amount=Decimal("10.00")))
    prepared(hall, "120.00")
    with pytest.raises(PiecesMissing, match=r"M2026-000001.*BC26-00078"):
        ventilation.ventilate(hall.app, AGENT, M1, (Asked(percent=Decimal(90)), Asked(engagement="BC26-00078")))
