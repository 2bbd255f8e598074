"""Persons after a restoration: one says that it took place, one answers for a neighbour, another one opens the gate."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.mandat.bordereau import check_total
from dematfin.domain.mandat.deposit import Held, Phase
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.money import ZERO
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.waiver import Duty, Waiver, marks
from dematfin.domain.parties.waiver import told as confessed
from dematfin.domain.restoration import NEIGHBOUR, Neighbour, Restored, Trace, TraceState, Word, told
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.gate import standing
from dematfin.steps import restored
from dematfin.steps.day import LEASES
from dematfin.steps.found_again import look_at, looked_at
from dematfin.steps.left_before import has_left
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.separation import waivers
from dematfin.steps.traces import read_flow, trace_of
from dematfin.steps.transmit import transmit

NONE: Final = "Aucune restauration n'est en cours : rien n'est retenu, les envois se font."
WHOLE: Final = "Restauration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Where a restoration stands.

    Attributes:
        restored: None: the gate is open.
        asked: who has to answer; `left`: what keeps the gate shut, in French.
        traces: what was found, of every restoration.
    """

    restored: Restored | None
    asked: tuple[Neighbour, ...]
    left: tuple[str, ...]
    traces: tuple[Trace, ...]

    @property
    def found(self) -> tuple[Trace, ...]:
        """What a person has to settle."""
        return tuple(one for one in self.traces if one.state is TraceState.FOUND)

    @property
    def total(self) -> Decimal:
        """What that orders to pay, in euros."""
        return sum((one.total for one in self.found), ZERO)


def signal(app: App, who: Person, data_as_of: datetime, motif: str) -> Restored:
    """Say that the base was put back by hand: nothing leaves from now on.

    Raises:
        Forbidden; RuleError: no motif, or that instant is still to come.
    """
    if not who.may(Act.ADMINISTER):
        who.require(Act.PREPARE)
    how = f"signalée par {who.name} : {for_journal(WHOLE, motif)}"
    if data_as_of > app.clock.now():
        message = "Ce jour est à venir : donnez celui de la sauvegarde qui a été remise en place."
        raise RuleError(message)
    return restored.mark(replace(app, by=who.id), data_as_of, how)


def state(app: App, who: Person) -> Return:
    """Return what each neighbour said, and what is left to settle."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        return Return(
            restored=standing(books),
            asked=restored.neighbours(app),
            left=restored.remaining(app, books),
            traces=books.find(Trace),
        )


def notice(app: App, who: Person) -> str:
    """Say that nothing leaves, to whoever sees all services; empty when all does."""
    who.require(Act.OVERSEE)
    mark = restored.shut(app)
    return told(app.clock.local(mark.data_as_of)) if mark else ""


def ask(app: App, who: Person) -> Outcome:
    """Ask the neighbours now, rather than by the next day's run; raises Forbidden, RuleError, ComeBackLater."""
    app = app.on_behalf_of(who, Act.PREPARE if who.may(Act.PREPARE) else Act.SIGN)
    with app.ledger.lease(LEASES[transmit], app.holder):
        return restored.ask(app, _standing(app))


def read(app: App, who: Person, number: str, file: Path | None) -> None:
    """Read a deposit that the TdT does not list: by its number, or from the file that its portal gives.

    A file that is no flow, of a deposit without any name, is noted: a person may settle it then.

    Raises:
        Forbidden, ConnectorError; RuleError: no restoration; the file is of another flow, cannot be read although the
            deposit bears a name, or orders none of our expenses while nothing is known under this number.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    mark, held = _standing(app), Held(remote_id=number.strip(), nomfic="", phase=Phase.UNKNOWN)
    with app.ledger.reading() as books:
        known = books.find(Trace, id=held.remote_id)
    held = replace(held, nomfic=known[0].nomfic if known else "")
    if file is not None and known and not (known[0].read or known[0].nomfic) and read_flow(app, file) is None:
        looked_at(app, known[0], who.name, file)
        return
    if file is not None:
        _check_file(app, mark, held, file, known=bool(known))
    look_at(app, mark, held, Tally(WHOLE), file)


def _check_file(app: App, mark: Restored, held: Held, file: Path, *, known: bool) -> None:
    found = trace_of(app, mark, held, file)
    if (found is None and not known) or (found is not None and not found.read):
        message = f"{file} : ce n'est pas un flux de dépenses d'un de nos budgets. Rien n'est noté."
        raise RuleError(message)
    flow = read_flow(app, file)
    if held.nomfic and flow and flow.nomfic != held.nomfic:
        message = (
            f"{file} : c'est le flux {flow.nomfic}, le dépôt n° {held.remote_id} est {held.nomfic}. Rien n'est noté."
        )
        raise RuleError(message)


def certify(app: App, who: Person, neighbour: Neighbour, motif: str, confirmed: date) -> None:
    """Answer in the place of a neighbour that cannot tell; `confirmed` is the day of the data, read and typed.

    Raises:
        Forbidden; RuleError: no restoration, no motif, it has answered itself, or another day.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    reason, mark = for_journal(WHOLE, motif), _standing(app)
    if neighbour not in restored.unsettled(app, mark):
        message = f"{NEIGHBOUR[neighbour].capitalize()} a répondu, ou n'a rien à dire ici : rien n'est à certifier."
        raise RuleError(message)
    if confirmed != (day := app.clock.local(mark.data_as_of).date()):
        message = f"Les données sont du {day:%d/%m/%Y}, vous avez tapé {confirmed:%d/%m/%Y} : rien n'est certifié."
        raise RuleError(message)
    said = f"certifié par {who.name}, tout ce qui est parti depuis est connu ici : {reason}"
    word = Word(neighbour=neighbour, settled=True, said=said, at=app.clock.now(), certified_by=who.id)
    restored.write_word(app, word)


def void(app: App, who: Person, number: str, motif: str, confirmed: Decimal) -> Trace:
    """Certify that what was found pays nothing: refused, deleted, or never integrated; its invoices are free again.

    Raises:
        Forbidden, UnknownRecord; RuleError: no motif, another total, it was certified so already, or nobody has read
            nor looked at what may be a flow of ours.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    reason = for_journal(WHOLE, motif)
    with app.ledger.transaction() as books:
        trace = books.get(Trace, number)
        _check_read(trace)
        check_total(trace.label, confirmed, trace.total)
        if trace.state is TraceState.VOID:
            message = f"{trace.label} : déjà certifié sans suite."
            raise RuleError(message)
        gone = trace.settled(TraceState.VOID, who.id, app.clock.now(), reason)
        books.save(gone)
        said = f"{trace.label} : certifié sans suite par {who.name} : {reason}"
        data = {"trace": trace.id, EXCEPTION: Exceptional.TRACE_VOID}
        books.record(app.event(Subject.RESTORATION, trace.restoration, trace.state, gone.state, said, **data))
        for mandat in books.find(Mandat, siret=trace.siret) if trace.nomfic else ():
            if mandat.doubt.endswith(f"(flux {trace.nomfic}).") and not mandat.doubt_seen:
                books.save(replace(mandat, doubt="", doubt_seen=""))
                books.record(app.event(Subject.MANDAT, mandat.id, mandat.state, mandat.state, said))
    return gone


def _check_read(trace: Trace) -> None:
    if not trace.read and not trace.looked_at and (trace.is_ours or not trace.nomfic):
        message = (
            f"{trace.label} : personne ne sait ce qu'il paie, il n'est pas lu. Téléchargez-le sur le portail du TdT, "
            f"puis : dematfin reprise lire {trace.id} FICHIER"
        )
        raise RuleError(message)


def reopen(app: App, who: Person, motif: str, confirmed: Decimal) -> tuple[str, ...]:
    """Open the gate: what was found did leave, and `confirmed` is its total in euros, read and typed.

    Its invoices are followed elsewhere from now on; return them.

    Raises:
        Forbidden: not an ordonnateur; SeparationOfDuties: the same person answered for a neighbour, or certified that
            something pays nothing; RuleError: no restoration, no motif, another total, or a neighbour has not told all.
    """
    app = app.on_behalf_of(who, Act.SIGN)
    reason = for_journal(WHOLE, motif)
    with app.ledger.lease(LEASES[transmit], app.holder):
        known = state(app, who)
        mark = _standing(app)
        check_total(WHOLE, confirmed, known.total)
        _check_told(app, known, mark)
        exceptions = _exceptions(app, who, mark, known)
        with app.ledger.transaction() as books:
            if books.find(Trace, state=TraceState.FOUND) != known.found or standing(books) != mark:
                message = "Autre chose vient d'être appris : regardez (dematfin reprise etat), puis recommencez."
                raise RuleError(message)
            books.save(*exceptions)
            moved = tuple(key for one in known.found for key in has_left(app, books, one, reason))
            codes = " ".join((Exceptional.GATE_REOPENED, *marks(exceptions).values()))
            motif = f"envois rouverts par {who.name} : {reason}{confessed(exceptions)}"
            restored.finish(app, books, mark, motif, **{EXCEPTION: codes})
    return tuple(dict.fromkeys(moved))


def _check_told(app: App, known: Return, mark: Restored) -> None:
    unread = [one.label for one in known.found if not one.read]
    silent = [NEIGHBOUR[one] for one in restored.unsettled(app, mark)]
    early = mark.restored_at + app.policy.verify_after > app.clock.now()
    if silent or unread or early:
        why = [f"{one} n'a pas tout dit" for one in silent] + [f"{one} n'est pas lu" for one in unread]
        why += ["ce qui était en route peut encore arriver, attendez quelques minutes"] * early
        message = f"Les envois ne peuvent pas reprendre : {' ; '.join(why)}. Voyez : dematfin reprise etat"
        raise RuleError(message)


def _exceptions(app: App, who: Person, mark: Restored, known: Return) -> tuple[Waiver, ...]:
    did = [f"répondu à la place d'un voisin après la restauration {mark.id}"] * (who.id in mark.certifiers)
    voided = [one for one in known.traces if one.restoration == mark.id and one.state is TraceState.VOID]
    did += [f"certifié {one.label} sans suite" for one in voided if one.settled_by == who.id]
    return waivers(app, who, Duty.RESTORATION, mark.id, did)


def _standing(app: App) -> Restored:
    if mark := restored.shut(app):
        return mark
    raise RuleError(NONE)
