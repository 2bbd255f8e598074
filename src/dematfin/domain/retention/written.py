"""The list of an elimination and the manifest of a hand-over, as they are written and read again: for ever the same."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.retention.classes import LAWS, Kind, RetentionRules
from dematfin.domain.retention.dossier import Dossier

PRINTS: Final = "empreintes SHA-256"
COLUMNS: Final = (
    *("dossier", "classe", "intitulé", "du", "au", "DUA (ans)", "échue le", "sort", "documents", "octets"),
    PRINTS,
)
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of the list of an elimination: a dossier, and the fingerprints of its documents."""

    dossier: str
    title: str
    fingerprints: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One line of the bordereau that the archives sign: a class and a year."""

    kind: Kind
    exercice: int
    first_on: date
    last_on: date
    dossiers: int
    documents: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the bordereau d'élimination says, that the director of the departmental archives signs.

    Attributes:
        producer: the collectivité, and its SIRET.
        fingerprint: SHA-256 of the list that goes with it.
    """

    id: str
    producer: str
    siret: str
    made_on: date
    prepared_by: str
    lines: tuple[Summary, ...]
    rules: RetentionRules
    fingerprint: str


def listing(dossiers: Iterable[Dossier], rules: RetentionRules) -> bytes:
    """Write the list of an elimination, a CSV as Excel in French opens it."""
    sink = StringIO()
    rows = csv.writer(sink, delimiter=";", lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for one in dossiers:
        rule = rules.of[one.kind]
        due = rule.due_on(one.runs_from) if one.runs_from else one.last_on
        days = (f"{day:%d/%m/%Y}" for day in (one.first_on, one.last_on))
        prints = " ".join(ref.sha256 for ref in one.documents)
        rows.writerow((
            one.id, LAWS[one.kind].title, _plain(one.title), *days, rule.dua, f"{due:%d/%m/%Y}", rule.fate,
            len(one.documents), one.size, prints,
        ))  # fmt: skip
    return sink.getvalue().encode("utf-8-sig")


def read_listing(data: bytes) -> tuple[Listed, ...]:
    """Read a list again."""
    rows = csv.DictReader(StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";")
    return tuple(
        Listed(dossier=row["dossier"], title=row["intitulé"], fingerprints=frozenset(row[PRINTS].split()))
        for row in rows
    )


def summaries(dossiers: Iterable[Dossier]) -> tuple[Summary, ...]:
    """Add a list up by class and year."""
    groups: dict[tuple[Kind, int], list[Dossier]] = {}
    for one in dossiers:
        groups.setdefault((one.kind, one.exercice), []).append(one)
    return tuple(_summary(*key, groups[key]) for key in sorted(groups))


def _summary(kind: Kind, exercice: int, some: Sequence[Dossier]) -> Summary:
    return Summary(
        kind=kind,
        exercice=exercice,
        first_on=min(one.first_on for one in some),
        last_on=max(one.last_on for one in some),
        dossiers=len(some),
        documents=sum(len(one.documents) for one in some),
        size=sum(one.size for one in some),
    )


def manifest_line(dossier: Dossier, document: DocumentRef, name: str, rules: RetentionRules) -> str:
    """Write what the manifest of a hand-over says of one document."""
    rule = rules.of[dossier.kind]
    said = {
        "fichier": name,
        "sha256": document.sha256,
        "octets": document.size,
        "dossier": dossier.id,
        "intitule": dossier.title,
        "classe": str(dossier.kind),
        "dua_ans": rule.dua,
        "dua_depuis": f"{dossier.runs_from}" if dossier.runs_from else None,
        "sort_final": str(rule.fate),
        "date_debut": f"{dossier.first_on}",
        "date_fin": f"{dossier.last_on}",
        **dossier.facts,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True) + "\n"


def dossiers_of(manifest: Iterable[bytes]) -> Iterator[str]:
    """Yield the dossiers that a manifest names."""
    for line in manifest:
        yield str(json.loads(line)["dossier"])


def _plain(text: str) -> str:
    """Keep a text on one line, and no formula: suppliers write numbers as they like."""
    line = " ".join(text.split())
    return f"'{line}" if line.startswith(FORMULA) else line
