"""Certifying, refusing, passing on, joining, taking back in a real browser, judged by what the books then hold."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from dematfin.acts import visa
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.visa.decision import DecisionKind, Motive
from dematfin.domain.visa.folder import FolderState
from dematfin.domain.visa.supporting import Supporting
from examples import VISEUR
from official import needs_chromium
from visa.desks import DST
from web.town import LATE, LATE_TOO, OF_TWO, PLAIN, Town, pdf
from web.windows import Window

pytestmark = needs_chromium

CERTIFY = "Je certifie le service fait"
DAY = "Jour où il a été fait"


def test_certifying_the_whole_invoice(seen: Window, town: Town) -> None:
    seen.sign_in(VISEUR)
    seen.open(f"/dossier/{LATE}")
    seen.field(DAY).fill("2026-02-27")
    seen.field("Commentaire").fill("Tout y est : 3 cartons.\nMerci !")
    seen.press(CERTIFY)
    assert seen.notice == (
        f"Facture {LATE} : service fait certifié. "
        "Vous pouvez reprendre cette décision tant que personne n'en a tenu compte."
    )
    assert CERTIFY not in seen.words
    seen.picture("visee")
    folder = town.folder_of(LATE)
    (decision,) = folder.decisions
    assert (folder.state, town.invoice(LATE).state) == (FolderState.APPROVED, InvoiceState.SERVICE_FAIT)
    assert (decision.by, decision.on_behalf_of, decision.executed_on) == (VISEUR.id, "", date(2026, 2, 27))
    assert decision.comment == "Tout y est : 3 cartons.\nMerci !"
    seen.open("/visas")
    assert LATE not in seen.words


def test_certifying_a_part_needs_a_comment_and_keeps_what_was_typed(seen: Window, town: Town) -> None:
    seen.sign_in(VISEUR)
    seen.open(f"/dossier/{LATE}")
    before = town.everything()
    seen.field(DAY).fill("2026-02-27")
    seen.field("Montant TTC admis").fill("80,50")
    seen.press(CERTIFY)
    assert "dites en commentaire pourquoi" in seen.alert
    assert seen.page.title().startswith("Erreur – ")
    assert town.everything() == before
    assert (seen.field(DAY).input_value(), seen.field("Montant TTC admis").input_value()) == ("2026-02-27", "80,50")
    seen.picture("en-partie-refusee")
    seen.field("Montant TTC admis").fill("mille")
    seen.field("Commentaire").fill("Un carton manque.")
    seen.press(CERTIFY)
    assert "« mille » n'est pas un montant" in seen.alert
    seen.field("Montant TTC admis").fill("80,50")
    assert seen.field("Commentaire").input_value() == "Un carton manque."
    seen.press(CERTIFY)
    assert "service fait certifié" in seen.notice
    assert town.folder_of(LATE).admitted == town.invoice(LATE).admitted == Decimal("80.50")
    assert "80,50" in seen.words


def test_refusing_is_explained(seen: Window, town: Town) -> None:
    seen.sign_in(VISEUR)
    seen.open(f"/dossier/{LATE}")
    seen.unfold("Refuser")
    seen.field("Motif du refus").select_option("ce n'est pas mon service")
    seen.field("Explication").fill("…")
    seen.picture("refus")
    seen.field("Motif du refus").select_option("le prix n'est pas conforme")
    seen.field("Explication").fill("Le devis disait 100 €.")
    seen.press("Refuser cette facture")
    assert seen.notice == f"Facture {LATE} : visa refusé."
    (decision,) = town.folder_of(LATE).decisions
    assert (decision.kind, decision.motive, decision.comment) == (
        DecisionKind.REFUSAL, Motive.WRONG_PRICE, "Le devis disait 100 €.",
    )  # fmt: skip
    assert town.invoice(LATE).state is InvoiceState.REFUSED


def test_passing_on_to_the_desk_that_should_have_had_it(seen: Window, town: Town) -> None:
    seen.sign_in(VISEUR)
    seen.open(f"/dossier/{LATE}")
    due = town.folder_of(LATE).due_on
    seen.unfold("Ce n'est pas pour mon service")
    seen.field("Bureau qui doit la viser").select_option("SPORT")
    seen.field("Pourquoi").fill("C'est pour le stade.")
    seen.press("Transférer")
    assert (seen.path, seen.heading) == ("/visas", "Ma file")
    assert seen.notice == f"Facture {LATE} : transférée au bureau SPORT. Sa date limite ne change pas."
    folder = town.folder_of(LATE)
    assert (folder.desks, folder.due_on, folder.state) == (("SPORT",), due, FolderState.IN_CIRCUIT)
    seen.open(f"/dossier/{LATE}")
    assert seen.heading == "Ce n'est pas possible"
    seen.picture("introuvable")


def test_joining_a_document_and_a_text_that_says_to_be_one(seen: Window, town: Town, tmp_path: Path) -> None:
    good, false = tmp_path / "bon de livraison é.pdf", tmp_path / "faux.pdf"
    good.write_bytes(pdf("Bon de livraison"))
    false.write_bytes(b"Ceci est un texte.")
    seen.sign_in(VISEUR)
    seen.open(f"/dossier/{LATE}")
    for path in (false, good):
        seen.unfold("Joindre un document")
        seen.field("Bon de livraison").set_input_files(path)
        seen.press("Joindre")
        if path is false:
            assert seen.alert == "« faux.pdf » n'est ni un PDF ni une image JPEG, PNG ou TIFF : il n'est pas joint."
            assert town.all(Supporting) == ()
    assert seen.notice == f"Facture {LATE} : « bon de livraison é.pdf » joint au dossier."
    (one,) = town.all(Supporting)
    assert (one.name, one.added_by, one.document.size) == (good.name, VISEUR.id, good.stat().st_size)
    assert f"joint par {VISEUR.name}" in seen.words
    seen.picture("joint")


def test_a_document_that_is_far_too_heavy_is_told_and_the_line_is_not_cut(
    seen: Window, town: Town, tmp_path: Path
) -> None:
    heavy = tmp_path / "lourd.pdf"
    heavy.write_bytes(b"%PDF-1.7" + bytes(60_000_000))
    seen.sign_in(VISEUR)
    seen.open(f"/dossier/{LATE}")
    seen.unfold("Joindre un document")
    seen.field("Bon de livraison").set_input_files(heavy)
    seen.press("Joindre")
    assert seen.heading == "Ce n'est pas possible"
    assert "20 Mo au plus" in seen.words
    assert town.all(Supporting) == ()


def test_remorse_is_possible_until_the_next_desk_looks(seen: Window, town: Town) -> None:
    seen.sign_in(VISEUR)
    for invoice in (OF_TWO, PLAIN):
        seen.open(f"/dossier/{invoice}")
        seen.field(DAY).fill("2026-02-27")
        seen.press(CERTIFY)
    seen.open(f"/dossier/{OF_TWO}")
    assert town.folder_of(OF_TWO).desks == ("DST",)
    seen.picture("remords")
    seen.press("Reprendre ma décision")
    assert seen.notice == f"Facture {OF_TWO} : votre décision est reprise."
    assert (town.folder_of(OF_TWO).desks, town.folder_of(OF_TWO).decisions) == (("VOIRIE",), ())
    seen.field(DAY).fill("2026-02-26")
    seen.press(CERTIFY)
    assert "Elle attend maintenant le bureau DST." in seen.notice
    seen.press("Se déconnecter")
    seen.sign_in(DST)
    seen.open(f"/dossier/{OF_TWO}")
    assert "déjà donné" in seen.words
    seen.press("Se déconnecter")
    seen.sign_in(VISEUR)
    seen.open(f"/dossier/{OF_TWO}")
    assert "Reprendre ma décision" not in seen.words
    assert town.folder_of(OF_TWO).executed_on == date(2026, 2, 26)


def test_going_back_and_sending_again_decides_once(seen: Window, town: Town) -> None:
    seen.sign_in(VISEUR)
    seen.open(f"/dossier/{LATE}")
    seen.field(DAY).fill("2026-02-27")
    seen.page.get_by_role("button", name=CERTIFY).dblclick()
    assert "service fait certifié" in seen.notice
    seen.page.reload()
    assert "visée" in seen.words
    assert len(town.folder_of(LATE).decisions) == 1
    told = [one for one in town.events() if "visé par Paul Viseur" in one]
    assert len(told) == len({*told}) + 1 == 2  # the folder's, and the invoice's


def test_several_at_once_one_of_which_somebody_decides_meanwhile(seen: Window, town: Town) -> None:
    seen.sign_in(VISEUR)
    for invoice in (LATE, LATE_TOO, PLAIN):
        seen.page.get_by_label(f"Ajouter {invoice} au lot").check()
    seen.press("Viser ensemble les factures cochées…")
    assert seen.heading == "Viser ensemble 3 factures"
    assert "1 720,00 €" in seen.words.replace("\xa0", " ")
    seen.picture("lot")
    visa.refuse(town.app, VISEUR, LATE_TOO, Motive.OTHER, "Je l'ai vue avant.")
    seen.field("Jour où le service a été fait").fill("2026-02-27")
    seen.press(CERTIFY)
    assert seen.heading == "Résultat du lot"
    assert "2 visées, 1 en échec" in seen.notice
    assert f"La facture {LATE_TOO} n'est pas en attente de visa : la décision est déjà prise." in seen.words
    seen.picture("lot-resultat")
    states = [town.folder_of(one).state for one in (LATE, LATE_TOO, PLAIN)]
    assert states == [FolderState.APPROVED, FolderState.REFUSED, FolderState.APPROVED]


def test_a_lot_of_which_one_is_unticked_or_none_ticked(seen: Window, town: Town) -> None:
    seen.sign_in(VISEUR)
    before = town.everything()
    seen.press("Viser ensemble les factures cochées…")
    assert "Cochez d'abord" in seen.words
    assert town.everything() == before
    seen.open("/visas")
    for invoice in (LATE, PLAIN):
        seen.page.get_by_label(f"Ajouter {invoice} au lot").check()
    seen.press("Viser ensemble les factures cochées…")
    seen.page.get_by_label(f"Viser {LATE}").uncheck()
    seen.field("Jour où le service a été fait").fill("2026-02-27")
    seen.press(CERTIFY)
    assert "1 visée." in seen.notice
    assert [town.folder_of(one).state for one in (LATE, PLAIN)] == [FolderState.IN_CIRCUIT, FolderState.APPROVED]
