"""The settings that rules need; read from the configuration, never changed by a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from dematfin.domain.delay.dgp import DAYS
from dematfin.domain.delay.durations import Shorter
from dematfin.domain.delay.interest import VERIFIED
from dematfin.domain.editor.rules import EditorRules
from dematfin.domain.exchange.exchange_rules import ExchangeRules
from dematfin.domain.invoice.invoice import Invoice, normalised
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.mandat.closure import Closure, Patience
from dematfin.domain.mandat.justify import PieceRules
from dematfin.domain.paper.rules import PaperRules
from dematfin.domain.retention.classes import RetentionRules
from dematfin.domain.unattended.alarm import AlarmRule
from dematfin.domain.visa.circuit import Circuit, CircuitChoice
from dematfin.domain.visa.deadline import J_PLUS_5, DeadlineRule
from dematfin.domain.visa.levels import ReminderRule
from dematfin.domain.visa.remote import Bridge
from dematfin.errors import RoutingError


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How this collectivité works.

    Attributes:
        collectivite: its SIRET; one ledger may hold several.
        tolerance: rounding gap allowed between HT + TVA and TTC, in euros for each VAT rate.
        default_desk: who visas an invoice that names no service.
        circuits, choices: circuits of visa, and which invoice takes which; none: one visa, of its own service.
        slip_as_piece: the visa slip is a pièce jointe of the mandat.
        bridge: which visas are given in a bought i-Parapheur; None: all of them here.
        reopens: whether a document added after a first visa sends the folder back to its first desk, or is refused.
        before_order: days by which a service may precede the day of its engagement.
        reminders: when those who have to visa are reminded of it.
        alarms: who is told by mail of what is urgent.
        payment_days: the legal delay of payment; shorter: where contracts shorten it; comptable_days: the part of it
            that the comptable agreed to, None: that of the law.
        small: petite commune, where one person may lawfully certify and sign: an exception told in reports.
        flow_limit: bytes of documents that one flow may carry.
        paperless: bordereaux are signed electronically; else flows are built for bordereaux signed on paper.
        signing_days: days after which a flow that is still being signed elsewhere is told.
        signatory_known: the certificate of whoever signs is configured, no name has to be compared.
        piece_limit: bytes of one document, the largest that the comptable wants.
        verify_after: time after which a deposit whose answer was lost cannot be under way any more.
        closures: when nothing is sent to Hélios; patience: how long an acquit may take before somebody is told.
        import_days: how far back invoices are asked for again at each import.
        trusts_payments: where no retour comes, MISE_EN_PAIEMENT in Chorus Pro means paid.
        tell_within: how long a signed flow waits for Chorus Pro to take the status MANDATEE; then it leaves, and the
            difference is told.
        finance_knows_our_mandats: the remaining amounts that the finance software exports already count them.
        paper: how paper comes in.
        editor: how the flows of the finance software are taken in; exchange: how it wants what it is handed.
        pieces: which supporting documents are asked for, and which the comptable does without.
        rates: late interest in per cent a year, by half-year ("2026-S1").
        retention: how long each class of documents is kept, and its fate.
        web_url: where the pages are for their readers, as mails say it; empty: there are none.
        check_siret: whether the keys of SIRETs are checked; those of the qualification platform are invented.
    """

    collectivite: str
    name: str
    budgets: tuple[Budget, ...]
    tolerance: Decimal = Decimal("0.01")
    deadline: DeadlineRule = J_PLUS_5
    default_desk: str = "FINANCES"
    circuits: tuple[Circuit, ...] = ()
    choices: tuple[CircuitChoice, ...] = ()
    bridge: Bridge | None = None
    reopens: bool = True
    before_order: int = 30
    slip_as_piece: bool = False
    reminders: ReminderRule = field(default_factory=ReminderRule)
    alarms: AlarmRule = field(default_factory=AlarmRule)
    payment_days: int = DAYS
    shorter: Shorter = field(default_factory=Shorter)
    comptable_days: int | None = None
    small: bool = False
    flow_limit: int = 100_000_000
    paperless: bool = True
    signing_days: int = 7
    signatory_known: bool = False
    piece_limit: int = 50_000_000
    verify_after: timedelta = timedelta(minutes=5)
    closures: tuple[Closure, ...] = ()
    patience: Patience = field(default_factory=Patience)
    import_days: int = 30
    trusts_payments: bool = True
    tell_within: timedelta = timedelta(hours=24)
    check_siret: bool = True
    finance_knows_our_mandats: bool = False
    paper: PaperRules = field(default_factory=PaperRules)
    pieces: PieceRules = field(default_factory=PieceRules)
    editor: EditorRules = field(default_factory=EditorRules)
    exchange: ExchangeRules = field(default_factory=ExchangeRules)
    retention: RetentionRules = field(default_factory=RetentionRules)
    web_url: str = ""
    rates: Mapping[str, Decimal] = field(default_factory=lambda: VERIFIED)

    def budget(self, siret: str) -> Budget:
        """Return the budget that a SIRET, present or former, belongs to; or raise RoutingError."""
        for budget in self.budgets:
            if budget.answers_to(siret):
                return budget
        message = f"Le SIRET {siret} n'est celui d'aucun budget configuré."
        raise RoutingError(message)

    def days_for(self, invoice: Invoice, marche: str = "") -> int:
        """Return the legal delay of an invoice, in days; `marche`: its engagement's, if it names none."""
        return self.shorter.days_for(invoice.siret, normalised(invoice.marche or marche), self.payment_days)

    def budget_named(self, code: str) -> Budget:
        """Return the budget that agents call `code`, or raise RoutingError."""
        for budget in self.budgets:
            if budget.code.upper() == code.upper():
                return budget
        names = ", ".join(budget.code for budget in self.budgets)
        message = f"Aucun budget ne s'appelle « {code} ». Budgets configurés : {names}."
        raise RoutingError(message)

    def owns(self, siret: str) -> bool:
        """Say whether a SIRET is, or was, one of our budgets."""
        return any(budget.answers_to(siret) for budget in self.budgets)
