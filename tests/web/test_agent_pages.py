"""The agent's pages in a real Chromium, over paper that was really read: axe, width, keyboard, and what is seen."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from dematfin.acts import holds
from dematfin.domain.invoice.bank import TO_CLEAR
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.paper.batch import Batch, BatchState
from dematfin.domain.paper.sheet import Mark, Sheet
from dematfin.reports.sheets import sheets_pdf
from dematfin.scanning.paper import Paper
from dematfin.scanning.settings import ScanSettings
from examples import AGENT, IBAN, SUPPLIER, content
from official import needs_chromium
from scanning.pages import printed
from web.test_accessibility import faults
from web.town import NO_FOLDER, Town, pdf
from web.windows import Window

pytestmark = needs_chromium

INVOICE = f"""PAPETERIE DU LAC
SIRET {SUPPLIER}

Facture n° P-77 du 15/02/2026
Bon de commande BC26-00077

Cahiers  40  2,50  100,00
Total HT  100,00
TVA 20 %  20,00
Total TTC  120,00

IBAN {IBAN}"""


@pytest.fixture
def town(model: Town, tmp_path: Path) -> Town:
    """Return the town with paper of its own: an invoice behind its sheet, and a stack without any sheet."""
    town = model.copy(tmp_path / "ville")
    town.app = replace(town.app, paper=Paper(ScanSettings()))
    sheet = sheets_pdf([(Sheet(mark=Mark.INVOICE, route="ECOLE", serial=1), "Affaires scolaires")])
    with pikepdf.open(io.BytesIO(sheet)) as stack, pikepdf.open(printed(tmp_path / "f.pdf", INVOICE, "Suite")) as two:
        stack.pages.extend(two.pages)
        stack.save(town.folder / "depot" / "pile.pdf")
    printed(town.folder / "depot" / "sans-feuille.pdf", INVOICE, "Facture n° Q-1", "Facture n° Q-2")
    known = town.invoice(NO_FOLDER)
    town.chorus.deposit(known.remote_id, known.content)
    town.chorus.deposit("9100099", content("F-1", "120.00"))
    town.chorus.files["9100099"] = [("copie.pdf", pdf("Facture F-1"))]
    new = replace(content("F-8", "96.00").supplier, iban="FR7630006000011234567890189")
    town.deposit(content("F-8", "96.00", supplier=new))
    return town


def walk(at: Window, town: Town) -> Iterator[str]:
    """Show each page of the agent in each state: a step names what is then on the screen."""
    at.sign_in(AGENT)
    at.follow("À traiter", exact=True)
    yield "a traiter"
    for code in ("DUP-", TO_CLEAR):
        at.open(f"/a-traiter/{town.held_by(code)[0]}")
        yield f"retenue {code}"
    at.follow("À traiter", exact=True)
    yield from walk_through_a_held_one(at, town)
    yield from walk_through_entry(at)
    yield from walk_through_a_batch(at)
    at.follow("Papier", exact=True)
    yield "papier vide"


def drawn(at: Window) -> int:
    """Return how wide the first image of a page is, once it is there."""
    wide: int = at.page.locator("main img").first.evaluate("one => one.decode().then(() => one.naturalWidth)")
    return wide


def unfold_all(at: Window) -> None:
    at.page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")


def walk_through_a_held_one(at: Window, town: Town) -> Iterator[str]:
    at.follow(NO_FOLDER, exact=True)
    unfold_all(at)
    yield "retenue, tout déplié"
    at.field("Ce que le fournisseur lira").fill("…")
    at.press("Relire avant d'envoyer…")
    yield "retenue, erreur"
    at.field("Ce que le fournisseur lira").fill("L'engagement INCONNU n'existe pas.")
    at.press("Relire avant d'envoyer…")
    yield "à relire"
    holds.resume(town.app, AGENT, NO_FOLDER, "Essai.", engagement="AUTRE")
    at.press("Envoyer cette réponse")
    assert "a changé depuis" in at.alert
    yield "conflit"
    unfold_all(at)
    at.page.locator("#pourquoi-ecarter").fill("Prélevée.")
    at.press("Écarter cette facture")
    assert town.invoice(NO_FOLDER).state is InvoiceState.ELSEWHERE
    yield "écartée"
    at.open(f"/a-traiter/{NO_FOLDER}")
    yield "plus retenue"


def walk_through_entry(at: Window) -> Iterator[str]:
    at.follow("Papier", exact=True)
    yield "papier"
    at.follow("Saisir", exact=True)
    yield "saisies"
    at.follow("Commencer par")
    assert drawn(at) > 800
    yield "saisie"
    at.field("Montant TTC").fill("121")
    at.field("Budget qui paie").select_option("COMMUNE DE VALBRUME")
    at.press("Enregistrer, et au suivant")
    yield "saisie, erreur"
    at.field("Montant TTC").fill("120")
    at.press("Enregistrer, et au suivant")
    assert "saisi. Facture F2026-" in at.notice
    yield "saisies vides"


def walk_through_a_batch(at: Window) -> Iterator[str]:
    at.open("/papier")
    at.page.locator("tbody a").click()
    assert drawn(at) > 300
    unfold_all(at)
    yield "lot"
    at.page.get_by_label("une facture commence ici : page 2").check()
    at.page.get_by_label("c'est une feuille : à ôter : page 3").check()
    at.press("Couper aux pages cochées")
    yield "découpé"


def test_each_page_of_the_agent_in_each_state_is_accessible_and_no_wider_than_a_narrow_window(
    desk: Window, town: Town
) -> None:
    found = []
    for name in walk(desk, town):
        assert desk.page.locator("h1").count() == 1, name
        found += [f"{name}: {one}" for one in faults(desk)]
        desk.picture(name.replace(" ", "-"))
    assert (found, desk.problems) == ([], [])
    assert {one.state for one in town.all(Batch)} == {BatchState.PUBLISHED}
