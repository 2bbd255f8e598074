"""Absences, one's own password, the end of a session: in a real browser."""

import pytest

from dematfin.domain.visa.delegation import Delegation
from dematfin.domain.visa.folder import FolderState
from examples import ADMIN, VISEUR
from official import needs_chromium
from visa.desks import STAND_IN
from web.town import LATE, PASSWORD, Town
from web.windows import Window

pytestmark = needs_chromium

FRESH = "quatre mules sous la halle"


def test_declaring_an_absence(seen: Window, town: Town) -> None:
    seen.sign_in(VISEUR)
    seen.follow("Absences")
    assert "Aucune absence en cours ou à venir." in seen.words
    seen.field("Qui vise à ma place").select_option(STAND_IN.name)
    seen.field("Premier jour").fill("2026-03-05")
    seen.field("Dernier jour").fill("2026-03-02")
    seen.field("Motif").fill("Congés d'hiver")
    seen.page.get_by_label("SCOLAIRE").check()
    seen.press("Enregistrer l'absence")
    assert "finit avant de commencer" in seen.alert
    kept = [seen.field(name).input_value() for name in ("Motif", "Premier jour", "Qui vise à ma place")]
    assert kept == ["Congés d'hiver", "2026-03-05", STAND_IN.id]
    assert seen.page.get_by_label("SCOLAIRE").is_checked()
    assert not seen.page.get_by_label("VOIRIE").is_checked()
    seen.picture("absence-refusee")
    assert town.all(Delegation) == ()
    seen.field("Premier jour").fill("2026-03-02")
    seen.field("Dernier jour").fill("2026-03-06")
    seen.press("Enregistrer l'absence")
    assert seen.notice == "Absence enregistrée du 02/03/2026 au 06/03/2026."
    (made,) = town.all(Delegation)
    assert (made.absent, made.substitute, made.reason) == (VISEUR.id, STAND_IN.id, "Congés d'hiver")
    assert made.desks == {"SCOLAIRE"}
    seen.picture("absences")


def test_the_stand_in_decides_in_the_absence_of_somebody_who_then_comes_back(seen: Window, town: Town) -> None:
    town.away()
    seen.sign_in(STAND_IN)
    assert f"en l'absence de {VISEUR.name}" in seen.words
    seen.picture("file-du-remplacant")
    seen.open(f"/dossier/{LATE}")
    seen.field("Jour où il a été fait").fill("2026-02-27")
    seen.press("Je certifie le service fait")
    assert f"{STAND_IN.name}, en l'absence de {VISEUR.name} : visa" in seen.words
    (decision,) = town.folder_of(LATE).decisions
    assert (decision.by, decision.on_behalf_of) == (STAND_IN.id, VISEUR.id)

    seen.press("Se déconnecter")
    seen.sign_in(VISEUR)
    seen.open("/absences")
    seen.press("Y mettre fin", exact=False)
    assert "cette absence est finie" in seen.notice.lower()
    assert town.all(Delegation)[0].ended_on == town.clock.today()
    seen.press("Se déconnecter")
    seen.sign_in(STAND_IN)
    assert "Aucune facture n'attend votre visa." in seen.words
    seen.open(f"/dossier/{LATE}")
    assert seen.heading == "Ce n'est pas possible"


def test_an_administrateur_declares_anybodys_absence(seen: Window, town: Town) -> None:
    seen.sign_in(ADMIN)
    seen.open("/absences")
    seen.field("Personne absente").select_option(VISEUR.name)
    seen.field("Qui vise à sa place").select_option(STAND_IN.name)
    seen.field("Premier jour").fill("2026-03-09")
    seen.field("Dernier jour").fill("2026-03-10")
    seen.field("Motif").fill("Arrêt de travail")
    seen.press("Enregistrer l'absence")
    assert "09/03/2026" in seen.notice
    (made,) = town.all(Delegation)
    assert (made.absent, made.made_by) == (VISEUR.id, ADMIN.id)


def test_a_password_is_changed(seen: Window, town: Town) -> None:
    seen.sign_in(VISEUR)
    seen.follow(VISEUR.name)
    for present, fresh, again, words in (
        (PASSWORD, "court", "court", "12 à 200 caractères"),
        (PASSWORD, FRESH, FRESH + "s", "diffèrent"),
        ("ce n'est pas lui", FRESH, FRESH, "mot de passe inconnu"),
    ):
        change(seen, present, fresh, again)
        assert words in seen.alert
    seen.picture("compte-refuse")
    town.clock.advance(minutes=1)
    change(seen, PASSWORD, FRESH, FRESH)
    assert seen.notice == "Votre mot de passe est changé. Les autres navigateurs sont déconnectés."
    seen.picture("compte")
    assert f"mot de passe donné à {VISEUR.name} par {VISEUR.name}" in town.events()
    seen.press("Se déconnecter")
    seen.sign_in(VISEUR)
    assert seen.heading == "Connexion"
    seen.sign_in(VISEUR, FRESH)
    assert seen.heading == "Ma file"


def change(seen: Window, present: str, fresh: str, again: str) -> None:
    seen.field("Mot de passe actuel").fill(present)
    seen.field("Nouveau mot de passe").fill(fresh)
    seen.field("Le même, encore une fois").fill(again)
    seen.press("Changer")


def test_after_signing_out_the_back_button_shows_nothing(seen: Window) -> None:
    seen.sign_in(VISEUR)
    seen.follow(LATE, exact=True)
    seen.press("Se déconnecter")
    assert seen.heading == "Connexion"
    for _ in range(2):
        seen.page.go_back()
        assert seen.heading == "Connexion"
        assert "PAPETERIE" not in seen.page.content()


def test_a_session_that_has_ended_decides_nothing_and_leads_back(seen: Window, town: Town) -> None:
    seen.sign_in(VISEUR)
    seen.open(f"/dossier/{LATE}")
    seen.field("Jour où il a été fait").fill("2026-02-27")
    before = town.everything()
    town.clock.advance(minutes=31)
    seen.press("Je certifie le service fait")
    seen.picture("session-finie")
    assert town.everything() == before
    assert "Votre session était finie" in seen.alert
    seen.open(f"/dossier/{LATE}")
    seen.field("Identifiant").fill(VISEUR.id)
    seen.page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    seen.press("Se connecter")
    assert (seen.path, town.folder_of(LATE).state) == (f"/dossier/{LATE}", FolderState.IN_CIRCUIT)


@pytest.mark.parametrize("path", ["/nulle-part", "/dossier/F2026-999999"])
def test_a_page_that_does_not_exist_leads_back(path: str, seen: Window) -> None:
    seen.sign_in(VISEUR)
    seen.open(path)
    assert seen.heading == "Ce n'est pas possible"
    seen.follow("Retour à ma file")
    assert seen.heading == "Ma file"
