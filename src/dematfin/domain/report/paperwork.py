"""Documents: those that mandats wait for, and the paper that was scanned."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from dematfin.domain.mandat.annexe_i import RULES
from dematfin.domain.money import ZERO
from dematfin.domain.report.averages import share
from dematfin.domain.report.columns import count, euros, rate, text
from dematfin.domain.report.counted import counted, distinct, happened
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.few import few
from dematfin.domain.report.grouping import Labels, Weight, groups, lines, whole
from dematfin.domain.report.table import Cell, Chart, Table
from dematfin.domain.tally.happening import Happening, What

RULE: Final = {rule.id: (rule.lacks, rule.article) for rule in RULES}


def pieces(facts: Facts) -> Table:
    """Return the mandats that were held for want of a document, by kind of document."""
    missing = happened(facts, What.PIECE_MISSING)

    def figures(items: Sequence[Happening]) -> tuple[Cell, ...]:
        return len(items), distinct(items), _held(items)

    return Table(
        key="pieces",
        title="Mandats retenus faute d'une pièce justificative",
        definition=(
            "Le comptable ne paie qu'au vu des pièces de la liste réglementaire, et ne peut en demander d'autres (CGCT "
            "art. D. 1617-19 et annexe I). Un mandat auquel il manque deux pièces est dans deux lignes, et une seule "
            "fois dans le nombre de mandats et le montant du total."
        ),
        population=(
            "Les mandats qu'une pièce manquante a tenus hors des bordereaux pendant la période, même si elle a été "
            "jointe depuis."
        ),
        columns=(
            text("piece", "Ce qui manquait"),
            text("texte", "Texte"),
            count("fois", "Pièces manquantes"),
            count("mandats", "Mandats retenus"),
            euros("ttc", "Montant TTC retenu"),
        ),
        rows=lines(groups(missing, lambda one: (one.code,), shown=_piece, weight=_weight), figures),
        total=whole(missing, figures, width=2),
        chart=Chart(label="piece", value="mandats"),
    )


def scanned(facts: Facts) -> Table:
    """Return the paper that was scanned: what was cut by itself, held, and missed."""
    cut, held = happened(facts, What.BATCH_CUT), happened(facts, What.BATCH_HELD)
    missed = happened(facts, What.SHEET_MISSED)
    pages, batches = counted(cut), distinct([*cut, *held])
    rows: tuple[tuple[Cell, ...], ...] = (
        ("Lots découpés et publiés", distinct(cut), pages, share(distinct(cut), batches)),
        ("Lots retenus : une feuille a pu être manquée", distinct(held), counted(held), share(distinct(held), batches)),
        (
            "Feuilles de séparation non vues, trouvées par un agent",
            counted(missed),
            None,
            share(counted(missed), pages),
        ),
    )
    return Table(
        key="numerisation",
        title="Numérisation",
        definition=(
            "Part des lots = lots découpés, ou retenus, ÷ tous les lots de la période ; un lot retenu puis publié est "
            "dans les deux. Part des feuilles = feuilles de séparation non vues ÷ pages publiées : chacune colle deux "
            "factures l'une à l'autre."
        ),
        population=(
            "Les fichiers de papier numérisé traités pendant la période. Un lot n'appartient à aucun budget ni à aucun "
            "service : ce tableau est vide dans un rapport restreint."
        ),
        columns=(text("quoi", "Quoi"), count("nombre", "Nombre"), count("pages", "Pages"), rate("part", "Part")),
        rows=rows if cut or held or missed else (),
        warnings=few([("ensemble", batches)], "lots"),
    )


def _piece(one: Happening) -> Labels:
    return RULE.get(one.code, (one.motif or one.code, "autre règle"))


def _weight(items: Sequence[Happening]) -> Weight:
    return distinct(items), _held(items)


def _held(items: Sequence[Happening]) -> Decimal:
    """Add the amounts of mandats up, each of them once."""
    return sum({one.about: one.amount for one in sorted(items, key=_moment)}.values(), ZERO)


def _moment(one: Happening) -> tuple[datetime, str]:
    return one.at, one.id
