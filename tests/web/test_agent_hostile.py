"""The agent's forms against whoever would misuse them: other sites, the worst of names, forms drawn at random."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.paper.batch import Batch
from dematfin.domain.paper.capture import Capture, CaptureState
from dematfin.domain.paper.proposals import Field, Proposal, Source, Trust
from examples import AGENT, SUPPLIER
from web.served import Served
from web.test_hostile_words import EVIL, check_tame, soiled
from web.town import LATE, NO_FOLDER, Town
from web.visitor import Visitor, unhurried

LOT, DOCUMENT = "L2026-000002", "D2026-000001"
HELD = f"/a-traiter/{NO_FOLDER}"
ENTRY = f"/papier/saisie/{DOCUMENT}"
BATCH = f"/papier/lot/{LOT}"
ROUTES = (
    f"{HELD}/repondre", f"{HELD}/corriger", f"{HELD}/forcer", f"{HELD}/ecarter", f"{HELD}/doublon", f"{HELD}/rappel",
    f"/a-traiter/{LATE}/repondre", ENTRY, f"{ENTRY}/ecarter", BATCH, f"{BATCH}/accepter", f"{BATCH}/decouper",
    f"{BATCH}/ecarter", f"{BATCH}/reprendre",
)  # fmt: skip
NAMES = (
    "reponse", "motif", "pieces", "confirme", "service", "engagement", "pourquoi", "verdict", "rappel", "geste", "vu",
    "arrivee", "type", "fournisseur", "nom", "numero", "date", "ht", "tva", "ttc", "iban", "budget", "marche",
    "origine", "ecran", "vers", "debut", "feuille", "debuts", "feuilles",
)  # fmt: skip
WORDS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "0", "-1", "NaN", "1e9", "2", "3", "1,3", "2026-02-24", "9999-12-31", "A_RECYCLER", "SUSPENDUE", "REJETEE",
         "oui", "meme", "distinctes", "SCOLAIRE", "BC26-00077", "COMMUNE", "AVOIR", "100", "20,00", "120", "P-77",
         SUPPLIER, NO_FOLDER, LATE, EVIL, "x" * 600, "9" * 400, "\x00", "\ud7ff"]
    ),
)  # fmt: skip
FORMS = st.dictionaries(st.sampled_from(NAMES), st.one_of(WORDS, st.lists(WORDS, max_size=3)), max_size=12)


@pytest.fixture
def town(town: Town) -> Town:
    """Return the town with a document to enter, and a batch to check."""
    town.scan("F:ECOLE:1", "facture")
    town.scan("F:ECOLE:2", "facture", "illisible", "facture", name="douteux.pdf")
    return town


@pytest.mark.parametrize("path", [f"{HELD}/ecarter", f"{ENTRY}/ecarter", f"{BATCH}/ecarter"])
def test_a_form_that_is_not_ours_does_nothing(path: str, town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(AGENT)
        visitor.get(path.removesuffix("/ecarter"))
        fields, before = {"motif": "Rien.", "pourquoi": "Rien."}, town.everything()
        assert visitor.post(path, fields, headers={"Origin": "https://evil.example"}).status_code == 403
        assert visitor.post(path, fields | {"seal": "0" * 64}).status_code == 403
        assert town.everything() == before
        assert visitor.post(path, fields).status_code == 303


def test_what_suppliers_and_copiers_wrote_is_shown_as_text(town: Town, pages: Served) -> None:
    held = town.invoice(NO_FOLDER)
    said = replace(soiled(held.content), supplier=soiled(held.content.supplier))
    findings = tuple(replace(one, sentence=EVIL, motif=EVIL, article=EVIL) for one in held.findings)
    files = tuple(replace(one, name=EVIL) for one in held.content.attachments)
    town.save(replace(held, content=replace(said, attachments=files), findings=findings, service=EVIL, engagement=EVIL))
    town.save(*(replace(one, name=EVIL, error=EVIL) for one in town.all(Batch)))
    read = [Proposal(field=one, value=EVIL, trust=Trust.SURE, source=Source.OCR, why=EVIL) for one in Field]
    read = [one for one in read if one.field is not Field.ISSUED_ON]
    town.save(*(replace(one, proposals=tuple(read), service=EVIL, reason=EVIL) for one in town.all(Capture)))
    with Visitor(pages) as visitor:
        visitor.sign_in(AGENT)
        for path in ("/a-traiter", HELD, "/papier", "/papier/saisie", ENTRY, BATCH):
            answer = visitor.get(path)
            assert answer.status_code == 200
            check_tame(answer, images="src=x")
            assert "&lt;script&gt;" in answer.text
            assert not {"\u202e", "\u2066"} & set(answer.text)
        for path in ROUTES:
            visitor.get(path.rpartition("/")[0])
            answer = visitor.post(path, dict.fromkeys(NAMES[:-2], EVIL))
            check_tame(answer, images="src=x")


@pytest.fixture
def visiting(town: Town) -> Iterator[Visitor]:
    with unhurried(town, AGENT) as visitor:
        yield visitor


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_form_breaks_a_page_nor_the_books(visiting: Visitor, town: Town, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(ROUTES))
    fields: Any = data.draw(FORMS)
    if data.draw(st.booleans()):
        visiting.get(data.draw(st.sampled_from([HELD, ENTRY, BATCH])), headers={"X-Forwarded-For": "10.0.0.1"})
    before = town.everything()
    answer = visiting.post(path, fields, headers={"X-Forwarded-For": str(data.draw(st.integers()))})
    assert answer.status_code < 500, answer.text
    if town.everything() != before:
        check(town)


def check(town: Town) -> None:
    """What has changed can only be what an agent may do, done well."""
    invoices: list[Invoice] = list(town.all(Invoice))
    assert town.invoice(LATE).state is InvoiceState.IN_VISA
    for one in invoices:
        if one.origin is Origin.SCAN:
            assert one.content.amounts.ht + one.content.amounts.tva == one.ttc
            assert one.number.strip()
    entered = [one for one in town.all(Capture) if one.state is CaptureState.ENTERED]
    assert len(entered) == len([one for one in invoices if one.origin is Origin.SCAN])
    assert town.app.ledger.verify_journal().intact
