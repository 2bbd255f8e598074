"""RGAA, as far as a machine can judge it: axe and zoom on every page in every state; then keyboard, titles."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser

from dematfin.acts import visa
from dematfin.domain.visa.decision import Motive
from dematfin.domain.visa.folder import FolderState
from examples import ADMIN, VISEUR
from official import needs_chromium
from visa.desks import DST
from web.figures import counted
from web.served import Served
from web.town import DIRECTOR, LATE, LATE_TOO, OF_TWO, PLAIN, READER, Town
from web.windows import KINDS, Kind, Window, window

pytestmark = needs_chromium

AXE: Final = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
JUDGE: Final = """async (rules) => {
  const found = await axe.run(document, {runOnly: rules, resultTypes: ['violations'], iframes: false});
  return found.violations.map(one => one.id + ': ' + one.nodes.map(node => node.html).join(' | '));
}"""
ZOOMED: Final = Kind(name="zoom-400", width=320, height=256)
"""A window of 1280 at 400 %: reading needs no scrolling to the side (WCAG 1.4.10)."""


def faults(at: Window) -> list[str]:
    """Return what axe finds wrong in a page, and whether it is wider than a window that is zoomed four times."""
    at.page.evaluate(AXE)
    found: list[str] = at.page.evaluate(JUDGE, RULES)
    at.page.set_viewport_size({"width": ZOOMED.width, "height": ZOOMED.height})
    at.picture(f"{at.page.title()}-{ZOOMED.name}".replace("/", "-"))
    width: int = at.page.evaluate("document.documentElement.scrollWidth")
    at.page.set_viewport_size({"width": at.kind.width, "height": at.kind.height})
    wide = [f"{width} px wide"] if width > ZOOMED.width else []
    return [f"{at.path} {one}" for one in (*found, *wide)]


def walk(at: Window, town: Town) -> Iterator[str]:
    """Show every page in every state: each step names what is then on the screen."""
    yield from walk_in(at)
    yield from walk_around(at, town)
    yield from walk_through_decisions(at, town)
    yield from walk_as_others(at)
    yield from walk_through_invoices(at)
    yield from walk_as_a_director(at, town)


def walk_in(at: Window) -> Iterator[str]:
    at.open("/connexion")
    yield "connexion"
    at.sign_in(VISEUR, "ce n'est pas lui")
    yield "connexion refusée"
    at.open("/connexion?finie=1")
    yield "session finie"
    at.sign_in(VISEUR)
    yield "file"


def walk_around(at: Window, town: Town) -> Iterator[str]:
    at.open("/visas?cherche=rien+de+tel")
    yield "file sans résultat"
    at.open("/compte")
    yield "compte"
    at.open("/absences")
    yield "absences vides"
    town.away()
    at.open("/absences")
    yield "absences"
    at.open("/nulle-part")
    yield "introuvable"
    at.open("/dossier/F2026-999999")
    yield "dossier inconnu"


def walk_through_decisions(at: Window, town: Town) -> Iterator[str]:
    at.open(f"/dossier/{LATE}")
    for one in at.page.locator("summary").all():
        one.click()
    yield "dossier, tout déplié"
    at.field("Jour où il a été fait").fill("2026-02-27")
    at.field("Montant TTC admis").fill("1")
    at.press("Je certifie le service fait")
    yield "dossier, erreur"
    at.open(f"/dossier/{OF_TWO}")
    at.field("Jour où il a été fait").fill("2026-02-27")
    at.press("Je certifie le service fait")
    yield "dossier, visa donné"
    at.open("/visas")
    for one in at.page.locator('tbody input[type="checkbox"]').all():
        one.check()
    at.press("Viser ensemble les factures cochées…")
    yield "lot"
    visa.refuse(town.app, VISEUR, LATE_TOO, Motive.OTHER, "Vue avant.")
    at.field("Jour où le service a été fait").fill("2026-02-27")
    at.press("Je certifie le service fait")
    yield "résultat du lot"
    at.open("/visas")
    yield "file vide"


def walk_as_others(at: Window) -> Iterator[str]:
    at.press("Se déconnecter")
    yield "déconnecté"
    at.sign_in(ADMIN)
    at.open("/absences")
    yield "absences, administrateur"
    at.press("Se déconnecter")
    at.sign_in(READER)
    yield "file de qui ne vise pas"
    at.open(f"/dossier/{PLAIN}")
    yield "dossier de qui ne vise pas"


def walk_through_invoices(at: Window) -> Iterator[str]:
    at.open("/factures")
    at.unfold("Chercher par critères")
    yield "factures, avant de chercher"
    at.open("/factures?mots=papeterie")
    yield "factures trouvées"
    at.open("/factures?mots=rien+de+tel")
    yield "aucune facture trouvée"
    at.open("/factures?mots=%25&montant=beaucoup&mandat=x&depuis=hier&jusque=2026-01-01")
    yield "factures, champs mal remplis"
    at.open(f"/facture/{OF_TWO}")
    yield "facture"


def walk_as_a_director(at: Window, town: Town) -> Iterator[str]:
    counted(town)
    at.sign_in(DIRECTOR)
    at.open("/accueil")
    yield "accueil"
    at.open("/chiffres")
    yield "chiffres"


@pytest.mark.parametrize("kind", KINDS[:2], ids=lambda kind: kind.name)
def test_in_any_state_of_any_page_axe_finds_no_fault_zoomed_or_not_and_the_title_is_its_own(
    kind: Kind, browser: Browser, pages: Served, town: Town, tmp_path: Path
) -> None:
    found = []
    titles: dict[str, set[str]] = {}
    with window(browser, pages, tmp_path, kind) as at:
        for name in walk(at, town):
            assert at.page.locator("html").get_attribute("lang") == "fr"
            assert at.page.locator("h1").count() == 1
            titles.setdefault(at.page.title(), set()).add(at.heading)
            found += [f"{name}: {one}" for one in faults(at)]
            at.picture(name.replace(" ", "-"))
    assert found == []
    assert all(title.endswith(" – dematfin") for title in titles)
    assert {title for title, headings in titles.items() if len(headings) > 1} == set()


def tabbed(at: Window) -> list[str]:
    """Press Tab through the whole page; return what took the focus, each of which could be seen to have it."""
    stops: list[str] = []
    for _ in range(120):
        at.page.keyboard.press("Tab")
        stop: dict[str, Any] = at.page.evaluate("""() => {
          const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
          return {tag: one.tagName, name: one.id || one.textContent.trim() || one.getAttribute('aria-label'),
                  ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
                  inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.left >= 0};
        }""")
        if len(stops) > 1 and stop["name"] == stops[0]:
            break
        if stop["tag"] == "BODY":
            continue  # between the last control and the first, or on the way into a PDF
        if stop["name"] in stops:
            continue  # inside a date or a PDF the browser has rings of its own
        stops.append(stop["name"])
        assert stop["inside"], stop
        assert stop["ring"] or stop["tag"] == "OBJECT", stop
    return stops


def test_every_control_of_the_queue_is_reached_by_tab_and_seen_to_be(desk: Window) -> None:
    desk.sign_in(VISEUR)
    assert desk.heading == "Ma file"
    stops = tabbed(desk)
    assert stops[:5] == ["Aller au contenu", "Ma file", "Absences", VISEUR.name, "Se déconnecter"]
    rest = ["cherche", "bureau", "retard", "Filtrer", f"lot-{LATE}", LATE, f"lot-{PLAIN}", PLAIN]
    assert [one for one in stops if one in rest] == rest
    assert stops[-1] == "Viser ensemble les factures cochées…"


def test_the_skip_link_leads_past_the_navigation(desk: Window) -> None:
    desk.sign_in(VISEUR)
    assert desk.heading == "Ma file"
    desk.page.keyboard.press("Tab")
    assert desk.page.evaluate("document.activeElement.className") == "skip"
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.press("Tab")
    assert desk.page.evaluate("document.activeElement.id") == "cherche"


def test_everything_can_be_done_without_a_mouse(desk: Window, town: Town) -> None:
    desk.open("/connexion")
    keys = desk.page.keyboard
    desk.page.get_by_label("Identifiant").focus()
    keys.type(DST.id)
    keys.press("Tab")
    keys.type("trois chevaux dans le préau")
    with desk.page.expect_navigation():  # a password takes its time to be judged
        keys.press("Enter")
    assert desk.heading == "Ma file"
    visa.approve(town.app, VISEUR, OF_TWO, visa.ServiceFait(executed_on=town.clock.today()))
    desk.open("/visas")
    desk.page.get_by_role("link", name=OF_TWO, exact=True).focus()
    keys.press("Enter")
    desk.page.wait_for_url(f"**/dossier/{OF_TWO}")
    desk.page.locator("summary", has_text="Refuser").focus()
    keys.press("Enter")
    keys.press("Tab")
    keys.type("doublon")
    keys.press("Tab")
    keys.type("Payée en janvier.")
    keys.press("Tab")
    with desk.page.expect_navigation():
        keys.press("Enter")
    assert "visa refusé" in desk.notice
    folder = town.folder_of(OF_TWO)
    assert (folder.state, folder.decisions[-1].motive) == (FolderState.REFUSED, Motive.DUPLICATE)


def test_the_keyboard_walks_through_a_folder_and_out_of_its_pdf(desk: Window) -> None:
    desk.sign_in(VISEUR)
    desk.open(f"/dossier/{LATE}")
    stops = tabbed(desk)
    rest = ["service-fait", "montant-admis", "commentaire-visa", "Je certifie le service fait", "Refuser"]
    assert [one for one in stops if one in rest] == rest
    assert "Joindre un document" in stops
    assert stops[-1].startswith("Fiche de visa provisoire (PDF)")
