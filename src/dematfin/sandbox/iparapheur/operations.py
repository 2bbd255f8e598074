"""The operations beside the creation: what is set up, what happens to a folder, what it holds, how it is put away."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from dematfin.sandbox.faults import Faults
from dematfin.sandbox.iparapheur.creation import Creation
from dematfin.sandbox.iparapheur.envelope import Asked, binary, listed, said, tag
from dematfin.sandbox.iparapheur.setup import Setup
from dematfin.sandbox.iparapheur.slip import slip
from dematfin.sandbox.iparapheur.state import FINISHED, IN_CIRCUIT, OURS, REJECTED, Folders
from dematfin.sandbox.record import Journal

Operation = Callable[[Asked], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """What may be asked."""

    setup: Setup
    folders: Folders
    journal: Journal
    faults: Faults

    def by_name(self) -> dict[str, Operation]:
        """Return each operation under its name."""
        creation = Creation(setup=self.setup, folders=self.folders, journal=self.journal)
        return {
            "echo": self._echo,
            "CreerDossier": creation.take,
            "GetListeTypes": self._types,
            "GetListeSousTypes": self._subtypes,
            "GetCircuit": self._circuit,
            "GetListeMetaDonnees": lambda _: "".join(map(self._metadata, self.setup.metadonnees)),
            "GetMetaDonneesRequisesPourTypeSoustype": self._required,
            "RechercherDossiers": self._search,
            "GetHistoDossier": self._history,
            "GetDossier": self._folder,
            "ArchiverDossier": self._archive,
            "EffacerDossierRejete": self._erase,
            "ExercerDroitRemordDossier": self._recall,
        }

    def _echo(self, asked: Asked) -> str:
        return escape(f'[{self.setup.login}] m\'a dit: "{asked.word}"!')

    def _types(self, _: Asked) -> str:
        return listed("TypeTechnique", dict.fromkeys(one.type for one in self.setup.sous_types))

    def _subtypes(self, asked: Asked) -> str:
        return listed("SousType", (one.nom for one in self.setup.sous_types if one.type == asked.word))

    def _circuit(self, asked: Asked) -> str:
        subtype = self.setup.subtype(asked.text("TypeTechnique"), asked.text("SousType"))
        steps = [(one.bureau, one.nom, one.role) for one in subtype.etapes] if subtype else []
        return "".join(_step(*step) for step in (*steps, (self.setup.bureau, "", "ARCHIVAGE")))

    def _metadata(self, name: str, demanded: str = "") -> str:
        said = tag("nomCourt", name) + tag("nomLong", name.capitalize()) + tag("nature", self.setup.metadonnees[name])
        return tag("MetaDonnee", inside=said + (tag("obligatoire", demanded) if demanded else ""))

    def _required(self, asked: Asked) -> str:
        subtype = self.setup.subtype(asked.text("TypeTechnique"), asked.text("SousType"))
        if subtype is None:
            return said("KO", f"Le sous-type {asked.text('SousType')} n'existe pas")
        sent = "".join(self._metadata(name, "true") for name in subtype.obligatoires)
        return sent + "".join(self._metadata(name, "false") for name in subtype.au_visa)

    def _search(self, asked: Asked) -> str:
        wanted = [str(one.text or "").strip() for one in asked.all("DossierID")]
        most = int(asked.text("NombreDossiers") or 100)
        found = [one for one in self.folders.all() if not wanted or one["id"] in wanted]
        return "".join(self._row(one) for one in found[:most])

    def _row(self, folder: Any) -> str:
        *earlier, last = self.folders.history(folder["id"])
        acted = any(one["statut"] in {"Lu", "Vise"} for one in earlier) or last["statut"] in {"Lu", "Vise"}
        place = {OURS: "OK", FINISHED: "OK", REJECTED: "OK"}.get(folder["place"], "KO" if acted else "Recuperable")
        inside = tag("timestamp", last["le"]) + tag("nom", folder["id"]) + tag("status", last["statut"])
        return tag("LogDossier", inside=inside + tag("accessible", place))

    def _history(self, asked: Asked) -> str:
        rows = self.folders.history(asked.word)
        if not rows or self.faults.take("introuvable"):
            return _absent(asked.word)
        if self.faults.take("single_log"):
            rows = rows[-1:]
        lines = [(row["le"], row["nom"], row["statut"], row["annotation"]) for row in rows]
        if self.faults.take("unknown_status"):
            lines[-1] = (*lines[-1][:2], "EnCoursDeReve", lines[-1][3])
        names = ("timestamp", "nom", "status", "annotation")
        told = ("".join(tag(name, text) for name, text in zip(names, line, strict=True)) for line in lines)
        return "".join(tag("LogDossier", inside=line) for line in told) + said("OK")

    def _folder(self, asked: Asked) -> str:
        folder = self.folders.get(asked.word)
        if folder is None or self.faults.take("introuvable"):
            return _absent(asked.word)
        (main,) = self.folders.documents(folder["id"], main=True)
        head = tag("TypeTechnique", folder["type"]) + tag("SousType", folder["sous_type"])
        head += tag("DossierID", folder["id"]) + tag("AnnotationPublique", folder["publique"])
        head += tag("AnnotationPrivee", folder["privee"]) + tag("Visibilite", folder["visibilite"])
        head += tag("DateLimite", folder["limite"]) + binary(self._name(folder), main["media"], main["donnees"])
        metadata = {**self.folders.metadata(folder["id"]), "ph:dossierTitre": folder["titre"]}
        pairs = (tag("nom", name) + tag("valeur", value) for name, value in metadata.items())
        told = "".join(tag("MetaDonnee", inside=pair) for pair in pairs)
        return (
            head
            + tag("NomDocPrincipal", main["nom"])
            + tag("DocumentsAnnexes", inside=self._annexes(folder))
            + tag("MetaDonnees", inside=told)
            + said("OK")
        )

    def _name(self, folder: Any) -> str:
        """Return the element in which a main document comes back."""
        subtype = self.setup.subtype(folder["type"], folder["sous_type"])
        return "FichierPES" if subtype and subtype.signs else "DocPrincipal"

    def _annexes(self, folder: Any) -> str:
        """Return ours, then those that people added, then the slip."""
        rows = [(one["nom"], one["media"], one["donnees"]) for one in self.folders.documents(folder["id"], main=False)]
        rows.append(("bordereau.pdf", "application/pdf", slip(folder, self.folders.history(folder["id"]))))
        mark = '"' if self.faults.take("quoted_names") else ""
        return "".join(
            tag("DocAnnexe", inside=tag("nom", f"{mark}{name}{mark}") + binary("fichier", media, data) + _about(media))
            for name, media, data in rows
        )

    def _archive(self, asked: Asked) -> str:
        key = asked.text("DossierID")
        folder = self.folders.get(key)
        if folder is None:
            return _absent(key)
        if folder["place"] not in {FINISHED, OURS}:
            return said("KO", f"Le dossier {key} n'est pas archivable")
        self.folders.delete(key)
        self.journal.note("archivage", dossier=key, action=asked.text("ArchivageAction"))
        done = "supprimé du Parapheur" if asked.text("ArchivageAction") == "EFFACER" else "archivé"
        return tag("URL") + said("OK", f"Dossier {key} {done}.")

    def _erase(self, asked: Asked) -> str:
        folder = self.folders.get(asked.word)
        if folder is None:
            return _absent(asked.word)
        if folder["place"] != REJECTED:
            return said("KO", f"Le dossier {asked.word} n'est pas rejeté")
        self.folders.delete(asked.word)
        self.journal.note("effacement", dossier=asked.word)
        return said("OK", f"Dossier {asked.word} supprimé.")

    def _recall(self, asked: Asked) -> str:
        folder = self.folders.get(asked.word)
        if folder is None:
            return _absent(asked.word)
        acted = {row["statut"] for row in self.folders.history(asked.word)} & {"Lu", "Vise"}
        if folder["place"] != IN_CIRCUIT or acted:
            return said("KO", f"Le droit de remord n'est pas possible sur {asked.word}")
        self.folders.log(asked.word, self.setup.bureau, "NonLu", "Droit de remords")
        self.folders.put(asked.word, OURS, folder["rang"])
        self.journal.note("remords", dossier=asked.word)
        return said("OK", f"Dossier {asked.word} récupéré.")


def _absent(key: str) -> str:
    return said("KO", f"Dossier {key} introuvable.")


def _step(desk: str, name: str, role: str) -> str:
    """The first name is always empty: the other one holds both."""
    parts = {"Parapheur": desk, "Prenom": "", "Nom": name, "Role": role}
    return tag("EtapeCircuit", inside="".join(tag(key, text) for key, text in parts.items()))


def _about(media: str) -> str:
    return tag("mimetype", media) + tag("encoding", "UTF-8")
