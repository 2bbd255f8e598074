"""The finance software at work: it reads, mandates, closes bordereaux, exports, and follows what is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from dematfin.errors import RuleError
from dematfin.sandbox.editor import answers, exporter, inbox, mandating
from dematfin.sandbox.editor.exports import Signatories, written
from dematfin.sandbox.editor.memory import Memory
from dematfin.sandbox.editor.pieces import MANDATS, REDUCTIONS, Bordereau, Piece, State
from dematfin.sandbox.editor.setup import Setup
from dematfin.sandbox.faults import EDITOR, Faults

SETTLED = frozenset({State.TAKEN, State.PAID})


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """One budget of the finance software; `folder` is where it works, its shared folders below unless told."""

    folder: Path
    setup: Setup
    memory: Memory
    faults: Faults = field(default_factory=lambda: Faults(EDITOR))
    signatories: Signatories = field(default_factory=Signatories)
    wait: exporter.Wait | None = None

    @classmethod
    def open(cls, folder: Path, setup: Setup, **others: Any) -> Self:
        """Open it on its folder: it goes on from where it was."""
        for one in (setup.dossiers.factures, setup.dossiers.exports, setup.dossiers.retours):
            (folder / one).mkdir(parents=True, exist_ok=True)
        return cls(folder=folder, setup=setup, memory=Memory(folder / "finances.db"), **others)

    def mandate(self) -> tuple[Piece, ...]:
        """Mandate every invoice handed over and not read yet; raises BadAnswer, RuleError before anything is kept."""
        made: list[Piece] = []
        with self.memory.change():
            for path in inbox.files(self.folder / self.setup.dossiers.factures):
                if self.memory.first_sight(path.name):
                    for one in inbox.read(self.setup, path):
                        made += self._mandates_of(one)
        return tuple(made)

    def _mandates_of(self, one: inbox.Handed) -> list[Piece]:
        times = 2 if self.faults.take("twice") else 1
        return [
            self._kept(mandating.of_invoice(self.setup, self.faults, self._next(MANDATS), one)) for _ in range(times)
        ]

    def payroll(self, subject: str, shares: Mapping[tuple[str, str], Decimal]) -> Piece:
        """Mandate a month of payroll: an amount by creditor and account."""
        return self._kept(mandating.of_payroll(self._next(MANDATS), subject, shares))

    def annuity(self, creditor: str, loan: str, capital: Decimal, interest: Decimal) -> Piece:
        """Mandate what a bank has drawn."""
        return self._kept(mandating.of_annuity(self.setup, self._next(MANDATS), creditor, loan, capital, interest))

    def subsidy(self, creditor: str, amount: Decimal, subject: str) -> Piece:
        """Mandate a subsidy."""
        return self._kept(mandating.of_subsidy(self.setup, self._next(MANDATS), creditor, amount, subject))

    def reduce(self, mandat: int, amount: Decimal) -> Piece:
        """Take back a part of a mandat."""
        return self._kept(mandating.reduction(self.setup, self._next(REDUCTIONS), self.piece(mandat), amount))

    def close(self, sort: str = MANDATS) -> Bordereau:
        """Put the pieces that stand on no bordereau on a new one; raises RuleError when there are none."""
        waiting = [one for one in self.memory.pieces() if one.sort == sort and not one.bordereau]
        if not waiting:
            message = "Logiciel financier : aucune pièce à mettre en bordereau."
            raise RuleError(message)
        earlier = [one for one in self.memory.bordereaux() if one.sort == sort]
        first = (self.setup.dernier_bordereau, self.setup.cumul) if sort == MANDATS else (0, Decimal(0))
        number, cumul = (earlier[-1].numero, earlier[-1].cumul) if earlier else first
        total = sum((one.montant for one in waiting), Decimal(0))
        day = self.faults.clock.now().date()
        made = Bordereau(sort=sort, numero=number + 1, emis_le=day, cumul=cumul + total)
        with self.memory.change():
            self.memory.keep(made, *(one.model_copy(update={"bordereau": made.numero}) for one in waiting))
        return made

    def export(self, *bordereaux: Bordereau) -> Path:
        """Export bordereaux in one flow, the first time or again: same numbers, another name."""
        now = self.faults.clock.now()
        sheets = tuple((one.model_copy(update={"exports": one.exports + 1}), self.of(one)) for one in bordereaux)
        flow = written(self.setup, self.faults, self.signatories, sheets, now)
        with self.memory.change():
            self.memory.keep(*(one for one, _ in sheets))
            for _, pieces in sheets:
                self.memory.keep(*(one.model_copy(update={"etat": State.EXPORTED, "dit": ""}) for one in pieces))
            self.memory.left(flow.nomfic, tuple(one for one, _ in sheets))
        folder = self.folder / self.setup.dossiers.exports
        if self.faults.take("slow"):
            wait = self.wait or exporter.pause(self.faults.seconds)
            return exporter.trickle(folder, flow.name, flow.data, wait)
        if self.faults.take("exported_twice"):
            exporter.deliver(folder, f"COPIE_{flow.name}", flow.data)
        return exporter.deliver(folder, flow.name, flow.data)

    def correct(self, number: int, sort: str = MANDATS, **changes: Any) -> Piece:
        """Change the lines of a piece that the comptable has not taken; raises RuleError when he has."""
        piece = self.piece(number, sort)
        if piece.etat in SETTLED:
            message = f"Logiciel financier : le mandat {number} est {piece.etat}, il ne se corrige plus."
            raise RuleError(message)
        lines = tuple(one.model_copy(update=changes) for one in piece.lignes)
        return self._kept(piece.model_copy(update={"lignes": lines}))

    def reissue(self, number: int) -> Piece:
        """Take a rejected mandat off its bordereau: it goes on the next one, under its number."""
        piece = self.piece(number)
        if piece.etat is not State.REJECTED:
            message = f"Logiciel financier : le mandat {number} n'est pas rejeté, il ne se réémet pas."
            raise RuleError(message)
        return self._kept(piece.model_copy(update={"bordereau": 0, "etat": State.TYPED}))

    def piece(self, number: int, sort: str = MANDATS) -> Piece:
        """Return one piece."""
        (found,) = (one for one in self.memory.pieces() if (one.sort, one.numero) == (sort, number))
        return found

    def bordereau(self, number: int, sort: str = MANDATS) -> Bordereau:
        """Return one bordereau, as it is now."""
        (found,) = (one for one in self.memory.bordereaux() if (one.sort, one.numero) == (sort, number))
        return found

    def of(self, sheet: Bordereau) -> tuple[Piece, ...]:
        """Return what stands on a bordereau."""
        return tuple(one for one in self.memory.pieces() if (one.sort, one.bordereau) == (sheet.sort, sheet.numero))

    def listen(self) -> tuple[str, ...]:
        """Read the answers not read yet; return the names of those that it could not put to any of its flows."""
        unknown = []
        folder = self.folder / self.setup.dossiers.retours
        for path in sorted(one for one in folder.glob("[!.]*") if one.is_file()):
            with self.memory.change():
                if self.memory.first_sight(f"retours/{path.name}") and not self._hear(path.read_bytes()):
                    unknown.append(path.name)
        return tuple(unknown)

    def _hear(self, data: bytes) -> bool:
        """Apply an answer; say whether it is one of ours."""
        answer = answers.read(data)
        if isinstance(answer, answers.Acquit):
            return self._acquitted(answer)
        if isinstance(answer, answers.Retour) and answer.siret == self.setup.siret:
            told = [self._told(word) for word in answer.words]
            return all(told)
        return False

    def _acquitted(self, answer: answers.Acquit) -> bool:
        known = self.memory.under(answer.nomfic)
        for piece in self.memory.pieces():
            if (piece.sort, piece.bordereau) in known and piece.etat is State.EXPORTED:
                why = answer.refusals.get(piece.bordereau, answer.refusals.get(answers.ALL))
                state = State.RECEIVED if why is None else State.REFUSED
                self._kept(piece.model_copy(update={"etat": state, "dit": why or ""}))
        return bool(known)

    def _told(self, word: answers.Word) -> bool:
        for piece in self.memory.pieces():
            if (piece.sort, piece.bordereau, piece.numero) == (word.sort, word.bordereau, word.number):
                self._kept(piece.model_copy(update={"etat": word.state, "dit": word.said}))
                return True
        return False

    def _kept(self, piece: Piece) -> Piece:
        self.memory.keep(piece)
        return piece

    def _next(self, sort: str) -> int:
        """Return the next number of a kind of piece."""
        last = max((one.numero for one in self.memory.pieces() if one.sort == sort), default=0)
        return max(last, self.setup.dernier_mandat if sort == MANDATS else 0) + 1
