"""Signing in, the queue, a folder: as people see them, on a desk, on a phone, without script."""

import re
from dataclasses import replace

import pytest

from examples import VISEUR
from official import needs_chromium
from web.town import LATE, LATE_TOO, OF_TWO, PASSWORD, PLAIN, Town
from web.windows import KINDS, PHONE, Window

pytestmark = needs_chromium


def rows(seen: Window) -> list[str]:
    """Return the invoices of the queue, from top to bottom."""
    return re.findall(r"F2026-\d{6}", " ".join(seen.page.locator("tbody th").all_inner_texts()))


def test_signing_in_with_a_wrong_password_then_the_good_one(seen: Window) -> None:
    seen.open("/")
    assert seen.heading == "Connexion"
    seen.picture("connexion")
    seen.sign_in(VISEUR, "ce n'est pas lui")
    assert "Identifiant ou mot de passe inconnu" in seen.alert
    assert seen.field("Identifiant").input_value() == VISEUR.id
    assert seen.page.get_by_label("Mot de passe", exact=True).input_value() == ""
    seen.picture("connexion-refusee")
    seen.page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    seen.press("Se connecter")
    assert (seen.heading, seen.path) == ("Ma file", "/visas")
    assert seen.page.title() == "Ma file – dematfin"


def test_the_queue_shows_the_late_ones_first_and_can_be_narrowed(seen: Window, town: Town) -> None:
    before = town.everything()
    seen.sign_in(VISEUR)
    assert rows(seen) == [LATE, LATE_TOO, PLAIN, OF_TWO]
    assert seen.page.get_by_text("en retard de 5 jours").count() == 2
    seen.picture("file")
    seen.field("Fournisseur, numéro, engagement").fill("f-3")
    seen.press("Filtrer")
    assert rows(seen) == [PLAIN]
    seen.follow("Tout voir")
    seen.field("Bureau").select_option("VOIRIE")
    seen.press("Filtrer")
    assert rows(seen) == [OF_TWO]
    seen.follow("Tout voir")
    seen.field("en retard seulement").check()
    seen.press("Filtrer")
    assert rows(seen) == [LATE, LATE_TOO]
    seen.field("Fournisseur, numéro, engagement").fill("rien de tel")
    seen.press("Filtrer")
    assert rows(seen) == []
    assert "Aucune facture de votre file ne correspond." in seen.words
    seen.picture("file-vide")
    assert town.everything() == before


@pytest.mark.parametrize(
    "seen", [replace(one, reader=True) for one in KINDS], ids=lambda kind: kind.name, indirect=True
)
def test_a_folder_shows_its_pdf_in_the_page(seen: Window, town: Town) -> None:
    seen.sign_in(VISEUR)
    with seen.page.expect_response(lambda answer: "/document/" in answer.url) as sent:
        seen.page.get_by_role("link", name=LATE, exact=True).click()
    assert sent.value.headers["content-type"] == "application/pdf"
    assert "PAPETERIE DU LAC" in seen.heading
    assert "120,00" in seen.heading
    drawn = seen.page.locator("object").bounding_box()
    assert drawn is not None
    assert drawn["height"] > 200
    assert not seen.page.get_by_text("Votre navigateur ne montre pas").is_visible()
    seen.page.wait_for_timeout(1500)
    seen.picture("dossier")
    assert town.folder_of(LATE).step.read_by == (VISEUR.id,)


@pytest.mark.parametrize("seen", [PHONE], ids=lambda kind: kind.name, indirect=True)
def test_what_shows_no_pdf_in_a_page_is_given_a_link_to_it(seen: Window, town: Town) -> None:
    seen.sign_in(VISEUR)
    seen.open(f"/dossier/{LATE}")
    link = seen.page.locator("object").get_by_role("link")
    assert link.is_visible()
    assert link.get_attribute("href") == town.document(LATE)
