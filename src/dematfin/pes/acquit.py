"""Reading a PES_ACQUIT: first (flat) and second (nested) version, valid or not."""

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from dematfin.domain.mandat.answers import UNREADABLE, AckElement, Acquit, Anomaly
from dematfin.errors import InvalidPes
from dematfin.pes.answer import elements, judged, root_of
from dematfin.pes.read import value
from dematfin.pes.record import Record
from dematfin.pes.validate import Schemas
from dematfin.support.xml import local_name

ROOTS: Final = frozenset({"pes_acquit", "pes_nonacquit"})
UNKNOWN_DOMAIN: Final = 0
FIRST_VERSION: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour"
ELEMENT: Final = "ElementACQUIT"
PIECE: Final = "DetailPiece"
Fault: TypeAlias = tuple[str, str, int, int]
"""Code, text, mandat and line of an anomaly, before the domain of its element is read."""


def read_acquit(data: bytes, schemas: Schemas) -> Acquit:
    """Return what an acquit says; raises InvalidPes when it is none, or names no flow."""
    verdicts: list[AckElement] = []
    below: list[Fault] = []
    root: Any = None
    for root in elements(data, "Acquit", (ELEMENT, PIECE)):
        name = local_name(root)
        if name == PIECE:
            below += _of_piece(Record(root))
        elif name == ELEMENT:
            verdicts.append(_element(Record(root), below))
            below = []
    root_of(root, "Acquit", ROOTS)
    nomfic = value(root, "Enveloppe/Parametres/NomFic")
    if not nomfic:
        message = "Acquit : il ne dit pas à quel flux il répond (NomFic absent)."
        raise InvalidPes(message)
    if local_name(root).lower() == "pes_nonacquit" and all(one.accepted is not False for one in verdicts):
        verdicts.append(_refusal(root))
    return Acquit(
        nomfic=nomfic,
        siret=value(root, "EnTetePES/IdColl"),
        cod_col=value(root, "EnTetePES/CodCol"),
        cod_bud=value(root, "EnTetePES/CodBud"),
        elements=tuple(verdicts),
        remarks=(*_remarks(verdicts), *_judgement(root, data, schemas)),
    )


def _element(record: Record, below: list[Fault]) -> AckElement:
    domain, number = record.whole("DomaineAck"), record.whole("NumBord")
    known = UNREADABLE if domain is None else domain
    faults = [*_first_version(record), *_errors(record, 0, 0), *below]
    return AckElement(
        domain=known,
        accepted=record.flag("EtatAck"),
        bordereau=(record.whole("ExerciceBord") or 0, number) if number else None,
        piece_id=record.text("IdUnique"),
        marche=record.text("IdMarche"),
        anomalies=tuple(
            Anomaly(code=code, text=text, domain=known, piece=piece, line=line) for code, text, piece, line in faults
        ),
    )


def _of_piece(record: Record) -> list[Fault]:
    """Return the reasons at the level of a mandat and of its lines."""
    number = record.whole("NumPiece") or 0
    lines = [fault for one in record.all("DetailLigne") for fault in _errors(one, number, one.whole("NumLigne") or 0)]
    return _errors(record, number, 0) + lines


def _errors(record: Record, piece: int, line: int) -> list[Fault]:
    return [(error.text("NumAnoAck"), _text(error), piece, line) for error in record.all("Erreur")]


def _first_version(record: Record) -> list[Fault]:
    code, text = record.text("NumAnoAck"), _text(record)
    return [(code, text, record.whole("NumPiece") or 0, record.whole("NumLigne") or 0)] if code or text else []


def _text(record: Record) -> str:
    return " ".join(record.text("LibelleAnoAck").split())


def _refusal(root: Any) -> AckElement:
    """A PES_NonAcquit refuses the whole flow; its texts are kept, wherever they stand."""
    texts = dict.fromkeys(one.get("V", "") for one in root.iter() if local_name(one) == "LibelleAnoAck")
    anomalies = tuple(Anomaly(code="", text=text, domain=UNKNOWN_DOMAIN) for text in texts if text)
    return AckElement(domain=UNKNOWN_DOMAIN, accepted=False, anomalies=anomalies)


def _remarks(verdicts: list[AckElement]) -> Iterator[str]:
    """Say what a person must look at; each kind once, however long the acquit."""
    if not verdicts:
        yield "l'acquit ne contient aucun verdict : demandez au comptable ce qu'il a reçu."
    unreadable = [one for one in verdicts if one.accepted is None]
    if unreadable:
        yield (
            f"l'acquit ne dit ni oui ni non (EtatAck absent ou illisible) {_about(unreadable)} : rien n'en est conclu, "
            "demandez au comptable."
        )
    observed = [one for one in verdicts if one.accepted and one.anomalies]
    if observed:
        said = " ; ".join(dict.fromkeys(fault.text or fault.code for one in observed for fault in one.anomalies))
        yield f"Hélios accepte {_about(observed)} avec une observation : {said}"
    undated = [one for one in verdicts if one.bordereau and not one.bordereau[0]]
    if undated:
        yield f"l'acquit ne dit pas de quel exercice il parle {_about(undated)} : demandez au comptable."
    marches = [one for one in verdicts if one.marche and one.accepted is False]
    if marches:
        yield f"Hélios refuse un marché {_about(marches)} : dematfin n'en envoie pas, voyez avec le comptable."


def _about(verdicts: list[AckElement]) -> str:
    names = list(dict.fromkeys(map(_name, verdicts)))
    few = 3
    return f"({', '.join(names[:few])}{', …' if len(names) > few else ''})"


def _name(element: AckElement) -> str:
    if element.bordereau:
        return f"bordereau n° {element.bordereau[1]}"
    if element.piece_id:
        return f"pièce {element.piece_id}"
    return f"marché {element.marche}" if element.marche else f"domaine {element.domain}"


def _judgement(root: Any, data: bytes, schemas: Schemas) -> Iterator[str]:
    if not root.tag.startswith(f"{{{FIRST_VERSION}}}"):
        yield from judged("acquit", root, data, schemas)
