"""What S²LOW checks by itself, after the deposit and before sending: in this order, and no schema among it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from lxml import etree

from dematfin.sandbox.helios.signatures import DS, certificate_of, holds

PROLOG: Final = 50
LONGEST_CODE: Final = 3
LONGEST_SIRET: Final = 14
Known = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a flow says of itself."""

    nomfic: str
    cod_col: str
    siret: str

    @property
    def too_long(self) -> bool:
        """Whether its SIRET is none: found out last, once the name is burnt."""
        return len(self.siret) > LONGEST_SIRET


class Fault(StrEnum):
    """Why a flow stops here, in the platform's words."""

    LOST = "fichier non trouvé en local ou sur le cloud"
    VIRUS = "un virus a été detecté dans le fichier PES"
    ENCODING = "ce fichier n'est pas encodé en ISO-8859-1"
    NO_XML = "ce fichier n'est pas en XML"
    EMPTY = "ce fichier ne contient ni bordereau, ni PJ, ni marché"
    NO_NAME = "La balise Enveloppe/Parametre/NomFic n'est pas présente ou est vide"
    LONG_CODE = "Le CodCol est trop long"
    CHANGED = "Le fichier a été modifé depuis son postage sur la plateforme"
    NO_SIGNATURE_ID = (
        "La signature du fichier est invalide : Impossible d'extraire l'attribut Id de l'entité \\<Signature\\>"
    )
    SIGNATURE = "La signature du fichier est invalide : Impossible d'affirmer que la signature correspond au fichier"
    KNOWN = "ce fichier existe déjà sur la plateforme"
    LONG_SIRET = "La balise IdCol est trop longue"

    def said_of(self, transaction: int) -> str:
        """Return the message of a transaction; three of them do not begin with its number."""
        alone = self in {Fault.CHANGED, Fault.NO_SIGNATURE_ID, Fault.SIGNATURE}
        return self.value if alone else f"Transaction {transaction} : {self}"


class Stopped(Exception):
    """A flow goes no further, for a `fault`."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def analyse(flow: Path, sha1: str, known: Known) -> Header:
    """Read a deposited flow; `known` says whether a NomFic and CodCol were used before. Raises Stopped."""
    if not flow.is_file():
        raise Stopped(Fault.LOST)
    root = _root(flow)
    header = Header(
        nomfic=_v(root, "Enveloppe/Parametres/NomFic"),
        cod_col=_v(root, "EnTetePES/CodCol"),
        siret=_v(root, "EnTetePES/IdColl"),
    )
    _check_content(root, header)
    _check_bytes(flow, sha1)
    _check_signatures(flow, root)
    if known(header.nomfic, header.cod_col):
        raise Stopped(Fault.KNOWN)
    return header


def _root(flow: Path) -> Any:
    """Return the root of a flow, less the contents of its documents."""
    with flow.open("rb") as source:
        if b"ISO-8859-1" not in source.read(PROLOG).upper():
            raise Stopped(Fault.ENCODING)
        source.seek(0)
        events = etree.iterparse(source, tag="Fichier", huge_tree=True, resolve_entities=False, no_network=True)
        try:
            for _, content in events:
                content.text = None
        except etree.XMLSyntaxError as error:
            raise Stopped(Fault.NO_XML) from error
    return events.root


def _check_content(root: Any, header: Header) -> None:
    if not [one for one in root if isinstance(one.tag, str) and one.tag not in {"Enveloppe", "EnTetePES"}]:
        raise Stopped(Fault.EMPTY)
    if not header.nomfic:
        raise Stopped(Fault.NO_NAME)
    if len(header.cod_col) > LONGEST_CODE:
        raise Stopped(Fault.LONG_CODE)


def _check_bytes(flow: Path, sha1: str) -> None:
    with flow.open("rb") as source:
        if hashlib.file_digest(source, "sha1").hexdigest() != sha1:
            raise Stopped(Fault.CHANGED)


def _check_signatures(flow: Path, root: Any) -> None:
    """Verify the signatures, when there are any; who signed is left to Hélios."""
    if root.find(f"{DS}Signature") is not None:  # it covers the documents too
        root = etree.parse(flow, etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)).getroot()
    for signature in root.iter(f"{DS}Signature"):
        if not signature.get("Id"):
            raise Stopped(Fault.NO_SIGNATURE_ID)
        if not _holds(root, signature):
            raise Stopped(Fault.SIGNATURE)


def _holds(root: Any, signature: Any) -> bool:
    try:
        return holds(root, signature, certificate_of(signature))
    except ValueError:
        return False


def _v(root: Any, path: str) -> str:
    found = root.find(path)
    return "" if found is None else str(found.get("V", ""))
