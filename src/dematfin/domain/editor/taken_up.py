"""Taken up: the bordereaux and mandats of an editor's flow, as the rest of the house knows them.

Every number and every sum is the editor's: nothing is allotted, nothing is worked out again.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from dematfin.domain.delay.dgp import Dgp
from dematfin.domain.editor.completion import MandatKey
from dematfin.domain.editor.pairing import Pairing
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.aller import ReadBordereau, ReadDelay, ReadLine, ReadMandat, ReadTiers
from dematfin.domain.mandat.bordereau import Bordereau, bordereau_id, total
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.mandat.kind import INVESTMENT, PIECE_TYPES, BordereauKind, MandatKind, PaymentMode
from dematfin.domain.mandat.mandat import Line, Mandat, MandatState, Origin, Share
from dematfin.domain.mandat.reissue import again
from dematfin.domain.money import ZERO
from dematfin.domain.parties.identity import REFERENCE, firm
from dematfin.domain.parties.tiers import Address, BankAccount, Tiers
from dematfin.domain.registers import Imputation

CAME_BACK: Final = frozenset({MandatState.PREPARED, MandatState.REFUSED_AT_GATE, MandatState.REJECTED})
"""States in which a mandat of the finance software waits for its next export."""
APART: Final = {
    BordereauKind.REDUCTION: MandatKind.REDUCTION,
    BordereauKind.PAYMENT_ORDERS: MandatKind.PAYMENT_ORDER,
}
BY_TYPE: Final = {code: kind for kind, code in PIECE_TYPES.items() if kind is not MandatKind.REDUCTION}
FIXED_ASSETS: Final = ("1", "2")
"""Classes of accounts of the investment section."""
MODES: Final = frozenset(PaymentMode)
TOWN: Final = re.compile(r"(\d{5}) (.+)")
EARLIER: Final = 4
"""NatPceOrig, ExerRat, IdPceOrig, IdLigneOrig."""

NOBODY: Final = Tiers(
    id="",
    name="sans créancier nommé",
    identifier="",
    identifier_kind="",
    siren="",
    category="",
    legal_nature="",
    address=Address(line2="", postcode="", town=""),
    account=BankAccount(iban="", holder=""),
)


def key_of(sheet: ReadBordereau, read: ReadMandat) -> MandatKey:
    """Name a mandat within its flow."""
    return BordereauKind(sheet.kind), sheet.exercice, sheet.number, read.number


def by_mandat(pairings: Iterable[Pairing]) -> dict[MandatKey, tuple[Pairing, ...]]:
    """Return what is known of the claims of each mandat."""
    found: dict[MandatKey, tuple[Pairing, ...]] = {}
    for one in pairings:
        claim = one.claim
        key = (claim.kind, claim.exercice, claim.bordereau, claim.mandat)
        found[key] = (*found.get(key, ()), one)
    return found


def shares_of(kind: BordereauKind, pairings: Sequence[Pairing], invoices: Sequence[Invoice]) -> tuple[Share, ...]:
    """Return what a mandat orders for each of its invoices: a credit note, and what a réduction takes back, count
    against it."""
    return tuple(Share(invoice_id=one.id, amount=_ordered(kind, pairings, one)) for one in invoices)


def _ordered(kind: BordereauKind, pairings: Iterable[Pairing], invoice: Invoice) -> Decimal:
    amount = sum((one.claim.amount for one in pairings if one.invoice_id == invoice.id), ZERO)
    return -abs(amount) if invoice.is_credit_note or kind is BordereauKind.REDUCTION else amount


def origin_of(read: ReadMandat) -> tuple[int, int] | None:
    """Return the exercice and the number of the mandat that a réduction takes back, when its lines tell it."""
    for line in read.lines:
        told = line.earlier[1:3] if len(line.earlier) == EARLIER else ()
        if told and all(part.isdecimal() for part in told):
            return int(told[0]), int(told[1])
    return None


def mandat_of(
    sheet: ReadBordereau, read: ReadMandat, budget: Budget, shares: tuple[Share, ...], invoices: Sequence[Invoice]
) -> Mandat:
    """Return a mandat as its editor ordered it, under no identifier of ours yet."""
    kind = BordereauKind(sheet.kind)
    first = read.lines[0] if read.lines else None
    reference = invoices[0].number if invoices else next(iter(read.invoices), "")
    return Mandat(
        id="",
        siret=budget.siret,
        exercice=sheet.exercice,
        state=MandatState.IN_BORDEREAU,
        number=read.number,
        bordereau=bordereau_id(budget.code, sheet.exercice, sheet.number, kind),
        tiers=_creditor(read),
        label=read.label,
        reference=reference,
        marche=first.marche if first else "",
        dgp=_dgp(read.delay),
        lines=tuple(_line(line, read.kind[1]) for line in read.lines),
        shares=shares,
        pieces=(),
        engagement=next((one.engagement_key for one in invoices if one.engagement_key), ""),
        kind=APART.get(kind) or BY_TYPE.get(read.kind[0], MandatKind.OTHER),
        mode=PaymentMode(first.mode) if first and first.mode in MODES else PaymentMode.TRANSFER,
        amount=read.amount,
        editor=True,
        codes=read.kind,
    )


def taking_back(mandat: Mandat, origin: Mandat | None) -> Mandat:
    """Return a réduction with what it takes back, when that is known here: both then bear the same reference."""
    if origin is None:
        return mandat
    known = Origin(mandat=origin.id, exercice=origin.exercice, number=origin.number)
    return replace(mandat, origin=known, reference=origin.reference)


def again_as(former: Mandat, now: Mandat) -> Mandat:
    """Return a mandat that came back, as its editor exports it now: same record, its numbers of before remembered.

    Raises:
        IllegalTransition: it did not come back.
    """
    prepared = again(former) if former.state in CAME_BACK - {MandatState.PREPARED} else former
    return replace(
        now,
        id=former.id,
        state=prepared.moved(MandatState.IN_BORDEREAU).state,
        rubrique=former.rubrique,
        cases=former.cases,
        burnt=former.burnt,
        doubt=prepared.doubt,
        doubt_seen=prepared.doubt_seen,
    )


def bordereau_of(sheet: ReadBordereau, mandats: Sequence[Mandat], today: date, by: str) -> Bordereau:
    """Return a bordereau as its editor announced it; its total is that of its mandats, which is what is ordered."""
    ordered = total(mandats)
    return Bordereau(
        id=mandats[0].bordereau,
        siret=mandats[0].siret,
        exercice=sheet.exercice,
        number=sheet.number,
        kind=BordereauKind(sheet.kind),
        emitted_on=sheet.emitted_on or today,
        mandats=tuple(one.id for one in mandats),
        total=ordered,
        tva=sheet.announced_vat,
        cumul=ordered if sheet.cumul is None else sheet.cumul,
        prepared_by=by,
        editor=True,
    )


def _line(line: ReadLine, nature: str) -> Line:
    account, fonction, operation, _ = line.imputation
    investment = account.startswith(FIXED_ASSETS) or nature == INVESTMENT
    origin = line.earlier[-1] if len(line.earlier) == EARLIER else ""
    return Line(
        number=line.number,
        imputation=Imputation(nature=account, fonction=fonction, operation=operation, investment=investment),
        amount=line.ht,
        tva=line.vat or None,
        origin_line=int(origin) if origin.isdecimal() else 0,
    )


def _dgp(delay: ReadDelay | None) -> Dgp | None:
    if delay is None or not delay.followed or delay.starts_on is None or delay.ends_on is None:
        return None
    return Dgp(start=delay.starts_on, days=delay.days, deadline=delay.ends_on)


def _creditor(read: ReadMandat) -> Tiers:
    """Return the creditor of the first line; a payroll has hundreds of them."""
    found = list(dict.fromkeys(line.tiers for line in read.lines if line.tiers))
    if not found:
        return NOBODY
    others = len({one.name for one in found} - {found[0].name})
    name = f"{found[0].name} et {others} autre{'s' if others > 1 else ''}" if others else found[0].name
    return replace(_tiers(found[0]), name=name)


def _tiers(read: ReadTiers) -> Tiers:
    known = (read.kind, read.identifier) if read.identifier else (REFERENCE, read.reference)
    return Tiers(
        id=read.reference,
        name=read.name,
        identifier=read.identifier,
        identifier_kind=read.kind,
        siren=firm(*known) if known[1] else "",
        category=read.category[0],
        legal_nature=read.category[1],
        address=_address(read.address),
        account=BankAccount(iban=read.account, bic=read.bic, holder=read.holder),
    )


def _address(lines: Sequence[str]) -> Address:
    """Return an address from its lines: the one with the postcode tells the town."""
    for place, line in enumerate(lines):
        if found := TOWN.fullmatch(line):
            return Address(line2=", ".join(lines[:place]), postcode=found[1], town=found[2])
    return Address(line2=", ".join(lines), postcode="", town="")
