"""Who may do what, page by page: a route that is not in this table fails the test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import httpx
import pytest
from starlette.routing import Route

from dematfin.acts import absences, visa
from dematfin.acts.review import case_of
from dematfin.config.web import WebSettings
from dematfin.domain.paper.batch import Batch
from dematfin.domain.paper.capture import Capture
from dematfin.domain.visa.supporting import seen_together
from dematfin.web.application import application
from examples import ADMIN, AGENT, MAIRE, VISEUR
from fakes.hall import Hall
from visa.desks import OTHER, STAND_IN
from web.served import Served
from web.test_entries import FIRST as DOCUMENT
from web.test_entries import TYPED
from web.town import (
    BEFORE,
    DIRECTOR,
    ELSEWHERE,
    GONE,
    LATE,
    LATE_TOO,
    LATER,
    NO_FOLDER,
    OF_TWO,
    PASSWORD,
    PLAIN,
    READER,
    Town,
    pdf,
)
from web.visitor import Fields, Visitor

WHO: Final = {
    "nobody": None,
    "viseur": VISEUR,
    "other_desk": OTHER,
    "substitute": STAND_IN,
    "not_yet": LATER,
    "ended": BEFORE,
    "agent": AGENT,
    "ordonnateur": MAIRE,
    "directeur": DIRECTOR,
    "administrateur": ADMIN,
    "lecteur": READER,
    "inactive": GONE,
}
OUTSIDERS: Final = ("nobody", "inactive")
HEADS: Final = ("viseur", "other_desk", "substitute", "not_yet", "ended")
SEATED: Final = ("viseur", "substitute")
STRANGERS: Final = ("other_desk", "not_yet", "ended")
DONE, TO_SIGN_IN = 303, 303

LOT: Final = "L2026-000002"
DAY: Final = {"service-fait": "2026-02-27"}
WORD: Final = {"motif": "AUTRE", "commentaire": "Le colis était vide."}
PASS_ON: Final = {"bureau": "SPORT", "motif-transfert": "C'est le stade."}
FORMS: Final[dict[str, Fields]] = {
    "/dossier/{facture}/viser": {**DAY},
    "/dossier/{facture}/refuser": {**WORD},
    "/dossier/{facture}/transferer": {**PASS_ON},
    "/visas/lot": {"facture": [LATE]},
    "/visas/lot/viser": {"facture": [LATE], **DAY},
    "/absences": {"remplacant": "dst", "du": "2026-03-09", "au": "2026-03-10", "motif": "Congés."},
    "/compte": {"present": PASSWORD, "nouveau": "quatre mules sous la halle", "encore": "quatre mules sous la halle"},
    "/a-traiter/{facture}/repondre": {"reponse": "REJETEE", "motif": "Fausse.", "confirme": "oui"},
    "/a-traiter/{facture}/corriger": {"engagement": "BC26-00077", "pourquoi": "Bon de commande retrouvé."},
    "/a-traiter/{facture}/forcer": {"pourquoi": "Vu avec le comptable."},
    "/a-traiter/{facture}/ecarter": {"pourquoi": "Prélevée."},
    "/papier/lot/{lot}": {"ecran": "1"},
    "/papier/lot/{lot}/accepter": {"motif": "Une tache."},
    "/papier/lot/{lot}/decouper": {"feuille": "3"},
    "/papier/lot/{lot}/ecarter": {"motif": "Rien à payer."},
    "/papier/saisie/{document}": TYPED,
    "/papier/saisie/{document}/ecarter": {"motif": "Publicité."},
    "/connexion": {"identifiant": "personne", "mot-de-passe": "rien du tout"},
}


def everyone(status: int, **others: int) -> dict[str, int]:
    """Return what each is told: outsiders sign in first, the others get `status` unless said otherwise."""
    return dict.fromkeys(OUTSIDERS, TO_SIGN_IN) | dict.fromkeys(WHO.keys() - set(OUTSIDERS), status) | others


def of(names: tuple[str, ...], status: int) -> dict[str, int]:
    return dict.fromkeys(names, status)


OVERSEEN: Final = everyone(200, **of(HEADS, 403))
"""What shows the invoices of all services: who visas and nothing else is not even told whether one exists."""
FOR_AGENTS: Final = everyone(403, agent=200)
"""What agents look at; a head of service has other pages."""
BY_AGENTS: Final = everyone(403, agent=DONE)
NOT_THE_QUESTION: Final = everyone(403, agent=422)
"""A decision that this invoice does not call for."""
ON_A_FOLDER: Final = everyone(403, **of(SEATED, DONE), **of(STRANGERS, 404))
"""What decides: strangers to the desk are not even told that the folder exists; those who see all may not decide."""
FIGURES: Final = everyone(200, **of(HEADS, 403))
"""Those of all services: not for who only certifies for one."""
TABLE: Final[dict[tuple[str, str], dict[str, int]]] = {
    ("GET", "/"): everyone(303),
    ("GET", "/dematfin.css"): everyone(200, **of(OUTSIDERS, 200)),
    ("GET", "/dematfin.svg"): everyone(200, **of(OUTSIDERS, 200)),
    ("GET", "/healthz"): everyone(200, **of(OUTSIDERS, 200)),
    ("GET", "/readyz"): everyone(200, **of(OUTSIDERS, 200)),
    ("GET", "/connexion"): everyone(303, **of(OUTSIDERS, 200)),
    ("POST", "/connexion"): everyone(403, **of(OUTSIDERS, 403)),
    ("POST", "/deconnexion"): everyone(303),
    ("GET", "/compte"): everyone(200),
    ("POST", "/compte"): everyone(DONE),
    ("GET", "/accueil"): FIGURES,
    ("GET", "/chiffres"): everyone(303, **of(HEADS, 403)),
    ("GET", "/chiffres/{periode}"): FIGURES,
    ("GET", "/chiffres/{periode}/fichier/{format}"): FIGURES,
    ("GET", "/visas"): everyone(200),
    ("POST", "/visas/lot"): everyone(403, **of(SEATED, 200), **of(STRANGERS, 404)),
    ("POST", "/visas/lot/viser"): everyone(403, **of(SEATED, 200), **of(STRANGERS, 200)),
    ("GET", "/dossier/{facture}"): everyone(200, **of(STRANGERS, 404)),
    ("GET", "/dossier/{facture}/document/{empreinte}"): everyone(200, **of(STRANGERS, 404)),
    ("GET", "/dossier/{facture}/fiche"): everyone(200, **of(STRANGERS, 404)),
    ("POST", "/dossier/{facture}/viser"): ON_A_FOLDER,
    ("POST", "/dossier/{facture}/refuser"): ON_A_FOLDER,
    ("POST", "/dossier/{facture}/transferer"): ON_A_FOLDER,
    ("POST", "/dossier/{facture}/joindre"): ON_A_FOLDER,
    ("POST", "/dossier/{facture}/reprendre"): everyone(403, viseur=DONE, substitute=422, **of(STRANGERS, 404)),
    ("GET", "/bordereaux"): OVERSEEN,
    ("GET", "/bordereau/{bordereau}"): everyone(404, **of(HEADS, 403)),
    ("GET", "/bordereau/{bordereau}/livre"): everyone(404, **of(HEADS, 403)),
    ("GET", "/flux"): OVERSEEN,
    ("GET", "/flux/{flux}"): everyone(404, **of(HEADS, 403)),
    ("GET", "/mandat/{mandat}"): everyone(404, **of(HEADS, 403)),
    ("GET", "/factures"): OVERSEEN,
    ("GET", "/facture/{facture}"): OVERSEEN,
    ("GET", "/facture/{facture}/document/{empreinte}"): OVERSEEN,
    ("POST", "/facture/{facture}/preuve"): OVERSEEN,
    ("GET", "/a-traiter"): FOR_AGENTS,
    ("GET", "/a-traiter/{facture}"): FOR_AGENTS,
    ("GET", "/a-traiter/{facture}/document/{empreinte}"): FOR_AGENTS,
    ("GET", "/a-traiter/{facture}/lettre/{empreinte}"): everyone(403, agent=404),
    ("POST", "/a-traiter/{facture}/repondre"): BY_AGENTS,
    ("POST", "/a-traiter/{facture}/corriger"): BY_AGENTS,
    ("POST", "/a-traiter/{facture}/forcer"): NOT_THE_QUESTION,
    ("POST", "/a-traiter/{facture}/ecarter"): BY_AGENTS,
    ("POST", "/a-traiter/{facture}/doublon"): NOT_THE_QUESTION,
    ("POST", "/a-traiter/{facture}/rappel"): NOT_THE_QUESTION,
    ("GET", "/papier"): FOR_AGENTS,
    ("GET", "/papier/lot/{lot}"): FOR_AGENTS,
    ("POST", "/papier/lot/{lot}"): FOR_AGENTS,
    ("GET", "/papier/lot/{lot}/page/{page}"): FOR_AGENTS,
    ("GET", "/papier/lot/{lot}/original/{empreinte}"): FOR_AGENTS,
    ("POST", "/papier/lot/{lot}/accepter"): BY_AGENTS,
    ("POST", "/papier/lot/{lot}/decouper"): BY_AGENTS,
    ("POST", "/papier/lot/{lot}/ecarter"): BY_AGENTS,
    ("POST", "/papier/lot/{lot}/reprendre"): NOT_THE_QUESTION,
    ("GET", "/papier/saisie"): FOR_AGENTS,
    ("GET", "/papier/saisie/{document}"): FOR_AGENTS,
    ("GET", "/papier/saisie/{document}/page/{page}"): FOR_AGENTS,
    ("GET", "/papier/saisie/{document}/fichier/{empreinte}"): FOR_AGENTS,
    ("POST", "/papier/saisie/{document}"): BY_AGENTS,
    ("POST", "/papier/saisie/{document}/ecarter"): BY_AGENTS,
    ("GET", "/absences"): everyone(200),
    ("POST", "/absences"): everyone(403, **of(HEADS, DONE)),
    ("POST", "/absences/{delegation}/finir"): everyone(403, viseur=DONE, administrateur=DONE),
}
"""A lot of nothing but strangers' folders says, for each, that it is not there."""


CHANGING: Final = sorted(
    (path, name)
    for (method, path), told in TABLE.items()
    for name, status in told.items()
    if method == "POST" and name not in OUTSIDERS and path != "/deconnexion"
    if status == DONE or (path == "/visas/lot/viser" and name in SEATED) or (path.endswith("preuve") and status == 200)
)
"""Who may really change something, by which form."""


def routes(folder: Path) -> list[tuple[str, str]]:
    found = application(Hall.build(folder).app, WebSettings()).routes
    return [(way, one.path) for one in found if isinstance(one, Route) for way in one.methods or () if way != "HEAD"]


def test_each_route_has_an_expectation(tmp_path: Path) -> None:
    assert sorted(routes(tmp_path)) == sorted(TABLE)


@pytest.fixture
def busy(town: Town) -> Town:
    """Return the town on a day when people are away, after a decision that can still be taken back."""
    town.away(BEFORE)
    town.away(LATER, first=10, last=12)
    absences.end(town.app, VISEUR, "D00001")
    town.away(STAND_IN)
    visa.approve(town.app, VISEUR, LATE_TOO, visa.ServiceFait(executed_on=town.clock.today()))
    town.scan("F:ECOLE:1", "facture")
    town.scan("F:ECOLE:2", "facture", "illisible", "facture", name="douteux.pdf")
    return town


@contextmanager
def at_the_door(town: Town, served: Served, name: str) -> Iterator[Visitor]:
    """Open the browser of somebody, who has signed in, and may have been put out since."""
    who = WHO[name]
    with Visitor(served) as visitor:
        if who is not None:
            town.save(replace(who, active=True))
            visitor.sign_in(who)
            town.save(who)
        visitor.get("/connexion" if name in OUTSIDERS else "/visas")
        yield visitor


def ask(town: Town, visitor: Visitor, method: str, path: str, invoice: str = LATE) -> httpx.Response:
    """Ask for a page, or send its form filled in well."""
    asked = LATE_TOO if path.endswith("reprendre") and invoice == LATE else invoice
    names = {"facture": asked, "delegation": "D00003", "lot": LOT, "document": DOCUMENT, "page": "1"}
    names |= {"bordereau": "COMMUNE-2026-99", "flux": "PESALR1_X", "mandat": "M2026-000999"}
    names |= {"periode": "2026-02", "format": "json"}
    if path.startswith("/a-traiter"):
        names["facture"] = NO_FOLDER
    where = path.format(empreinte=fingerprint(town, path), **names)
    if method == "GET":
        return visitor.get(where)
    visitor.hidden |= {"clic": "un clic", "vu": seen(town, path)}
    if path.startswith("/papier/lot"):
        visitor.get(f"/papier/lot/{LOT}")
    files = {"document": ("bon.pdf", pdf("Bon de livraison"))} if path.endswith("joindre") else None
    return visitor.post(where, FORMS.get(path), files)


def fingerprint(town: Town, path: str) -> str:
    """Return the document that an address names."""
    if path.startswith("/papier/lot"):
        return next(one.original.sha256 for one in town.all(Batch) if one.id == LOT)  # type: ignore[no-any-return]
    if path.startswith("/papier"):
        return next(one.document.sha256 for one in town.all(Capture) if one.id == DOCUMENT)  # type: ignore[no-any-return]
    return town.document(NO_FOLDER if path.startswith("/a-traiter") else LATE).rpartition("/")[2]


def seen(town: Town, path: str) -> str:
    """Return what a form says that it has shown."""
    if path.startswith("/a-traiter"):
        return case_of(town.app, AGENT, NO_FOLDER).seen
    shown = seen_together(town.invoice(LATE), ())
    return f"{LATE}={shown}" if path.startswith("/visas") else shown


@pytest.mark.parametrize("name", WHO)
def test_each_person_gets_what_the_table_says_and_a_refusal_changes_nothing(
    name: str, busy: Town, serving: Callable[..., Served]
) -> None:
    rest = [key for key in sorted(TABLE) if (key[1], name) not in CHANGING]
    with at_the_door(busy, serving(), name) as visitor:
        for method, path in sorted(rest, key=lambda key: key[1] == "/deconnexion"):
            before = busy.everything() if method == "POST" else ""
            answer = ask(busy, visitor, method, path)
            assert answer.status_code == TABLE[method, path][name], (method, path, answer.text)
            assert method == "GET" or busy.everything() == before, path
            if name in OUTSIDERS and answer.status_code == TO_SIGN_IN:
                assert answer.headers["Location"].startswith(("/connexion", "/visas"))


@pytest.mark.parametrize(("path", "name"), CHANGING)
def test_who_may_change_something_does(path: str, name: str, busy: Town, serving: Callable[..., Served]) -> None:
    with at_the_door(busy, serving(), name) as visitor:
        before = busy.everything()
        answer = ask(busy, visitor, "POST", path)
        assert answer.status_code == TABLE["POST", path][name], answer.text
        assert busy.everything() != before


@pytest.mark.parametrize("invoice", [LATE, NO_FOLDER])
def test_a_folder_of_another_desk_is_told_in_the_words_of_one_that_never_was(
    invoice: str, busy: Town, pages: Served
) -> None:
    with at_the_door(busy, pages, "other_desk") as visitor:
        before = busy.everything()
        for method, path in (key for key in sorted(TABLE) if key[1].startswith("/dossier/")):
            real = ask(busy, visitor, method, path, invoice)
            never = ask(busy, visitor, method, path, "F2026-999999")
            expected = 403 if TABLE[method, path] is OVERSEEN else 404
            assert real.status_code == never.status_code == expected, (method, path)
            assert real.text.replace(LATE_TOO, "F").replace(invoice, "F") == never.text.replace("F2026-999999", "F"), (
                method,
                path,
            )
        assert busy.everything() == before


def test_a_document_of_another_folder_is_not_found_under_ours(busy: Town, pages: Served) -> None:
    theirs = busy.document(ELSEWHERE).rpartition("/")[2]
    with at_the_door(busy, pages, "viseur") as visitor:
        assert visitor.get(f"/dossier/{LATE}/document/{theirs}").status_code == 404
        assert visitor.get(busy.document(ELSEWHERE)).status_code == 404
        assert visitor.get(busy.document(LATE)).content.startswith(b"%PDF-")


def test_only_who_sees_every_service_is_led_to_the_invoices(busy: Town, pages: Served) -> None:
    for name, led in (("viseur", False), ("agent", True), ("lecteur", True)):
        with at_the_door(busy, pages, name) as visitor:
            for path, link in (
                ("/visas", '"/factures"'),
                ("/visas", f'"/facture/{LATE}"'),
                (f"/dossier/{LATE}", f'"/facture/{LATE}"'),
            ):
                assert (link in visitor.get(path).text) is led, (name, path)


def test_a_document_of_another_invoice_is_not_found_under_one(busy: Town, pages: Served) -> None:
    theirs = busy.document(ELSEWHERE).rpartition("/")[2]
    with at_the_door(busy, pages, "agent") as visitor:
        assert visitor.get(f"/facture/{LATE}/document/{theirs}").status_code == 404
        assert visitor.get(f"/facture/{ELSEWHERE}/document/{theirs}").content.startswith(b"%PDF-")
        assert visitor.get("/facture/F2026-999999").status_code == 404


def test_the_queue_of_a_head_of_service_names_no_folder_of_others(busy: Town, pages: Served) -> None:
    for name, shown in (("viseur", {LATE, PLAIN, OF_TWO}), ("substitute", {LATE, PLAIN, OF_TWO}), ("ended", set())):
        with at_the_door(busy, pages, name) as visitor:
            page = visitor.get("/visas?bureau=SPORT").text + visitor.get("/visas").text
            assert {one for one in (LATE, PLAIN, OF_TWO, ELSEWHERE, NO_FOLDER) if one in page} == shown
