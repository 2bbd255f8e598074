"""An agent shares a mandat out on several lines: accounts, engagements, assets; its total never moves."""

from collections.abc import Sequence
from dataclasses import replace

from dematfin.domain.event import Subject
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Line, Mandat, MandatState
from dematfin.domain.mandat.ventilation import Asked, ventilated
from dematfin.domain.money import french
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.steps.correction import check_part, open_to_correction
from dematfin.steps.credits import exchange


def ventilate(app: App, who: Person, mandat_id: str, asked: Sequence[Asked]) -> Mandat:
    """Share a mandat out anew, its credits and engagements moved with it.

    Raises:
        Forbidden, UnknownRecord; RuleError: the mandat is frozen, sent or paid, the parts do not make its total, or an
            engagement is not known, closed, or somebody else's; PiecesMissing: an engagement or a chapter has too
            little left.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.transaction() as books:
        mandat = open_to_correction(books, mandat_id)
        parts = [one.on(mandat) for one in asked]
        for part in parts:
            check_part(books, mandat, part)
        _check_marche(mandat, {one.marche for one in asked})
        after = _on_marche(replace(mandat, lines=ventilated(mandat, parts)), {one.marche for one in asked})
        exchange(books, mandat, after)
        books.save(after)
        told = "ventilé : " + ", ".join(map(_said, after.lines))
        books.record(app.event(Subject.MANDAT, mandat_id, mandat.state, mandat.state, told))
    return after


def _on_marche(mandat: Mandat, said: set[str]) -> Mandat:
    """Return a mandat with the number of the contract that its lines name: one contract at most."""
    named = said - {""}
    if len(named) > 1:
        message = f"Mandat {mandat.id} : un mandat paie sur un seul marché, pas sur {', '.join(sorted(named))}."
        raise RuleError(message)
    marche = named.pop() if named else mandat.marche
    kind = MandatKind.MARCHE if marche and mandat.kind is MandatKind.ORDINARY else mandat.kind
    return replace(mandat, marche=marche, kind=kind)


def _check_marche(mandat: Mandat, said: set[str]) -> None:
    """What was judged under a marché, its documents or the ceiling of a subcontractor, was judged under that one."""
    if said <= {"", mandat.marche}:
        return
    if not mandat.shares:
        why = "il ne paie aucune facture, il n'est pas sur un marché"
    elif mandat.subcontract:
        why = "il paie un sous-traitant par son acte spécial, son marché ne change pas : annulez-le (mandat annuler)"
    elif mandat.state is MandatState.IN_BORDEREAU:
        why = (
            "ses pièces ont été vérifiées pour son bordereau, son marché ne change plus : écartez-le d'abord "
            f"(bordereau ecarter {mandat.bordereau} {mandat.id} --motif …)"
        )
    else:
        return
    message = f"Mandat {mandat.id} : {why}. Rien n'est changé."
    raise RuleError(message)


def _said(line: Line) -> str:
    imputation = line.imputation
    place = f"{imputation.nature}/{imputation.fonction or '—'}" + f" op. {imputation.operation}" * bool(
        imputation.operation
    )
    return f"{place} {french(line.total)}"
