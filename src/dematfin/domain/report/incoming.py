"""What comes in: by which door, who still sends paper, and what is refused or sent back."""

from collections.abc import Sequence
from typing import Final

from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.report.averages import share
from dematfin.domain.report.columns import count, euros, rate, text
from dematfin.domain.report.counted import (
    added,
    credit_notes,
    invoices,
    only,
    supplier_key,
    supplier_name,
    told,
)
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.few import few
from dematfin.domain.report.grouping import Weight, groups, lines, whole
from dematfin.domain.report.reasons import of_an_invoice
from dematfin.domain.report.table import Cell, Chart, Table
from dematfin.domain.tally.happening import Happening, What

TURNED_AWAY: Final = (What.REFUSED, What.SENT_BACK, What.INTERRUPTED)
DOORS: Final = {Origin.CHORUS: "Chorus Pro", Origin.SCAN: "papier", None: "(porte inconnue)"}
KINDS: Final = (
    "Refusée : le fournisseur doit en déposer une nouvelle, et le délai repart de zéro. Renvoyée : il corrige "
    "l'adressage de la même. Interrompue : il doit compléter, et un nouveau délai court dès que tout est reçu, une "
    "seule fois par facture (CCP R. 2192-27 à R. 2192-29). "
)


def refusals(facts: Facts) -> Table:
    """Return what was refused, sent back or interrupted, by motif."""
    came = len(invoices(facts, What.CAME))
    away = invoices(facts, *TURNED_AWAY)

    def figures(items: Sequence[Happening]) -> tuple[Cell, ...]:
        counts = [told(items, kind) for kind in TURNED_AWAY]
        return *counts, len(items), added(items), share(len(items), came)

    return Table(
        key="rejets",
        title="Factures refusées, renvoyées ou interrompues, par motif",
        definition=KINDS + "Part = nombre de ces décisions ÷ factures arrivées pendant la période.",
        population=(
            "Les décisions prises pendant la période, même sur une facture arrivée avant ; une facture interrompue "
            f"puis refusée compte deux fois. Factures arrivées : {came}. " + credit_notes(facts, *TURNED_AWAY)
        ),
        columns=(
            text("motif", "Motif"),
            count("refusees", "Refusées"),
            count("renvoyees", "Renvoyées"),
            count("interrompues", "Interrompues"),
            count("ensemble", "Ensemble"),
            euros("ttc", "Montant TTC"),
            rate("part", "Part des arrivées"),
        ),
        rows=lines(groups(away, of_an_invoice), figures),
        total=whole(away, figures),
        warnings=few([("ensemble", came)], "factures arrivées") if away else (),
        chart=Chart(label="motif", value="ensemble"),
    )


def refusals_by_supplier(facts: Facts) -> Table:
    """Return whom to help: the suppliers whose invoices are turned away."""
    items = invoices(facts, What.CAME, *TURNED_AWAY)
    found = groups(items, supplier_key, shown=supplier_name, weight=_turned_away)

    def figures(items: Sequence[Happening]) -> tuple[Cell, ...]:
        away = only(items, *TURNED_AWAY)
        came = told(items, What.CAME)
        return came, len(away), added(away), share(len(away), came)

    return Table(
        key="rejets-fournisseurs",
        title="Factures refusées, renvoyées ou interrompues, par fournisseur",
        definition=(
            "Part = refus, renvois et interruptions d'un fournisseur ÷ factures arrivées de lui pendant la période : à "
            "qui expliquer ce que la collectivité attend (SIRET, code service, numéro d'engagement : CCP D. 2192-2)."
        ),
        population=(
            "Les mêmes décisions qu'au tableau précédent. Les fournisseurs dont tout a été accepté sont dans la ligne "
            "« autres »."
        ),
        columns=(
            text("fournisseur", "Fournisseur"),
            count("arrivees", "Factures arrivées"),
            count("rejets", "Refus, renvois, interruptions"),
            euros("ttc", "Montant TTC"),
            rate("part", "Part"),
        ),
        rows=lines(found, figures),
        total=whole(items, figures),
        warnings=few(
            ((group.labels[0], told(group.items, What.CAME)) for group in found if _turned_away(group.items)[0]),
            "factures arrivées",
        ),
    )


def doors(facts: Facts) -> Table:
    """Return paper against Chorus Pro."""
    came = invoices(facts, What.CAME)
    total = added(came)

    def figures(items: Sequence[Happening]) -> tuple[Cell, ...]:
        return len(items), share(len(items), len(came)), added(items), share(added(items), total)

    return Table(
        key="origines",
        title="Papier et Chorus Pro",
        definition=(
            "Part d'une porte = ses factures ÷ toutes les factures arrivées, en nombre puis en montant. Tout "
            "fournisseur d'une collectivité doit déposer ses factures dans Chorus Pro (CCP L. 2192-1), sauf les "
            "exceptions légales : le papier est à éteindre."
        ),
        population=(
            "Les factures arrivées pour la première fois pendant la période ; une facture recyclée par son fournisseur "
            "n'est pas comptée de nouveau. " + credit_notes(facts, What.CAME)
        ),
        columns=(
            text("porte", "Porte"),
            count("factures", "Factures"),
            rate("part_nombre", "Part du nombre"),
            euros("ttc", "Montant TTC"),
            rate("part_montant", "Part du montant"),
        ),
        rows=lines(groups(came, lambda one: (DOORS[one.origin],)), figures),
        total=whole(came, figures),
        warnings=few([("ensemble", len(came))], "factures arrivées"),
        chart=Chart(label="porte", value="factures"),
    )


def paper_senders(facts: Facts) -> Table:
    """Return the suppliers who still send paper."""
    came = invoices(facts, What.CAME)
    found = groups(came, supplier_key, shown=supplier_name, weight=_on_paper)

    def figures(items: Sequence[Happening]) -> tuple[Cell, ...]:
        paper = [one for one in items if one.origin is Origin.SCAN]
        return len(paper), added(paper), len(items), share(len(paper), len(items))

    return Table(
        key="papier-fournisseurs",
        title="Qui envoie encore du papier",
        definition=(
            "Part = factures de papier d'un fournisseur ÷ toutes ses factures arrivées pendant la période. Un "
            "fournisseur qui connaît déjà Chorus Pro et envoie aussi du papier se convainc d'un appel."
        ),
        population=(
            "Les factures arrivées pour la première fois pendant la période, sans les avoirs. Les fournisseurs qui "
            "n'ont envoyé aucun papier sont dans la ligne « autres »."
        ),
        columns=(
            text("fournisseur", "Fournisseur"),
            count("papier", "Factures de papier"),
            euros("ttc", "Montant TTC du papier"),
            count("factures", "Toutes ses factures"),
            rate("part", "Part du papier"),
        ),
        rows=lines(found, figures),
        total=whole(came, figures),
        warnings=few(
            ((group.labels[0], len(group.items)) for group in found if _on_paper(group.items)[0]), "factures arrivées"
        ),
    )


def _turned_away(items: Sequence[Happening]) -> Weight:
    away = only(items, *TURNED_AWAY)
    return len(away), added(away)


def _on_paper(items: Sequence[Happening]) -> Weight:
    paper = [one for one in items if one.origin is Origin.SCAN]
    return len(paper), added(paper)
