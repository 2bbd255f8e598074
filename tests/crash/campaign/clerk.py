"""Whoever mandates in the finance software, when called for: they type, export, read what comes back, correct.

They work beside the neighbours, whom nobody kills. What they did is noted in a journal of their own.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12

from crash.campaign.town import Town, story
from dematfin.demo.finances import PAYROLL, payroll_of, setup_of
from dematfin.demo.folder import EXCHANGE
from dematfin.sandbox import pki
from dematfin.sandbox.editor import inbox
from dematfin.sandbox.editor.exports import Signatories
from dematfin.sandbox.editor.office import SETTLED, Editor
from dematfin.sandbox.editor.pieces import Bordereau, Piece, State
from dematfin.sandbox.faults import EDITOR, Faults
from dematfin.sandbox.record import Journal

CANCELLED: Final = -1
"""Bordereau of a piece that was struck out."""
REFUSED: Final = "refusés"
DOUBLE: Final = "déjà"
"""A word of every refusal of what is alive here."""


@cache
def stranger() -> pki.Identity:
    """Return a key that nobody recognises, made once for all towns."""
    return pki.make(pki.MAYOR)


@dataclass
class Clerk:
    """One person and the finance software; `renumbers`: what was rejected gets a new number."""

    town: Town
    editor: Editor
    renumbers: bool

    @classmethod
    def sits(cls, town: Town, *, renumbers: bool) -> Self:
        """Open the finance software of a town."""
        faults = Faults(EDITOR)
        setup = setup_of(story(), town.root / EXCHANGE)
        keys = Signatories(mayor=cls.key_of(town), stranger=stranger())
        return cls(town, Editor.open(town.software, setup, faults=faults, signatories=keys), renumbers)

    @staticmethod
    def key_of(town: Town) -> pki.Identity:
        """Return the mayor's key, as it is in the hands of whoever signs in other places."""
        secret = (town.root / "secrets" / "maire").read_bytes()
        opened = pkcs12.load_pkcs12((town.root / "pki" / "maire.p12").read_bytes(), secret)
        assert opened.cert is not None
        assert isinstance(opened.key, RSAPrivateKey)
        return pki.Identity(certificate=opened.cert.certificate, key=opened.key)

    def round(self) -> None:
        """Do all that waits, if somebody called."""
        if self.town.clerk_called.exists():
            asked = json.loads(self.town.clerk_called.read_text(encoding="utf-8"))
            self.editor.listen()
            for number in sorted({*asked, *self._sent_back()}):
                self._export_again(number)
            self._mandate()
            self.town.clerk_called.unlink()

    def _mandate(self) -> None:
        """Mandate what is handed over, with the payroll once, and what is to be issued again."""
        self.editor.mandate()
        for one in self.editor.memory.pieces():
            if one.etat is State.REJECTED and one.bordereau > 0:
                self._issue_again(one)
        waiting = [one for one in self.editor.memory.pieces() if not one.bordereau]
        if waiting and not self.editor.memory.bordereaux():
            self.editor.payroll(PAYROLL, payroll_of(story().data["editeur"]))
        if waiting:
            self._export(self.editor.close())

    def _issue_again(self, piece: Piece) -> None:
        if not self.renumbers:
            self.editor.reissue(piece.numero)
            return
        last = max(one.numero for one in self.editor.memory.pieces())
        fresh = piece.model_copy(update={"numero": last + 1, "bordereau": 0, "etat": State.TYPED})
        self.editor.memory.keep(fresh, piece.model_copy(update={"bordereau": CANCELLED}))

    def _sent_back(self) -> Iterable[int]:
        """Yield the bordereaux whose last export was refused, or lies where it was put, cut short."""
        last = {self._name(one): one.numero for one in self.editor.memory.bordereaux()}
        folder = self.editor.setup.dossiers.exports
        for reason in sorted((folder / REFUSED).glob("*.txt")):
            said = reason.read_text(encoding="utf-8")
            if reason.name.removesuffix(".txt") in last and DOUBLE not in said:
                yield last[reason.name.removesuffix(".txt")]
        for path in sorted(folder.glob("*.XML")):
            with suppress(FileNotFoundError):
                self.note("retire", path)
                path.unlink()
                if path.name in last:
                    yield last[path.name]

    def _name(self, one: Bordereau) -> str:
        return f"PES_DEP_{one.numero:04d}_{one.exports}.XML"

    def _export_again(self, number: int) -> None:
        """Correct what may be wrong, then export under the same numbers."""
        sheet = self.editor.bordereau(number)
        self._strike_doubles(sheet)
        for one in self.editor.of(sheet):
            if one.document and one.etat not in SETTLED:
                self._type_again(one)
        self._export(self._counted(sheet))

    def _strike_doubles(self, sheet: Bordereau) -> None:
        """Strike out what was mandated twice; nobody looks for it where Hélios has said what is wrong."""
        seen: set[str] = set()
        for one in self.editor.of(sheet):
            if one.document and one.document in seen and one.etat is not State.REFUSED:
                self.editor.memory.keep(one.model_copy(update={"bordereau": CANCELLED}))
            seen.add(one.document)

    def _type_again(self, one: Piece) -> None:
        handed = next(row for row in self.handed() if row.pdf.name == one.document)
        known = self.editor.setup.tiers[handed.creditor]
        function = "" if one.etat is State.REFUSED else one.lignes[0].fonction
        self.editor.correct(
            one.numero, fonction=function, iban=known.iban, montant=handed.amount, facture=handed.number[:20]
        )

    def handed(self) -> Sequence[inbox.Handed]:
        """Return all that was ever handed over."""
        setup = self.editor.setup
        return [row for path in inbox.files(setup.dossiers.factures) for row in inbox.read(setup, path)]

    def _counted(self, sheet: Bordereau) -> Bordereau:
        """Count the running total again."""
        earlier = [one for one in self.editor.memory.bordereaux() if one.numero < sheet.numero]
        before = earlier[-1].cumul if earlier else self.editor.setup.cumul
        total = sum((one.montant for one in self.editor.of(sheet)), Decimal(0))
        counted = sheet.model_copy(update={"cumul": before + total})
        self.editor.memory.keep(counted)
        return counted

    def _export(self, sheet: Bordereau) -> None:
        folder = self.editor.setup.dossiers.exports
        self.editor.export(sheet)
        for path in sorted(folder.glob("*.XML")):
            with suppress(FileNotFoundError):  # somebody who was called meanwhile has taken it
                self.note("export", path, bordereau=sheet.numero)

    def note(self, what: str, path: Path, **others: object) -> None:
        """Write down what was done with a file."""
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        Journal(self.town.software / "journal.jsonl").note(what, nom=path.name, sha256=sha256, **others)
