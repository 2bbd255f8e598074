"""Finding an invoice and reading its whole story in the pages, for those who see every service."""

import hashlib
import io
import re
import zipfile
from dataclasses import replace
from html import unescape

import pytest

from dematfin.acts import supporting, visa
from dematfin.domain.event import Subject
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.indexed import Indexed
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from examples import AGENT, VISEUR, mandat
from official import needs_chromium
from web.served import Served
from web.town import ELSEWHERE, LATE, LATE_TOO, NO_FOLDER, OF_TWO, PLAIN, READER, Town, pdf
from web.visitor import Visitor
from web.windows import KINDS, Window

ALL = {LATE, LATE_TOO, PLAIN, OF_TWO, ELSEWHERE, NO_FOLDER}


@pytest.fixture
def visitor(pages: Served) -> Visitor:
    one = Visitor(pages)
    one.sign_in(AGENT)
    return one


def words(page: str) -> str:
    """Return what is read in a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2])).split())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("mots=papeterie", ALL),
        ("mots=f-3", {PLAIN}),
        (f"mots={NO_FOLDER}", {NO_FOLDER}),
        ("montant=1240", {LATE_TOO}),
        ("montant=1 240,00 €", {LATE_TOO}),
        ("fournisseur=lac&montant=480", {OF_TWO}),
        ("engagement=inconnu", {NO_FOLDER}),
        ("iban=3276&numero=F-5", {ELSEWHERE}),
        ("mandat=1187", {LATE}),
        ("mandat=1188", set()),
        ("depuis=2026-02-20&jusque=20/02/2026", ALL),
        ("jusque=2026-02-19", set()),
        ("texte=chaudiere ecole", {OF_TWO}),
        ("mots=Chaudière", {OF_TWO}),
    ],
)
def test_each_field_finds_and_leads_to_the_story(town: Town, visitor: Visitor, query: str, found: set[str]) -> None:
    with town.app.ledger.transaction() as books:
        books.index_text(OF_TWO, "Entretien de la chaudière de l'école")
    town.save(mandat(reference="F-1"), replace(town.invoice(LATE), state=InvoiceState.TO_PAY))
    with visitor:
        answer = visitor.get(f"/factures?{query}")
        assert answer.status_code == 200
        assert set(re.findall(r'href="/facture/(F2026-\d{6})"', answer.text)) == found
        assert ("Aucune facture ne répond" in answer.text) is (not found)
        assert ("trouvée dans le texte" in answer.text) is (query == "mots=Chaudière")


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("montant=beaucoup", "montant", "« beaucoup » n'est pas un montant"),
        ("montant=1,234", "montant", "« 1,234 » n'est pas un montant"),
        ("depuis=hier", "depuis", "« hier » n'est pas une date"),
        ("jusque=31/02/2026", "jusque", "« 31/02/2026 » n'est pas une date"),
        ("depuis=2026-03-02&jusque=2026-03-01", "jusque", "inversez les deux dates"),
        ("mandat=douze", "mandat", "« douze » n'est pas un numéro de mandat"),
        ("mandat=0", "mandat", "« 0 » n'est pas un numéro de mandat"),
        ("mots=%25", "mots", "Donnez au moins une lettre ou un chiffre."),
        ("texte=*", "texte", "Donnez au moins une lettre ou un chiffre."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_sought(
    visitor: Visitor, query: str, field: str, said: str
) -> None:
    with visitor:
        answer = visitor.get(f"/factures?{query}&fournisseur=papeterie")
        assert answer.status_code == 422
        beside = re.findall(r'<span class="wrong" id="(\w+)-erreur">(.*?)</span>', answer.text)
        assert [(name, said in unescape(words)) for name, words in beside] == [(field, True)]
        assert f'aria-describedby="{field}-erreur"' in answer.text
        assert "<details open>" in answer.text
        assert "/facture/" not in answer.text
        assert 'value="papeterie"' in answer.text


def test_a_date_is_given_back_as_its_field_wants_it(visitor: Visitor) -> None:
    with visitor:
        assert 'value="2026-02-20"' in visitor.get("/factures?depuis=20/02/2026").text
        wrong = visitor.get("/factures?depuis=hier").text
        assert "<details open>" in wrong
        assert 'value="hier"' not in wrong


def test_too_many_are_told_to_be_too_many(town: Town, visitor: Visitor) -> None:
    model = town.invoice(LATE)
    town.save(*(replace(model, id=f"F2025-{n:06d}", remote_id=f"Z{n}") for n in range(200)))
    with visitor:
        answer = visitor.get("/factures?mots=papeterie")
        assert answer.text.count("<tr>") == 1 + 200
        assert "seules les 200 plus récentes sont montrées" in answer.text
        assert "Donnez un mot, un numéro ou un critère" in visitor.get("/factures").text


def test_a_story_says_what_it_is_where_it_stands_and_what_happened(town: Town, visitor: Visitor) -> None:
    supporting.attach(town.app, VISEUR, LATE, "bon.pdf", pdf("Bon"))
    visa.approve(town.app, VISEUR, LATE, visa.ServiceFait(executed_on=town.clock.today()))
    finding = Finding(code="X", severity=Severity.WARNING, sentence="Le total étonne.", article="art. 7")
    known: Invoice = replace(town.invoice(LATE), findings=(finding,))
    town.save(known, Indexed(id=LATE, waiting=False, unread=("« scan.pdf » : c'est une image.",)))
    before = town.everything()
    with visitor:
        page = visitor.get(f"/facture/{LATE}")
    said = words(page.text)
    for part in (
        "PAPETERIE DU LAC",
        f"Facture {LATE}, n° F-1 du 20/02/2026 : service fait",
        "100,00 € HT, 20,00 € TVA, 120,00 € TTC",
        "À payer avant le 01/04/2026",
        "Le total étonne. (art. 7)",
        "joint par Paul Viseur",
        "« scan.pdf » : c'est une image.",
        "(Paul Viseur)",
        "Dossier de visa",
    ):
        assert part in said
    assert f'<object data="/facture/{LATE}/document/' in page.text
    assert town.everything() == before


def test_an_invoice_without_folder_has_a_story_and_its_documents(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(READER)
        page = visitor.get(f"/facture/{NO_FOLDER}").text
        assert "/dossier/" not in page
        (address,) = set(re.findall(rf'"(/facture/{NO_FOLDER}/document/[0-9a-f]{{64}})"', page))
        sent = visitor.get(address)
        assert (sent.headers["Content-Type"], sent.content[:5]) == ("application/pdf", b"%PDF-")
        assert sent.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_what_pays_it_is_listed_with_its_bordereau(town: Town, visitor: Visitor) -> None:
    town.save(mandat(reference="F-1"), replace(town.invoice(LATE), state=InvoiceState.TO_PAY))
    with town.app.ledger.transaction() as books:
        books.record(town.app.event(Subject.INVOICE, LATE, "SERVICE_FAIT", "TO_PAY", "mandat M2026-000001"))
    with visitor:
        said = words(visitor.get(f"/facture/{LATE}").text)
    assert "mandat M2026-000001 , n° 1187 : 120,00 €, préparé, bordereau COMMUNE-2026-42" in said


@needs_chromium
@pytest.mark.parametrize("seen", KINDS, ids=lambda kind: kind.name, indirect=True)
def test_from_a_word_to_the_story(seen: Window, town: Town) -> None:
    with town.app.ledger.transaction() as books:
        books.index_text(OF_TWO, "Entretien de la chaudière de l'école")
    seen.sign_in(AGENT)
    seen.follow("Factures", exact=True)
    assert seen.heading == "Factures"
    seen.field("Ce que vous savez de la facture").fill("chaudière")
    seen.press("Chercher")
    seen.picture("factures")
    assert "trouvée dans le texte" in seen.words
    seen.unfold("Chercher par critères")
    seen.field("Montant TTC").fill("beaucoup")
    seen.press("Chercher")
    assert "n'est pas un montant" in seen.words
    seen.picture("factures-erreur")
    seen.field("Montant TTC").fill("480")
    seen.press("Chercher")
    seen.follow(OF_TWO)
    assert "PAPETERIE DU LAC" in seen.heading
    assert "Elle attend le visa de VOIRIE." in seen.words
    seen.picture("facture")
    seen.follow("Dossier de visa")
    assert seen.path == f"/dossier/{OF_TWO}"
    seen.follow("Toute l'histoire de la facture")
    assert seen.path == f"/facture/{OF_TWO}"


def test_the_proof_of_an_invoice_is_one_archive_and_the_journal_knows_who_took_it(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(READER)
        shown = words(visitor.get(f"/facture/{LATE}").text)
        assert shown.index("Documents du dossier") < shown.index("Dossier de preuve"), "what is rarely asked comes last"
        answer = visitor.post(f"/facture/{LATE}/preuve")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="preuve-{LATE}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        seal = hashlib.sha256(archive.read(f"preuve-{LATE}/manifeste.json")).hexdigest()
    assert {f"preuve-{LATE}/LISEZ-MOI.txt", f"preuve-{LATE}/verifier.py"} < set(names)
    last = town.app.ledger.history(keys=(LATE,))[-1].event
    assert (last.by, last.data, last.motif[-64:]) == (READER.id, {"manifeste": seal}, seal)
