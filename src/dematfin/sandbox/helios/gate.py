"""The entry gate (guichet XML): the verdict on each bordereau and document of a flow really received."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from dematfin.sandbox.helios.acquit import Error, Verdict, write_acquit
from dematfin.sandbox.helios.flow import Document, Flow, Mandat, Sheet, read
from dematfin.sandbox.helios.kinds import errors_of_kind
from dematfin.sandbox.helios.registry import Registry
from dematfin.sandbox.helios.signatures import DS, SignatureGate
from dematfin.sandbox.world import Helios, HeliosBudget

TECHNICAL, SIGNATURE_OF_BORDEREAU, DOCUMENT, EXPENSE, PARAMETERS = 0, 3, 4, 5, 99
ORDINARY: Final = "01"
KNOWN_DOCUMENT: Final = "1984 - L'identifiant unique de la PJ a déjà été intégré dans HELIOS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Judges flows, and integrates what passes; the comptable speaks `delay` seconds later."""

    world: Helios
    registry: Registry
    signatures: SignatureGate
    delay: float

    def acquit(self, path: Path) -> bytes:
        """Judge a flow and return its acquit; one judged before gets the same answer again."""
        flow = read(path)
        verdicts: list[Verdict] = []
        with self.registry.state.change():
            answer = self.registry.acquit(flow.header)
            if answer is None:
                verdicts += self._judge(flow)
                answer = write_acquit(flow.header, verdicts)
                self.registry.keep_acquit(flow.header, answer)
        self._note(flow.header.nomfic, verdicts)
        return answer

    def _note(self, nomfic: str, verdicts: list[Verdict]) -> None:
        self.registry.note_integrations(nomfic)
        for one in verdicts:
            codes = [error.code for error in one.errors]
            if codes:
                about = {"bordereau": one.bordereau, "piece": one.piece, "domaine": one.domain}
                self.registry.journal.note("refus", nomfic=nomfic, **about, codes=codes)

    def _judge(self, flow: Flow) -> Iterator[Verdict]:
        budget = self._budget(flow)
        refusal = _refusal_of_all(flow)
        if refusal is not None:
            yield refusal
        elif budget is None:
            yield Verdict(domain=PARAMETERS, errors=(Error("ERREUR_CODE_COLLECTIVITE_BUDGET", "Budget inconnu"),))
        else:
            yield from self._documents(flow)
            for sheet in flow.sheets:
                yield self._sheet(flow, sheet, budget)

    def _budget(self, flow: Flow) -> HeliosBudget | None:
        header = flow.header
        wanted = (header.siret, header.post, header.cod_col, header.cod_bud)
        for one in self.world.budgets:
            if wanted == (one.siret, one.poste, one.code_collectivite, one.code_budget):
                return one
        return None

    def _documents(self, flow: Flow) -> Iterator[Verdict]:
        for document in flow.documents:
            error = None
            if self.registry.has_piece(document.key):
                error = Error("ERREUR_DOUBLON_PJ", KNOWN_DOCUMENT)
            elif problem := document.problem or self._late(flow, document):
                error = Error("ERREUR_PJ", problem)
            else:
                self.registry.take_piece(document.key)
            yield Verdict(domain=DOCUMENT, piece=document.key, errors=(error,) if error else ())

    def _late(self, flow: Flow, document: Document) -> str:
        """Say what is wrong with the mandats that a document follows: they must be there already."""
        for one in document.late:
            if one.problem:
                return one.problem
            if not self.registry.has_mandat(flow.header, one.exercice, one.kind, one.number):
                return f"La pièce {one.number} de RefCompta est inconnue"
        return ""

    def _sheet(self, flow: Flow, sheet: Sheet, budget: HeliosBudget) -> Verdict:
        on_paper = not flow.header.dematerialised
        code, text = ("", "") if on_paper else self.signatures.refusal(flow.root, sheet.element)
        if code:
            return _about(sheet, SIGNATURE_OF_BORDEREAU, Error(code, text))
        errors = tuple(self._errors(flow, sheet, budget))
        if not errors:
            self.registry.take_bordereau(flow.header, sheet, datetime.now(UTC).timestamp() + self.delay)
        return _about(sheet, EXPENSE, *errors)

    def _errors(self, flow: Flow, sheet: Sheet, budget: HeliosBudget) -> Iterator[Error]:
        if self.registry.has_bordereau(flow.header, sheet):
            yield Error("ERREUR_DOUBLON_BORDEREAU", "Le bordereau a déjà été intégré")
        if sheet.count != len(sheet.mandats) or sheet.total != sum(mandat.amount for mandat in sheet.mandats):
            yield Error("ERREUR_CUMUL_MONTANTS", "Le bordereau n'est pas la somme de ses pièces")
        if not sheet.cumul:
            yield Error("ERREUR_AUTRE", "Le cumul annuel est absent ou nul")
        for mandat in sheet.mandats:
            yield from self._mandat_errors(flow, sheet, mandat, budget)

    def _mandat_errors(self, flow: Flow, sheet: Sheet, mandat: Mandat, budget: HeliosBudget) -> Iterator[Error]:
        if self.registry.has_mandat(flow.header, sheet.exercice, sheet.kind, mandat.number):
            yield Error("ERREUR_DOUBLON_PIECE", "La pièce a déjà été intégrée", piece=mandat.number)
        known = partial(self.registry.has_mandat, flow.header)
        yield from errors_of_kind(sheet, mandat, lambda year, number: known(year, ORDINARY, number))
        for key in mandat.references:
            if not self.registry.has_piece(key):
                yield Error("ERREUR_PJ", f"La PJ {key} est inconnue", piece=mandat.number)
        for line in mandat.lines:
            if line.fonction and line.fonction in budget.fonctions_refusees:
                text = "1971 - Compte fonction présent à tort"
                yield Error("ERREUR_AUTRE", text, piece=mandat.number, line=line.number)


def _refusal_of_all(flow: Flow) -> Verdict | None:
    """Return what is wrong with the flow as a whole, before any of its parts is looked at."""
    signed = next(flow.root.iter(f"{DS}Signature"), None) is not None
    if flow.problem:
        return Verdict(domain=TECHNICAL, errors=(Error("ERREUR_SCHEMA_INCOMPLET", flow.problem),))
    if not flow.sheets and not flow.documents:
        return Verdict(domain=TECHNICAL, errors=(Error("ERREUR_FLUX_VIDE", "Ni bordereau, ni PJ"),))
    if flow.sheets and signed is not flow.header.dematerialised:
        text = "InfoDematerialisee ne correspond pas à la signature du flux"
        return Verdict(domain=PARAMETERS, errors=(Error("ERREUR_PES_PARAM_SIGNATURE", text),))
    return None


def _about(sheet: Sheet, domain: int, *errors: Error) -> Verdict:
    return Verdict(domain=domain, bordereau=(sheet.number, sheet.exercice), errors=errors)
