"""What a mandat still has to carry, by annexe I of the CGCT and by what the comptable has agreed to do without."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.mandat.annexe_i import RULES, Rule
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece, PieceKind
from dematfin.domain.mandat.rubriques import SAID, Case, Rubrique
from dematfin.domain.money import ZERO

ABOUT_MARCHE: Final = frozenset({PieceKind.CONTRAT, PieceKind.NOTIFICATION, PieceKind.CONVENTION})
"""Given once for the whole marché."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceRules:
    """What this collectivité and its comptable agreed on.

    Attributes:
        strict: what was not verified in the text blocks too.
        waived: `<rubrique>:<kind of document>`, by the convention with the comptable, `convention`.
        under_way: marchés begun before dematfin, normalised: the comptable has their contract.
    """

    strict: bool = False
    waived: frozenset[str] = field(default_factory=frozenset)
    convention: str = ""
    under_way: frozenset[str] = field(default_factory=frozenset)


def rubrique(mandat: Mandat) -> Rubrique:
    """Return the sub-heading of a mandat: the one that was chosen, or that of what it pays."""
    if mandat.rubrique:
        return Rubrique(mandat.rubrique)
    return Rubrique.WRITTEN if mandat.marche else Rubrique.SIMPLE


def cases(mandat: Mandat) -> frozenset[Case]:
    """Return what is so of a mandat, as far as it shows it itself or a person said it."""
    shown = {
        Case.MARCHE: bool(mandat.marche),
        Case.SUBCONTRACTOR: bool(mandat.subcontract),
        Case.FACTOR: bool(mandat.assignment),
        Case.CREDIT_NOTE: any(share.amount < ZERO for share in mandat.shares),
        Case.AFTER_PAYMENT: mandat.kind is MandatKind.AFTER_PAYMENT,
        Case.REDUCTION: mandat.kind is MandatKind.REDUCTION,
        **{one: one in mandat.cases for one in SAID},
    }
    return frozenset(case for case, holds in shown.items() if holds)


def missing(
    mandat: Mandat, so: frozenset[Case], pieces: Iterable[Piece], rules: PieceRules
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Return what a mandat lacks, and which agreed dispenses it uses.

    `so` is what is so of it; what blocks keeps it out of a bordereau.
    """
    there = Counter(piece.kind for piece in pieces)
    findings, used = [], []
    for rule in _applicable(rubrique(mandat), so):
        if _carried(rule, there):
            continue
        if waiver := next((key for key in _keys(rule, rubrique(mandat)) if key in rules.waived), ""):
            used.append(waiver)
        else:
            findings.append(_finding(mandat, rule, rules))
    return tuple(findings), tuple(used)


def _applicable(under: Rubrique, so: frozenset[Case]) -> Iterator[Rule]:
    return (rule for rule in RULES if under in rule.rubriques and rule.when <= so and not rule.unless & so)


def _carried(rule: Rule, there: Counter[PieceKind]) -> bool:
    kinds = (*rule.kinds, PieceKind.CERTIFICAT) if rule.certificate else rule.kinds
    return sum(there[kind] for kind in kinds) >= rule.count


def _keys(rule: Rule, under: Rubrique) -> Iterator[str]:
    return (f"{under}:{kind}" for kind in rule.kinds)


def _finding(mandat: Mandat, rule: Rule, rules: PieceRules) -> Finding:
    kind = rule.kinds[0]
    about = f"--marche {mandat.marche}" if kind in ABOUT_MARCHE and mandat.marche else mandat.id
    invoices = f" (facture {', '.join(mandat.invoice_ids)})" if mandat.invoice_ids else ""
    blocks = rule.verified or rules.strict
    remedy = "Joignez-le" if blocks else "À vérifier ; au besoin, joignez-le"
    other = ", ou un certificat administratif (--nature certificat)" if rule.certificate else ""
    return Finding(
        code=rule.id,
        severity=Severity.BLOCKING if blocks else Severity.WARNING,
        sentence=f"Mandat {mandat.id}{invoices} : il manque {rule.lacks}. {remedy} : dematfin pieces joindre {about} "
        f"FICHIER --nature {kind.lower()}{other}. Texte : {rule.article}.",
        article=rule.article,
        about=mandat.id,
    )
