"""What the journal says of a bordereau that dematfin made: a row for each line of each mandat."""

from collections.abc import Iterator, Mapping, Sequence

from dematfin.domain.exchange.rows_file import Value
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.mandat import Line, Mandat


def journal_rows(
    bordereau: Bordereau, mandats: Sequence[Mandat], budget: str, numbers: Mapping[str, str], replaces: str
) -> Iterator[dict[str, Value]]:
    """Yield its rows; `numbers` are those of invoices and engagements, by their id; a réduction is told negative.

    `replaces` is the file of rows that this one makes void, empty when there was none.
    """
    for mandat in mandats:
        for line in mandat.lines:
            yield {
                "bordereau": bordereau.id,
                "numero_bordereau": bordereau.number,
                "type_bordereau": bordereau.kind.value,
                "exercice": bordereau.exercice,
                "budget": budget,
                "emis_le": bordereau.emitted_on,
                "remplace": replaces,
                **_of_mandat(mandat, numbers),
                **_of_line(mandat, line, numbers),
            }


def _of_mandat(mandat: Mandat, numbers: Mapping[str, str]) -> dict[str, Value]:
    return {
        "mandat": mandat.id,
        "numero_mandat": mandat.number,
        "type_mandat": mandat.kind.name,
        "objet": mandat.label,
        "tiers": mandat.tiers.id,
        "nom_tiers": mandat.tiers.name,
        "siret": mandat.tiers.identifier,
        "iban": mandat.tiers.account.iban,
        "mode_reglement": mandat.mode.value,
        "marche": mandat.marche,
        "facture": " ".join(mandat.invoice_ids),
        "numero_facture": " ".join(numbers.get(one, "") for one in mandat.invoice_ids),
        "pieces": " ".join(mandat.pieces),
    }


def _of_line(mandat: Mandat, line: Line, numbers: Mapping[str, str]) -> dict[str, Value]:
    """On a budget that recovers no TVA, the amount of a line is TTC: its HT is that of the invoice, when it is told."""
    sign = -1 if mandat.origin else 1
    ht = line.amount if line.tva is not None or line.invoice_ht is None else line.invoice_ht
    imputation, order = line.imputation, line.engagement or mandat.engagement
    return {
        "ligne": line.number,
        "compte": imputation.nature,
        "fonction": imputation.fonction,
        "operation": imputation.operation,
        "chapitre": imputation.chapitre,
        "ht": sign * ht,
        "tva": sign * (line.total - ht),
        "ttc": sign * line.total,
        "engagement": numbers.get(order, order),
    }
