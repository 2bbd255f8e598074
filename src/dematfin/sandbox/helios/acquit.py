"""Writing a PES_ACQUIT, second version: one element for each thing judged, errors at their own level."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from lxml import etree

from dematfin.sandbox.helios.flow import Header

ACQUIT: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour/v2"
PARIS: Final = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Error:
    """One anomaly; of a mandat, of one of its lines, or of the whole thing."""

    code: str
    text: str
    piece: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is said of a bordereau (number, exercice), of a document or of the flow; accepted without errors."""

    domain: int
    bordereau: tuple[str, str] | None = None
    piece: str = ""
    errors: tuple[Error, ...] = ()


def write_acquit(header: Header, verdicts: Sequence[Verdict]) -> bytes:
    """Return the answer to a flow."""
    return serialized(acquit_root(header, verdicts))


def acquit_root(header: Header, verdicts: Sequence[Verdict]) -> Any:
    """Return the answer as a tree."""
    root = etree.Element(f"{{{ACQUIT}}}PES_ACQUIT", nsmap={"n": ACQUIT})
    head(root, header)
    block = etree.SubElement(root, "ACQUIT")
    add(etree.SubElement(block, "EnTeteAcquit"), IdVer="2")
    for verdict in verdicts:
        _element(etree.SubElement(block, "ElementACQUIT"), verdict)
    return root


def serialized(root: Any) -> bytes:
    """Return a document as Hélios encodes it."""
    document: bytes = etree.tostring(root, encoding="ISO-8859-1", xml_declaration=True)
    return document


def head(root: Any, header: Header) -> None:
    """Say which flow is answered."""
    envelope = etree.SubElement(root, "Enveloppe")
    add(etree.SubElement(envelope, "Parametres"), Version="2", TypFic=header.kind, NomFic=header.nomfic)
    add(etree.SubElement(envelope, "Emetteur"), Sigle="HELIOS", Adresse="HELIOS")
    add(
        etree.SubElement(root, "EnTetePES"),
        DteStr=datetime.now(PARIS).date().isoformat(),
        IdPost=header.post,
        IdColl=header.siret,
        CodCol=header.cod_col,
        CodBud=header.cod_bud,
    )


def add(parent: Any, /, **values: str) -> None:
    """Add simple values; empty ones are left out."""
    for name, value in values.items():
        if value:
            etree.SubElement(parent, name, V=value)


def _element(element: Any, verdict: Verdict) -> None:
    add(element, DomaineAck=str(verdict.domain), EtatAck="0" if verdict.errors else "1")
    if verdict.bordereau:
        add(element, NumBord=verdict.bordereau[0], ExerciceBord=verdict.bordereau[1])
    add(element, IdUnique=verdict.piece)
    _errors(element, [error for error in verdict.errors if not error.piece])
    with_piece = sorted((error for error in verdict.errors if error.piece), key=lambda error: int(error.piece))
    for number, errors in groupby(with_piece, key=lambda error: error.piece):
        detail = etree.SubElement(element, "DetailPiece")
        add(detail, NumPiece=number)
        of_piece = list(errors)
        _errors(detail, [error for error in of_piece if not error.line])
        for error in of_piece:
            if error.line:
                line = etree.SubElement(detail, "DetailLigne")
                add(line, NumLigne=error.line)
                _errors(line, [error])


def _errors(parent: Any, errors: Sequence[Error]) -> None:
    for error in errors:
        add(etree.SubElement(parent, "Erreur"), NumAnoAck=error.code, LibelleAnoAck=error.text)
