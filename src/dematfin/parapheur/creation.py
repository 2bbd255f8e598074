"""`CreerDossier`: what is sent, under names that every server takes."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from dematfin.errors import Refused
from dematfin.parapheur.settings import ParapheurSettings
from dematfin.parapheur.soap import binary, element, nothing, plain
from dematfin.ports.parapheur import Dossier, Paper
from dematfin.support.xml import Element

LARGEST: Final = 150_000_000
"""Bytes that the i-Parapheur takes in one folder, all documents together."""
LONGEST_ANNOTATION: Final = 512
LONGEST_NAME: Final = 100
UNSAFE: Final = re.compile(r"[^A-Za-z0-9_.-]+")
FORBIDDEN: Final = re.compile(r'[\\&"£*/<>?%|+;:]')
"""Signs that Alfresco, under the i-Parapheur, takes in no title."""


def children(settings: ParapheurSettings, dossier: Dossier) -> tuple[Element, ...]:
    """Return the elements of the request.

    Raises:
        Refused: its documents weigh too much.
    """
    check_weight(sum(len(one.data) for one in (dossier.main, *dossier.annexes)))
    names = _names((dossier.main, *dossier.annexes))
    return (
        element("TypeTechnique", settings.type),
        element("SousType", settings.subtype(dossier.service)),
        element("DossierID", dossier.id),
        element("DossierTitre", title(dossier.title)),
        binary("DocumentPrincipal", dossier.main.media_type, dossier.main.data),
        element("NomDocPrincipal", next(names)),
        nothing("VisuelPDF"),
        element("DocumentsAnnexes", children=[_annex(one, next(names)) for one in dossier.annexes]),
        element("MetaData", children=list(_metadata(settings, dossier))),
        nothing("XPathPourSignatureXML"),
        nothing("MetaDataTdtACTES"),
        element("AnnotationPublique", dossier.annotation[:LONGEST_ANNOTATION]),
        nothing("AnnotationPrivee"),
        element("Visibilite", settings.visibilite),
        element("DateLimite", dossier.due_on.isoformat()) if dossier.due_on else nothing("DateLimite"),
    )


def given(settings: ParapheurSettings, dossier: Dossier) -> frozenset[str]:
    """Return the names of the metadata that a folder is sent with."""
    return frozenset(name for fact, name in settings.metadonnees.items() if dossier.facts.get(fact))


def title(text: str) -> str:
    """Return a title that every server takes."""
    return " ".join(FORBIDDEN.sub(" ", plain(text)).split())[:LONGEST_NAME]


def _metadata(settings: ParapheurSettings, dossier: Dossier) -> Iterator[Element]:
    for fact, name in settings.metadonnees.items():
        if value := dossier.facts.get(fact):
            yield element("MetaDonnee", children=[element("nom", name), element("valeur", value)])


def _annex(paper: Paper, name: str) -> Element:
    return element(
        "DocAnnexe",
        children=[
            element("nom", name),
            binary("fichier", paper.media_type, paper.data),
            element("mimetype", paper.media_type),
            element("encoding", "UTF-8"),
        ],
    )


def _names(papers: Iterable[Paper]) -> Iterator[str]:
    """Yield a safe name for each document, no two alike."""
    seen: set[str] = set()
    for number, paper in enumerate(papers, start=1):
        name = safe(paper.name)
        name = f"{number}-{name}" if name.lower() in seen else name
        seen.add(name.lower())
        yield name


def safe(name: str) -> str:
    """Return a file name that every server takes: its end, which says what it is, is kept.

    >>> safe("Bon de réception n°4.pdf")
    'Bon_de_reception_n_4.pdf'
    """
    folded = unicodedata.normalize("NFKD", name)
    letters = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return UNSAFE.sub("_", letters).lstrip("_.-")[-LONGEST_NAME:] or "document"


def check_weight(weight: int) -> None:
    """Refuse what the i-Parapheur would not take."""
    if weight > LARGEST:
        message = (
            f"Ses documents pèsent {weight // 1_000_000} Mo, l'i-Parapheur en prend {LARGEST // 1_000_000}. Demandez "
            "au fournisseur des annexes plus légères (facture suspendre)."
        )
        raise Refused(message)
