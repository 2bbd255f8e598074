"""What became of a mandat, in French, for people who are not programmers: what, why, who must act, what to do now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from dematfin.domain.mandat.anomalies import meaning
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.meaning import (
    ATTACH,
    CORRECT,
    DOCUMENTS,
    IMPORT_AGAIN,
    INVOICE,
    REISSUE,
    RESUME,
    SHARE_OUT,
    SLIP,
    Meaning,
    Responsible,
    corrected_there,
)
from dematfin.domain.mandat.observations import observed, while_held
from dematfin.domain.mandat.reason import Reason, Speaker
from dematfin.domain.mandat.standing import told

S = MandatState
PROGRAM: Final = "dematfin"
BACK: Final = {S.REFUSED_AT_GATE: RESUME, S.REJECTED: REISSUE, S.ON_HOLD: ""}
"""What sends a mandat again, once what is wrong with it is put right."""
WITHOUT_INVOICE: Final = {INVOICE: DOCUMENTS, SLIP: ATTACH}
"""What is typed in the place of a command about an invoice, where a mandat pays none."""
NEXT: Final = {
    S.PREPARED: (Responsible.AGENT, "bordereau preparer"),
    S.IN_BORDEREAU: (Responsible.SIGNATORY, "bordereau voir {bordereau}"),
    S.SENT: (Responsible.COMPTABLE, "suivi"),
    S.TAKEN_IN_CHARGE: (Responsible.COMPTABLE, ""),
    S.PARTLY_PAID: (Responsible.COMPTABLE, ""),
}
"""Who acts and what is typed while nothing is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One reason in words: what it means, who can act, what that person does."""

    why: str
    who: Responsible
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The verdict on one mandat.

    Attributes:
        what: where it stands and since when.
        causes: why, when it did not go through.
        who: who must act first; NOBODY when there is nothing to do.
        command: the next command to type, empty when there is none.
        then: the command that follows it, once what is wrong is put right; empty when there is none.
    """

    what: str
    causes: tuple[Cause, ...] = ()
    who: Responsible = Responsible.NOBODY
    command: str = ""
    then: str = ""


def explain(mandat: Mandat) -> Explanation:
    """Say what became of a mandat."""
    if mandat.aside:
        aside = f"{PROGRAM} bordereau reintegrer {mandat.id}"
        return Explanation(what=told(mandat), who=Responsible.AGENT, command=aside)
    if mandat.state in BACK:
        return _of_one_that_came_back(mandat)
    who, command = NEXT.get(mandat.state, (Responsible.NOBODY, ""))
    if mandat.editor and mandat.state is S.PREPARED:
        command = IMPORT_AGAIN
    return Explanation(what=told(mandat), who=who, command=_typed(command, mandat))


def cause(reason: Reason) -> Cause:
    """Put one reason in words; a code that nobody knows is shown as it is."""
    found = _meaning(reason)
    return Cause(why=_why(reason, found), who=found.who, remedy=found.remedy)


def _of_one_that_came_back(mandat: Mandat) -> Explanation:
    reasons = mandat.reasons or ((Reason(speaker=_speaker(mandat), text=mandat.reason),) if mandat.reason else ())
    paired = [(reason, _here(_meaning(reason), mandat)) for reason in reasons]
    causes = tuple(
        dict.fromkeys(Cause(why=_why(reason, found), who=found.who, remedy=found.remedy) for reason, found in paired)
    )
    command, then = _way_out(mandat, [found for _, found in paired])
    who = next((one.who for one in causes if one.who), Responsible.AGENT)
    return Explanation(what=told(mandat), causes=causes, who=who, command=command, then=then)


def _way_out(mandat: Mandat, meanings: Sequence[Meaning]) -> tuple[str, str]:
    """Return what is typed first and after; nothing sends again what Hélios has, or what was paid in part."""
    if mandat.state is S.REJECTED and mandat.paid:
        return "", ""
    again = BACK[mandat.state] and (IMPORT_AGAIN if mandat.editor else BACK[mandat.state])
    if again and (there := [one for one in meanings if one.then == ""]):
        return _typed(there[0].command, mandat), ""
    first = next((one for one in meanings if one.command), None)
    if first is None:
        return _typed(again, mandat), ""
    return _typed(first.command, mandat), _typed(again if first.then is None else first.then, mandat)


def _meaning(reason: Reason) -> Meaning:
    if reason.speaker is Speaker.GATE and reason.domain is None:
        remedy = "Rien n'est à corriger dans celui-ci : il repart avec son bordereau, une fois l'autre corrigé."
        return Meaning(why=reason.text, who=Responsible.NOBODY, remedy=remedy)
    if reason.speaker is Speaker.GATE:
        return meaning(reason.code, reason.text, reason.domain)
    if reason.speaker is Speaker.COMPTABLE and reason.code:
        return observed(reason.code)
    remedy = "" if reason.speaker is Speaker.COMPTABLE else "Corrigez ce qu'il dit, puis reprenez le bordereau."
    return Meaning(why=f"{reason.speaker} : « {reason.text} »", who=Responsible.AGENT, remedy=remedy)


def _why(reason: Reason, found: Meaning) -> str:
    words = found.why
    if reason.speaker is Speaker.GATE and reason.domain is not None:
        words += f" Hélios : « {reason.text or reason.code} »"
    if reason.line:
        words += f" (ligne {reason.line})"
    return words


def _here(found: Meaning, mandat: Mandat) -> Meaning:
    """Return what is to be done for this very mandat."""
    if mandat.state is S.ON_HOLD:
        return while_held(found)
    if mandat.editor:
        return corrected_there(found)
    if not mandat.shares and found.command in WITHOUT_INVOICE:
        return replace(found, command=WITHOUT_INVOICE[found.command])
    if found.command != CORRECT:
        return found
    if mandat.kind is MandatKind.REDUCTION:  # its lines are those of the mandat that it takes back
        return replace(found, command="")
    return replace(found, command=SHARE_OUT) if len(mandat.lines) > 1 else found


def _speaker(mandat: Mandat) -> Speaker:
    return Speaker.TDT if mandat.state is S.REFUSED_AT_GATE else Speaker.COMPTABLE


def _typed(command: str, mandat: Mandat) -> str:
    """Write a command with the names of this mandat."""
    if not command:
        return ""
    invoice = next(iter(mandat.invoice_ids), "FACTURE")
    return f"{PROGRAM} " + command.format(mandat=mandat.id, bordereau=mandat.bordereau, facture=invoice)
