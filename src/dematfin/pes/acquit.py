"""Reading a PES_ACQUIT: first (flat) and second (nested) version, valid or not."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from dematfin.domain.mandat.answers import AckElement, Acquit, Anomaly
from dematfin.errors import InvalidPes
from dematfin.pes.read import child, children, root_of, value, whole, yes
from dematfin.pes.validate import Schemas
from dematfin.support.xml import local_name

ROOTS: Final = frozenset({"pes_acquit", "pes_nonacquit"})
UNKNOWN_DOMAIN: Final = 0
FIRST_VERSION: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour"


def read_acquit(data: bytes, schemas: Schemas) -> Acquit:
    """Return what an acquit says; raises InvalidPes when it is none, or names no flow."""
    root = root_of(data, "Acquit", ROOTS)
    nomfic = value(root, "Enveloppe/Parametres/NomFic")
    if not nomfic:
        message = "Acquit : il ne dit pas à quel flux il répond (NomFic absent)."
        raise InvalidPes(message)
    refused_outright = local_name(root).lower() == "pes_nonacquit"
    elements = tuple(_elements(root))
    return Acquit(
        nomfic=nomfic,
        cod_col=value(root, "EnTetePES/CodCol"),
        elements=elements or (_refusal(root),) if refused_outright else elements,
        remarks=tuple(_remarks(root, elements, schemas)),
    )


def _elements(root: Any) -> Iterator[AckElement]:
    block = child(root, "ACQUIT")
    for element in children(block, "ElementACQUIT") if block is not None else ():
        number, exercice = whole(element, "NumBord"), whole(element, "ExerciceBord")
        domain = whole(element, "DomaineAck")
        yield AckElement(
            domain=domain,
            accepted=yes(element, "EtatAck"),
            bordereau=(exercice, number) if number else None,
            piece_id=value(element, "IdUnique"),
            anomalies=tuple(replace(one, domain=domain) for one in _anomalies(element)),
        )


def _anomalies(element: Any) -> Iterator[Anomaly]:
    """Yield the reasons at every level, each with the mandat and the line that it hits."""
    yield from _first_version(element)
    yield from _errors(element, 0, 0)
    for piece in children(element, "DetailPiece"):
        number = whole(piece, "NumPiece")
        yield from _errors(piece, number, 0)
        for line in children(piece, "DetailLigne"):
            yield from _errors(line, number, whole(line, "NumLigne"))


def _errors(element: Any, piece: int, line: int) -> Iterator[Anomaly]:
    for error in children(element, "Erreur"):
        yield Anomaly(code=value(error, "NumAnoAck"), text=_text(error), piece=piece, line=line)


def _first_version(element: Any) -> Iterator[Anomaly]:
    code, text = value(element, "NumAnoAck"), _text(element)
    if code or text:
        yield Anomaly(code=code, text=text, piece=whole(element, "NumPiece"), line=whole(element, "NumLigne"))


def _text(element: Any) -> str:
    return " ".join(value(element, "LibelleAnoAck").split())


def _refusal(root: Any) -> AckElement:
    """A PES_NonAcquit refuses the whole flow; its texts are kept, wherever they stand."""
    texts = dict.fromkeys(one.get("V", "") for one in root.iter() if local_name(one) == "LibelleAnoAck")
    anomalies = tuple(Anomaly(code="", text=text) for text in texts if text)
    return AckElement(domain=UNKNOWN_DOMAIN, accepted=False, anomalies=anomalies)


def _remarks(root: Any, elements: tuple[AckElement, ...], schemas: Schemas) -> Iterator[str]:
    if not elements:
        yield "l'acquit ne contient aucun verdict."
    if not root.tag.startswith(f"{{{FIRST_VERSION}}}"):
        for refusal in schemas.refusals("acquit", root.getroottree())[:1]:
            yield f"l'acquit n'est pas conforme à son schéma ({refusal}) ; il a été lu quand même."
