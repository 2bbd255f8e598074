"""`suivi IDENTIFIANT`, `flux liste|voir|en-cours|rapprocher`: what somebody who answers the phone reads."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from cli.office import Office, plain
from dematfin.acts.reconciliation import Reconciliation
from dematfin.cli.rapprochement import show_reconciliation
from dematfin.domain.mandat.attempt import Attempt, AttemptState, attempt_id
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.reconciliation import Difference, Gap, Row
from dematfin.domain.reception import Answer, AnswerState

TO_SIGN = "PESALR1_21990042000015_2026_000044_000003"
LINE = re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d  .+ \([\w -]+\)")


@pytest.fixture
def twice(office: Office) -> tuple[str, str]:
    """Return the two flows of the CCAS, as its finance software named them: refused at the gate, then paid."""
    with office.opened() as app, app.ledger.reading() as books:
        first, again = sorted(books.find(Flux, siret="26990042000010"), key=lambda one: one.editor_flow)
        return first.id, again.id


@pytest.mark.parametrize("typed", ["F2026-000007", "M2026-000013", "CCAS-2026-18", "", "9100107", "204"])
def test_each_identifier_leads_to_a_thread_that_ends_with_the_payment(
    office: Office, twice: tuple[str, str], typed: str
) -> None:
    before = office.head()
    answer = office("suivi", typed or twice[1])
    assert answer.code == 0
    head, told = answer.out.split("\n\n", maxsplit=1)
    assert twice[1] in head
    assert "Situation : " in head
    assert all(LINE.fullmatch(line) for line in told.splitlines())
    assert "versés le" in told.splitlines()[-1]
    assert office.head() == before
    plain(answer.out)


def test_the_thread_is_complete_in_json(office: Office) -> None:
    found = json.loads(office("suivi", "204", "--json").out)
    assert (found["subject"], found["id"]) == ("mandat", "M2026-000013")
    assert found["standing"]["now"].startswith("Payé le ")
    shown = office("suivi", "204").out.split("\n\n", maxsplit=1)[1].splitlines()
    assert len(found["moments"]) == len(shown)


def test_what_waits_says_who_must_act_and_how(office: Office) -> None:
    shown = office("suivi", "COMMUNE-2026-44").out
    assert "La suite : Il attend la signature de l'ordonnateur. (signataire)" in shown
    assert "dematfin bordereau signer" in shown
    held = office("suivi", "F2026-000012").out
    assert "L'engagement « BC26-99999 » est inconnu" in held
    assert "dematfin facture a-traiter" in held


def test_a_wrong_identifier_is_told_and_nothing_is_collected(cut_off: Office) -> None:
    answer = cut_off("suivi", "INCONNU")
    assert answer.code != 0
    assert "« INCONNU » n'existe pas" in answer.err
    assert "donnez aussi un identifiant" in cut_off("suivi", "--json").err
    assert cut_off("suivi", "204").code == 0


def test_a_refused_flow_tells_why_and_what_replaced_it(office: Office, twice: tuple[str, str]) -> None:
    first, again = twice
    shown = office("flux", "voir", first).out
    assert "Bordereau CCAS-2026-18 : 15 645,99 €, refusé par l'acquit : 1971 - Compte fonction présent à tort" in shown
    assert f"Il est remplacé par {again}" in shown
    assert re.search(rf"Acquit « {first} » du .+ : réponse appliquée, \d+ Ko, SHA-256 [0-9a-f]{{12}}…", shown)
    assert "acceptée par l'acquit" in shown
    assert "versés le" not in shown, "the payment belongs to the flow that replaced it"
    plain(shown)
    other = office("flux", "voir", again).out
    assert f"Il remplace {first}" in other
    assert "citée sans être dans le flux : Hélios l'a déjà" in other


def test_lists_show_all_or_what_is_under_way(office: Office) -> None:
    every = json.loads(office("flux", "liste", "--json").out)
    assert [one["flux"]["bordereaux"] for one in every] == [
        ["COMMUNE-2026-42"],
        ["COMMUNE-2026-43"],
        ["COMMUNE-2026-44"],
        *[["CCAS-2026-18"]] * 2,
    ]
    (open_one,) = json.loads(office("flux", "liste", "--en-cours", "--json").out)
    assert open_one["flux"]["id"] == TO_SIGN
    assert "283,50 €" in office("flux", "liste", "--en-cours").out


def test_nothing_in_flight_is_said(office: Office) -> None:
    assert office("flux", "en-cours").out == "Rien n'est en vol : tout ce qui est parti a sa réponse.\n"
    assert json.loads(office("flux", "en-cours", "--json").out) == []


def test_what_is_in_flight_adds_up_in_the_list_the_picture_and_the_report(copy: Office, twice: tuple[str, str]) -> None:
    again = twice[1]
    with copy.opened() as app, app.ledger.transaction() as books:
        left = app.clock.now() - timedelta(days=5)
        books.save(replace(books.get(Flux, TO_SIGN), state=FluxState.TRANSMITTED, sent_at=left))
        for one in books.find(Mandat, bordereau="COMMUNE-2026-44"):
            books.save(replace(one, state=MandatState.SENT))
        for one in books.find(Mandat, id=("M2026-000014", "M2026-000015")):
            books.save(replace(one, state=MandatState.SENT))
    shown = copy("flux", "en-cours").out
    assert "En attente (acquit d'Hélios) : 1 flux, 1 mandat, 283,50 €" in shown
    assert "En attente (parole du comptable) : 1 flux, 2 mandats, 3 795,50 €" in shown
    assert "En tout : 2 flux, 3 mandats, 4 079,00 €" in shown
    assert shown.index(TO_SIGN) < shown.index(again)
    state = copy("etat").out
    assert "En tout : 2 flux, 3 mandats, 4 079,00 €" in state
    assert f"Flux {TO_SIGN} : pas d'acquit depuis 5 jours, alors que des flux partis après lui ont le leur" in state
    assert copy("rapport", "-o", str(copy.folder / "r.html")).code == 0
    page = (copy.folder / "r.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert "En tout : 2 flux, 3 mandats, 4 079,00 €" in page.replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_a_flow_shows_each_deposit_and_an_answer_that_differs(copy: Office, twice: tuple[str, str]) -> None:
    again = twice[1]
    with copy.opened() as app, app.ledger.transaction() as books:
        (acquit,) = books.find(Answer, flux=again)
        tried = Attempt(
            id=attempt_id(again, 1),
            flux=again,
            number=1,
            transmitter="S²LOW (compte « agent »)",
            sha256="a" * 64,
            sha1="b" * 40,
            size=4435,
            started_at=acquit.received_at - timedelta(hours=1),
            by="service",
            state=AttemptState.UNKNOWN,
            ended_at=acquit.received_at - timedelta(minutes=59),
            message="Connexion coupée.",
        )
        books.save(tried, replace(acquit, id="ACQUIT:autre", state=AnswerState.DIFFERENT, remarks=("18 refusé",)))
    shown = copy("flux", "voir", again).out
    assert "vers S²LOW (compte « agent ») (service) : réponse perdue, peut-être arrivé. Connexion coupée." in shown
    assert f"5 Ko, SHA-256 {'a' * 12}…, SHA-1 {'b' * 40}" in shown
    assert "différente de la première, non appliquée" in shown
    assert "18 refusé" in shown
    assert "dépôt n° 1 : réponse perdue, peut-être arrivé. Connexion coupée. (TdT)" in shown
    plain(shown)
    assert "a" * 64 in copy("flux", "voir", again, "--json").out


@pytest.mark.usefixtures("neighbours")
def test_both_sides_are_compared_over_the_wire_and_nothing_is_written(office: Office, twice: tuple[str, str]) -> None:
    again = twice[1]
    before = office.head()
    answer = office("flux", "rapprocher", "--json")
    found = json.loads(answer.out)
    assert answer.code == (1 if found["a_faire"] else 0)
    assert found["listed"]
    assert sum(found["totals"].values()) == len(found["rows"])
    mine = {row["nomfic"]: row for row in found["rows"] if row["here"]}
    assert mine[again]["there"] == "acquit disponible"
    assert mine[again]["difference"] is None
    shown = office("flux", "rapprocher", "--depuis", "01/01/2026").out
    assert again in shown
    assert f"{len(found['rows'])} flux (" in shown
    plain(shown)
    assert office.head() == before


def test_a_tdt_that_does_not_answer_is_told_and_nothing_is_compared(cut_off: Office) -> None:
    answer = cut_off("flux", "rapprocher")
    assert answer.code not in {0, 1}
    assert answer.out == ""
    assert "Erreur : " in answer.err


def test_a_day_to_come_is_refused_instead_of_agreeing_with_nothing(office: Office) -> None:
    answer = office("flux", "rapprocher", "--depuis", "01/01/2100")
    assert answer.code == 2
    assert "--depuis : le 01/01/2100 n'est pas encore là" in answer.err


def test_what_asks_nobody_to_act_is_told_once_for_many_flows(capsys: pytest.CaptureFixture[str]) -> None:
    quiet = Difference(gap=Gap.NOT_THERE, why="Son acquit est gardé ici.", remedy="Rien à faire.", act=False)
    loud = replace(quiet, gap=Gap.FOREIGN, act=True)
    rows = tuple(
        Row(nomfic=f"FLUX_{kind}_{number}", remote_id=str(number), difference=gap)
        for kind, gap in (("calme", quiet), ("urgent", loud))
        for number in range(5)
    )
    show_reconciliation(
        Reconciliation(
            transmitter="TdT", since=date(2026, 3, 2), listed=True, rows=rows, totals={"écarts": 10}, answers=()
        )
    )
    shown = capsys.readouterr().out
    assert shown.count("Son acquit est gardé ici.") == 1 + 5
    assert "· 5 flux, dont FLUX_calme_0 : " in shown
    assert "5 écarts à traiter." in shown
