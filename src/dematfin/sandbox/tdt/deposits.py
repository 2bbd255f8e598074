"""The deposit: checked in the order of S²LOW, stored, noted in the journal once."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dematfin.sandbox.faults import Faults
from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import Reply, Request
from dematfin.sandbox.tdt import envelopes
from dematfin.sandbox.tdt.accounts import may_deposit
from dematfin.sandbox.tdt.multipart import Upload, upload
from dematfin.sandbox.tdt.scripts import DENIED, MODULE
from dematfin.sandbox.tdt.state import HELD, POSTED, TO_SIGN, Transactions
from dematfin.sandbox.world import TdtAccount

PATH: Final = f"{MODULE}/api/helios_importer_fichier.php"
NOT_RGS: Final = "Votre certificat n'est pas RGS et ne vous permet donc pas de télétransmettre"
NO_FILE: Final = "Aucune enveloppe trouvée : la taille de l'enveloppe dépasse probablement la taille maximum"

NOMFIC: Final = re.compile(rb"""<NomFic\s+V\s*=\s*["']([^"']*)""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposits:
    """Takes flows; `largest` is in bytes."""

    transactions: Transactions
    journal: Journal
    faults: Faults
    largest: int

    def take(self, request: Request, account: TdtAccount) -> Reply:
        """Answer a deposit."""
        if not may_deposit(account):
            return envelopes.plain_ko(DENIED)
        if not account.rgs:
            return envelopes.imported(None, NOT_RGS)
        if self.faults.take("cut_before_store"):
            return Reply(cut=0)
        received = upload(request)
        return envelopes.imported(None, NO_FILE) if received is None else self._judged(received, account)

    def note_forgotten(self) -> None:
        """Note the deposits that were stored just before the platform was killed."""
        noted = {line["transaction"] for line in self.journal.lines() if line["what"] == "depot"}
        for row in self.transactions.all():
            if row["id"] not in noted:
                self._note(row, Path(row["fichier"]).read_bytes())

    def _judged(self, received: Upload, account: TdtAccount) -> Reply:
        sha1 = hashlib.sha1(received.data, usedforsecurity=False).hexdigest()
        if refusal := self._refusal(received, sha1):
            self.journal.note("depot_refuse", sha1=sha1, nom=received.name, message=refusal)
            return envelopes.imported(None, refusal)
        status = self._first_status(received, account)
        key = self.transactions.post(account.collectivite, received.name, received.data, sha1, status)
        self._note(self.transactions.get(str(key), account.collectivite), received.data)
        if self.faults.take("cut_after_store"):
            return Reply(cut=0)
        if self.faults.take("server_error_after_store"):
            return Reply(status=500, media_type="text/html")
        return envelopes.imported(key, "Téléchargement du fichier réussi.")

    def _refusal(self, received: Upload, sha1: str) -> str:
        if self.faults.take("upload_error"):
            return "Erreur lors du téléchargement du fichier : code 7"
        if len(received.data) > self.largest:
            return f"Taille de fichier supérieure à la limite autorisée ({self.largest >> 20} Mo maximum)."
        if not received.data:
            return "Le fichier présenté est vide (0 octet)"
        twin = self.transactions.knows(sha1) and not self.faults.take("twin_race")
        if twin or self.faults.take("duplicate_said"):
            return "doublon détecté. Ce fichier a déjà été posté."
        return "Échec lors du téléchargement du fichier" if self.faults.take("refuse_flow") else ""

    def _note(self, row: Any, data: bytes | memoryview) -> None:
        found = NOMFIC.search(data)
        nomfic = found.group(1).decode("latin-1") if found else ""
        about = {name: row[name] for name in ("sha1", "nom", "statut", "collectivite")}
        self.journal.note("depot", transaction=row["id"], nomfic=nomfic, octets=len(data), **about)

    def _first_status(self, received: Upload, account: TdtAccount) -> int:
        if received.to_sign or self.faults.take("held_13"):
            return TO_SIGN
        return HELD if "TT" not in account.droits or self.faults.take("held_14") else POSTED
