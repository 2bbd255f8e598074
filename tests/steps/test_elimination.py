"""Eliminations: only what is over, under a visa, by two people; what stays is readable, and what is gone is told."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dematfin.acts import eliminations, figures, litigation, transfers
from dematfin.acts.whole_invoice import whole
from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.report.period import period
from dematfin.domain.retention.classes import USUAL, Fate, Kind, RetentionRules, Rule
from dematfin.domain.retention.elimination import Eliminated, Elimination, EliminationState, Gone, Hold
from dematfin.domain.retention.written import manifest_line
from dematfin.errors import DocumentError, Forbidden, IllegalTransition, RuleError, SeparationOfDuties
from dematfin.steps.dossiers import dossiers
from dematfin.steps.eliminated import eliminated
from dematfin.store.gone import ToldDocuments
from examples import ADMIN, AGENT, IBAN, VISEUR, tiers
from fakes.hall import Hall, Killed

DIRECTOR = Person(id="directrice", name="Anne Directrice", roles=frozenset({Role.DIRECTEUR}))
VISA = "AD99-2037-114"
FIRST, SECOND = "F2026-000001", "F2026-000002"


def paid(folder: Path, *amounts: str, **policy: Any) -> Hall:
    """Build a town whose invoices were paid in March 2026."""
    hall = Hall.build(folder, **policy)
    with hall.ledger.transaction() as books:
        books.save(DIRECTOR)
    hall.to_sign(*(amounts or ("120.00", "45.30")))
    hall.sign()
    for _ in range(3):
        hall.clock.advance(days=9)
        hall.day()
    assert {one.state for one in hall.all(Mandat)} == {MandatState.PAID}
    for one in hall.all(Invoice):
        assert all(_is_there(hall, item.document) for item in one.content.attachments)
    return hall


def years_later(hall: Hall, to: date) -> None:
    hall.clock.advance(days=(to - hall.clock.today()).days)


def visa_of(hall: Hall) -> date:
    return hall.clock.today()


def execute(hall: Hall, one: Elimination) -> Any:
    return eliminations.execute(hall.app, DIRECTOR, one.id, VISA, visa_of(hall))


def _is_there(hall: Hall, ref: DocumentRef) -> bool:
    return ref.sha256 in hall.documents.kept


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return paid(tmp_path)


@pytest.fixture
def over(hall: Hall) -> Hall:
    years_later(hall, date(2037, 1, 1))
    return hall


def test_nothing_is_listed_the_day_before_its_time_and_all_of_it_that_day(hall: Hall) -> None:
    years_later(hall, date(2036, 12, 31))
    with pytest.raises(RuleError, match="Rien à éliminer"):
        eliminations.prepare(hall.app, AGENT, Kind.INVOICES)
    hall.clock.advance(days=1)
    made = eliminations.prepare(hall.app, AGENT, Kind.INVOICES)
    files = eliminations.papers(hall.app, AGENT, made.id)
    listed = files[f"{made.id}.csv"].decode("utf-8-sig")
    assert f"facture:{FIRST}" in listed
    assert f"facture:{SECOND}" in listed
    assert "01/01/2037" in listed
    page = files[f"{made.id}.html"].decode()
    assert made.listed.sha256 in page
    assert "Commune de Valbrume" in page
    assert "Factures et pièces justificatives" in page
    (frozen,) = [one.event for one in hall.ledger.events if one.event.subject_id == made.id]
    assert frozen.data["liste"] == made.listed.sha256


def test_what_is_eliminated_is_away_and_told_and_its_line_stays(over: Hall) -> None:
    before = {one.id: one for one in over.all(Invoice)}
    refs = {item.document for one in before.values() for item in one.content.attachments}
    done = execute(over, eliminations.prepare(over.app, AGENT))
    assert done.elimination.state is EliminationState.DONE
    assert done.elimination.left_out == ()
    assert not any(_is_there(over, ref) for ref in refs)
    told = ToldDocuments(over.documents, over.ledger)
    for ref in refs:
        with pytest.raises(DocumentError, match=rf"éliminé le 01/01/2037, visa {VISA}"):
            told.open(ref)
        with pytest.raises(DocumentError, match="éliminé"), told.local(ref):
            pass
    with over.ledger.reading() as books:
        known = eliminated(books, {ref.sha256 for ref in refs})
    assert {one.visa for one in known.values()} == {VISA}
    assert known.keys() == {ref.sha256 for ref in refs}
    for one in over.all(Invoice):
        was = before[one.id]
        assert (one.number, one.ttc, one.state, one.issued_on) == (was.number, was.ttc, was.state, was.issued_on)
        assert one.iban == one.content.supplier.iban == ""
        assert one.content.supplier.name == "PAPETERIE DU LAC", "a firm is no person"
    assert IBAN not in repr(over.all(Mandat))
    story = whole(over.app, DIRECTOR, FIRST).story
    assert any(VISA in moment.what for moment in story.moments)
    kept = {over.all(Elimination)[0].listed.sha256, over.all(Elimination)[0].sheet.sha256}
    assert kept <= set(over.documents.kept)


def test_a_natural_person_s_name_goes_from_records_and_from_what_is_searched(over: Hall) -> None:
    with over.ledger.transaction() as books:
        books.save(tiers(category="01", name="DUPONT", first_name="Jean"))
        for one in books.find(Mandat):
            books.save(replace(one, tiers=tiers(category="01", name="DUPONT", first_name="Jean")))
    execute(over, eliminations.prepare(over.app, AGENT))
    for one in over.all(Invoice):
        assert "PAPETERIE" not in repr(one)
    assert "DUPONT" not in repr(over.all(Mandat))
    assert "Jean" not in repr(over.all(Mandat))
    with over.ledger.reading() as books:
        assert books.find_text("PAPETERIE", 10) == ()
    over.day()
    with over.ledger.reading() as books:
        assert books.find_text("PAPETERIE", 10) == ()


def test_two_people_a_role_a_visa_and_a_day_that_can_be(over: Hall) -> None:
    with pytest.raises(Forbidden):
        eliminations.prepare(over.app, ADMIN)
    with pytest.raises(Forbidden):
        eliminations.prepare(over.app, VISEUR)
    made = eliminations.prepare(over.app, AGENT)
    today = over.clock.today()
    with pytest.raises(SeparationOfDuties, match="une autre personne"):
        eliminations.execute(over.app, AGENT, made.id, VISA, today)
    with pytest.raises(RuleError, match="motif"):
        eliminations.execute(over.app, DIRECTOR, made.id, " ", today)
    for wrong in (date(2036, 12, 1), date(2037, 1, 2)):
        with pytest.raises(RuleError, match="date du visa"):
            eliminations.execute(over.app, DIRECTOR, made.id, VISA, wrong)
    with pytest.raises(Forbidden):
        eliminations.execute(over.app, ADMIN, made.id, VISA, today)
    assert over.all(Gone) == over.all(Eliminated) == ()
    execute(over, made)
    with pytest.raises(IllegalTransition):
        execute(over, made)


def test_a_litigation_holds_its_invoice_and_the_flow_that_paid_it(over: Hall) -> None:
    made = eliminations.prepare(over.app, AGENT)
    litigation.hold(over.app, AGENT, FIRST, "contentieux devant le tribunal administratif")
    done = execute(over, made)
    told = " ".join(done.elimination.left_out)
    assert f"facture:{FIRST}" in told
    assert "flux:" in told
    assert f"facture:{SECOND}" not in told
    (held,) = [one for one in over.all(Invoice) if one.id == FIRST]
    assert all(_is_there(over, item.document) for item in held.content.attachments)
    assert held.iban == IBAN
    litigation.lift(over.app, AGENT, FIRST, "jugement définitif")
    execute(over, eliminations.prepare(over.app, AGENT))
    assert not any(_is_there(over, item.document) for item in held.content.attachments)


def test_what_changed_since_the_list_is_left_out(over: Hall) -> None:
    made = eliminations.prepare(over.app, AGENT)
    added = over.documents.put(b"%PDF-1.7 une piece retrouvee")
    with over.ledger.transaction() as books:
        books.save(
            Piece(
                id="P1", invoice_id=FIRST, name="retrouvée.pdf", media_type="application/pdf", description="",
                document=added,
            )
        )  # fmt: skip
    done = execute(over, made)
    assert [one for one in done.elimination.left_out if "a changé" in one] == [
        f"facture:{FIRST} : a changé depuis que la liste est figée"
    ]
    assert _is_there(over, added)


def test_a_list_that_was_rewritten_eliminates_nothing(over: Hall) -> None:
    made = eliminations.prepare(over.app, AGENT)
    over.documents.kept[made.listed.sha256] += b"\r\nfacture:F2026-000009"
    with pytest.raises(RuleError, match="figée"):
        execute(over, made)
    assert over.all(Gone) == ()


def test_a_document_that_a_younger_invoice_names_too_stays_until_that_one_goes(tmp_path: Path) -> None:
    hall = paid(tmp_path)
    shared = hall.documents.put(b"%PDF conditions generales de vente")
    with hall.ledger.transaction() as books:
        young, old = books.get(Invoice, SECOND), books.get(Invoice, FIRST)
        for one in (young, old):
            more = replace(one.content.attachments[0], main=False, name="cgv.pdf", document=shared)
            content = replace(one.content, attachments=(*one.content.attachments, more))
            books.save(replace(one, content=content))
        (second,) = [one for one in books.find(Mandat) if SECOND in one.invoice_ids]
        books.save(replace(second, exercice=2027, paid_on=date(2027, 2, 1)))
    years_later(hall, date(2037, 1, 1))
    done = execute(hall, eliminations.prepare(hall.app, AGENT))
    assert _is_there(hall, shared)
    assert done.kept[shared.sha256] == f"facture:{SECOND}"
    years_later(hall, date(2038, 1, 1))
    execute(hall, eliminations.prepare(hall.app, AGENT))
    assert not _is_there(hall, shared)


@pytest.mark.parametrize("state", [MandatState.ON_HOLD, MandatState.PARTLY_PAID, MandatState.REJECTED])
def test_an_invoice_that_is_not_ended_is_never_listed(over: Hall, state: MandatState) -> None:
    with over.ledger.transaction() as books:
        for one in books.find(Mandat):
            books.save(replace(one, state=state))
    with over.ledger.reading() as books:
        waiting = [one for one in dossiers(over.app, books) if one.id.startswith(("facture:", "flux:"))]
    assert waiting
    assert all(one.runs_from is None for one in waiting)


def test_a_marche_keeps_its_first_invoice_ten_years_after_its_last_payment(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        for one in books.find(Invoice):
            books.save(replace(one, marche="2026-TVX-01"))
        (second,) = [one for one in books.find(Mandat) if SECOND in one.invoice_ids]
        books.save(replace(second, exercice=2029, paid_on=date(2029, 6, 1)))
    with hall.ledger.reading() as books:
        found = {one.id: one for one in dossiers(hall.app, books)}
    first = found[f"facture:{FIRST}"]
    assert first.kind is Kind.MARCHES
    assert USUAL[Kind.MARCHES].due_on(first.runs_from or date.max) == date(2040, 1, 1)


def test_an_invoice_refused_later_runs_from_its_refusal(hall: Hall) -> None:
    hall.deposit("10.00", start=7)
    hall.day()
    (waiting,) = [one for one in hall.all(Invoice) if one.state is InvoiceState.IN_VISA]
    years_later(hall, date(2028, 5, 1))
    with hall.ledger.transaction() as books:
        books.save(replace(waiting, state=InvoiceState.REFUSED))
        books.record(hall.app.event(Subject.INVOICE, waiting.id, waiting.state, InvoiceState.REFUSED, "rejetée"))
    with hall.ledger.reading() as books:
        (found,) = [one for one in dossiers(hall.app, books) if one.id == f"facture:{waiting.id}"]
    assert found.runs_from == date(2028, 5, 1)


@pytest.mark.parametrize("fate", [Fate.KEPT, Fate.SORTED])
def test_what_is_to_be_kept_or_sorted_goes_only_once_handed_over(tmp_path: Path, fate: Fate) -> None:
    rules = RetentionRules(of={kind: Rule(dua=10, fate=fate) for kind in Kind})
    hall = paid(tmp_path, retention=rules)
    years_later(hall, date(2037, 1, 1))
    with pytest.raises(RuleError, match="Rien à éliminer"):
        eliminations.prepare(hall.app, AGENT)
    one = hand_over(hall, tmp_path)
    with pytest.raises(RuleError, match="Rien à éliminer"):
        eliminations.prepare(hall.app, AGENT)
    transfers.confirm(hall.app, AGENT, one.id, "SAE-1", hall.clock.today())
    assert execute(hall, eliminations.prepare(hall.app, AGENT)).documents


def test_what_was_handed_over_and_not_acknowledged_is_not_eliminated(over: Hall, tmp_path: Path) -> None:
    made = eliminations.prepare(over.app, AGENT, Kind.INVOICES)
    one = hand_over(over, tmp_path)
    done = execute(over, made)
    assert done.documents == 0
    assert all("confirmé" in why for why in done.elimination.left_out)
    transfers.drop(over.app, AGENT, one.id, "format refusé")
    assert execute(over, eliminations.prepare(over.app, AGENT, Kind.INVOICES)).documents


def hand_over(hall: Hall, folder: Path) -> Any:
    chosen = transfers.choose(hall.app, AGENT, 2026)
    manifest = folder / "manifeste.jsonl"
    lines = [
        manifest_line(dossier, ref, "x", hall.app.policy.retention)
        for dossier, ref, _ in transfers.files(hall.app, AGENT, chosen)
    ]
    manifest.write_text("".join(lines), encoding="utf-8")
    return transfers.record(hall.app, AGENT, chosen, manifest)


def test_figures_of_the_year_are_the_same_after_a_purge(over: Hall) -> None:
    over.day()
    years = period("2026"), period("2026-03")
    before = [figures.report(over.app, AGENT, one).tables for one in years]
    execute(over, eliminations.prepare(over.app, AGENT))
    over.day()
    assert [figures.report(over.app, AGENT, one).tables for one in years] == before


def test_killed_anywhere_it_is_run_again_to_the_same_end(tmp_path: Path) -> None:
    hall = paid(tmp_path, "120.00")
    years_later(hall, date(2037, 1, 1))
    made = eliminations.prepare(hall.app, AGENT)
    with hall.ledger.reading() as books:
        listed = {ref.sha256 for one in dossiers(hall.app, books) if one.runs_from for ref in one.documents}
    records, events, kept = hall.ledger.records, hall.ledger.events, dict(hall.documents.kept)
    calls = 1
    while _killed_at(hall, made, calls):
        done = execute(hall, made)
        assert done.elimination.state is EliminationState.DONE
        assert not listed & hall.documents.kept.keys()
        assert {one.id for one in hall.all(Eliminated) if one.removed} == listed
        hall.ledger.records, hall.ledger.events, hall.documents.kept = records, events, dict(kept)
        calls += 1
    assert calls > len(listed) + 3


def _killed_at(hall: Hall, made: Elimination, calls: int) -> bool:
    """Execute, killed at the n-th transaction or removal; return False when it went to its end before."""
    remove, transaction, count = hall.documents.remove, hall.ledger.transaction, [0]

    def dying(call: Any) -> Any:
        def step(*given: Any) -> Any:
            count[0] += 1
            if count[0] == calls:
                raise Killed
            return call(*given)

        return step

    hall.documents.remove = dying(remove)  # type: ignore[method-assign]
    hall.ledger.transaction = dying(transaction)  # type: ignore[method-assign]
    try:
        execute(hall, made)
    except Killed:
        return True
    finally:
        hall.documents.remove, hall.ledger.transaction = remove, transaction  # type: ignore[method-assign]
    return False


def test_a_hold_on_what_is_gone_says_so(over: Hall) -> None:
    execute(over, eliminations.prepare(over.app, AGENT))
    with pytest.raises(RuleError, match="a été éliminée"):
        litigation.hold(over.app, AGENT, FIRST, "trop tard")
    assert over.all(Hold) == ()
    assert over.all(Flux), "the record of what was sent stays"
