"""The papers of a day: what is drawn of the ledger for people, and whether a file of it is whole."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from dematfin.acts import book, consult, figures, sheets
from dematfin.cli.rapport import FORMATS, written
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.parties.person import Person
from dematfin.domain.report.period import month_of
from dematfin.ports.app import App
from dematfin.reports.page import write as write_page
from dematfin.support.files import write_atomically, written_atomically


def write(app: App, director: Person, agent: Person, folder: Path) -> None:
    """Write them all."""
    folder.mkdir(exist_ok=True)
    report = figures.report(app, director, month_of(app.clock.today()))
    list(written(app.reports, report, FORMATS, folder / "mois"))
    write_page(consult.picture(app, agent), folder / "page.html")
    with app.ledger.reading() as books:
        bordereaux = [one for one in books.find(Bordereau) if one.mandats]
    for one in bordereaux:
        with written_atomically(folder / f"livre-{one.id}.html") as sink:
            book.write(app, agent, book.book(app, agent, one.id), sink)
    drawn, _, _ = sheets.print_sheets(app, agent, "SCOLAIRE", 2)
    write_atomically(folder / "feuilles.pdf", drawn)


def torn(folder: Path) -> Iterator[str]:
    """Yield the files that are not whole."""
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        if path.is_file() and not path.name.startswith(".") and not _is_whole(path):
            yield path.name


def _is_whole(path: Path) -> bool:
    data = path.read_bytes()
    match path.suffix:
        case ".html":
            return data.rstrip().endswith(b"</html>")
        case ".pdf":
            return data.rstrip().endswith(b"%%EOF")
        case ".xlsx":
            return zipfile.is_zipfile(path)
        case ".json":
            return _is_json(data)
        case _:
            pass
    return data.endswith(b"\n") or path.suffix != ".csv"


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True
