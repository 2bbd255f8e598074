"""`CreerDossier`: judged in the order of the i-Parapheur, then sent into its circuit."""

import base64
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from dematfin.sandbox.iparapheur.envelope import IP, Asked, said, tag
from dematfin.sandbox.iparapheur.people import arrive
from dematfin.sandbox.iparapheur.setup import Setup
from dematfin.sandbox.iparapheur.state import IN_CIRCUIT, Folders
from dematfin.sandbox.record import Journal

CONTENT_TYPE = "{http://www.w3.org/2005/05/xmlmime}contentType"


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """Takes folders."""

    setup: Setup
    folders: Folders
    journal: Journal

    def take(self, asked: Asked) -> str:
        """Answer a creation."""
        metadata = {_text(one, "nom"): _text(one, "valeur") for one in _children(asked, "MetaData", "MetaDonnee")}
        if refusal := self._refusal(asked, metadata):
            return said("KO", refusal)
        key = asked.text("DossierID") or str(uuid4())
        with self.folders.base.change():
            self._store(key, asked, metadata)
        self.journal.note("creation", dossier=key, titre=asked.text("DossierTitre"), limite=asked.text("DateLimite"))
        given = "" if asked.text("DossierID") else tag("DossierID", key)
        return said("OK", f"Dossier {asked.text('DossierTitre') or key} soumis dans le circuit") + given

    def _refusal(self, asked: Asked, metadata: dict[str, str]) -> str:
        key = asked.text("DossierID")
        subtype = self.setup.subtype(asked.text("TypeTechnique"), asked.text("SousType"))
        if subtype is None:
            return f"Le sous-type {asked.text('SousType')} n'existe pas"
        if key and self.folders.get(key) is not None:
            return f"Le nom de dossier est déjà présent dans le Parapheur: dossierID = {key}"
        if lost := sorted(name for name in subtype.obligatoires if not metadata.get(name)):
            return f"La métadonnée obligatoire {lost[0]} est absente"
        if lost := sorted(metadata.keys() - self.setup.metadonnees.keys()):
            return f"La métadonnée {lost[0]} n'existe pas"
        if not asked.text("DocumentPrincipal") or (subtype.signs and not asked.text("XPathPourSignatureXML")):
            return "Le document principal est absent, ou ne dit pas ce qu'il faut en signer"
        return "" if asked.text("Visibilite") in {"PUBLIC", "SERVICE", "CONFIDENTIEL"} else "Visibilité inconnue"

    def _store(self, key: str, asked: Asked, metadata: dict[str, str]) -> None:
        self.folders.add(
            {
                "id": key,
                "titre": asked.text("DossierTitre") or key,
                "type": asked.text("TypeTechnique"),
                "sous_type": asked.text("SousType"),
                "visibilite": asked.text("Visibilite"),
                "limite": asked.text("DateLimite"),
                "publique": asked.text("AnnotationPublique"),
                "privee": asked.text("AnnotationPrivee"),
                "place": IN_CIRCUIT,
            }
        )
        (main,) = asked.all("DocumentPrincipal")
        media = main.get(CONTENT_TYPE)
        self.folders.attach(key, asked.text("NomDocPrincipal") or key, media, _data(main), main=True)
        for annex in _children(asked, "DocumentsAnnexes", "DocAnnexe"):
            file = annex.find(f"{{{IP}}}fichier")
            self.folders.attach(key, _text(annex, "nom"), _text(annex, "mimetype"), _data(file))
        for name, value in metadata.items():
            self.folders.say(key, name, value)
        self._begin(key, asked)

    def _begin(self, key: str, asked: Asked) -> None:
        emitter = self.setup.bureau
        self.folders.log(key, emitter, "NonLu", "Création de dossier")
        self.folders.log(key, emitter, "NonLu", "Emission du dossier")
        if annotation := asked.text("AnnotationPublique"):
            self.folders.log(key, emitter, "NonLu", annotation)
        subtype = self.setup.subtype(asked.text("TypeTechnique"), asked.text("SousType"))
        if subtype is not None:
            arrive(self.folders, key, subtype.etapes[0])


def _children(asked: Asked, group: str, name: str) -> list[Any]:
    return [one for part in asked.all(group) for one in part.findall(f"{{{IP}}}{name}")]


def _text(element: Any, name: str) -> str:
    return str(element.findtext(f"{{{IP}}}{name}") or "").strip()


def _data(element: Any) -> bytes:
    return base64.b64decode(element.text or "")
