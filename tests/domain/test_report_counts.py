"""What a director counts, on facts counted by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from dematfin.domain.delay.calendar import Calendar
from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.report.period import period
from dematfin.domain.tally.happening import Happening, What
from dematfin.domain.tally.stage import Stage
from domain.tallied import (
    WATER,
    column,
    facts,
    happening,
    line,
    rows,
    settlement,
    stay,
    table,
    visa,
)

D = Decimal
DUE = date(2026, 10, 7)  # a Wednesday
OTHER: dict[str, Any] = {"supplier": "Énergie du Val", "supplier_siren": "552081317"}


def test_a_desk_is_late_by_working_days_and_its_share_in_time_has_its_counts_beside() -> None:
    told = facts(
        visa("VOIRIE", DUE, DUE),
        visa("VOIRIE", DUE, date(2026, 10, 8)),  # one working day late
        visa("VOIRIE", DUE, date(2026, 10, 12)),  # Thursday, Friday, Monday: three
        visa("ECOLES", DUE, date(2026, 10, 5)),
        visa("ECOLES", None, date(2026, 10, 5)),  # nobody gave it a last day: it cannot be late
    )
    assert rows(told, "visas") == [
        ("VOIRIE", 3, 2, D("0.3333"), D("2.0")),
        ("ECOLES", 2, 0, D("1.0000"), None),
        ("Total", 5, 2, D("0.6000"), D("2.0")),
    ]
    assert "VOIRIE (3), ECOLES (2)" in table(told, "visas").warnings[0]


def test_a_visa_given_on_saturday_is_late_by_no_working_day_and_a_closing_day_is_none() -> None:
    friday = date(2026, 10, 9)
    closed = Calendar(extra=frozenset({date(2026, 10, 12)}))
    told = facts(
        visa("VOIRIE", friday, date(2026, 10, 10)), visa("VOIRIE", friday, date(2026, 10, 13)), calendar=closed
    )
    assert rows(told, "visas")[0] == ("VOIRIE", 2, 2, D("0.0000"), D("0.5"))


def test_a_visa_that_its_author_took_back_is_not_counted_nor_late() -> None:
    late = date(2026, 10, 9)
    told = facts(
        visa("VOIRIE", DUE, late),
        visa("VOIRIE", DUE, late, What.VISA_TAKEN_BACK),
        visa("VOIRIE", DUE, DUE),
    )
    assert rows(told, "visas")[-1] == ("Total", 1, 0, D("1.0000"), None)
    alone = facts(visa("VOIRIE", DUE, late, What.VISA_TAKEN_BACK))
    assert rows(alone, "visas")[-1] == ("Total", -1, -1, None, None)


def test_what_waits_for_a_visa_is_told_service_by_service_with_what_the_law_no_more_allows() -> None:
    told = facts(
        stock=[
            stay("F1", Stage.IN_VISA),
            stay("F2", Stage.IN_VISA, deadline=date(2026, 10, 20)),
            stay("F3", Stage.IN_VISA, ttc=D("-40.00"), deadline=date(2026, 10, 1)),
            stay("F4", Stage.IN_VISA, service="", deadline=date(2026, 10, 30)),
            stay("F5", Stage.SERVICE_FAIT),
        ]
    )  # the last day of F1 is that of the month: it is not behind yet
    assert rows(told, "visas-attendus") == [
        ("VOIRIE", 3, D("200.00"), 1),
        ("(sans service)", 1, D("100.00"), 1),
        ("Total", 4, D("300.00"), 2),
    ]


def came(times: int, **other: Any) -> list[Happening]:
    return [happening(What.CAME, **other) for _ in range(times)]


def test_refusals_are_told_by_motif_against_what_came() -> None:
    told = facts(
        *came(40),
        *came(1, amount=D("-10.00")),
        happening(What.REFUSED, motif="doublon"),
        happening(What.REFUSED, motif="doublon", amount=D("50.50")),
        happening(What.SENT_BACK, motif="engagement absent"),
        happening(What.INTERRUPTED, motif="pièce manquante"),
        happening(What.REFUSED, motif="doublon", amount=D("-5.00")),
    )
    assert rows(told, "rejets") == [
        ("doublon", 2, 0, 0, 2, D("150.50"), D("0.0500")),
        ("engagement absent", 0, 1, 0, 1, D("100.00"), D("0.0250")),
        ("pièce manquante", 0, 0, 1, 1, D("100.00"), D("0.0250")),
        ("Total", 2, 1, 1, 4, D("350.50"), D("0.1000")),
    ]
    found = table(told, "rejets")
    assert "arrivées : 40" in found.population
    assert "comptés à part : 1" in found.population
    assert found.warnings == ()


def test_refusals_are_counted_by_the_family_of_what_was_wrong_and_name_nobody() -> None:
    said = [
        ("SUM-LINES", "Total faux : 75,00 € (Claire Agent)"),
        ("SUM-VAT-RATE", "Taux inconnu (Claire Agent)"),
        ("DUP-D1", "double de F2026-000003 (Claire Agent)"),
        ("DOUBLON", "déjà vue"),
        ("PRIX_NON_CONFORME", "trop cher"),
        ("", "Joignez la cession (Claire Agent)"),
        ("", "Joignez la cession (Paul Autre)"),
        ("", "Joignez la cession"),
    ]
    told = facts(*came(30), *(happening(What.REFUSED, code=code, motif=words) for code, words in said))
    assert [row[:2] for row in table(told, "rejets").rows] == [
        ("Joignez la cession", 3),
        ("doublon", 2),
        ("montants ou TVA faux", 2),
        ("le prix n'est pas conforme", 1),
    ]


def test_a_bordereau_that_came_back_has_one_line_whichever_mandat_was_at_fault() -> None:
    told = facts(
        *(happening(What.MANDAT_REFUSED, code="", motif=f"à cause d'un autre mandat (n° {rank})") for rank in (2, 4)),
        happening(What.MANDAT_REFUSED, code="ERREUR_AUTRE", motif="… Hélios : « 1971 - Compte fonction » (ligne 1)"),
        happening(What.MANDAT_REFUSED, code="ERREUR_AUTRE", motif="… Hélios : « 4242 - Chose inconnue » (ligne 2)"),
        happening(What.MANDAT_REFUSED, code="ERREUR_SIRET", motif="1971 - ce nombre n'est pas le sien"),
    )
    assert [row[:3] for row in table(told, "anomalies-mandats").rows] == [
        ("(non précisé)", "revenu avec un autre mandat de son bordereau", 2),
        ("1971", "La fonction n'a pas lieu d'être avec ce compte.", 1),
        ("4242", "Chose inconnue", 1),
        ("ERREUR_SIRET", "Le SIRET de la collectivité n'est pas celui qu'Hélios connaît.", 1),
    ]


def test_the_suppliers_to_help_are_told_first_and_those_who_do_well_together() -> None:
    told = facts(
        *came(4),
        *came(2, **OTHER),
        *came(3, supplier="Sans reproche", supplier_siren="1"),
        happening(What.REFUSED, motif="x"),
        happening(What.REFUSED, motif="x", **OTHER),
        happening(What.SENT_BACK, motif="x", **OTHER, amount=D("7.00")),
    )
    assert rows(told, "rejets-fournisseurs") == [
        ("Énergie du Val", 2, 2, D("107.00"), D("1.0000")),
        ("Enrobés du Lac", 4, 1, D("100.00"), D("0.2500")),
        ("autres (1)", 3, 0, D("0.00"), D("0.0000")),
        ("Total", 9, 3, D("207.00"), D("0.3333")),
    ]


def test_what_the_comptable_sends_back_is_a_share_of_what_was_sent() -> None:
    told = facts(
        *(happening(What.MANDAT_SENT, f"M{rank}") for rank in range(25)),
        happening(What.MANDAT_SENT, "M1"),  # it left again: still one mandat
        happening(What.MANDAT_HELD, "M1", code="05", motif="pièce manquante"),
        happening(What.MANDAT_REJECTED, "M1", code="05", motif="pièce manquante"),
        happening(What.MANDAT_REJECTED, "M2", code="07", motif="compte faux", amount=D("30.00")),
    )
    assert rows(told, "rejets-comptable") == [
        ("05", "pièce manquante", 1, 1, 2, D("200.00"), D("0.0400")),
        ("07", "compte faux", 0, 1, 1, D("30.00"), D("0.0400")),
        ("Total", "", 1, 2, 3, D("230.00"), D("0.0800")),
    ]
    found = table(told, "rejets-comptable")
    assert "contrôle hiérarchisé" in found.definition
    assert "transmis : 25" in found.population
    assert found.warnings == ()


def test_anomalies_are_told_by_code_and_by_what_it_means() -> None:
    told = facts(
        *(happening(What.FLUX_SENT, f"X{rank}") for rank in range(4)),
        happening(What.FLUX_REFUSED, "X0", code="ERREUR_SIRET"),
        happening(What.FLUX_REFUSED, "X1", code="ERREUR_SIRET"),
        happening(What.FLUX_REFUSED, "X2", code="TDT"),
        *(happening(What.MANDAT_SENT, f"M{rank}") for rank in range(10)),
        happening(What.MANDAT_REFUSED, "M1", code="1971", motif="1971 - Compte fonction présent à tort"),
        happening(What.MANDAT_REFUSED, "M2", code=""),
        happening(What.MANDAT_REFUSED, "M3", code=""),
    )
    assert rows(told, "anomalies") == [
        ("ERREUR_SIRET", "Le SIRET de la collectivité n'est pas celui qu'Hélios connaît.", 2, D("0.5000")),
        ("TDT", "refusé par le TdT", 1, D("0.2500")),
        ("Total", "", 3, D("0.7500")),
    ]
    assert rows(told, "anomalies-mandats") == [
        ("(non précisé)", "revenu avec un autre mandat de son bordereau", 2, D("200.00"), D("0.2000")),
        ("1971", "La fonction n'a pas lieu d'être avec ce compte.", 1, D("100.00"), D("0.1000")),
        ("Total", "", 3, D("300.00"), D("0.3000")),
    ]
    assert "flux transmis : ensemble (4)" in table(told, "anomalies").warnings[0]


def test_paper_is_told_against_chorus_by_count_and_amount_with_who_sends_it() -> None:
    told = facts(
        *came(3),
        *came(1, origin=Origin.SCAN, amount=D("700.00")),
        *came(1, amount=D("-100.00")),
        *came(2, **OTHER),
    )
    assert rows(told, "origines") == [
        ("Chorus Pro", 5, D("0.8333"), D("500.00"), D("0.4167")),
        ("papier", 1, D("0.1667"), D("700.00"), D("0.5833")),
        ("Total", 6, D("1.0000"), D("1200.00"), D("1.0000")),
    ]
    assert rows(told, "papier-fournisseurs") == [
        ("Enrobés du Lac", 1, D("700.00"), 4, D("0.2500")),
        ("autres (1)", 0, D("0.00"), 2, D("0.0000")),
        ("Total", 1, D("700.00"), 6, D("0.1667")),
    ]


def test_first_pass_is_counted_on_what_was_waited_for() -> None:
    paid = [
        settlement("1"),
        settlement("2", first_pass=False, ttc=D("80.00")),
        settlement("3", service="ECOLES", ttc=D("12.34")),
        settlement("4", after_payment=True),
    ]
    told = facts(settlements=paid)
    assert rows(told, "premier-passage") == [
        ("VOIRIE", 2, 1, D("0.5000"), D("100.00")),
        ("ECOLES", 1, 1, D("1.0000"), D("12.34")),
        ("Total", 3, 2, D("0.6667"), D("112.34")),
    ]
    assert "à part : 1" in table(told, "premier-passage").population


def test_the_money_of_a_double_is_saved_once_somebody_agreed() -> None:
    told = facts(
        happening(What.DUPLICATE, "F1"),
        happening(What.DUPLICATE, "F2", amount=D("900.00")),
        happening(What.DUPLICATE_CONFIRMED, "F1"),
        happening(What.DUPLICATE, "F3", **OTHER),
        happening(What.DUPLICATE, "F4", amount=D("-3.00")),
    )
    assert rows(told, "doublons") == [
        ("Enrobés du Lac", 2, D("1000.00"), 1, D("100.00")),
        ("Énergie du Val", 1, D("100.00"), 0, D("0.00")),
        ("Total", 3, D("1100.00"), 1, D("100.00")),
    ]


def test_alerts_on_accounts_say_how_they_ended() -> None:
    told = facts(
        happening(What.ACCOUNT_ALERT),
        happening(What.ACCOUNT_CLEARED, supplier=""),  # told of the firm, by its SIREN alone
        happening(What.ACCOUNT_ALERT, **OTHER),
        happening(What.ACCOUNT_REFUSED, **OTHER, amount=D("4500.00")),
        happening(What.ACCOUNT_ALERT, "356000000", supplier="", supplier_siren="", count=1),  # told by the register
        happening(What.ACCOUNT_CLEARED, "356000000", supplier="", supplier_siren=""),
        happening(What.ACCOUNT_ALERT, count=2),
    )
    assert rows(told, "comptes-bancaires") == [
        ("Énergie du Val", 1, 0, 1, D("4500.00")),
        ("Enrobés du Lac", 3, 1, 0, D("0.00")),
        ("356000000", 1, 1, 0, D("0.00")),
        ("Total", 5, 2, 1, D("4500.00")),
    ]


def test_a_mandat_without_two_documents_is_held_once() -> None:
    told = facts(
        happening(What.PIECE_MISSING, "M1", code="PJ-FACTURE", amount=D("10.00")),
        happening(What.PIECE_MISSING, "M1", code="PJ-RIB", amount=D("10.00")),
        happening(What.PIECE_MISSING, "M2", code="PJ-RIB", amount=D("5.00")),
        happening(What.PIECE_MISSING, "M3", code="PJ-LOCALE", motif="l'avis du conseil", amount=D("1.00")),
    )
    rib = "le RIB du compte nouveau, que la facture n'écrit pas"
    facture = "la facture ou le mémoire (objet, parties, prix, IBAN)"
    assert [(row[0], *row[2:]) for row in rows(told, "pieces")] == [
        (rib, 2, 2, D("15.00")),
        (facture, 1, 1, D("10.00")),
        ("l'avis du conseil", 1, 1, D("1.00")),
        ("Total", 4, 3, D("16.00")),
    ]
    assert rows(told, "pieces")[0][1] == "CGCT, annexe I, annexe G, I-A"


def test_scans_tell_pages_what_was_held_and_the_sheets_that_were_missed() -> None:
    told = facts(
        happening(What.BATCH_CUT, "L1", count=60),
        happening(What.BATCH_CUT, "L2", count=40),
        happening(What.BATCH_HELD, "L2", count=40),
        happening(What.BATCH_HELD, "L3", count=7),
        happening(What.SHEET_MISSED, "L2", count=2),
    )
    assert [row[1:] for row in rows(told, "numerisation")] == [
        (2, 100, D("0.6667")),
        (2, 47, D("0.6667")),
        (2, None, D("0.0200")),
    ]


MANDATS = (
    line("M1", "2026/011/60612", "120.00", "100.00"),
    line("M1", "2026/011/6156", "60.00", "50.00", count=0),
    line("M2", "2026/21/2188", "1000.00", "1000.00"),
    line("M3", "2026/011/6061", "24.00", "20.00", siret=WATER, service="EAUX"),
)


def test_the_sum_of_lines_is_that_of_mandats_by_budget_by_account_and_by_service() -> None:
    told = facts(*MANDATS)
    assert rows(told, "mandats-budgets") == [  # 22 working days in October 2026
        ("Commune", 2, D("1150.00"), D("30.00"), D("1180.00"), D("0.1")),
        ("Eau", 1, D("20.00"), D("4.00"), D("24.00"), D("0.0")),
        ("Total", 3, D("1170.00"), D("34.00"), D("1204.00"), D("0.1")),
    ]
    assert rows(told, "mandats") == [
        ("Commune", "2026", "21", "2188", 1, D("1000.00"), D("0.00"), D("1000.00")),
        ("Commune", "2026", "011", "60612", 1, D("100.00"), D("20.00"), D("120.00")),
        ("Commune", "2026", "011", "6156", 1, D("50.00"), D("10.00"), D("60.00")),
        ("Eau", "2026", "011", "6061", 1, D("20.00"), D("4.00"), D("24.00")),
        ("Total", "", "", "", 4, D("1170.00"), D("34.00"), D("1204.00")),
    ]
    assert [row[:2] for row in rows(told, "mandats-services")] == [("VOIRIE", 2), ("EAUX", 1), ("Total", 3)]
    assert "(22)" in table(told, "mandats-budgets").definition


def test_the_days_that_are_still_to_come_are_no_working_days_of_a_month_under_way() -> None:
    told = facts(*MANDATS, cutoff=datetime(2026, 10, 2, 18, tzinfo=UTC))
    assert column(table(told, "mandats-services"), "par_jour") == [D("1.0"), D("0.5")]


def test_what_is_taken_back_stays_apart_and_is_told_once() -> None:
    told = facts(
        *MANDATS,
        happening(What.MANDAT_REDUCED, "M9", code="2026/011/60612", amount=D("20.00")),
        happening(What.MANDAT_REDUCED, "M9", code="2026/011/6156", amount=D("5.00"), count=0),
        happening(What.MANDAT_CANCELLED, "M1", code="REDUCTION"),  # the end of what M9 took back
        happening(What.MANDAT_CANCELLED, "M4", code="ABANDON", amount=D("70.00"), siret=WATER),
    )
    assert rows(told, "annulations") == [
        ("Eau", "abandonné avant paiement", 1, D("70.00")),
        ("Commune", "annulation ou réduction", 1, D("25.00")),
        ("Total", "", 2, D("95.00")),
    ]
    assert column(table(told, "mandats-budgets"), "ttc") == [D("1180.00"), D("24.00")]


def test_mandats_without_engagement_are_a_share_of_those_of_their_service() -> None:
    told = facts(
        *MANDATS,
        happening(What.WITHOUT_ENGAGEMENT, "M1", amount=D("180.00")),
        happening(What.WITHOUT_ENGAGEMENT, "M3", amount=D("24.00"), siret=WATER, service="EAUX"),
        line("M4", "2026/012/64111", "8000.00", "8000.00", invoice_id="", service=""),  # payroll
        happening(What.WITHOUT_ENGAGEMENT, "M4", amount=D("8000.00"), invoice_id="", service=""),
    )
    assert rows(told, "engagements") == [
        ("VOIRIE", 1, D("180.00"), 2, D("0.5000")),
        ("EAUX", 1, D("24.00"), 1, D("1.0000")),
        ("Total", 2, D("204.00"), 3, D("0.6667")),
    ]


def test_what_was_done_in_the_year_before_is_the_list_of_january() -> None:
    done = date(2026, 12, 20)
    told = facts(
        line("M1", "2027/011/60612", "120.00", "120.00", on=done),
        line("M1", "2027/011/6156", "30.00", "30.00", on=done, count=0),
        line("M2", "2026/011/60612", "50.00", "50.00", on=done),  # journée complémentaire: of the same exercice
        line("M3", "2027/011/60612", "60.00", "60.00", on=date(2027, 1, 4)),
        line("M4", "2027/21/2188", "70.00", "70.00", on=done),  # investment is carried over
        line("M5", "2027/011/60612", "80.00", "80.00"),
        of=period("2027-01"),
    )
    assert rows(told, "rattachements") == [
        ("VOIRIE", "Enrobés du Lac", 1, D("150.00")),
        ("Total", "", 1, D("150.00")),
    ]


def test_what_is_still_to_attach_is_told_at_the_end_of_the_year_only() -> None:
    stock = [
        stay("F1", Stage.SERVICE_FAIT),
        stay("F2", Stage.LIQUIDATED, ttc=D("20.00")),
        stay("F3", Stage.REJECTED, ttc=D("3.00"), **OTHER),
        stay("F4", Stage.IN_VISA),
        stay("F5", Stage.TO_SIGN),
        stay("F6", Stage.SENT),
        stay("F7", Stage.SERVICE_FAIT, ttc=D("-9.00")),
    ]
    for month in ("2026-12", "2026-T4", "2026"):
        assert rows(facts(of=period(month), stock=stock), "a-rattacher") == [
            ("VOIRIE", "Enrobés du Lac", 2, D("120.00")),
            ("VOIRIE", "Énergie du Val", 1, D("3.00")),
            ("Total", "", 3, D("123.00")),
        ], month
    assert rows(facts(stock=stock), "a-rattacher") == []
