"""What Hélios checks beyond its schemas, checked here first: a refusal there comes back hours later.

Each rule is an annotation of the schemas or a rule of the entry gate; its code begins with `PES-`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from dematfin.domain.finding import Finding, Severity
from dematfin.errors import DocumentError
from dematfin.pes.light import read_light
from dematfin.pes.place import ranks_in
from dematfin.pes.rules import bordereaux, documents, header, lines, mandats, references, signatures, tiers
from dematfin.pes.rules.case import Case
from dematfin.pes.validate import Schemas

PROLOG: Final = re.compile(rb"""<\?xml .*["']ISO-8859-1["']""", re.IGNORECASE | re.DOTALL)
PROLOG_LENGTH: Final = 50
MOST: Final = 500
"""Nobody reads more of them, and a hostile flow may break a rule a million times."""
Rule = Callable[[Case], Iterator[Finding]]
RULES: Final[tuple[Rule, ...]] = (
    header.rules,
    signatures.rules,
    bordereaux.rules,
    mandats.rules,
    lines.rules,
    tiers.rules,
    references.rules,
    documents.rules,
)


def judge(
    flow: Path, schemas: Schemas, *, ours: bool = True, known: frozenset[str] | None = None, to_sign: bool | None = None
) -> tuple[Finding, ...]:
    """Return everything that would have a flow refused; the rules are asked only of a flow that the schemas accept.

    Args:
        ours: the flow is one of ours, about to be signed; else it is anybody's, signed or not.
        known: IdUnique that Hélios has accepted before; None where nobody knows.
        to_sign: somebody else's, about to be signed here, or else on paper; None when it leaves as it is.
    """
    prolog = tuple(_prolog(flow, ours=ours))
    try:
        light = read_light(flow)
    except DocumentError as error:
        remedy = "Reprenez le fichier d'origine, ou demandez à l'éditeur du logiciel de le refaire."
        return (*prolog, Finding(code="PES-XML", severity=Severity.BLOCKING, sentence=str(error), remedy=remedy))
    if refused := schemas.findings(light.root.getroottree()):
        return (*prolog, *refused)
    case = Case(flow=flow, light=light, expected=schemas.expected, ours=ours, known=known, to_sign=to_sign)
    try:
        return (*prolog, *_first(finding for rule in RULES for finding in rule(case)))
    finally:
        ranks_in.cache_clear()


def _first(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield what anybody would read; remarks, however many, hide no refusal."""
    left = {True: MOST, False: MOST}
    for one in findings:
        stops = one.severity is Severity.BLOCKING
        if left[stops]:
            left[stops] -= 1
            yield one
        elif stops:
            return


def _prolog(flow: Path, *, ours: bool) -> Iterator[Finding]:
    with flow.open("rb") as source:
        first = source.read(PROLOG_LENGTH)
    if not PROLOG.match(first):
        yield Finding(
            code="PES-PROLOGUE",
            severity=Severity.BLOCKING if ours else Severity.WARNING,
            sentence="Le flux doit commencer par une déclaration XML en ISO-8859-1 : le TdT le refuserait.",
            remedy="Réécrivez le fichier dans cet encodage.",
        )
