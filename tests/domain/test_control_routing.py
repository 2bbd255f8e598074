"""Routing: for us, for which service, against which engagement and marché; Chorus Pro's rules, or ours over them."""

from dataclasses import replace
from typing import Any

import pytest

from dematfin.domain.finding import Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.controls import Known
from dematfin.domain.invoice.invoice import routed
from dematfin.domain.registers import Imputation, LocalRules, ServiceRule, StructureRules, chapter_of
from domain.controlled import GOOD, codes, findings
from examples import CCAS, COMMUNE, engagement, invoice, tiers

BLOCKING, WARNING = Severity.BLOCKING, Severity.WARNING
PLAIN = StructureRules(
    id=COMMUNE,
    name="COMMUNE DE VALBRUME",
    services={"SCOLAIRE": ServiceRule(name="Écoles"), "VOIRIE": ServiceRule(name="Voirie", engagement_required=True)},
)


def under(rules: StructureRules | None, **changes: Any) -> Known:
    return replace(GOOD, rules=rules, **changes)


@pytest.mark.parametrize(
    ("known", "changes", "code"),
    [
        (replace(GOOD, ours=False), {}, "ROUTE-SIRET-UNKNOWN"),
        (GOOD, {"service_code": ""}, "ROUTE-SERVICE-MISSING"),
        (GOOD, {"service_code": "INCONNU"}, "ROUTE-SERVICE-UNKNOWN"),
        (GOOD, {"service_code": "FERME"}, "ROUTE-SERVICE-CLOSED"),
        (replace(GOOD, engagement=None), {}, "ROUTE-ENG-UNKNOWN"),
        (replace(GOOD, engagement=engagement(open=False)), {}, "ROUTE-ENG-CLOSED"),
        (replace(GOOD, engagement=engagement(tiers="F00999")), {}, "ROUTE-ENG-SUPPLIER"),
        (replace(GOOD, engagement=engagement(marche="2025-17")), {"marche": "2024-03"}, "ROUTE-MARCHE"),
    ],
)
def test_a_wrong_address_is_sent_back_to_be_recycled(known: Known, changes: dict[str, str], code: str) -> None:
    """AIFE: what is wrong in the addressee is A_RECYCLER, never REJETEE."""
    found = findings(invoice(**changes), known)
    assert list(found) == [code]
    assert (found[code].severity, found[code].proposal) == (BLOCKING, SupplierStatus.RECYCLED)


def test_nothing_is_said_of_services_before_the_structures_are_imported() -> None:
    assert codes(invoice(service_code="INCONNU"), under(None)) == {}
    assert codes(invoice(), under(None, engagement=None)) == {"ROUTE-ENG-UNKNOWN": BLOCKING}


@pytest.mark.parametrize("service", ["", "SCOLAIRE", "FACTURES_PUBLIQUES"])
def test_a_service_that_nobody_asks_for_may_be_absent(service: str) -> None:
    assert codes(invoice(service_code=service), under(PLAIN)) == {}


def test_a_service_may_demand_an_engagement_of_its_own() -> None:
    assert codes(invoice(service_code="VOIRIE", engagement=""), under(PLAIN)) == {"ROUTE-ENG-MISSING": BLOCKING}
    assert codes(invoice(service_code="SCOLAIRE", engagement=""), under(PLAIN)) == {"ROUTE-ENG-MISSING": WARNING}


@pytest.mark.parametrize(
    ("local", "service", "severity"),
    [
        (LocalRules(engagement_required=True), "SCOLAIRE", BLOCKING),
        (LocalRules(engagement_required=False), "VOIRIE", WARNING),
        (LocalRules(services={"VOIRIE": False}), "VOIRIE", WARNING),
        (LocalRules(services={"SCOLAIRE": True}), "SCOLAIRE", BLOCKING),
        (LocalRules(services={"SCOLAIRE": True}), "VOIRIE", BLOCKING),
        (LocalRules(engagement_required=True, services={"SCOLAIRE": False}), "SCOLAIRE", WARNING),
        (LocalRules(), "VOIRIE", BLOCKING),
    ],
)
def test_our_own_rules_go_before_those_of_the_platform(local: LocalRules, service: str, severity: Severity) -> None:
    found = findings(invoice(service_code=service, engagement=""), under(local.over(PLAIN)))["ROUTE-ENG-MISSING"]
    assert found.severity is severity
    if severity is BLOCKING:
        ours = local != LocalRules() and not (service == "VOIRIE" and "VOIRIE" not in local.services)
        assert ("configuration" in found.sentence) == ours


def test_a_service_may_be_demanded_or_excused_here() -> None:
    demanded = LocalRules(service_required=True).over(PLAIN)
    found = findings(invoice(service_code=""), under(demanded))["ROUTE-SERVICE-MISSING"]
    assert "règle de la configuration" in found.sentence
    excused = LocalRules(service_required=False).over(replace(PLAIN, service_required=True))
    assert codes(invoice(service_code=""), under(excused)) == {}
    assert codes(invoice(service_code="INCONNU"), under(excused)) == {"ROUTE-SERVICE-UNKNOWN": BLOCKING}


@pytest.mark.parametrize("local", [LocalRules(), LocalRules(service_required=False)])
def test_service_or_engagement_is_asked_for_until_the_configuration_says_otherwise(local: LocalRules) -> None:
    rules = local.over(replace(PLAIN, either_required=True))
    found = codes(invoice(service_code="", engagement=""), under(rules))
    assert ("ROUTE-SERVICE-MISSING" in found) == (local == LocalRules())


def test_what_an_agent_corrected_is_what_is_checked() -> None:
    wrong = invoice(service_code="INCONNU", engagement="")
    assert codes(routed(wrong, "SCOLAIRE", "BC26-00077", "")) == {}
    assert "ROUTE-SERVICE-UNKNOWN" in codes(wrong)


@pytest.mark.parametrize("cited", ["2025-17", "2025/17", "Marché 2025-17", "2025-17 lot 2", "", " - "])
def test_a_marche_is_recognised_however_it_is_written(cited: str) -> None:
    assert codes(invoice(marche=cited), replace(GOOD, engagement=engagement(marche="2025-17"))) == {}


def test_a_marche_is_compared_only_when_the_engagement_has_one() -> None:
    assert codes(invoice(marche="2024-03")) == {}


def test_an_engagement_of_the_firm_s_other_site_is_good() -> None:
    known = replace(GOOD, tiers=(tiers(), tiers(id="F00999")), engagement=engagement(tiers="F00999"))
    assert codes(invoice(), known) == {}


def test_the_motif_says_which_reference_is_wrong() -> None:
    assert "« INCONNU »" in findings(invoice(service_code="INCONNU"))["ROUTE-SERVICE-UNKNOWN"].motif
    assert "« BC9 »" in findings(invoice(engagement="BC9"), replace(GOOD, engagement=None))["ROUTE-ENG-UNKNOWN"].motif
    assert CCAS in findings(invoice(siret=CCAS), replace(GOOD, ours=False))["ROUTE-SIRET-UNKNOWN"].motif


@pytest.mark.parametrize(
    ("nature", "chapter"),
    [
        ("60632", "011"), ("6156", "011"), ("6261", "011"), ("6351", "011"), ("6331", "012"), ("64111", "012"),
        ("65313", "65"), ("65861", "6586"), ("66111", "66"), ("6718", "67"), ("7391171", "014"), ("2031", "20"),
        ("2041582", "204"), ("2188", "21"), ("2313", "23"), ("1641", "16"), ("", ""), ("9", ""), ("6218", "012"),
    ],
)  # fmt: skip
def test_chapters_of_the_m57(nature: str, chapter: str) -> None:
    assert chapter_of(nature) == chapter
    assert Imputation(nature=nature).chapitre == chapter
    assert Imputation(nature=nature, chapter="900").chapitre == "900"
