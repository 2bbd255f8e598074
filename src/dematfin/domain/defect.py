"""What a verification found changed, taken away or put in behind the program's back, and how that is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Thing(StrEnum):
    """What is wrong."""

    EVENT = "évènement"
    SEAL = "sceau"
    RECORD = "ligne"
    DOCUMENT = "document"
    CHAIN = "tête"
    HEAD = "empreinte"


class Wrong(StrEnum):
    """What happened to it."""

    CHANGED = "modifié"
    REMOVED = "retiré"
    ADDED = "ajouté"
    MOVED = "déplacé"


ONE: Final = {Thing.EVENT: "L'évènement", Thing.SEAL: "Le sceau"}
PLURAL: Final = {Thing.EVENT: "évènements", Thing.SEAL: "sceaux"}
REMEDY: Final = (
    "Ne signez rien et ne transmettez rien ; gardez cette base telle qu'elle est, prévenez l'administrateur, et "
    "comparez avec la dernière sauvegarde (son empreinte : dematfin journal verifier --empreinte)."
)
LABELS: Final = {
    "account": "compte",
    "alarm": "alerte",
    "answer": "réponse du comptable",
    "assignment": "cession",
    "attempt": "envoi",
    "batch": "lot",
    "bordereau": "bordereau",
    "budget_year": "exercice",
    "capture": "document numérisé",
    "circuit": "circuit de visa",
    "credit": "crédit",
    "cursor": "repère de lecture",
    "delegation": "délégation",
    "editor_flow": "import",
    "eliminated": "document éliminé",
    "elimination": "élimination",
    "engagement": "engagement",
    "flux": "flux",
    "gone": "dossier éliminé",
    "hand_over": "remise",
    "happening": "fait compté",
    "hold": "contentieux",
    "intention": "annonce au fournisseur",
    "invoice": "facture",
    "known_account": "compte bancaire",
    "link": "liaison",
    "mandat": "mandat",
    "pair": "doublon",
    "pairing": "rapprochement",
    "person": "personne",
    "piece": "pièce",
    "reached": "repère de comptage",
    "reception": "réception",
    "reminder": "rappel",
    "remote_folder": "dossier du parapheur",
    "restored": "retour en arrière",
    "scanned_page": "page numérisée",
    "series": "numérotation",
    "settlement": "règlement compté",
    "snapshot": "chiffres du jour",
    "stay": "attente comptée",
    "structure": "structure",
    "subcontract": "sous-traitance",
    "supporting": "justificatif",
    "tiers": "tiers",
    "trace": "trace chez un voisin",
    "transfer": "versement",
    "uncounted": "fait à compter",
    "visa_folder": "dossier de visa",
    "visa_task": "visa attendu",
    "waiver": "dérogation",
}
"""What is kept in each table that is sealed."""
NAMED: Final = 3
"""How many of those that it is about are told in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One thing that is not as it was written.

    Attributes:
        table, id: of a record, where it is kept; of a document, its fingerprint.
        sequence: of an event or a seal; of a record, its last seal; 0 when none is known.
        until: of several that were taken away in a row, the last one.
        at: when it was written, UTC, when that can be known.
        about: what it was about, or, of a document, which records name it.
    """

    thing: Thing
    wrong: Wrong
    table: str = ""
    id: str = ""
    sequence: int = 0
    until: int = 0
    at: datetime | None = None
    about: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Say it in French."""
        told = {
            Thing.EVENT: self._link,
            Thing.SEAL: self._link,
            Thing.RECORD: self._record,
            Thing.DOCUMENT: self._document,
            Thing.CHAIN: self._chain,
            Thing.HEAD: self._head,
        }
        return told[self.thing]()

    def _link(self) -> str:
        if self.until > self.sequence:
            how = "ajoutés sans le programme" if self.wrong is Wrong.ADDED else "retirés"
            what = f"Les {PLURAL[self.thing]} n° {self.sequence} à {self.until} ont été {how}"
        else:
            moved = f"n'est pas à sa place (il avait le n° {self.id})"
            done = {Wrong.MOVED: moved, Wrong.ADDED: "a été ajouté sans le programme"}
            what = f"{ONE[self.thing]} n° {self.sequence} {done.get(self.wrong, f'a été {self.wrong}')}"
        return f"{what}{self._when('écrit le')}{listed(self.about, ' ; sujet : ')}."

    def _record(self) -> str:
        how = {
            Wrong.CHANGED: "a été modifiée sans le programme",
            Wrong.REMOVED: "a été retirée",
            Wrong.ADDED: "a été ajoutée sans le programme",
            Wrong.MOVED: "a été déplacée",
        }
        sealed = f" (dernier sceau : n° {self.sequence}{self._when('du')})" if self.sequence else ""
        what = LABELS.get(self.table, "ligne")
        return f"Table « {self.table} », {what} « {self.id} » : la ligne {how[self.wrong]}{sealed}."

    def _document(self) -> str:
        how = "manque" if self.wrong is Wrong.REMOVED else "n'a plus les octets qui ont été gardés"
        return f"Le document {self.id} {how}{listed(self.about, ' ; il appartient à ')}."

    def _chain(self) -> str:
        """What is kept apart of both chains disagrees with them."""
        return "La table « chain », qui garde à part la fin du journal et des sceaux, a été modifiée ou vidée."

    def _head(self) -> str:
        if self.wrong is Wrong.REMOVED:
            return (
                f"L'empreinte {self.id} est celle d'un sceau que cette base n'a plus : elle a été coupée depuis, ou "
                "c'est une copie plus ancienne."
            )
        return f"La base ne passe pas par l'empreinte {self.id} : ce qui précède a été récrit, ou c'est une autre base."

    def _when(self, word: str) -> str:
        return f", {word} {self.at:%d/%m/%Y à %H:%M} UTC" if self.at else ""


def named(table: str, key: str) -> str:
    """Return a record as a person would name it."""
    return f"{LABELS.get(table, table)} {key}"


def listed(about: Sequence[str], before: str) -> str:
    """Return the first of those that something is about, and how many more there are."""
    if not about:
        return ""
    more = f" et {len(about) - NAMED} autres" if len(about) > NAMED else ""
    return f"{before}{', '.join(about[:NAMED])}{more}"
