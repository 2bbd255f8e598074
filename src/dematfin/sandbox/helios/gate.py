"""The entry gate (guichet XML): the verdict on each bordereau and document of a flow really received."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from dematfin.sandbox.faults import HELIOS, Faults
from dematfin.sandbox.helios import forms, verdicts
from dematfin.sandbox.helios.acquit import Error, Verdict, write_acquit
from dematfin.sandbox.helios.flow import Document, Flow, Mandat, Sheet, read
from dematfin.sandbox.helios.kinds import errors_of_kind
from dematfin.sandbox.helios.registry import Registry
from dematfin.sandbox.helios.signatures import DS, SignatureGate
from dematfin.sandbox.world import Helios, HeliosBudget

TECHNICAL, SIGNATURE_OF_BORDEREAU, DOCUMENT, EXPENSE, PARAMETERS = 0, 3, 4, 5, 99
REFUSED_OUTRIGHT: Final = Verdict(domain=TECHNICAL, errors=(Error("ERREUR_AUTRE", "Flux refusé sans être lu"),))
ORDINARY: Final = "01"
KNOWN_DOCUMENT: Final = "1984 - L'identifiant unique de la PJ a déjà été intégré dans HELIOS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Judges flows, and integrates what passes; the comptable speaks `delay` seconds later."""

    world: Helios
    registry: Registry
    signatures: SignatureGate
    delay: float
    faults: Faults = field(default_factory=lambda: Faults(HELIOS))

    def acquit(self, path: Path) -> bytes:
        """Judge a flow and return its acquit; one judged before gets the same answer again."""
        flow = read(path)
        said: list[Verdict] = []
        with self.registry.state.change():
            answer = self.registry.acquit(flow.header)
            if answer is None:
                form = forms.chosen(self.faults)
                said += [REFUSED_OUTRIGHT] if form == forms.NON_ACQUIT else self._judge(flow)
                answer = forms.write(form, flow.header, said)
                self.registry.keep_acquit(flow.header, answer)
                self._contradict(flow)
        self._note(flow.header.nomfic, said)
        return answer

    def _contradict(self, flow: Flow) -> None:
        """Prepare a second answer, which will say something else."""
        if self.faults.take("second_acquit"):
            other = write_acquit(flow.header, [verdicts.OF_THE_FLOW["parameters_ko"]])
            self.registry.send(flow.header.siret, f"{flow.header.nomfic}-ACK.xml", other, self._due())

    def _due(self) -> float:
        return self.faults.clock.now().timestamp() + self.delay

    def _note(self, nomfic: str, said: list[Verdict]) -> None:
        self.registry.note_integrations(nomfic)
        for one in said:
            codes = [error.code for error in one.errors]
            if codes:
                about = {"bordereau": one.bordereau, "piece": one.piece, "domaine": one.domain}
                self.registry.journal.note("refus", nomfic=nomfic, **about, codes=codes)

    def _judge(self, flow: Flow) -> Iterator[Verdict]:
        budget = self._budget(flow)
        refusal = _refusal_of_all(flow) or verdicts.of_the_flow(self.faults)
        if refusal is not None:
            yield refusal
        elif budget is None:
            yield Verdict(domain=PARAMETERS, errors=(Error("ERREUR_CODE_COLLECTIVITE_BUDGET", "Budget inconnu"),))
        else:
            yield from self._documents(flow)
            for sheet in flow.sheets:
                yield from self._sheet(flow, sheet, budget)

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
            elif self.faults.take("pj_ko"):
                error = Error("ERREUR_PJ", "La pièce jointe est illisible")
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

    def _sheet(self, flow: Flow, sheet: Sheet, budget: HeliosBudget) -> list[Verdict]:
        on_paper = not flow.header.dematerialised
        code, text = ("", "") if on_paper else self.signatures.refusal(flow.root, sheet.element)
        if code:
            return [_about(sheet, SIGNATURE_OF_BORDEREAU, Error(code, text))]
        errors = (*self._errors(flow, sheet, budget), *verdicts.of_a_sheet(self.faults, sheet))
        said = verdicts.split(self.faults, _about(sheet, EXPENSE, *errors), sheet)
        if not any(one.errors for one in said):
            self.registry.take_bordereau(flow.header, sheet, self._due())
        return said

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
