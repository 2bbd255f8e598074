"""Import checks: what stops a flow of a finance software at the door, each time with what to do there."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from dematfin.domain.editor.claim import Claim
from dematfin.domain.editor.editor_flow import EDITOR_FLOW_MACHINE, EditorFlow, EditorFlowState, Sheet
from dematfin.domain.editor.pairing import Pairing
from dematfin.domain.labels import MANDAT
from dematfin.domain.mandat import codes
from dematfin.domain.mandat.aller import ReadFlow
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.policy import Policy
from dematfin.errors import InvalidPes, RuleError
from dematfin.ports.ledger import Books
from dematfin.steps.candidates import CAME_BACK

KINDS: Final = frozenset(BordereauKind)


def check_content(policy: Policy, flow: ReadFlow) -> None:
    """Raise InvalidPes when a flow is not one of expenses only, that may be completed and signed."""
    if "PES_RecetteAller" in flow.others:
        message = (
            "Ce flux porte des recettes, que dematfin ne traite pas. Dans le logiciel financier, exportez les dépenses "
            "à part, puis importez ce fichier-là ; les recettes continuent par leur chemin habituel."
        )
        raise InvalidPes(message)
    if not any(sheet.mandats for sheet in flow.bordereaux):
        message = (
            "Ce flux ne porte aucun bordereau de dépense : il n'y a rien à signer ici. Dans le logiciel financier, "
            "choisissez les bordereaux de mandats à exporter, puis importez ce fichier-là."
        )
        raise InvalidPes(message)
    for sheet in flow.bordereaux:
        if sheet.kind not in KINDS:
            what = codes.words(codes.BORDEREAU, sheet.kind) or f"bordereau de type « {sheet.kind} »"
            message = f"Ce flux porte un {what} (n° {sheet.number}), que dematfin ne suit pas. Exportez-le à part."
            raise InvalidPes(message)
        if (policy.paperless or flow.signatures) and not sheet.cumul:
            message = (
                f"Le bordereau n° {sheet.number} n'a pas de cumul annuel (MtCumulAnnuel), obligatoire dès qu'il est "
                "signé électroniquement : Hélios le rejetterait. dematfin n'invente aucun montant : dans le logiciel "
                "financier, activez le cumul annuel des bordereaux dans les paramètres du PES V2 dématérialisé, puis "
                "exportez de nouveau."
            )
            raise InvalidPes(message)


def budget_of(policy: Policy, flow: ReadFlow) -> Budget:
    """Return the budget of a flow, or raise RuleError: it must be one of ours, which a finance software mandates."""
    found = next((one for one in policy.budgets if one.siret == flow.siret), None)
    if found is None:
        known = ", ".join(f"{one.code} ({one.siret})" for one in policy.budgets)
        message = (
            f"Ce flux est de la collectivité {flow.siret or 'sans SIRET'} (IdColl), qui n'est aucun des budgets "
            f"configurés : {known}. Vérifiez l'IdColl dans le logiciel financier, ou la section [[budgets]]."
        )
        raise RuleError(message)
    names = (("IdPost", flow.post, found.post), ("CodCol", flow.cod_col, found.cod_col))
    for name, theirs, ours in (*names, ("CodBud", flow.cod_bud, found.cod_bud)):
        if theirs and theirs.lstrip("0") != ours.lstrip("0"):
            message = (
                f"Ce flux dit {name} = {theirs}, alors que le budget {found.code} a {ours} dans la section "
                "[[budgets]]. L'un des deux se trompe : corrigez-le dans le logiciel financier ou dans la "
                "configuration, avec le comptable, puis recommencez."
            )
            raise RuleError(message)
    if not found.editor:
        message = (
            f"Ce flux est du budget {found.code}, dont les mandats sont faits par dematfin : deux numérotations se "
            'heurteraient. Si le logiciel financier les fait, mettez mandats = "editeur" à ce budget dans [[budgets]].'
        )
        raise RuleError(message)
    return found


def sheets_of(flow: ReadFlow) -> tuple[Sheet, ...]:
    """Return the bordereaux of a flow, as its editor announces them."""
    return tuple(
        Sheet(
            kind=BordereauKind(one.kind),
            exercice=one.exercice,
            number=one.number,
            mandats=len(one.mandats),
            total=one.announced,
        )
        for one in flow.bordereaux
    )


def check_claims(claims: Sequence[Claim]) -> None:
    """Raise InvalidPes when one flow gives the same number twice."""
    twice = [key for key, count in Counter(one.key for one in claims).items() if count > 1]
    mandats = {(one.kind, one.exercice, one.bordereau, one.mandat) for one in claims}
    repeated = [key for key, count in Counter((one[0], one[1], one[3]) for one in mandats).items() if count > 1]
    if twice or repeated:
        number = twice[0].split("-")[2] if twice else str(repeated[0][2])
        message = (
            f"Ce flux porte deux fois le mandat n° {number} : Hélios rejetterait le second. Corrigez l'export dans le "
            "logiciel financier."
        )
        raise InvalidPes(message)


def check_doubles(books: Books, siret: str, sheets: Iterable[Sheet], claims: Sequence[Claim]) -> None:
    """Raise RuleError when a bordereau or a mandat of a flow is alive already, here or in another import."""
    listed = tuple(sheets)
    others = books.find(EditorFlow, state=EditorFlowState.OPEN, siret=siret)
    twins = chain(_open_sheets(others, listed), _known_sheets(books, siret, listed))
    twins = chain(twins, _open_mandats(books, others, claims), _known_mandats(books, siret, claims))
    for told in twins:
        message = f"{told} Rien n'est importé : un même numéro ne part pas deux fois."
        raise RuleError(message)


def _open_sheets(others: Iterable[EditorFlow], sheets: Sequence[Sheet]) -> Iterator[str]:
    ours = {(one.kind, one.exercice, one.number) for one in sheets}
    for flow in others:
        for sheet in flow.sheets:
            if (sheet.kind, sheet.exercice, sheet.number) in ours:
                state = EDITOR_FLOW_MACHINE.words[flow.state]
                yield (
                    f"Le bordereau n° {sheet.number} de {sheet.exercice} est déjà dans l'import {flow.id} "
                    f"({flow.nomfic}, {state}). Si ce nouvel export le remplace, abandonnez d'abord celui-là "
                    f'(dematfin bordereau abandonner {flow.id} --motif "…").'
                )


def _known_sheets(books: Books, siret: str, sheets: Sequence[Sheet]) -> Iterator[str]:
    for sheet in sheets:
        named = {"siret": siret, "exercice": sheet.exercice, "kind": sheet.kind, "number": sheet.number}
        for found in books.find(Bordereau, **named):
            if not found.refused:
                carried = f"dans le flux {found.flux}" if found.flux else "sans flux encore"
                yield (
                    f"Le bordereau n° {sheet.number} de {sheet.exercice} est déjà ici : {found.id}, {carried}. Voyez "
                    f"où il en est (dematfin bordereau voir {found.id}) ; seul un bordereau refusé s'importe de "
                    "nouveau."
                )


def _open_mandats(books: Books, others: Sequence[EditorFlow], claims: Sequence[Claim]) -> Iterator[str]:
    ours = {(one.kind, one.exercice, one.mandat) for one in claims}
    for one in books.find(Pairing, editor_flow=tuple(flow.id for flow in others)) if others else ():
        if (one.claim.kind, one.claim.exercice, one.claim.mandat) in ours:
            yield (
                f"Le mandat n° {one.claim.mandat} de {one.claim.exercice} est déjà dans l'import {one.editor_flow}, au "
                f"bordereau n° {one.claim.bordereau}. Corrigez sa numérotation, ou abandonnez cet import-là "
                f'(dematfin bordereau abandonner {one.editor_flow} --motif "…").'
            )


def _known_mandats(books: Books, siret: str, claims: Sequence[Claim]) -> Iterator[str]:
    ours = {(one.kind, one.exercice, one.mandat) for one in claims}
    numbers = tuple({one.mandat for one in claims})
    for found in books.find(Mandat, siret=siret, number=numbers):
        if found.state not in CAME_BACK and (found.kind.bordereau, found.exercice, found.number) in ours:
            yield (
                f"Le mandat n° {found.number} de {found.exercice} est déjà ici : {found.id}, bordereau "
                f"{found.bordereau}, {MANDAT[found.state]}. Voyez-le (dematfin mandat voir {found.id}) ; seul un "
                "mandat revenu ou annulé s'importe de nouveau."
            )
