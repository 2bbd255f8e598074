"""Five minutes in front of the mayor: the director's home, and the figures of a period."""

import io
import json
import re
from dataclasses import replace
from decimal import Decimal
from html import unescape
from zipfile import ZipFile

import pypdfium2
import pytest

from dematfin.acts import home
from dematfin.domain.report.snapshot import Snapshot
from examples import AGENT, VISEUR
from official import needs_chromium
from visa.desks import STAND_IN
from web.figures import counted
from web.served import Served
from web.town import DIRECTOR, LATE, NO_FOLDER, Town
from web.visitor import Visitor, problem
from web.windows import Window

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}\u202e"


@needs_chromium
def test_a_director_is_led_from_what_changed_to_what_is_late(desk: Window, town: Town) -> None:
    counted(town)
    desk.sign_in(DIRECTOR)
    desk.open("/")
    assert (desk.path, desk.heading) == ("/accueil", "La semaine en cinq minutes")
    desk.follow("Voir les dossiers en retard de SCOLAIRE")
    assert desk.path == "/visas?bureau=SCOLAIRE&retard=1"
    assert LATE in desk.words
    desk.follow("Chiffres")
    assert (desk.path, desk.heading) == ("/chiffres/2026-03", "Chiffres, mars 2026")
    desk.page.get_by_label("Période").select_option("année 2026")
    desk.page.get_by_label("Service", exact=True).select_option("SCOLAIRE")
    desk.press("Afficher")
    assert desk.path == "/chiffres/2026?service=SCOLAIRE"
    assert "service SCOLAIRE" in desk.words
    assert desk.page.locator(".drawing svg").count() > 0
    sheets = pypdfium2.PdfDocument(desk.page.pdf(prefer_css_page_size=True))
    assert all(one.get_width() > one.get_height() for one in sheets)
    desk.page.emulate_media(media="print")
    shown = desk.page.locator("tfoot").evaluate_all("all => all.map(one => getComputedStyle(one).display)")
    assert set(shown) == {"table-row-group"}  # a total stands once, not at the foot of each sheet of its table
    assert desk.problems == []


def test_each_sees_first_the_page_of_their_work(town: Town, pages: Served) -> None:
    for who, where in ((DIRECTOR, "/accueil"), (AGENT, "/visas"), (VISEUR, "/visas")):
        with Visitor(pages) as visitor:
            visitor.sign_in(who)
            assert visitor.get("/").headers["Location"] == where


def test_the_menu_offers_figures_to_those_who_may_see_them(town: Town, pages: Served) -> None:
    for who, offered in ((DIRECTOR, True), (VISEUR, False)):
        with Visitor(pages) as visitor:
            visitor.sign_in(who)
            page = visitor.get("/visas").text
            assert ('href="/accueil"' in page, 'href="/chiffres"' in page) == (offered, offered)


def test_before_the_first_day_the_home_says_when_figures_come(pages: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "home", lambda app, who: None)
    with Visitor(pages) as visitor:
        visitor.sign_in(DIRECTOR)
        page = visitor.get("/accueil").text.replace("&#39;", "'")
    assert "Aucun chiffre n'est encore arrêté" in page
    assert "dematfin journee" in page


def test_all_that_the_home_names_opens_and_each_figure_leads_to_its_definition(town: Town, pages: Served) -> None:
    counted(town)
    with Visitor(pages) as visitor:
        visitor.sign_in(DIRECTOR)
        page = visitor.get("/accueil").text.partition("<main")[2]
        defined = dict(re.findall(r'href="/chiffres/2026-03#(t-[^"]*)">([^<]*)<', page))
        there = set(re.findall(r'id="(t-[^"]*)"', visitor.get("/chiffres/2026-03").text))
        assert len(defined) >= 9
        assert set(defined) - there == set()
        others = {unescape(one) for one in re.findall(r'href="(/[^"#]*)"', page)}
        assert f"/facture/{NO_FOLDER}" in others  # no head of service has it yet, so it has no folder
        assert {one: visitor.get(one).status_code for one in others} == dict.fromkeys(others, 200)


def test_the_home_says_up_to_when_it_counts_and_what_it_is_compared_with(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        counted(town)
        town.away(STAND_IN)
        visitor.sign_in(DIRECTOR)
        page = visitor.get("/accueil").text.replace("&#39;", "'")
    for said in (
        "Chiffres arrêtés le 10/03/2026 à 10 h 00",
        "Comparés à ceux du 02/03/2026",
        "4 de plus",
        "moins bien",
        "3 factures de plus en retard, des intérêts que personne ne peut compter",
        "Un taux d'intérêts moratoires manque",
        "Ida Intérim (en l'absence de Paul Viseur)",
        "3 visas en retard",
        "1 facture dont le mandat est suspendu",
        "1 facture à corriger",
        "Claire Agent",
    ):
        assert said in page, said


def test_the_cost_of_waiting_is_said_as_one_says_it_to_a_mayor(town: Town, pages: Served) -> None:
    last = max(town.all(Snapshot), key=lambda one: one.id)
    with Visitor(pages) as visitor:
        visitor.sign_in(DIRECTOR)
        for number, cost, said in (
            (3, "143.00", "3 factures de plus en retard, 143,00 € d'intérêts."),
            (1, "0.00", "1 facture de plus en retard, aucun intérêt."),
            (0, "2.50", "aucune facture de plus en retard, 2,50 € d'intérêts."),
        ):
            figures = replace(last.figures, become_late=number, week_costs=Decimal(cost), unknown_rates=False)
            town.save(replace(last, figures=figures))
            page = unescape(visitor.get("/accueil").text).replace("\u202f", " ").replace("\xa0", " ")
            assert f"Si rien n'est fait cette semaine : {said}" in page


def test_figures_are_taken_away_in_each_form(town: Town, pages: Served) -> None:
    counted(town)
    with Visitor(pages) as visitor:
        visitor.sign_in(DIRECTOR)
        made = {form: visitor.get(f"/chiffres/2026-03/fichier/{form}") for form in ("xlsx", "csv", "json", "html")}
        assert {answer.status_code for answer in made.values()} == {200}
        assert all(one.headers["Content-Disposition"].startswith("attachment") for one in made.values())
        assert all("script" not in one.headers["Content-Security-Policy"] for one in made.values())
        assert json.loads(made["json"].text)
        assert ZipFile(io.BytesIO(made["csv"].content)).testzip() is None
        assert ZipFile(io.BytesIO(made["xlsx"].content)).testzip() is None
        assert visitor.get("/chiffres/2026-03/fichier/exe").status_code == 404
        narrow = visitor.get("/chiffres/2026-03/fichier/json?budget=commune&service=VOIRIE")
        assert narrow.headers["Content-Disposition"].endswith('-COMMUNE-VOIRIE-2026-03.json"')


def test_a_period_that_is_none_or_has_not_begun_is_told(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(DIRECTOR)
        assert "n'est pas une période" in problem(visitor.get("/chiffres/2026-13"))
        assert "n'a pas commencé" in problem(visitor.get("/chiffres/2099-01"))
        assert "n'est pas une période" in problem(visitor.get("/chiffres?periode=%3Cscript%3E"))


def test_a_supplier_of_the_worst_name_runs_nothing_and_turns_no_line_around(town: Town, pages: Served) -> None:
    counted(town, EVIL)
    town.save(replace(VISEUR, name=EVIL))
    with Visitor(pages) as visitor:
        visitor.sign_in(DIRECTOR)
        for path in ("/accueil", "/chiffres/2026-03", f"/chiffres/2026-03?service={EVIL}&budget={EVIL}"):
            page = visitor.get(path).text
            assert "&lt;script&gt;" in page
            assert not any(one in page for one in ("<script", "<img", "\u202e", "style=", "<style", "javascript:"))
            assert "49" not in page.partition("&lt;script&gt;")[2][:80]


def test_what_is_to_correct_is_looked_at_where_each_may_see_it(town: Town, pages: Served) -> None:
    counted(town)
    for who, where in ((DIRECTOR, "/chiffres/2026-03#t-stock"), (AGENT, "/a-traiter")):
        with Visitor(pages) as visitor:
            visitor.sign_in(who)
            assert f'<a href="{where}">Voir ' in visitor.get("/accueil").text
