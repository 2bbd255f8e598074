"""`facture voir`: an invoice from its notification to its payment, under one identifier, in order."""

import json
import re
from itertools import pairwise

from cli.office import Office, plain

PAID = "F2026-000007"
"""Mandated by the finance software, refused once at Hélios' gate, corrected there, imported again, paid."""

STEPS = (
    "reçue : reçue de Chorus Pro (claire)",
    "en visa : contrôles passés (claire)",
    "à viser par SOCIAL avant le",
    "visée : service fait le",
    "visé par Sophie Social : Conforme. (sophie)",
    ", visé par Sophie Social (sophie)",
    "Chorus Pro informé : service fait",
    "remis au logiciel financier (factures_CCAS_",
    "import E2026-000002 à rapprocher",
    "mandat n° 204, bordereau n° 18, du logiciel financier",
    "à payer : mandatée dans le logiciel financier : mandat n° 204 (M2026-000013)",
    "construit, à signer",
    "signé par Jeanne Maire (jeanne)",
    "Chorus Pro informé : mandatée, mandat n° 204",
    "déposé au TdT",
    "bordereau CCAS-2026-18 refusé : 1971",
    "mandat M2026-000013 refusé au guichet",
    "import E2026-000003 à rapprocher",
    "mandat M2026-000013 en bordereau",
    "signé par Jeanne Maire (jeanne)",
    "déposé au TdT",
    "bordereau CCAS-2026-18 accepté",
    "mandat M2026-000013 payé : 310,44 € versés le",
)


def test_the_story_goes_from_notification_to_payment_in_order(office: Office) -> None:
    shown = office("facture", "voir", PAID).out
    place = 0
    for step in STEPS:
        found = shown.find(step, place)
        assert found >= place, f"« {step} » is missing after: {shown[:place][-200:]}"
        place = found + len(step)
    assert shown[place:].count("\n") == 1, "the payment is the last word"


def test_the_headline_says_who_how_much_where_and_with_which_mandat(office: Office) -> None:
    lines = office("facture", "voir", PAID).out.splitlines()
    assert lines[0] == f"{PAID} · facture 7788-02 de ÉNERGIE DU VAL"
    assert "310,44 € TTC · service SOCIAL · engagement SOC26-0003" in lines[1]
    assert "Chorus Pro n° 9100107" in lines[2]
    assert lines[3] == "Mandat M2026-000013 n° 204 du logiciel financier : 310,44 €, payé"


def test_events_are_dated_in_order_and_each_line_names_its_author(office: Office) -> None:
    story = json.loads(office("facture", "voir", PAID, "--json").out)
    instants = [one["event"]["at"] for one in story["events"]]
    assert all(earlier <= later for earlier, later in pairwise(instants))
    lines = office("facture", "voir", PAID).out.split("\n\n")[1].splitlines()
    assert len(lines) == len(instants)
    people = {"claire", "sophie", "jeanne", "DGFiP"}
    for line in lines:
        shown = re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d  .+ \((\w+)\)", line)
        assert shown, line
        assert shown[1] in people


def test_a_story_speaks_of_no_other_invoice(office: Office) -> None:
    mine = json.loads(office("facture", "voir", PAID, "--json").out)
    mandats = {mandat["id"] for mandat in mine["mandats"]}
    for one in mine["events"]:
        if one["event"]["subject"] in {"facture", "visa"}:
            assert one["event"]["subject_id"] == PAID
        if one["event"]["subject"] == "mandat":
            assert one["event"]["subject_id"] in mandats
    assert not set(re.findall(r"F2026-\d{6}", office("facture", "voir", PAID).out)) - {PAID}


def test_a_held_invoice_says_why_and_what_to_do(office: Office) -> None:
    shown = office("facture", "voir", "F2026-000012").out
    assert "L'engagement « BC26-99999 » est inconnu" in shown
    assert "(dematfin engagement importer)" in shown
    plain(shown)
