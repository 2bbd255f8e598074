"""Pairing: claims matched again as long as nobody has decided, and each seen beside the invoice that it pays."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from dematfin.domain.editor.claim import Claim
from dematfin.domain.editor.disagreements import Paired
from dematfin.domain.editor.editor_flow import EditorFlow
from dematfin.domain.editor.matching import Match, match
from dematfin.domain.editor.pairing import WITH_INVOICE, Pairing
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.payee import marche_key
from dematfin.domain.money import ZERO
from dematfin.domain.parties.bank import KnownAccount, account_id
from dematfin.domain.parties.iban import InvalidIban, parse
from dematfin.domain.parties.payee import Assignment
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Engagement
from dematfin.errors import UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.accounts import accounts_of, trusted
from dematfin.steps.candidates import candidates


def matched_again(app: App, books: Books, flow: EditorFlow) -> tuple[Pairing, ...]:
    """Match again what nobody has decided: invoices arrive, others leave; return all its pairings, in its order."""
    before = pairings_of(books, flow.id)
    undecided = [one for one in before if not one.decided_by]
    claims = tuple(one.claim for one in undecided)
    decided = {one.invoice_id for one in before if one.decided_by}
    found = [
        replace(one, free=one.free and one.invoice_id not in decided) for one in candidates(app, books, flow.id, claims)
    ]
    said = match(claims, found, app.policy.editor)
    after = {one.id: _said(one, of_it) for one, of_it in zip(undecided, said, strict=True)}
    books.save(*(after[one.id] for one in undecided if after[one.id] != one))
    pairings = tuple(after.get(one.id, one) for one in before)
    remember_accounts(app, books, flow, pairings)
    return pairings


def pairings_of(books: Books, editor_flow: str) -> tuple[Pairing, ...]:
    """Return the pairings of an import, in the order of its bordereaux and mandats."""
    return tuple(sorted(books.find(Pairing, editor_flow=editor_flow), key=lambda one: _place(one.claim)))


def import_named(books: Books, key: str) -> EditorFlow:
    """Return the import that somebody names; raises UnknownRecord."""
    for flow in books.find(EditorFlow, id=key.strip().upper()):
        return flow
    message = f"Aucun import « {key.strip()} ». Leurs numéros se lisent dans : dematfin bordereau imports"
    raise UnknownRecord(message)


def paired(app: App, books: Books, flow: EditorFlow, pairings: Iterable[Pairing]) -> Mapping[str, Paired]:
    """Return, by pairing, each claim beside the invoice that it pays; nothing is written."""
    with_invoice = [one for one in pairings if one.state in WITH_INVOICE]
    around = _around(app, books, with_invoice)
    budget = app.policy.budget(flow.siret)
    asked: dict[str, list[Decimal]] = {}
    for one in with_invoice:
        asked.setdefault(one.invoice_id, []).append(one.claim.amount)
    return {
        one.id: around.beside(one.claim, around.invoices[one.invoice_id], budget.siret, budget.code, asked)
        for one in with_invoice
        if one.invoice_id in around.invoices
    }


def remember_accounts(app: App, books: Books, flow: EditorFlow, pairings: Iterable[Pairing]) -> None:
    """Write down the accounts that mandats pay and that nobody has cleared, so that two people may do it."""
    for one in paired(app, books, flow, pairings).values():
        known = {account.iban for account in one.accounts}
        for iban in (account for account in one.paid if _exists(account) and account not in known):
            accounts_of(app, books, one.firm, books.find(Tiers, siren=one.firm))
            fresh = KnownAccount(
                id=account_id(one.firm, iban),
                siren=one.firm,
                iban=iban,
                name=one.claim.creditor or one.invoice.content.supplier.name,
                seen_in=f"import {flow.id}",
                seen_on=app.clock.today(),
            )
            books.save(fresh)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """What the ledger knows of many invoices, read together."""

    app: App
    invoices: Mapping[str, Invoice]
    engagements: Mapping[str, Engagement]
    handed: Sequence[Assignment]
    factors: Mapping[str, Tiers]
    accounts: Mapping[str, Sequence[KnownAccount]]

    def beside(
        self, claim: Claim, invoice: Invoice, siret: str, code: str, asked: Mapping[str, Sequence[Decimal]]
    ) -> Paired:
        """Return one claim beside its invoice."""
        engagement = self.engagements.get(invoice.engagement_key)
        key = marche_key(invoice, engagement)
        handed = [one for one in self.handed if one.concerns(invoice.supplier_siren, key)]
        assignment = max(handed, key=lambda one: bool(one.marche)) if handed else None
        factor = self.factors.get(assignment.factor) if assignment else None
        return Paired(
            claim=claim,
            invoice=invoice,
            budget=(siret, code),
            invoice_budget=self.app.policy.budget(invoice.siret).code,
            asked=sum(asked[invoice.id], ZERO),
            claims=len(asked[invoice.id]),
            marche=(engagement.marche if engagement else "") or invoice.marche,
            assignment=assignment,
            factor=factor.siren if factor else "",
            accounts=self.accounts.get(claim.siren or invoice.supplier_siren, ()),
        )


def _around(app: App, books: Books, with_invoice: Sequence[Pairing]) -> _Around:
    invoices = books.find(Invoice, id={one.invoice_id for one in with_invoice}) if with_invoice else ()
    keys = {one.engagement_key for one in invoices if one.engagement_key}
    firms = {one.supplier_siren for one in invoices} | {one.claim.siren for one in with_invoice if one.claim.siren}
    handed = books.find(Assignment, firm=firms) if firms else ()
    return _Around(
        app=app,
        invoices={one.id: one for one in invoices},
        engagements={one.id: one for one in books.find(Engagement, id=keys)} if keys else {},
        handed=handed,
        factors={one.id: one for one in books.find(Tiers, id={one.factor for one in handed})} if handed else {},
        accounts=_accounts(app, books, firms),
    )


def _accounts(app: App, books: Books, firms: set[str]) -> Mapping[str, Sequence[KnownAccount]]:
    """Return the accounts of each firm; those of the register where nothing else is known of it."""
    if not firms:
        return {}
    known = books.find(KnownAccount, siren=firms)
    new = firms - {one.siren for one in known}
    first = trusted(app, books.find(Tiers, siren=new)) if new else ()
    found: dict[str, list[KnownAccount]] = {}
    for one in (*known, *first):
        found.setdefault(one.siren, []).append(one)
    return found


def _said(before: Pairing, said: Match) -> Pairing:
    return replace(before, state=said.state, invoice_id=said.invoice_id, proposals=said.proposals, rule=said.rule)


def _place(claim: Claim) -> tuple[str, int, int, int]:
    return (claim.kind, claim.bordereau, claim.mandat, claim.rank)


def _exists(iban: str) -> bool:
    try:
        parse(iban)
    except InvalidIban:
        return False
    return True
