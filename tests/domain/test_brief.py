"""The few lines of Monday, against figures counted by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from typing import Any

from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.report.brief import Monday, brief
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.period import Period, period
from dematfin.domain.tally.happening import Happening, What
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stage import Stage
from dematfin.domain.tally.stay import Stay
from examples import COMMUNE, SUPPLIER

NOW = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)  # a Monday
WEEK = Period(key="2026-03-02", label="du 02/03/2026 au 08/03/2026", first=date(2026, 3, 2), last=date(2026, 3, 8))
RATES = {"2026-S1": Decimal("10.15")}


def came(place: int, what: What, amount: str, **other: Any) -> Happening:
    usual = Happening(id=f"{place}.0", at=NOW, what=what, about=f"F2026-{place:06d}", amount=Decimal(amount))
    return replace(usual, **other)


def settled(place: int, start: date, paid_on: date, ttc: str = "100.00", **changes: Any) -> Settlement:
    usual = Settlement(
        id=f"M2026-{place:06d}", known_at=NOW, invoice_id=f"F2026-{place:06d}", number=f"F-{place}", siret=COMMUNE,
        service="VOIRIE", supplier="PAPETERIE DU LAC", supplier_siren=SUPPLIER[:9], origin=Origin.CHORUS,
        ttc=Decimal(ttc), gross_start=start, start=start, deadline=start, days=30, true_start=start, mandated_on=start,
        paid_on=paid_on, late_base=Decimal(ttc), first_pass=True,
    )  # fmt: skip
    return replace(usual, **changes)


def waits(place: int, deadline: date, ttc: str, service: str = "VOIRIE", stage: Stage = Stage.IN_VISA) -> Stay:
    return Stay(
        id=f"{place}", invoice_id=f"F2026-{place:06d}", stage=stage, since=NOW, siret=COMMUNE, service=service,
        supplier="PAPETERIE DU LAC", supplier_siren=SUPPLIER[:9], number=f"F-{place}", origin=Origin.CHORUS,
        ttc=Decimal(ttc), start=deadline, deadline=deadline, true_start=deadline,
    )  # fmt: skip


STOCK = (
    waits(1, date(2026, 3, 10), "10000.00"),
    waits(2, date(2026, 3, 16), "240.00", "<ÉCO\n- LES>"),  # the fifth working day: still in time on the 16th
    waits(3, date(2026, 3, 17), "500.00"),  # the sixth
    waits(4, date(2026, 3, 1), "365.00", ""),  # late by eight days
    waits(5, date(2026, 3, 1), "900.00", stage=Stage.INTERRUPTED),
    waits(6, date(2026, 3, 1), "-50.00"),
)
PAID = (
    settled(1, date(2026, 1, 5), date(2026, 2, 4)),  # 30 days: in time
    settled(2, date(2026, 1, 5), date(2026, 2, 5), "200.00"),  # 31
    settled(3, date(2026, 2, 1), date(2026, 2, 11)),  # 10
    settled(4, date(2025, 1, 1), date(2026, 2, 1), after_payment=True),
)
HAPPENED = (
    came(1, What.CAME, "120.00"),
    came(2, What.CAME, "60.50"),
    came(3, What.REFUSED, "60.50"),
    came(4, What.SENT_BACK, "10.00"),
    came(5, What.MANDATED, "1234.50"),
    came(5, What.MANDATED, "65.50", count=0),
    came(6, What.MANDAT_HELD, "1.00"),
    came(8, What.MANDAT_REJECTED, "3.00"),
    came(9, What.MANDAT_REFUSED, "5.00"),
    came(10, What.CAME, "-9.00"),
)


def told(
    stock: tuple[Stay, ...] = STOCK, paid: tuple[Settlement, ...] = PAID, rates: dict[str, Decimal] = RATES
) -> list[str]:
    monday = Monday(
        week=Facts(period=WEEK, cutoff=NOW, settlements=paid[:1] + paid[3:], happenings=HAPPENED),
        now=Facts(period=period("2026-03"), cutoff=NOW, stock=stock, rates=rates),
        month=Facts(period=period("2026-02"), cutoff=NOW, settlements=paid),
    )
    sections = brief(monday, "https://visa.valbrume.test")
    return [text for one in sections for text in (one.title, *(line[0].replace("\xa0", " ") for line in one.lines))]


def test_the_lines_counted_by_hand() -> None:
    """1: six days of 10 000 at 10.15 % are 16.68, and 40; 4: seven more days of 365 are 0.71 (1.52 less 0.81)."""
    assert told() == [
        "Ce qui a changé, du 02/03/2026 au 08/03/2026",
        "Factures reçues : 2, 180,50 €",  # the credit note apart
        "Factures refusées ou renvoyées au fournisseur : 2, 70,50 €",
        "Mandats émis : 1, 1 300,00 €",  # one, of two lines
        "Mandats payés : 1, 100,00 €",
        "Mandats rejetés ou refusés au guichet : 2, 8,00 €",
        "À surveiller, au 09/03/2026 à 07:30",
        "Délai légal qui finit dans les 5 jours ouvrés : 2 factures, 10 240,00 € (<ÉCO - LES> : 1, VOIRIE : 1)",
        "Délai légal dépassé, à payer : 1 facture, 365,00 € (sans service : 1)",
        "Si rien n'est fait cette semaine : 1 facture de plus en retard, 57,39 € d'intérêts.",
        "Délai de paiement, février 2026",
        "Délai global moyen : 23,7 j, sur 3 mandats ; moins de 20 mandats, cela dit peu",
        "Payés au-delà de 30 jours : 1 mandat, soit 33,3 % (objectif national : 20 % au plus)",
        "Tous les chiffres, tableau par tableau",
    ]


def test_nothing_waits_and_nothing_was_paid() -> None:
    lines = told((), ())
    assert "Délai légal qui finit dans les 5 jours ouvrés : aucune facture" in lines
    assert "Si rien n'est fait cette semaine : aucune facture de plus en retard, aucun intérêt." in lines
    assert lines[-2] == "Aucun mandat payé"


def test_a_rate_that_nobody_entered_is_asked_for() -> None:
    lines = told(rates={})
    assert "Si rien n'est fait cette semaine : 1 facture de plus en retard, des intérêts dont le taux manque." in lines
    assert any(
        line.startswith("Le taux des intérêts moratoires du 1er semestre 2026 n'est pas connu") for line in lines
    )


def test_the_order_of_facts_is_nothing() -> None:
    expected = told()
    assert all(told(stock=stock) == expected for stock in permutations(STOCK))
