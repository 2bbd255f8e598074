"""What comes next, who must act and with which command: for an invoice, a mandat or a flow that somebody asks about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dematfin.domain import labels
from dematfin.domain.editor.editor_flow import EDITOR_FLOW_MACHINE, EditorFlow, EditorFlowState
from dematfin.domain.finding import blocking
from dematfin.domain.invoice.chorus import said
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.explanation import explain
from dematfin.domain.mandat.flux import MAY_BE_THERE, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.meaning import CORRECTED_THERE, IMPORT, Responsible
from dematfin.domain.mandat.together import leading
from dematfin.domain.visa.folder import FolderState, VisaFolder

AGENT: Final = Responsible.AGENT
DAY: Final = "dematfin journee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where something stands.

    Attributes:
        now: where it stands; `why`: each reason for it, when it did not go through.
        coming: what comes next; empty when it is over.
        who: who must act, empty when nobody has to.
        command: what to type, empty when there is nothing to type.
    """

    now: str
    why: tuple[str, ...] = ()
    coming: str = ""
    who: str = ""
    command: str = ""


OF_FLUX: Final[dict[FluxState, tuple[str, str, str]]] = {
    FluxState.BUILT: ("Il attend la signature de l'ordonnateur.", Responsible.SIGNATORY, "dematfin bordereau signer"),
    FluxState.SIGNING: ("Il est à la signature, ailleurs ; il en revient avec la journée.", Responsible.SIGNATORY, DAY),
    FluxState.SIGNED: ("Il part avec la prochaine transmission.", "service", "dematfin bordereau transmettre"),
    FluxState.READY: ("Il part avec la prochaine transmission.", "service", "dematfin bordereau transmettre"),
    FluxState.SENDING: ("Son dépôt est en cours, ou a été interrompu : le suivi le dira.", "service", "dematfin suivi"),
    FluxState.TO_VERIFY: (
        "On ne sait pas s'il est arrivé au TdT. Ne le refaites pas : le suivi le demande au TdT.",
        AGENT,
        "dematfin suivi",
    ),
    FluxState.TRANSMITTED: ("Hélios doit l'acquitter ; l'acquit se relève avec le suivi.", "TdT", "dematfin suivi"),
    FluxState.ACKNOWLEDGED: ("", "", ""),
    FluxState.REFUSED_BY_TDT: ("Corrigez ce que dit le TdT, puis faites-le repartir.", AGENT, ""),
    FluxState.DROPPED: ("", "", ""),
}
OF_MANDAT: Final[dict[MandatState, tuple[str, str, str]]] = {
    MandatState.PREPARED: ("Il attend un bordereau.", AGENT, "dematfin bordereau preparer"),
    MandatState.IN_BORDEREAU: ("Il part avec le flux de son bordereau.", AGENT, DAY),
    MandatState.SENT: ("Le comptable doit le prendre en charge, puis le payer.", Responsible.COMPTABLE, ""),
    MandatState.REFUSED_AT_GATE: ("Corrigez-le, puis reprenez son bordereau.", AGENT, ""),
    MandatState.TAKEN_IN_CHARGE: ("Le comptable va le payer.", Responsible.COMPTABLE, ""),
    MandatState.ON_HOLD: ("Répondez au comptable, qui attend pour payer.", AGENT, ""),
    MandatState.REJECTED: ("Corrigez-le, puis réémettez-le.", AGENT, ""),
    MandatState.PARTLY_PAID: ("Le comptable doit payer le reste.", Responsible.COMPTABLE, ""),
}
BACK_THERE: Final = frozenset({MandatState.PREPARED, MandatState.REFUSED_AT_GATE})
THERE: Final = BACK_THERE | {MandatState.REJECTED}
"""Where a mandat of the finance software waits for its next export."""
ASKS_THE_AGENT: Final = frozenset({MandatState.REJECTED, MandatState.ON_HOLD})
OF_INVOICE: Final[dict[InvoiceState, tuple[str, str, str]]] = {
    InvoiceState.RECEIVED: ("Elle passe aux contrôles avec la journée.", "service", DAY),
    InvoiceState.TO_CORRECT: ("Elle attend votre décision.", AGENT, "dematfin facture a-traiter"),
    InvoiceState.IN_VISA: ("Elle attend un visa.", "viseur", "dematfin visa liste"),
    InvoiceState.INTERRUPTED: ("Le fournisseur doit fournir ce qui lui a été demandé.", "fournisseur", ""),
    InvoiceState.SENT_BACK: ("Le fournisseur doit l'adresser de nouveau dans Chorus Pro.", "fournisseur", ""),
    InvoiceState.SERVICE_FAIT: ("Elle attend son mandat.", AGENT, "dematfin bordereau preparer"),
    InvoiceState.TO_PAY: ("Son mandat n'est pas trouvé : prévenez l'exploitant.", AGENT, ""),
}


def of_import(
    one: EditorFlow, flux: Flux | None, mandats: Sequence[Mandat] = (), replaced_by: Sequence[str] = ()
) -> Standing:
    """Say where an export of the finance software stands: once completed, with its flow."""
    if one.state is EditorFlowState.COMPLETED and flux:
        return of_flux(flux, mandats, replaced_by)
    now, why = EDITOR_FLOW_MACHINE.words[one.state], (one.reason,) if one.reason else ()
    if one.state is not EditorFlowState.OPEN:
        return Standing(now=now, why=why)
    coming = "Il part dans un flux une fois ses mandats rapprochés de factures visées."
    return Standing(now=now, why=why, coming=coming, who=AGENT, command=f"dematfin bordereau import {one.id}")


def of_flux(flux: Flux, mandats: Sequence[Mandat] = (), replaced_by: Sequence[str] = ()) -> Standing:
    """Say where a flow stands; `mandats` are those that it carries."""
    now = f"{labels.FLUX[flux.state]}, {flux.acquit}" if flux.acquit else labels.FLUX[flux.state]
    coming, who, command = _after(flux, mandats, replaced_by)
    return Standing(now=now, why=(flux.message,) if flux.message else (), coming=coming, who=who, command=command)


def _after(flux: Flux, mandats: Sequence[Mandat], replaced_by: Sequence[str]) -> tuple[str, str, str]:
    if replaced_by:
        return f"Remplacé par {replaced_by[-1]}.", "", f"dematfin flux voir {replaced_by[-1]}"
    back = [one for one in mandats if one.state is MandatState.REFUSED_AT_GATE]
    if flux.editor_flow and any(one.state in BACK_THERE for one in mandats):
        return _exported_again(len(back))
    if back:
        again = f"dematfin bordereau reprendre {back[0].bordereau}"
        return f"Corrigez ses mandats refusés ({len(back)}), puis reprenez leur bordereau.", AGENT, again
    if troubled := [one for one in mandats if one.state in ASKS_THE_AGENT]:
        first = troubled[0]
        what = f"Le comptable a rejeté ou suspendu {len(troubled)} de ses {len(mandats)} mandats : voyez pourquoi."
        return what, AGENT, f"dematfin mandat voir {first.id}"
    unspoken = sum(one.state is MandatState.SENT for one in mandats)
    if flux.state is FluxState.ACKNOWLEDGED and unspoken:
        return (
            f"Le comptable n'a pas encore parlé de {unspoken} de ses {len(mandats)} mandats.",
            Responsible.COMPTABLE,
            "",
        )
    return _alone(flux)


def _exported_again(refused: int) -> tuple[str, str, str]:
    if refused:
        there = f"Corrigez ses mandats refusés ({refused}) dans le logiciel financier, exportez son flux, importez-le."
        return there, AGENT, IMPORT
    return "Ses mandats attendent un nouvel export du logiciel financier : importez-le.", AGENT, IMPORT


def _alone(flux: Flux) -> tuple[str, str, str]:
    """Say what comes next of a flow, whatever became of its mandats: what it waits for a person is not waited for."""
    if flux.state is FluxState.TO_VERIFY and flux.arrived:
        there = "Il est au TdT sous un numéro que l'on ne connaît pas : lisez ce numéro sur l'écran du TdT."
        return there, AGENT, f"dematfin transmission rattacher {flux.id} NUMÉRO"
    if flux.state is FluxState.TRANSMITTED and flux.message:
        held = "Quelqu'un doit agir au TdT : faites ce qu'il dit, ou appelez-le. Ne le renvoyez pas."
        return held, AGENT, "dematfin suivi"
    return OF_FLUX[flux.state]


def of_mandat(mandat: Mandat, flux: Flux | None) -> Standing:
    """Say where a mandat stands; as long as its flow is on its way, what comes next is the flow's."""
    told = explain(mandat)
    coming, who, command = OF_MANDAT.get(mandat.state, ("", "", ""))
    if mandat.editor and mandat.state in THERE:
        coming = CORRECTED_THERE
    who, command = told.who or who, told.command or command
    if flux and _on_its_way(mandat, flux):
        coming, who, command = _alone(flux)
    if mandat.aside:
        coming, who, command = "Réintégrez-le ou abandonnez-le.", AGENT, f"dematfin bordereau reintegrer {mandat.id}"
    why = tuple(" ".join(filter(None, (f"{one.why.rstrip('.')}.", one.remedy))) for one in told.causes)
    if not why and mandat.reason and mandat.reason not in told.what:
        why = (mandat.reason,)
    return Standing(now=_now(mandat, flux, told.what), why=why, coming=coming, who=who, command=command)


def _now(mandat: Mandat, flux: Flux | None, what: str) -> str:
    """A mandat whose flow may have left does not wait for a signature."""
    if flux and mandat.state is MandatState.IN_BORDEREAU and flux.state in MAY_BE_THERE:
        return f"Mandat n° {mandat.number}, dans le flux {flux.id} : {labels.FLUX[flux.state]}."
    return what


def of_invoice(
    invoice: Invoice,
    folders: Sequence[VisaFolder],
    mandats: Sequence[tuple[Mandat, Flux | None]],
    *,
    editor: bool = False,
) -> Standing:
    """Say where an invoice stands: once it is to pay, with its mandat; `editor`: the finance software makes it."""
    paying = [one for one in mandats if invoice.id in one[0].invoice_ids]
    if invoice.state is InvoiceState.TO_PAY and paying:
        lead = leading(mandat for mandat, _ in paying)
        return of_mandat(*next(one for one in paying if one[0] == lead))
    coming, who, command = OF_INVOICE.get(invoice.state, ("", "", ""))
    if editor and invoice.state is InvoiceState.SERVICE_FAIT:
        coming, command = "Mandatez-la dans le logiciel financier, puis importez son flux.", IMPORT
    waiting = [one for one in folders if one.state is FolderState.IN_CIRCUIT]
    if invoice.state is InvoiceState.IN_VISA and waiting:
        coming, who = f"Elle attend le visa de {waiting[0].desk}.", waiting[0].desk
        coming += f" Il est attendu pour le {waiting[0].due_on:%d/%m/%Y}." if waiting[0].due_on else ""
    if invoice.state is InvoiceState.ELSEWHERE:
        coming = f"Elle est suivie ailleurs ; Chorus Pro la montre « {said(invoice.remote_status)} »."
    why = tuple(finding.sentence for finding in blocking(invoice.findings))
    return Standing(now=labels.INVOICE[invoice.state], why=why, coming=coming, who=who, command=command)


def _on_its_way(mandat: Mandat, flux: Flux) -> bool:
    before = mandat.state is MandatState.IN_BORDEREAU
    return before or (mandat.state is MandatState.SENT and flux.state is not FluxState.ACKNOWLEDGED)
