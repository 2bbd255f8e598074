"""The invoices that the finance software is handed: rows of a CSV file, each with its PDF beside it."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from dematfin.errors import BadAnswer
from dematfin.sandbox.editor.setup import Setup


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """One invoice to mandate; `pdf` is there. No day of arrival: its mandat follows no delay of payment."""

    creditor: str
    number: str
    amount: Decimal
    subject: str
    engagement: str
    marche: str
    arrived_on: date | None
    pdf: Path


def files(folder: Path) -> Iterator[Path]:
    """Yield the files of rows; those that are being written have another ending."""
    yield from sorted(path for path in folder.glob("*") if path.suffix.lower() == ".csv")


def read(setup: Setup, path: Path) -> tuple[Handed, ...]:
    """Read every row of a file, or none of it.

    Raises:
        BadAnswer: a column, a PDF or an amount is missing: whoever installed the exchange is told which.
    """
    text = path.read_text(encoding=setup.encodage)
    rows = csv.DictReader(text.splitlines(), delimiter=setup.separateur)
    names = setup.colonnes
    missing = {names.fournisseur, names.numero, names.montant, names.fichier} - set(rows.fieldnames or ())
    if missing:
        message = f"Logiciel financier : {path.name} n'a pas de colonne {', '.join(sorted(missing))}."
        raise BadAnswer(message)
    return tuple(_handed(setup, path, row) for row in rows)


def _handed(setup: Setup, path: Path, row: Mapping[str, str | None]) -> Handed:
    names = setup.colonnes
    pdf = path.parent / Path(row[names.fichier] or "").name
    if not pdf.is_file():
        message = f"Logiciel financier : {path.name} annonce {pdf.name}, qui n'est pas dans le dossier."
        raise BadAnswer(message)
    return Handed(
        creditor=(row[names.fournisseur] or "").replace(" ", ""),
        number=row[names.numero] or "",
        amount=_amount(row[names.montant] or ""),
        subject=row.get(names.objet) or f"Facture {row[names.numero]}",
        engagement=row.get(names.engagement) or "",
        marche=row.get(names.marche) or "",
        arrived_on=_day(row.get(names.arrivee) or ""),
        pdf=pdf,
    )


def _amount(text: str) -> Decimal:
    """Read an amount as a spreadsheet writes it: `1 870,00`."""
    return Decimal("".join(text.split()).replace(",", "."))


def _day(text: str) -> date | None:
    """Read a day, as people or machines write it."""
    if not text:
        return None
    return date.fromisoformat(text) if "-" in text else datetime.strptime(text, "%d/%m/%Y").date()
