"""Completing an editor's flow: references and documents are added, nothing else is written again."""

import base64
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from dematfin.domain.document import DocumentRef
from dematfin.domain.editor.completion import Completion
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.pes.read import child, children, value, whole
from dematfin.pes.values import add, node
from dematfin.support.xml import parse_bytes


def complete(
    flow: Path, completion: Completion, target: Path, open_document: Callable[[DocumentRef], BinaryIO]
) -> None:
    """Write a flow with what a completion adds."""
    root = parse_bytes(flow.read_bytes(), flow.name)
    if completion.nomfic:
        for parameters in root.iterfind("Enveloppe/Parametres/NomFic"):
            parameters.set("V", completion.nomfic)
    expense = child(root, "PES_DepenseAller")
    for sheet in children(expense, "Bordereau"):
        block = child(sheet, "BlocBordereau")
        place = (BordereauKind(value(block, "TypBord")), whole(block, "Exer"), whole(block, "IdBord"))
        for piece in children(sheet, "Piece"):
            info = child(piece, "BlocPiece/InfoPce")
            for one in completion.references.get((*place, whole(info, "IdPce")), ()):
                add(node(info, "PJRef"), Support="01", IdUnique=one.id, NomPJ=one.name, TypePJ="003")
    holder = child(root, "PES_PJ")
    if completion.carried and holder is None:
        holder = node(root, "PES_PJ")
        add(node(holder, "EnTetePES_PJ"), IdVer="1")
    for one in completion.carried:
        _carry(holder, one, open_document)
    target.write_bytes(etree.tostring(root, encoding="ISO-8859-1", xml_declaration=True))


def _carry(holder: Any, piece: Any, open_document: Callable[[DocumentRef], BinaryIO]) -> None:
    element = node(holder, "PJ")
    content = etree.SubElement(node(element, "Contenu"), "Fichier", MIMEType=piece.media_type)
    with open_document(piece.document) as source:
        content.text = base64.b64encode(gzip.compress(source.read(), mtime=0)).decode("ascii")
    add(element, IdUnique=piece.id, NomPJ=piece.name, TypePJ="003", Description=piece.description)
