"""The finance software of one of the budgets, played: it mandates what it is handed, and exports; we ride its flow."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Self

from dematfin.acts import editor_drop, editor_flows
from dematfin.acts.run import run
from dematfin.cli.output import counted
from dematfin.demo.folder import EXCHANGE
from dematfin.demo.story import Story
from dematfin.demo.telling import told
from dematfin.domain.editor.pairing import PairingState
from dematfin.domain.finding import blocking
from dematfin.domain.money import french
from dematfin.domain.parties.person import Person
from dematfin.errors import DematfinError
from dematfin.ports.app import App
from dematfin.sandbox.editor.office import Editor
from dematfin.sandbox.editor.pieces import Piece, State
from dematfin.sandbox.editor.setup import Setup
from dematfin.steps.editor_import import imports
from dematfin.steps.hand_over import hand_over

PAYROLL: Final = "PAIE DU MOIS"
TO_TRY: Final = "PAIE DU MOIS SUIVANT"
WHY_DROPPED: Final = "IBAN à corriger dans le logiciel financier."


@dataclass(frozen=True, slots=True, kw_only=True)
class Finances:
    """The two sides of the exchange: the agent here, the finance software there."""

    app: App
    agent: Person
    editor: Editor
    data: dict[str, Any]

    @classmethod
    def open(cls, app: App, agent: Person, story: Story, folder: Path) -> Self:
        """Open the finance software of the demonstration, where it was."""
        data = story.data["editeur"]
        setup = Setup.model_validate(_setup(story, folder / EXCHANGE))
        editor = Editor.open(folder / "bac-a-sable" / "logiciel-financier", setup)
        return cls(app=app, agent=agent, editor=editor, data=data)

    def mandates(self) -> Iterator[str]:
        """Hand over the visaed invoices; they are mandated there, with the payroll, by an agent in a hurry."""
        yield from told(run(self.app, self.agent, hand_over))
        made = self.editor.mandate()
        for piece in made:
            self._mistyped(piece)
        payroll = self.editor.payroll(PAYROLL, self._payroll())
        yield f"là-bas, mandats n° {made[0].numero} à {payroll.numero} : {counted(len(made), 'facture')} et la paie"
        self.editor.close()
        yield self._exported()

    def reviews(self) -> Iterator[str]:
        """Import the flow; what disagrees is corrected there, what is not certain is decided here."""
        first = yield from self._brought_in()
        for row in first.rows:
            for finding in blocking(row.disagreements):
                yield finding.sentence
        editor_drop.drop(self.app, self.agent, first.flow.id, WHY_DROPPED)
        yield f"import {first.flow.id} abandonné : {WHY_DROPPED}"
        self._correct_accounts()
        yield self._exported()
        second = yield from self._brought_in()
        yield from self._decides(second)

    def corrects(self) -> Iterator[str]:
        """What was refused is corrected there, and exported again under its numbers."""
        run(self.app, self.agent, hand_over)
        self.editor.listen()
        refused = [one for one in self.editor.memory.pieces() if one.etat is State.REFUSED]
        if not refused:
            return
        yield f"là-bas, bordereau n° {refused[0].bordereau} refusé : {refused[0].dit}"
        for one in refused:
            self.editor.correct(one.numero, fonction="")
        self._type_again(refused)
        yield self._exported()
        again = yield from self._brought_in()
        yield from self._decides(again)

    def shows(self) -> Iterator[str]:
        """Tell where the mandats stand there."""
        yield from told(run(self.app, self.agent, hand_over))
        self.editor.listen()
        for one in self.editor.memory.pieces():
            yield f"là-bas, mandat n° {one.numero} ({french(one.montant)}, {one.objet}) : {one.etat}"

    def leaves_one(self) -> Iterator[str]:
        """Leave an exported flow, to be imported by whoever tries."""
        self.editor.payroll(TO_TRY, self._payroll())
        self.editor.close()
        yield self._exported()

    def _brought_in(self) -> Generator[str, None, editor_flows.Review]:
        """Import what was exported; returns its review."""
        outcome = run(self.app, self.agent, imports)
        if outcome.failures:
            raise DematfinError(" ".join(failure.sentence for failure in outcome.failures))
        found = editor_flows.listed(self.app, self.agent)[0]
        certain, without = (len(found.in_state(one)) for one in (PairingState.CERTAIN, PairingState.WITHOUT))
        rest = len(found.in_state(PairingState.TO_DECIDE))
        sorts = f"{certain} rapprochés d'office, {without} sans facture par règle, {rest} à décider"
        yield f"import {found.flow.id} : {sorts}"
        return found

    def _decides(self, found: editor_flows.Review) -> Iterator[str]:
        for row in found.in_state(PairingState.TO_DECIDE):
            claim, best = row.pairing.claim, row.pairing.proposals[0]
            editor_flows.choose(self.app, self.agent, found.flow.id, claim.key, best.invoice_id)
            reasons = ", ".join(best.reasons)
            yield f"mandat n° {claim.mandat} : {self.agent.name} choisit {best.invoice_id} ({best.score} : {reasons})"

    def _mistyped(self, piece: Piece) -> None:
        line = piece.lignes[0]
        if line.facture == self.data["numero_oublie"]:
            self.editor.correct(piece.numero, facture="", libelles=(piece.objet,))
        if old := self.data["ancien_iban"].get(line.creditor):
            self.editor.correct(piece.numero, iban=old)

    def _type_again(self, pieces: Sequence[Piece]) -> None:
        for one in pieces:
            if one.document and not one.lignes[0].facture:
                self.editor.correct(one.numero, facture=self.data["numero_oublie"])

    def _correct_accounts(self) -> None:
        for one in self.editor.memory.pieces():
            creditor = one.lignes[0].creditor
            if creditor in self.data["ancien_iban"]:
                self.editor.correct(one.numero, iban=self.editor.setup.tiers[creditor].iban)

    def _exported(self) -> str:
        last = self.editor.memory.bordereaux()[-1]
        path = self.editor.export(last)
        return f"là-bas, bordereau n° {last.numero} exporté : {path.parent.parent.name}/{path.parent.name}/{path.name}"

    def _payroll(self) -> dict[tuple[str, str], Decimal]:
        return {(one["tiers"], one["compte"]): Decimal(one["montant"]) for one in self.data["paie"]}


def _setup(story: Story, shared: Path) -> dict[str, Any]:
    data = story.data["editeur"]
    (budget,) = (one for one in story.data["budgets"] if one["code"] == data["budget"])
    copied = ("siret", "poste", "code_collectivite", "code_budget", "libelle")
    reached = ("dernier_mandat", "dernier_bordereau", "cumul")
    folders = {name: shared / name for name in ("factures", "exports", "retours")}
    return {
        **{name: budget[name] for name in (*copied, *reached)},
        "exercice": story.today.year,
        "tiers": data["tiers"],
        "dossiers": folders,
    }
