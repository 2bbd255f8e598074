"""Entry of paper in a page: what is typed becomes an invoice, once; what is wrong is told beside its field."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import unescape

import httpx
import pytest

from dematfin.acts import entry, paper
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.paper.batch import Batch
from dematfin.domain.paper.capture import Capture, CaptureState
from examples import AGENT, IBAN, SUPPLIER
from web.served import Served
from web.town import Town
from web.visitor import Visitor, problem

FIRST, SECOND = "D2026-000001", "D2026-000002"
TWO = (
    "F:ECOLE:1", f"Facture n° P-77 du 15/02/2026 SIRET {SUPPLIER} IBAN {IBAN}", "suite",
    "F:ECOLE:2", "Facture deux",
)  # fmt: skip
TYPED = {
    "arrivee": "2026-02-24", "type": "FACTURE", "fournisseur": SUPPLIER, "numero": "P-77", "date": "2026-02-15",
    "ht": "100,00", "tva": "20", "ttc": "120,00", "iban": "", "service": "SCOLAIRE", "engagement": "BC26-00077",
    "budget": "COMMUNE",
}  # fmt: skip


@pytest.fixture
def at(pages: Served, town: Town) -> Iterator[Visitor]:
    """Return the browser of the agent, before two documents to enter."""
    town.scan(*TWO)
    with Visitor(pages) as visitor:
        visitor.sign_in(AGENT)
        visitor.get(f"/papier/saisie/{FIRST}")
        yield visitor


def on_paper(town: Town) -> list[Invoice]:
    return [one for one in town.all(Invoice) if one.origin is Origin.SCAN]


def states(town: Town) -> dict[str, CaptureState]:
    return {one.id: one.state for one in town.all(Capture)}


def test_what_was_read_is_proposed_with_its_source(at: Visitor) -> None:
    assert FIRST in at.get("/papier/saisie").text
    page = at.get(f"/papier/saisie/{FIRST}").text
    assert f'value="{SUPPLIER}"' in page
    assert "(texte du PDF, " in page
    assert 'src="/papier/saisie/D2026-000001/page/2"' in page


def test_what_is_typed_becomes_an_invoice_and_the_next_document_follows(at: Visitor, town: Town) -> None:
    answer = at.post(f"/papier/saisie/{FIRST}", TYPED)
    assert answer.headers["Location"] == f"/papier/saisie/{SECOND}"
    assert f"Document {FIRST} : saisi. Facture" in at.get(f"/papier/saisie/{SECOND}").text
    (made,) = on_paper(town)
    assert (made.number, made.ttc, made.issued_on) == ("P-77", Decimal("120.00"), date(2026, 2, 15))
    assert (made.notified_on, made.service, made.content.supplier.identifier) == (
        date(2026, 2, 24),
        "SCOLAIRE",
        SUPPLIER,
    )
    assert [one.received_on for one in town.all(Batch)] == [date(2026, 2, 24)]
    assert 'name="arrivee"' not in at.get(f"/papier/saisie/{SECOND}").text
    second = TYPED | {"numero": "P-78"}
    assert at.post(f"/papier/saisie/{SECOND}", second).headers["Location"] == "/papier/saisie"
    assert "Aucun document à saisir" in at.get("/papier/saisie").text


WRONG = (
    ("ttc", "121", "ne font pas"),
    ("ht", "cent", "n'est pas un montant"),
    ("tva", "", "Donnez ce montant"),
    ("numero", " ", "Donnez le numéro"),
    ("date", "2026-02-30", "n'est pas une date"),
    ("arrivee", "", "donnez la date"),
    ("fournisseur", "RIEN DE TEL", "aucun fournisseur du registre"),
    ("iban", "FR7612", "IBAN"),
    ("budget", "", "Aucun budget"),
)


def test_what_is_wrong_is_told_beside_its_field_and_what_was_typed_stays(at: Visitor, town: Town) -> None:
    before = town.everything()
    for name, value, words in WRONG:
        answer = at.post(f"/papier/saisie/{FIRST}", TYPED | {name: value})
        assert (answer.status_code, words in beside(answer, name)) == (422, True), name
        assert f'aria-describedby="e-{name}' in answer.text
        assert 'value="BC26-00077"' in answer.text
    nameless = at.post(f"/papier/saisie/{FIRST}", TYPED | {"fournisseur": "73282932000074"})
    assert "donnez aussi le nom" in beside(nameless, "nom")
    assert town.everything() == before


def beside(answer: httpx.Response, name: str) -> str:
    """Return what is told beside a field."""
    return unescape(answer.text.partition(f'id="e-{name}">')[2].partition("</span>")[0])


def test_a_supplier_that_no_register_knows_is_named(at: Visitor, town: Town) -> None:
    new = {"fournisseur": "732 829 320 00074", "nom": "ATELIER NOUVEAU"}
    assert at.post(f"/papier/saisie/{FIRST}", TYPED | new).status_code == 303
    assert [one.content.supplier.name for one in on_paper(town)] == ["ATELIER NOUVEAU"]


def test_the_same_click_three_times_makes_one_invoice(at: Visitor, town: Town) -> None:
    at.hidden |= {"clic": "trois fois"}
    ends = [at.post(f"/papier/saisie/{FIRST}", TYPED) for _ in range(3)]
    assert {(one.status_code, one.headers["Location"]) for one in ends} == {(303, f"/papier/saisie/{SECOND}")}
    assert len(on_paper(town)) == 1


def test_what_somebody_else_did_meanwhile_is_a_conflict(at: Visitor, town: Town) -> None:
    paper.discard(town.app, AGENT, FIRST, "Publicité.")
    before = town.everything()
    answer = at.post(f"/papier/saisie/{FIRST}", TYPED)
    assert (answer.status_code, "maintenant « écarté »" in problem(answer)) == (409, True)
    assert town.everything() == before


def test_a_day_of_arrival_that_somebody_else_said_otherwise_meanwhile_is_told_and_not_dropped(
    at: Visitor, town: Town
) -> None:
    """The legal delay runs from it."""
    entry.say_arrival(town.app, AGENT, town.all(Capture)[0].batch, date(2026, 2, 20))
    before = town.everything()
    answer = at.post(f"/papier/saisie/{FIRST}", TYPED)
    assert (answer.status_code, "arrivé le 20/02/2026, et non le 24/02/2026" in unescape(answer.text)) == (422, True)
    assert town.everything() == before
    assert at.post(f"/papier/saisie/{FIRST}", {**TYPED, "arrivee": ""}).status_code == 303
    assert [one.notified_on for one in on_paper(town)] == [date(2026, 2, 20)]


def test_a_refusal_of_the_act_keeps_what_was_typed(at: Visitor, town: Town) -> None:
    answer = at.post(f"/papier/saisie/{FIRST}", TYPED | {"arrivee": "2030-01-01"})
    assert (answer.status_code, "pas encore arrivé" in problem(answer)) == (422, True)
    assert 'value="100,00"' in answer.text
    assert on_paper(town) == []


def test_what_is_no_invoice_is_put_aside(at: Visitor, town: Town) -> None:
    assert at.post(f"/papier/saisie/{FIRST}/ecarter", {"motif": ""}).status_code == 422
    answer = at.post(f"/papier/saisie/{FIRST}/ecarter", {"motif": "Publicité."})
    assert answer.headers["Location"] == f"/papier/saisie/{SECOND}"
    assert states(town) == {FIRST: CaptureState.DISCARDED, SECOND: CaptureState.TO_ENTER}


def test_pages_that_no_sheet_announced_are_confirmed_first(at: Visitor, town: Town) -> None:
    town.scan("page perdue", "F:ECOLE:3", "facture", name="autre.pdf")
    lost = next(one.id for one in town.all(Capture) if one.state is CaptureState.TO_CONFIRM)
    at.get(f"/papier/saisie/{lost}")
    answer = at.post(f"/papier/saisie/{lost}", TYPED)
    assert (answer.status_code, "et une seule" in answer.text) == (422, True)
    assert at.post(f"/papier/saisie/{lost}", TYPED | {"une-seule": "oui"}).status_code == 303
    assert states(town)[lost] is CaptureState.ENTERED


def test_images_are_of_this_document_and_of_a_page_that_it_has(at: Visitor) -> None:
    sent = at.get(f"/papier/saisie/{FIRST}/page/2")
    assert (sent.headers["Content-Type"], sent.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert sent.content == b"110 suite"
    for page in ("0", "3", "-1", "x", "²", "9" * 5000):
        assert at.get(f"/papier/saisie/{FIRST}/page/{page}").status_code == 404, page
    assert at.get("/papier/saisie/D2026-999999/page/1").status_code == 404
