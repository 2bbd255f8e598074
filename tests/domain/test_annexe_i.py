"""What each mandat must carry: the table is whole, and every rule of it fires when its document is not there."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

import pytest

from dematfin.domain.delay.dgp import delay
from dematfin.domain.finding import Severity
from dematfin.domain.mandat.annexe_i import RULES, Rule
from dematfin.domain.mandat.justify import PieceRules, cases, missing, rubrique
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Line, Mandat, Share
from dematfin.domain.mandat.pieces import Piece, PieceKind
from dematfin.domain.mandat.rubriques import Case, Rubrique
from dematfin.domain.registers import Imputation
from examples import COMMUNE, attachment, tiers

USUAL: Final = PieceRules()
MANDAT: Final = Mandat(
    id="M2026-000001",
    siret=COMMUNE,
    exercice=2026,
    tiers=tiers(),
    label="Facture F-1",
    reference="F-1",
    dgp=delay(date(2026, 2, 22), None, 30),
    lines=(Line(number=1, imputation=Imputation(nature="60632"), amount=Decimal(120)),),
    shares=(Share(invoice_id="F2026-000001", amount=Decimal(120)),),
    pieces=(),
    amount=Decimal(120),
)


def piece(kind: PieceKind, number: int = 1) -> Piece:
    return Piece(
        id=f"PJ{kind}{number}",
        invoice_id="F2026-000001",
        name=f"{kind}.pdf",
        media_type="application/pdf",
        description=kind,
        document=attachment(f"{kind}{number}.pdf").document,
        kind=kind,
    )


def lacks(rule: Rule, *kinds: PieceKind, rules: PieceRules = USUAL) -> set[str]:
    mandat = replace(MANDAT, rubrique=rule.rubriques[0])
    findings, _ = missing(mandat, rule.when, [piece(kind, n) for n, kind in enumerate(kinds)], rules)
    return {one.code for one in findings}


def test_the_table_names_each_rule_once() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert {under for rule in RULES for under in rule.rubriques} == set(Rubrique)
    for rule in RULES:
        assert not rule.when & rule.unless
        assert rule.article
        assert rule.lacks.startswith(("le ", "la ", "l'", "ce "))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_asks_for_its_document_and_for_no_more(rule: Rule) -> None:
    assert rule.id in lacks(rule)
    for kind in rule.kinds:
        assert rule.id not in lacks(rule, *[kind] * rule.count)
    if rule.count > 1:
        assert rule.id in lacks(rule, rule.kinds[0])
    assert (rule.id not in lacks(rule, PieceKind.CERTIFICAT)) is rule.certificate


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_what_was_not_read_in_the_text_blocks_on_demand_only(rule: Rule) -> None:
    mandat = replace(MANDAT, rubrique=rule.rubriques[0])
    for rules, blocks in ((USUAL, rule.verified), (PieceRules(strict=True), True)):
        (found,) = (one for one in missing(mandat, rule.when, (), rules)[0] if one.code == rule.id)
        assert (found.severity is Severity.BLOCKING) is blocks
        assert f"Mandat {mandat.id} (facture F2026-000001) : il manque {rule.lacks}." in found.sentence
        assert f"--nature {rule.kinds[0].lower()}" in found.sentence


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_convention_dispenses_from_one_document_and_says_so(rule: Rule) -> None:
    waiver = f"{rule.rubriques[0]}:{rule.kinds[-1]}"
    mandat = replace(MANDAT, rubrique=rule.rubriques[0])
    findings, used = missing(mandat, rule.when, (), PieceRules(waived=frozenset({waiver}), convention="Convention"))
    assert rule.id not in {one.code for one in findings}
    assert waiver in used


def test_a_mandat_is_presented_as_it_shows_itself_unless_the_ordonnateur_chose() -> None:
    assert rubrique(MANDAT) is Rubrique.SIMPLE
    assert rubrique(replace(MANDAT, marche="2025-17")) is Rubrique.WRITTEN
    assert rubrique(replace(MANDAT, marche="2025-17", rubrique="411")) is Rubrique.SIMPLE


def test_the_cases_are_told_from_the_mandat() -> None:
    assert cases(MANDAT) == frozenset()
    whole = replace(
        MANDAT,
        marche="2025-17",
        subcontract="202517:F1",
        assignment="C2026-0001",
        kind=MandatKind.REDUCTION,
        shares=(*MANDAT.shares, Share(invoice_id="F2026-000002", amount=Decimal(-20))),
        cases=("solde",),
    )
    assert cases(whole) == {
        Case.MARCHE,
        Case.SUBCONTRACTOR,
        Case.FACTOR,
        Case.REDUCTION,
        Case.CREDIT_NOTE,
        Case.BALANCE,
    }


def test_a_contract_is_asked_for_by_its_marche() -> None:
    mandat = replace(MANDAT, marche="2025-17")
    findings, _ = missing(mandat, frozenset({Case.MARCHE, Case.FIRST_PAYMENT}), [piece(PieceKind.FACTURE)], USUAL)
    assert [one.code for one in findings] == ["PJ-CONTRAT-412", "PJ-NOTIFICATION"]
    assert "dematfin pieces joindre --marche 2025-17 FICHIER --nature contrat" in findings[0].sentence
