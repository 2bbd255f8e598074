"""A dossier: what is eliminated or handed over as one thing, with all the documents that it names."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date

from dematfin.domain.document import DocumentRef
from dematfin.domain.retention.classes import LAWS, Fate, Kind, RetentionRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One invoice with its documents, one flow with its answers, one batch...

    Attributes:
        id: `<what>:<id of its record>`.
        first_on, last_on: dates extrêmes.
        runs_from: what its DUA runs from; None as long as it is not over, and `waits` says why.
        invoices: the invoices that it is about: a hold on one of them holds it.
        exercice: the one under which it is handed over.
        facts: what an archive service is told of it, by French names.
    """

    id: str
    kind: Kind
    title: str
    first_on: date
    last_on: date
    documents: tuple[DocumentRef, ...]
    runs_from: date | None
    waits: str = ""
    invoices: frozenset[str] = frozenset()
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of its documents."""
        return sum(one.size for one in self.documents)

    @property
    def exercice(self) -> int:
        """The year that it belongs to."""
        return (self.runs_from or self.last_on).year


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What, besides time, keeps a dossier.

    Attributes:
        rules, today: what applies now.
        held: invoices that a litigation holds.
        awaiting: dossiers handed over to an archive service that has not acknowledged them.
        archived: those that it has.
    """

    rules: RetentionRules
    today: date
    held: Set[str] = frozenset()
    awaiting: Set[str] = frozenset()
    archived: Set[str] = frozenset()

    def keeps(self, dossier: Dossier) -> str:
        """Say, in French, why a dossier may not be eliminated; an empty text when it may."""
        rule = self.rules.of[dossier.kind]
        if dossier.runs_from is None:
            return dossier.waits
        if self.today < (due := rule.due_on(dossier.runs_from)):
            return f"à conserver jusqu'au {due:%d/%m/%Y} (DUA {rule.dua} ans, {LAWS[dossier.kind].title.lower()})"
        if held := sorted(dossier.invoices & self.held):
            return f"élimination suspendue (contentieux) : {', '.join(held)}"
        if dossier.id in self.awaiting:
            return "versé, mais le service d'archives ne l'a pas encore confirmé"
        if rule.fate is not Fate.DESTROYED and dossier.id not in self.archived:
            return f"sort final {rule.fate} : à verser d'abord au service d'archives"
        return ""


def named_by(dossiers: Iterable[Dossier]) -> dict[str, str]:
    """Return, for each fingerprint, one of the dossiers that name it."""
    return {ref.sha256: one.id for one in dossiers for ref in one.documents}
