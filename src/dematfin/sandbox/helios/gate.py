"""The entry gate (guichet XML): the verdict on each bordereau and document of a flow really received."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from dematfin.sandbox.helios.acquit import Error, Verdict, write_acquit
from dematfin.sandbox.helios.flow import Flow, Mandat, Sheet, read
from dematfin.sandbox.helios.registry import Registry
from dematfin.sandbox.helios.signatures import SignatureGate
from dematfin.sandbox.world import Helios, HeliosBudget

TECHNICAL, SIGNATURE_OF_BORDEREAU, DOCUMENT, EXPENSE, PARAMETERS = 0, 3, 4, 5, 99
KNOWN_DOCUMENT: Final = "1984 - L'identifiant unique de la PJ a déjà été intégré dans HELIOS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Judges flows, and integrates what passes; the comptable speaks `delay` seconds later."""

    world: Helios
    registry: Registry
    signatures: SignatureGate
    delay: float

    def acquit(self, path: Path) -> bytes:
        """Judge a flow and return its acquit."""
        flow = read(path)
        with self.registry.state.change():
            verdicts = list(self._judge(flow))
        return write_acquit(flow.header, verdicts)

    def _judge(self, flow: Flow) -> Iterator[Verdict]:
        budget = self._budget(flow)
        if budget is None:
            yield Verdict(domain=PARAMETERS, errors=(Error("ERREUR_CODE_COLLECTIVITE_BUDGET", "Budget inconnu"),))
            return
        if flow.sheets and not flow.header.dematerialised:
            yield Verdict(domain=PARAMETERS, errors=(Error("ERREUR_PES_PARAM_SIGNATURE", "InfoDematerialisee à 0"),))
            return
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
            elif document.problem:
                error = Error("ERREUR_PJ", document.problem)
            else:
                self.registry.take_piece(document.key)
            yield Verdict(domain=DOCUMENT, piece=document.key, errors=(error,) if error else ())

    def _sheet(self, flow: Flow, sheet: Sheet, budget: HeliosBudget) -> Verdict:
        element = next(one for one in flow.root.iter("Bordereau") if one.get("Id", "") == sheet.element_id)
        code, text = self.signatures.refusal(flow.root, element)
        if code:
            return _about(sheet, SIGNATURE_OF_BORDEREAU, Error(code, text))
        errors = tuple(self._errors(flow, sheet, budget))
        if not errors:
            self.registry.take_bordereau(flow.header, sheet, datetime.now(UTC).timestamp() + self.delay)
        return _about(sheet, EXPENSE, *errors)

    def _errors(self, flow: Flow, sheet: Sheet, budget: HeliosBudget) -> Iterator[Error]:
        if self.registry.has_bordereau(flow.header.siret, sheet):
            yield Error("ERREUR_DOUBLON_BORDEREAU", "Le bordereau a déjà été intégré")
        if sheet.count != len(sheet.mandats) or sheet.total != sum(mandat.amount for mandat in sheet.mandats):
            yield Error("ERREUR_CUMUL_MONTANTS", "Le bordereau n'est pas la somme de ses pièces")
        if not sheet.cumul:
            yield Error("ERREUR_AUTRE", "Le cumul annuel est absent")
        for mandat in sheet.mandats:
            yield from self._mandat_errors(flow, sheet, mandat, budget)

    def _mandat_errors(self, flow: Flow, sheet: Sheet, mandat: Mandat, budget: HeliosBudget) -> Iterator[Error]:
        if self.registry.has_mandat(flow.header.siret, sheet, mandat):
            yield Error("ERREUR_DOUBLON_PIECE", "La pièce a déjà été intégrée", piece=mandat.number)
        for key in mandat.references:
            if not self.registry.has_piece(key):
                yield Error("ERREUR_PJ", f"La PJ {key} est inconnue", piece=mandat.number)
        for line, fonction in mandat.fonctions:
            if fonction and fonction in budget.fonctions_refusees:
                text = "1971 - Compte fonction présent à tort"
                yield Error("ERREUR_AUTRE", text, piece=mandat.number, line=line)


def _about(sheet: Sheet, domain: int, *errors: Error) -> Verdict:
    return Verdict(domain=domain, bordereau=(sheet.number, sheet.exercice), errors=errors)
