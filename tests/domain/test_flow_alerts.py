"""Late acquits, flows in doubt or forgotten, silence of the comptable: who is told, when, and with what insistence."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.figures.alerts import alerts
from dematfin.domain.figures.flow_alerts import of_flows
from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.figures.overview import overview
from dematfin.domain.mandat.closure import Closure
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import MandatState
from dematfin.domain.mandat.reason import Reason, Speaker
from domain.flights import FRIDAY_EVENING, MONDAY, flux, holdings, mandat


def told(held: Holdings, now: datetime = MONDAY) -> list[str]:
    return list(of_flows(held, now))


def sent(number: int, hours: float, state: FluxState = FluxState.TRANSMITTED, now: datetime = MONDAY) -> Flux:
    return flux(number, state, sent_at=now - timedelta(hours=hours))


WEDNESDAY = MONDAY + timedelta(days=2)


@pytest.mark.parametrize(
    ("hours", "begins"),
    [
        (3.9, None),
        (4, "Pour information. "),
        (23.9, "Pour information. "),
        (24, "Acquits"),
        (47.9, "Acquits"),
        (48, "URGENT. "),
    ],
)
def test_a_late_acquit_is_told_with_more_and_more_insistence(hours: float, begins: str | None) -> None:
    found = told(holdings((sent(1, hours, now=WEDNESDAY),)), WEDNESDAY)
    assert [one.startswith(begins or "?") for one in found] == ([True] if begins else [])


def test_friday_evening_is_no_alarm_on_monday_morning() -> None:
    (line,) = told(holdings((flux(1, sent_at=FRIDAY_EVENING),)))
    assert line.startswith("Pour information. ")
    (line,) = told(holdings((flux(1, sent_at=FRIDAY_EVENING),)), MONDAY + timedelta(days=1))
    assert line.startswith("Acquits")


def test_what_waits_for_a_closed_helios_is_not_late() -> None:
    closed = Closure(start=MONDAY, end=MONDAY + timedelta(hours=40))
    waiting = flux(2, FluxState.SIGNED)
    held = holdings((sent(1, 50, now=WEDNESDAY), waiting), waiting_since={waiting.id: MONDAY}, closures=(closed,))
    (line,) = told(held, WEDNESDAY)
    assert line.startswith("Pour information. Acquits")
    assert len(told(replace(held, closures=()), WEDNESDAY)) == 2


def test_when_all_flows_are_late_it_is_a_breakdown_told_once() -> None:
    old = sent(9, 90, FluxState.ACKNOWLEDGED, WEDNESDAY)
    (line,) = told(holdings((sent(1, 40, now=WEDNESDAY), sent(2, 30, now=WEDNESDAY), old)), WEDNESDAY)
    assert f"2 flux attendent, d'abord {flux(1).id}" in line
    assert "panne ou fermeture du TdT ou d'Hélios" in line
    assert "ne renvoyez rien" in line


def test_one_flow_that_others_overtake_has_a_wrong_address_or_a_refused_answer() -> None:
    later = sent(2, 10, FluxState.ACKNOWLEDGED, WEDNESDAY)
    (line,) = told(holdings((sent(1, 40, now=WEDNESDAY), later)), WEDNESDAY)
    assert line.startswith(f"Flux {flux(1).id} : pas d'acquit depuis 40 h")
    assert "IdPost" in line
    assert "dépôt n° 1001" in line
    assert f"dematfin flux voir {flux(1).id}" in line
    assert "panne" not in line


def test_an_overtaken_flow_and_a_later_one_are_told_apart() -> None:
    found = told(
        holdings(
            (sent(1, 47, now=WEDNESDAY), sent(2, 40, FluxState.ACKNOWLEDGED, WEDNESDAY), sent(3, 30, now=WEDNESDAY))
        ),
        WEDNESDAY,
    )
    assert [flux(1).id in found[0], "panne" in found[0]] == [True, False]
    assert [flux(3).id in found[1], "panne" in found[1]] == [True, True]
    assert len(found) == 2


@given(
    st.lists(st.tuples(st.integers(1, 60), st.booleans()), max_size=8),
)
def test_each_late_flow_is_told_once_alone_or_in_the_one_breakdown(rows: list[tuple[int, bool]]) -> None:
    flows = tuple(
        sent(number, hours, FluxState.ACKNOWLEDGED if done else FluxState.TRANSMITTED, WEDNESDAY)
        for number, (hours, done) in enumerate(rows, start=1)
    )
    found = told(holdings(flows), WEDNESDAY)
    left = {one.id: hours for one, (hours, done) in zip(flows, rows, strict=True) if not done and hours >= 4}
    youngest = min((hours for hours, done in rows if done), default=99)
    together = {key for key, hours in left.items() if hours <= youngest}
    breakdowns = [one for one in found if "panne" in one]
    assert len(breakdowns) == bool(together)
    assert sorted(key for key in left for one in found if f"Flux {key} :" in one) == sorted(left.keys() - together)
    if breakdowns and len(together) > 1:
        assert f"{len(together)} flux attendent" in breakdowns[0]
    assert len(found) == len(left) - len(together) + bool(together)


def test_closures_that_overlap_are_counted_once() -> None:
    first = Closure(start=MONDAY, end=MONDAY + timedelta(hours=20))
    second = Closure(start=MONDAY + timedelta(hours=10), end=MONDAY + timedelta(hours=22))
    held = holdings((sent(1, 48, now=WEDNESDAY),), closures=(second, first, first))
    (line,) = told(held, WEDNESDAY)
    assert line.startswith("Acquits")  # 26 hours of work, neither 6 nor 48


def test_a_flow_in_doubt_is_told_with_its_age() -> None:
    (line,) = told(
        holdings((flux(1, FluxState.TO_VERIFY, sending_since=MONDAY - timedelta(hours=5), message="Réponse perdue"),))
    )
    doubt = f"Flux {flux(1).id} : à vérifier depuis 5 h, on ne sait pas s'il est arrivé au TdT. Réponse perdue."
    assert line == f"{doubt} Il n'est pas à refaire : demandez ce qu'il devient (dematfin suivi)."


def test_the_word_of_the_tdt_on_a_flow_it_holds_is_told() -> None:
    (line,) = told(holdings((flux(1, sent_at=MONDAY, message="Il attend d'être signé sur S²LOW."),)))
    assert "Il attend d'être signé sur S²LOW. Voyez le portail du TdT. S'il n'y est plus : dematfin" in line


@pytest.mark.parametrize(("hours", "number"), [(23, 0), (25, 1)])
def test_a_signed_flow_left_lying_is_told_after_a_day_of_work(hours: int, number: int) -> None:
    waiting = flux(1, FluxState.SIGNED)
    held = holdings((waiting,), waiting_since={waiting.id: WEDNESDAY - timedelta(hours=hours)})
    found = told(held, WEDNESDAY)
    assert len(found) == number
    assert all("signé depuis 25 h, pas encore transmis. Lancez" in one for one in found)
    assert told(holdings((waiting,)), WEDNESDAY) == []


def test_the_silence_of_the_comptable_is_one_line_for_information() -> None:
    flows = (sent(1, 11 * 24, FluxState.ACKNOWLEDGED), sent(2, 24, FluxState.ACKNOWLEDGED))
    mandats = (mandat(1), mandat(2), mandat(3, state=MandatState.PAID), mandat(4, sheet=2))
    (line,) = told(holdings(flows, mandats))
    assert line.startswith("Pour information. 2 mandats acquittés depuis plus de 10 jours")
    assert "M2026-000001, depuis 11 jours" in line
    assert "PES_Retour" in line


def test_the_picture_puts_what_is_urgent_first_and_information_last() -> None:
    flows = (sent(1, 11 * 24, FluxState.ACKNOWLEDGED), sent(2, 5 * 24), flux(3, FluxState.REFUSED_BY_TDT))
    back = mandat(3, sheet=3, state=MandatState.REFUSED_AT_GATE)
    drawn = overview("Valbrume", MONDAY, holdings(flows, (mandat(1), back)), small=False)
    assert [one.split(" ")[0] for one in drawn.alerts] == ["URGENT.", "Flux", "Pour"]


def test_a_refused_flow_is_told_until_its_mandats_are_taken_up_or_given_up() -> None:
    refused = flux(3, FluxState.REFUSED_BY_TDT, message="virus")
    back = mandat(3, sheet=3, state=MandatState.REFUSED_AT_GATE)
    (line,) = told(holdings((refused,), (back,)))
    assert line.startswith(f"Flux {refused.id} : refusé par le TdT. virus. Corrigez, puis")
    for state in (MandatState.PREPARED, MandatState.IN_BORDEREAU, MandatState.PAID, MandatState.CANCELLED):
        assert told(holdings((refused,), (replace(back, state=state),))) == []


def test_a_mandat_on_hold_is_told_with_its_day() -> None:
    held = mandat(1, state=MandatState.ON_HOLD, reason="pièce manquante", held_on=FRIDAY_EVENING.date())
    (line,) = alerts(holdings((sent(1, 1, FluxState.ACKNOWLEDGED),), (held,)), MONDAY)
    assert "en instance depuis le 27/02/2026 : pièce manquante" in line


def reason(text: str, domain: int | None) -> Reason:
    return Reason(speaker=Speaker.GATE, text=text, domain=domain)


def test_a_refused_bordereau_is_one_alert_with_the_reasons_of_those_that_have_any() -> None:
    refused = MandatState.REFUSED_AT_GATE
    own = mandat(2, state=refused, reason="1971 - compte", reasons=(reason("1971 - compte", 5),))
    rest = [mandat(n, state=refused, reason="à cause du n° 2", reasons=(reason("…", None),)) for n in (1, 3)]
    flows = (sent(1, 1, FluxState.ACKNOWLEDGED),)
    (line,) = alerts(holdings(flows, (rest[0], own, rest[1])), MONDAY)
    assert line.startswith("Bordereau COMMUNE-2026-1 refusé au guichet, 3 mandats : 1971 - compte. Voyez M2026-000002")
    assert line.endswith("dematfin bordereau reprendre COMMUNE-2026-1")
    (alone,) = alerts(holdings(flows, (own,)), MONDAY)
    assert alone.startswith("Mandat M2026-000002 (n° 2)")


def test_a_flow_that_the_tdt_refused_is_one_alert_until_another_takes_its_place() -> None:
    refused = flux(1, FluxState.REFUSED_BY_TDT, message="SIRET inconnu")
    held = holdings((refused,), (mandat(1, state=MandatState.REFUSED_AT_GATE, reason="SIRET inconnu"),))
    (line,) = alerts(held, MONDAY)
    assert "refusé par le TdT. SIRET inconnu. Corrigez" in line
    assert line.endswith("dematfin bordereau reprendre COMMUNE-2026-1")
    assert list(alerts(holdings((refused,), (mandat(1, state=MandatState.PREPARED),)), MONDAY)) == []  # taken up
    again = flux(9, FluxState.ACKNOWLEDGED, bordereaux=refused.bordereaux, sent_at=MONDAY)
    assert list(alerts(holdings((refused, again)), MONDAY)) == []


def test_documents_that_the_tdt_refused_are_told_until_they_left_otherwise() -> None:
    refused = flux(1, FluxState.REFUSED_BY_TDT, bordereaux=(), pieces=("P1",))
    (line,) = alerts(holdings((refused,)), MONDAY)
    assert line.endswith("dematfin bordereau envoyer-pieces MANDAT")
    again = flux(2, sent_at=MONDAY, bordereaux=(), pieces=("P1", "P2"))
    assert list(alerts(holdings((refused, again)), MONDAY)) == []
