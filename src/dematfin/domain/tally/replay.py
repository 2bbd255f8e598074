"""The journal played again: where each invoice stood after any of its events, whatever the records say since.

All of the past of what a page speaks of is heard, so that the same event tells the same thing in a page of any size.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from dematfin.domain.event import Event, Subject
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.together import BACK, leading
from dematfin.domain.money import ZERO, euros
from dematfin.domain.tally.stage import Stage
from dematfin.domain.tally.words import ASIDE, PAID

M = MandatState
UNSIGNED: Final = frozenset({FluxState.BUILT, FluxState.SIGNING, FluxState.DROPPED})
CORRECTED: Final = frozenset({InvoiceState.TO_CORRECT, InvoiceState.INTERRUPTED, InvoiceState.SENT_BACK})
RETURNED: Final = frozenset({M.REFUSED_AT_GATE, M.ON_HOLD, M.REJECTED})


@dataclass(slots=True)
class InvoiceLife:
    """What became of an invoice so far; `corrected`: it did not pass at once."""

    state: InvoiceState
    corrected: bool = False


@dataclass(slots=True)
class MandatLife:
    """What became of a mandat so far.

    Attributes:
        given_up: cancelled by us: its invoices wait for another one.
        frozen: place in the journal of its last entry into a bordereau; `numbers`: those that it took.
        renumbered: the last event gave it a number for the first time.
        paid: what of it has gone to the supplier.
        standing: its record as it stood, once it was asked for.
        held: days of suspension that are over; `held_since`: first day of the one that is not.
    """

    state: M
    aside: bool = False
    given_up: bool = False
    bordereau: str = ""
    frozen: int = 0
    numbers: set[str] = field(default_factory=set)
    renumbered: bool = False
    returned: bool = False
    standing: Mandat | None = None
    paid: Decimal = ZERO
    held: int = 0
    held_since: date | None = None


@dataclass(slots=True)
class FluxLife:
    """What became of a flow so far; `built`, `moved`: when, in the journal; `acknowledged`: day of its acquit."""

    state: FluxState
    built: int
    moved: int
    acknowledged: date | None = None


class Replay:
    """Hears events in their order; knows from the records who pays what, and which flow carries which bordereau."""

    def __init__(
        self, mandats: Mapping[str, Mandat], fluxes: Mapping[str, tuple[str, ...]], day_of: Callable[[datetime], date]
    ) -> None:
        self.invoices: dict[str, InvoiceLife] = {}
        self.mandats: dict[str, MandatLife] = {}
        self.fluxes: dict[str, FluxLife] = {}
        self._records = mandats
        self._carries = fluxes
        self._day_of = day_of
        self._paying: dict[str, list[str]] = {}
        self._carrying: dict[str, list[str]] = {}
        self._inside: dict[str, set[str]] = {}
        for mandat in mandats.values():
            for key in mandat.invoice_ids:
                self._paying.setdefault(key, []).append(mandat.id)
        for flux, bordereaux in fluxes.items():
            for key in bordereaux:
                self._carrying.setdefault(key, []).append(flux)

    def hear(self, sequence: int, event: Event) -> None:
        """Take one event in; raises ValueError on a state that nobody knows."""
        if not event.after:
            return
        match event.subject:
            case Subject.INVOICE:
                self._hear_invoice(event)
            case Subject.MANDAT:
                self._hear_mandat(sequence, event)
            case Subject.FLUX:
                self._hear_flux(sequence, event)
            case _:
                pass

    def about(self, event: Event) -> Iterable[str]:
        """Return the invoices that an event may have moved."""
        match event.subject:
            case Subject.INVOICE:
                return (event.subject_id,)
            case Subject.MANDAT if event.subject_id in self._records:
                return self._records[event.subject_id].invoice_ids
            case Subject.FLUX:
                inside = [key for one in self._carries.get(event.subject_id, ()) for key in self._inside.get(one, ())]
                return dict.fromkeys(key for one in sorted(inside) for key in self._records[one].invoice_ids)
            case _:
                return ()

    def stage(self, invoice_id: str) -> tuple[Stage, int] | None:
        """Return where an invoice stands, and the number of the mandat on which it waits; None: it has not come yet."""
        life = self.invoices.get(invoice_id)
        if life is None:
            return None
        if life.state is not InvoiceState.TO_PAY:
            return Stage[life.state.name], 0
        mandat = leading(self._alive(invoice_id))
        if mandat is None:  # all were given up: it is to mandate again
            return Stage.SERVICE_FAIT, 0
        stage = self._stage(mandat)
        return stage, 0 if stage is Stage.LIQUIDATED else mandat.number

    def first_pass(self, invoice_ids: Iterable[str]) -> bool:
        """Say whether invoices, and all that was mandated for them, passed at once."""
        for key in invoice_ids:
            life = self.invoices.get(key)
            made = (self.mandats.get(one) for one in self._paying.get(key, ()))
            if (life and life.corrected) or any(one.returned for one in made if one):
                return False
        return True

    def paid(self, invoice_id: str) -> Decimal:
        """Return what has gone to the supplier of an invoice, by its part of each of its mandats."""
        return sum((self._part(one, invoice_id) for one in self._alive(invoice_id)), ZERO)

    def acknowledged(self, mandat_id: str) -> date | None:
        """Return the day of the acquit of the flow that carries a mandat now."""
        flux = self._flux_of(self.mandats[mandat_id])
        return flux.acknowledged if flux else None

    def _hear_invoice(self, event: Event) -> None:
        life = self.invoices.get(event.subject_id)
        if life is None:
            life = self.invoices[event.subject_id] = InvoiceLife(InvoiceState(event.after))
        elif event.before != event.after:
            life.state = InvoiceState(event.after)
        life.corrected = life.corrected or life.state in CORRECTED

    def _hear_mandat(self, sequence: int, event: Event) -> None:
        state = M.PREPARED if event.after == ASIDE else M(event.after)
        life = self.mandats.get(event.subject_id)
        if life:
            life.paid = self._paid(life, state, event)
        if life is None:
            life = self.mandats[event.subject_id] = MandatLife(M.PREPARED)
        elif event.before == event.after:
            life.renumbered = False
            return
        self._suspend(life, state, event.at)
        life.given_up = state is M.CANCELLED and life.state in BACK
        life.state, life.aside, life.standing = state, event.after == ASIDE, None
        life.returned = life.returned or state in RETURNED
        self._inside.get(life.bordereau, set()).discard(event.subject_id)
        life.renumbered = False
        if state is M.IN_BORDEREAU:
            self._freeze(life, sequence, event)

    def _paid(self, life: MandatLife, state: M, event: Event) -> Decimal:
        """Return what has gone to the supplier; an older event does not tell it, the record does."""
        record = self._records.get(event.subject_id)
        if record is None or state is M.PAID:
            return record.amount if record else ZERO
        if state is M.PARTLY_PAID:
            return min(Decimal(event.data.get(PAID) or record.paid), record.amount)
        return ZERO if life.state is M.PAID else life.paid

    def _freeze(self, life: MandatLife, sequence: int, event: Event) -> None:
        record = self._records.get(event.subject_id)
        number = event.data.get("number", "")
        life.frozen, life.renumbered = sequence, number not in life.numbers
        life.numbers.add(number)
        life.bordereau = event.data.get("bordereau") or (record.bordereau if record else "")
        self._inside.setdefault(life.bordereau, set()).add(event.subject_id)

    def _suspend(self, life: MandatLife, state: M, at: datetime) -> None:
        if state is M.ON_HOLD:
            life.held_since = self._day_of(at)
        elif life.held_since:
            life.held += (self._day_of(at) - life.held_since).days
            life.held_since = None

    def _hear_flux(self, sequence: int, event: Event) -> None:
        life = self.fluxes.get(event.subject_id)
        if life is None:
            life = self.fluxes[event.subject_id] = FluxLife(FluxState(event.after), sequence, sequence)
        elif event.before != event.after:
            life.state, life.moved = FluxState(event.after), sequence
        if life.state is FluxState.ACKNOWLEDGED and life.acknowledged is None:
            life.acknowledged = self._day_of(event.at)

    def _alive(self, invoice_id: str) -> Iterable[Mandat]:
        for key in self._paying.get(invoice_id, ()):
            life = self.mandats.get(key)
            if life and not life.given_up:
                if life.standing is None:
                    why = ASIDE if life.aside else ""
                    life.standing = replace(self._records[key], state=life.state, set_aside=why)
                yield life.standing

    def _part(self, mandat: Mandat, invoice_id: str) -> Decimal:
        paid = mandat.amount if mandat.gone_before else self.mandats[mandat.id].paid
        if mandat.kind is MandatKind.REDUCTION or not mandat.amount or not paid:
            return ZERO
        share = sum((one.amount for one in mandat.shares if one.invoice_id == invoice_id), ZERO)
        return euros(share * paid / mandat.amount)

    def _stage(self, mandat: Mandat) -> Stage:
        if mandat.state is M.PREPARED:
            return Stage.LIQUIDATED
        if mandat.state is M.IN_BORDEREAU:
            flux = self._flux_of(self.mandats[mandat.id])
            return Stage.TO_SIGN if flux is None or flux.state in UNSIGNED else Stage.TO_SEND
        if mandat.kind is MandatKind.REDUCTION and mandat.state is M.TAKEN_IN_CHARGE:
            return Stage.PAID  # that of a late credit note: nothing more is waited for
        return Stage[mandat.state.name]

    def _flux_of(self, life: MandatLife) -> FluxLife | None:
        """Return the last flow of its bordereau, save for those that were over before it came in."""
        known = (self.fluxes.get(key) for key in self._carrying.get(life.bordereau, ()))
        built = [one for one in known if one and (one.moved > life.frozen or one.state is FluxState.BUILT)]
        return max(built, key=lambda one: one.built, default=None)
