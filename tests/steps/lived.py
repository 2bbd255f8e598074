"""Invoices of a year lived through the ledger: their records and the journal, as the steps write them.

What is drawn (days, amounts, who stopped it) is kept beside, so that figures can be counted from it in another way.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Event, Subject
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState, nomfic
from dematfin.domain.mandat.mandat import Line, Mandat, MandatState, Share
from dematfin.domain.registers import Imputation
from examples import CCAS, COMMUNE, invoice, mandat
from fakes.clock import PARIS

SERVICES: Final = ("SCOLAIRE", "VOIRIE", "EAUX")
GATE: Final = "1971"
COMPTABLE: Final = "02"
ISSUED: Final = date(2026, 1, 1)


@dataclass
class Paid:
    """One mandat paid, as whoever draws it knows it."""

    amount: Decimal
    received_on: date
    suspended: int
    paid_on: date
    known_at: datetime


@dataclass
class Life:
    """One invoice; `places`: where it stood, from when; `owed`: what was left to pay, from when."""

    key: str
    number: str
    siret: str
    service: str
    paper: bool
    ttc: Decimal
    credit: bool
    came: datetime
    first_came: date
    executed: date | None = None
    stopped: date | None = None
    resumed: date | None = None
    halted: bool = False
    refused: str = ""
    places: list[tuple[str, datetime]] = field(default_factory=list)
    owed: list[tuple[Decimal, datetime]] = field(default_factory=list)
    paid: list[Paid] = field(default_factory=list)
    gate: list[datetime] = field(default_factory=list)
    rejected: list[datetime] = field(default_factory=list)


class Town:
    """Draws lives, and writes down what they leave in the books."""

    def __init__(self, seed: int, count: int) -> None:
        self.drawn = Random(seed)
        self.records: list[Any] = []
        self.events: list[Event] = []
        self.lives: list[Life] = []
        self._numbers = {COMMUNE: 0, CCAS: 0}
        self._mandats = 0
        self.without_engagement: set[str] = set()
        while len(self.lives) < count:
            self._live()

    def _live(self, former: Life | None = None) -> None:
        """Draw one invoice; one that is refused is often sent again, under its number."""
        rank = len(self.lives) + 1
        draw = self.drawn
        came = datetime(2026, 1, 2, 8, tzinfo=UTC) + timedelta(minutes=draw.randrange(300 * 1440))
        if former:
            came = former.places[-1][1] + timedelta(days=draw.randint(1, 9))
        life = Life(
            key=f"F2026-{rank:06d}",
            number=former.number if former else f"N-{rank}",
            siret=former.siret if former else draw.choice((COMMUNE, COMMUNE, CCAS)),
            service=draw.choice(SERVICES),
            paper=draw.random() < 0.2,
            ttc=former.ttc if former else Decimal(draw.randint(1_000, 900_000)) / 100,
            credit=former.credit if former else draw.random() < 0.05,
            came=came,
            first_came=former.first_came if former else day(came),
        )
        self.lives.append(life)
        _Course(self, life).run()
        if life.refused and draw.random() < 0.7:
            self._live(life)

    def number(self, siret: str) -> int:
        """Return the next bordereau of a budget."""
        self._numbers[siret] += 1
        return self._numbers[siret]

    def mandat_id(self) -> str:
        self._mandats += 1
        return f"M2026-{self._mandats:06d}"


def day(at: datetime) -> date:
    return at.astimezone(PARIS).date()


class _Course:
    """What happens to one invoice, in order."""

    def __init__(self, town: Town, life: Life) -> None:
        self.town, self.life, self.draw, self.at = town, life, town.drawn, life.came
        kind = InvoiceKind.CREDIT_NOTE if life.credit else InvoiceKind.INVOICE
        told: dict[str, Any] = {"kind": kind, "siret": life.siret, "issued_on": ISSUED, "engagement": ""}
        made = invoice(life.number, str(life.ttc), key=life.key, **told)
        origin = Origin.SCAN if life.paper else Origin.CHORUS
        self.record: Invoice = replace(made, service=life.service, origin=origin, notified_on=day(life.came))
        self.state = ""

    def run(self) -> None:
        draw = self.draw
        self._stand("RECEIVED", "reçue", 0)
        if draw.random() < 0.1:
            self._stand("TO_CORRECT", "à corriger", 1, stops="SUM-LINES")
            self.life.halted = True
            if draw.random() < 0.5:
                self._refuse("SUM-LINES")
                return
            self._stand("RECEIVED", "reçue", 3)
        self._stand("IN_VISA", "en visa", 1)
        if not self.life.credit and draw.random() < 0.1:
            self._interrupt()
        if draw.random() < 0.06:
            self._refuse("PRIX_NON_CONFORME")
            return
        if not self.life.credit and draw.random() < 0.93:
            self._certify()
            self._mandate()
        self.town.records.append(self.record)

    def _wait(self, days: float) -> datetime:
        self.at += timedelta(minutes=1 + int(self.draw.random() * days * 2 * 1440))
        return self.at

    def _event(self, subject: Subject, key: str, before: str, after: str, motif: str = "", **data: str) -> None:
        told = Event(subject=subject, subject_id=key, before=before, after=after, at=self.at, by="x", motif=motif)
        self.town.events.append(replace(told, data=data))

    def _place(self, name: str) -> None:
        self.life.places.append((name, self.at))

    def _stand(self, state: str, place: str, days: float, motif: str = "", **data: str) -> None:
        self._wait(days)
        self._event(Subject.INVOICE, self.life.key, self.state, state, motif, **data)
        self.state = state
        self.record = replace(self.record, state=type(self.record.state)(state))
        self._place(place)

    def _refuse(self, code: str) -> None:
        name = {"SUM-LINES": {"stops": code}, "PRIX_NON_CONFORME": {"motive": code}}[code]
        self._stand("REFUSED", "refusée", 2, "refusée", **name)
        self.life.refused = code
        self.town.records.append(self.record)

    def _interrupt(self) -> None:
        self._stand("INTERRUPTED", "délai interrompu", 3, "Il manque un document.")
        self.life.stopped, self.life.halted = day(self.at), True
        self._stand("RECEIVED", "reçue", 6, "revenue du fournisseur : complétée")
        self.life.resumed = day(self.at)
        self.record = replace(self.record, interrupted_on=self.life.stopped, resumed_on=self.life.resumed)
        self._stand("IN_VISA", "en visa", 1)

    def _certify(self) -> None:
        self._stand("SERVICE_FAIT", "service fait", 5)
        if self.draw.random() < 0.2:
            self.life.executed = day(self.life.came) + timedelta(days=self.draw.randint(-3, 3))
            self.record = replace(self.record, executed_on=self.life.executed)

    def _mandate(self) -> None:
        """Make one mandat, or two of a part each that go together as far as their payment."""
        parts = [self.life.ttc]
        if self.draw.random() < 0.12:
            first = (self.life.ttc / 3).quantize(Decimal("0.01"))
            parts = [first, self.life.ttc - first]
        made = [self._prepared(amount) for amount in parts]
        self._wait(2)
        for one in made:
            self._event(Subject.MANDAT, one.id, "", "PREPARED")
        named = f"liquidée : {' '.join(one.id for one in made)}"
        self._event(Subject.INVOICE, self.life.key, "SERVICE_FAIT", "TO_PAY", named)
        self.record = replace(self.record, state=type(self.record.state)("TO_PAY"))
        self._place("mandat préparé")
        made = self._through_the_gate(made)
        self._at_the_comptable(made)

    def _prepared(self, amount: Decimal) -> Mandat:
        line = Line(number=1, imputation=Imputation(nature="60632"), amount=amount)
        share = Share(invoice_id=self.life.key, amount=amount)
        key = self.town.mandat_id()
        bare = self.draw.random() < 0.2
        self.town.without_engagement |= {key} if bare else set()
        return mandat(
            id=key, siret=self.life.siret, lines=(line,), shares=(share,), amount=amount, dgp=None,
            state=MandatState.PAID,
            engagement="" if bare else "21:BC1",
        )  # fmt: skip

    def _through_the_gate(self, made: list[Mandat]) -> list[Mandat]:
        made = self._send(made)
        while self.draw.random() < 0.06:
            self._wait(1)
            self._acquit("refusé", made, code=GATE)
            self._move(made, "SENT", "REFUSED_AT_GATE", code=GATE, cause="Compte")
            self._place("refusée au guichet")
            self.life.gate += [self.at] * len(made)
            self.life.halted = True
            self._again(made, "REFUSED_AT_GATE")
            made = self._send(made)
        self._wait(0.5)
        self._acquit("accepté", made)
        self.received = day(self.at)
        return made

    def _again(self, made: list[Mandat], before: str) -> None:
        self._wait(1)
        self._move(made, before, "PREPARED")
        self._place("mandat préparé")

    def _send(self, made: list[Mandat]) -> list[Mandat]:
        """Put mandats in a bordereau of their own, sign it, send it."""
        number = self.town.number(self.life.siret)
        sheet, self.flux = f"{self.life.siret}-{number}", nomfic(self.life.siret, 2026, number, number)
        self._wait(1)
        for one in made:
            data = {"number": str(int(one.id[-6:])), "bordereau": sheet}
            self._event(Subject.MANDAT, one.id, "PREPARED", "IN_BORDEREAU", "", **data)
        self._event(Subject.FLUX, self.flux, "", "BUILT")
        self._place("à signer")
        emitted = day(self.at)
        self._wait(2)
        self._event(Subject.FLUX, self.flux, "BUILT", "SIGNED")
        self._place("à transmettre")
        self._wait(0.5)
        self._event(Subject.FLUX, self.flux, "SIGNED", "TRANSMITTED")
        self._move(made, "IN_BORDEREAU", "SENT")
        self._place("transmise")
        ids = tuple(one.id for one in made)
        total = sum((one.amount for one in made), Decimal())
        self.town.records += [
            Bordereau(
                id=sheet, siret=self.life.siret, exercice=2026, number=number, emitted_on=emitted, mandats=ids,
                total=total, tva=Decimal(0), cumul=total, flux=self.flux, prepared_by="x",
            ),
            Flux(
                id=self.flux, siret=self.life.siret, bordereaux=(sheet,), pieces=(), state=FluxState.ACKNOWLEDGED,
                unsigned=DocumentRef(sha256="0" * 64, size=1), sent_at=self.at,
            ),
        ]  # fmt: skip
        return [replace(one, bordereau=sheet, number=int(one.id[-6:])) for one in made]

    def _acquit(self, said: str, made: list[Mandat], **data: str) -> None:
        motif = f"acquit Hélios : {said}." + (f" {GATE} - Compte" if data else "")
        self._event(Subject.FLUX, self.flux, "TRANSMITTED", "ACKNOWLEDGED", motif, acquit=said, **data)
        assert made

    def _move(self, made: list[Mandat], before: str, after: str, **data: str) -> None:
        for one in made:
            self._event(Subject.MANDAT, one.id, before, after, data.get("cause", ""), **data)

    def _at_the_comptable(self, made: list[Mandat]) -> None:
        self._wait(2)
        taken, held = day(self.at), 0
        self._move(made, "SENT", "TAKEN_IN_CHARGE")
        self._place("prise en charge")
        if self.draw.random() < 0.08:
            self._wait(2)
            self._move(made, "TAKEN_IN_CHARGE", "ON_HOLD", code="01", cause="pièce absente")
            since = day(self.at)
            self._place("en instance")
            self._wait(4)
            self._move(made, "ON_HOLD", "TAKEN_IN_CHARGE")
            self._place("prise en charge")
            held, self.life.halted = (day(self.at) - since).days, True
        if self.draw.random() < 0.06:
            self._wait(2)
            self._move(made, "TAKEN_IN_CHARGE", "REJECTED", code=COMPTABLE, cause="pièces insuffisantes")
            self._place("rejetée par le comptable")
            self.life.rejected += [self.at] * len(made)
            self.life.halted = True
            self._again(made, "REJECTED")
            made = self._through_the_gate(made)
            self._wait(1)
            taken = day(self.at)
            self._move(made, "SENT", "TAKEN_IN_CHARGE")
            self._place("prise en charge")
        self._pay(made, taken, held)

    def _pay(self, made: list[Mandat], taken: date, held: int) -> None:
        """Each is paid, and told some days later: in another month, maybe."""
        left = self.life.ttc
        self.life.owed.append((left, self.life.came))
        for one in made:
            self._wait(8)
            paid_on = max(taken, day(self.at) - timedelta(days=self.draw.choice((0, 0, 1, 6))))
            self._event(Subject.MANDAT, one.id, "TAKEN_IN_CHARGE", "PAID")
            left -= one.amount
            self.life.owed.append((left, self.at))
            received = min(self.received, taken, paid_on)
            self.life.paid.append(Paid(one.amount, received, held, paid_on, self.at))
            self.town.records.append(replace(one, paid=one.amount, paid_on=paid_on, taken_on=taken))
        self._place("payée")


def in_order(town: Town) -> Iterator[Event]:
    """Yield the journal: what happens at one instant stays in the order in which it was drawn."""
    yield from sorted(town.events, key=lambda one: one.at)
