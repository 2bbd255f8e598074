"""Control: every new invoice is checked; those held are checked again, since a register may have changed."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar

from dematfin.domain.event import Subject
from dematfin.domain.figures.overview import label
from dematfin.domain.finding import Finding, blocking
from dematfin.domain.invoice.bank import TO_CLEAR
from dematfin.domain.invoice.controls import Known
from dematfin.domain.invoice.controls import control as judge
from dematfin.domain.invoice.duplicates import CLOSE, OVER, Pair, pair_id
from dematfin.domain.invoice.invoice import Invoice, normalised
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.together import leading
from dematfin.domain.parties.bank import KnownAccount, account_id
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Credit, Engagement, StructureRules, credit_id
from dematfin.domain.tally.words import stops
from dematfin.domain.visa.decision import VISA_FINDING
from dematfin.ports.app import App
from dematfin.ports.ledger import Between, Books
from dematfin.steps.accounts import accounts_of
from dematfin.steps.made_elsewhere import made_elsewhere
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.payees import payee_of
from dematfin.steps.together import together

R = TypeVar("R")
WAITING: Final = (InvoiceState.RECEIVED, InvoiceState.TO_CORRECT)
LIKELY: Final = 12
"""Invoices of one amount that are compared: a subscription has hundreds, and nobody reads hundreds of remarks."""
PASSED: Final = frozenset(InvoiceState) - OVER - frozenset(WAITING)
"""On its way to a payment, or paid elsewhere."""


def control(app: App) -> Outcome:
    """Send each invoice to its visa, or hold it with the reason."""
    tally = Tally("contrôle")
    with app.ledger.reading() as books:
        waiting = books.find(Invoice, state=WAITING)
    keys = [invoice.id for invoice in waiting]
    for key, changed in together(app, keys, partial(_control, app), tally, "Facture {}".format, _read):
        if changed:
            tally.done(key)
    return tally.outcome()


def _read(books: Books, keys: Sequence[str]) -> None:
    books.find(Invoice, id=keys)


def control_one(app: App, invoice_id: str) -> bool:
    """Control one invoice that waits for it; return whether it changed."""
    with app.ledger.transaction() as books:
        return _control(app, books, invoice_id)


def _control(app: App, books: Books, invoice_id: str) -> bool:
    invoice = books.get(Invoice, invoice_id)
    if invoice.state not in WAITING:
        return False
    known = _known(app, books, invoice)
    judged = judge(invoice, known, app.policy.tolerance, check_siret=app.policy.check_siret)
    findings = (*_said_by_a_person(invoice), *judged)
    factor = known.payee.factor if known.payee.assignment else None
    accounts = _remember_account(app, books, invoice, factor, judged)
    checked = _moved(replace(invoice, findings=findings), findings)
    if checked == invoice:
        return False
    books.save(checked)
    data = stops(findings, invoice.findings) | ({"accounts": str(accounts)} if accounts else {})
    books.record(app.event(Subject.INVOICE, invoice.id, invoice.state, checked.state, _summary(findings), **data))
    return True


def _moved(invoice: Invoice, findings: tuple[Finding, ...]) -> Invoice:
    if blocking(findings):
        return invoice if invoice.state is InvoiceState.TO_CORRECT else invoice.moved(InvoiceState.TO_CORRECT)
    if invoice.state is InvoiceState.TO_CORRECT:
        invoice = invoice.moved(InvoiceState.RECEIVED)
    return invoice.moved(InvoiceState.IN_VISA)


def _said_by_a_person(invoice: Invoice) -> tuple[Finding, ...]:
    """Keep what a head of service said: no register can take it back."""
    return tuple(finding for finding in invoice.findings if finding.code.startswith(VISA_FINDING))


def _known(app: App, books: Books, invoice: Invoice) -> Known:
    """Gather what the ledger knows around an invoice, each by an index: a large base costs no more."""
    engagement = _first(books.find(Engagement, id=invoice.engagement_key)) if invoice.engagement_key else None
    tiers = books.find(Tiers, siren=invoice.supplier_siren)
    earlier = tuple(other for other in _look_alikes(books, invoice) if _comes_first(other, invoice))
    return Known(
        today=app.clock.today(),
        ours=app.policy.owns(invoice.siret),
        rules=_rules(app, books, invoice),
        engagement=engagement,
        credit=_credit(app, books, engagement),
        recovers_tva=app.policy.owns(invoice.siret) and app.policy.budget(invoice.siret).recovers_tva,
        tiers=tiers,
        accounts=accounts_of(app, books, invoice.supplier_siren, tiers),
        earlier=earlier,
        payee=payee_of(app, books, invoice, engagement),
        decided={pair.id: pair for pair in books.find(Pair, id=[pair_id(invoice.id, one.id) for one in earlier])},
        standings=_standings(app, books, earlier),
        origins=_origins(books, invoice),
    )


def _rules(app: App, books: Books, invoice: Invoice) -> StructureRules | None:
    """What Chorus Pro says of the structure that was named, with our own rules put over it.

    A supplier may name a former one; a service given by an agent is one of today's.
    """
    written = invoice.service == invoice.content.service_code
    rules = _first(books.find(StructureRules, id=invoice.content.siret if written else invoice.siret))
    return app.policy.budget(invoice.siret).local.over(rules) if rules and app.policy.owns(invoice.siret) else rules


def _standings(app: App, books: Books, others: tuple[Invoice, ...]) -> dict[str, str]:
    """Say where some invoices stand; a mandat bears the number of the invoice that it pays."""
    numbers = tuple({one.number for one in others if one.state is InvoiceState.TO_PAY})
    found = (*books.find(Mandat, reference=numbers), *made_elsewhere(app, books, others)) if numbers else ()
    return {one.id: _standing(one, [made for made in found if one.id in made.invoice_ids]) for one in others}


def _standing(invoice: Invoice, mandats: Sequence[Mandat]) -> str:
    mandat = leading(mandats)
    number = f", mandat n° {mandat.number}" if mandat and mandat.number else ""
    return label(invoice, mandats) + number


def _credit(app: App, books: Books, engagement: Engagement | None) -> Credit | None:
    if engagement is None:
        return None
    return _first(books.find(Credit, id=credit_id(engagement.siret, app.clock.today().year, engagement.imputation)))


def _origins(books: Books, invoice: Invoice) -> tuple[Invoice, ...]:
    cited = invoice.content.origin_number
    if not invoice.is_credit_note or not cited:
        return ()
    found = books.find(Invoice, supplier_siren=invoice.supplier_siren, number_key=normalised(cited))
    return tuple(one for one in found if not one.is_credit_note and one.siret == invoice.siret)


def _remember_account(
    app: App, books: Books, invoice: Invoice, factor: Tiers | None, findings: tuple[Finding, ...]
) -> int:
    """Write down an account never seen before, so that two people can clear it; return how many.

    Of a claim handed over it is the factor's to confirm: it must never become the supplier's own.
    """
    siren = factor.siren if factor else invoice.supplier_siren
    fresh = 0
    for iban in (finding.about for finding in findings if finding.code == TO_CLEAR):
        key = account_id(siren, iban)
        if not books.find(KnownAccount, id=key):
            account = KnownAccount(
                id=key,
                siren=siren,
                iban=iban,
                name=factor.name if factor else invoice.content.supplier.name,
                seen_in=f"facture {invoice.id}" if iban == invoice.iban else "registre des tiers",
                seen_on=app.clock.today(),
            )
            books.save(account)
            fresh += 1
    return fresh


def _comes_first(other: Invoice, invoice: Invoice) -> bool:
    """Of two copies the first to come in goes on, unless the other has passed: what comes back may be renumbered."""
    return other.id < invoice.id or other.state in PASSED


def _look_alikes(books: Books, invoice: Invoice) -> tuple[Invoice, ...]:
    firm = invoice.supplier_siren
    found = [
        *books.find(Invoice, supplier_siren=firm, number_key=invoice.number_key),
        *books.last(
            Invoice,
            LIKELY,
            "issued_on",
            supplier_siren=firm,
            ttc=invoice.ttc,
            issued_on=Between(high=invoice.issued_on + CLOSE),
        ),
        *(books.find(Invoice, main_file=invoice.main_file) if invoice.main_file else ()),
    ]
    return tuple({other.id: other for other in sorted(found, key=lambda other: other.id)}.values())


def _first(found: tuple[R, ...]) -> R | None:
    return found[0] if found else None


def _summary(findings: tuple[Finding, ...]) -> str:
    held = blocking(findings)
    return " ".join(finding.sentence for finding in held) if held else "contrôles passés"
