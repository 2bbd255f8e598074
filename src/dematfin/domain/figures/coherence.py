"""What Hélios posts in Chorus Pro against what we know of a mandat: each difference has a name and a remedy.

We set nothing but MANDATEE, before the flow leaves (AIFE); what follows is posted by Hélios and only read. After a
reissue MANDATEE is not written again: Chorus Pro then shows the former mandat, and that difference is a known one.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.chorus import AT_THE_COMPTABLE, PAID, Stage, said, stage
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.reissue import issued_again
from dematfin.domain.mandat.together import leading

M = MandatState
HERE: Final = frozenset({M.PREPARED, M.IN_BORDEREAU})
NOT_THERE: Final = HERE | {M.REFUSED_AT_GATE}
"""Of which Hélios has nothing."""
GRACE: Final = timedelta(days=15)
"""Hélios posts a payment within days; before, its silence means nothing."""
NOT_MANDATED: Final = frozenset({Stage.READY, Stage.CERTIFIED})


def gaps(
    invoice: Invoice,
    mandats: Sequence[Mandat],
    today: date,
    *,
    payments_untold: bool = False,
    reissued: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Compare one invoice to pay with what Chorus Pro shows of it.

    `payments_untold`: its structure has asked that payments be not posted (statutMiseEnPaiementNestPasRemonte);
    `reissued`: mandats that the comptable rejected and that were issued again.
    """
    mandat = leading(mandats)
    if invoice.state is not InvoiceState.TO_PAY or invoice.origin is not Origin.CHORUS or mandat is None:
        return ()
    return (
        *_too_early(invoice, mandat, again=mandat.id in reissued),
        *_paid_or_not(invoice, mandat, again=mandat.id in reissued),
        *_behind(invoice, mandat, today, payments_untold=payments_untold),
    )


def _too_early(invoice: Invoice, mandat: Mandat, *, again: bool) -> Iterator[Finding]:
    """Chorus Pro is further than a mandat that Hélios cannot have, unless it shows the former life of it."""
    pair = invoice, mandat
    if invoice.remote_status not in AT_THE_COMPTABLE or mandat.state not in NOT_THERE:
        return
    if again:
        if invoice.remote_status != PAID:
            why = f"son mandat {mandat.id} est réémis après un rejet, Chorus Pro montre encore le premier"
            yield _known(invoice, why)
    elif mandat.state is M.REFUSED_AT_GATE:
        what = f"Hélios a refusé notre mandat {mandat.id}"
        yield _gap("CHORUS-AUTRE-MANDAT", Severity.BLOCKING, pair, f"{what}. {_kept_back(mandat)}")
    else:
        what = f"notre mandat {mandat.id} n'est pas parti : le comptable en a donc un autre"
        yield _gap("CHORUS-AUTRE-MANDAT", Severity.BLOCKING, pair, f"{what}. Ne le signez ni ne le transmettez")


def _kept_back(mandat: Mandat) -> str:
    return "N'importez pas de nouvel export de son bordereau" if mandat.editor else "Ne reprenez pas son bordereau"


def _paid_or_not(invoice: Invoice, mandat: Mandat, *, again: bool) -> Iterator[Finding]:
    """Chorus Pro shows a payment that the comptable has not told us."""
    pair = invoice, mandat
    if invoice.remote_status != PAID:
        return
    if mandat.state is M.REJECTED or (mandat.state in NOT_THERE and again):
        what = f"le comptable a rejeté notre mandat {mandat.id}"
        yield _gap("CHORUS-PAYEE-REJETEE", Severity.BLOCKING, pair, f"{what}. Ne le réémettez ni ne le transmettez")
    elif mandat.state is M.ON_HOLD:
        yield _gap("CHORUS-PAYEE-INSTANCE", Severity.WARNING, pair, f"notre mandat {mandat.id} est en instance")
    elif mandat.state is M.CANCELLED and (mandat.rejected_on or mandat.reasons):
        yield _known(invoice, f"notre mandat {mandat.id}, que le comptable avait rejeté, est annulé ({mandat.reason})")
    elif mandat.state is M.CANCELLED:
        yield _gap("CHORUS-PAYEE-ANNULEE", Severity.WARNING, pair, f"notre mandat {mandat.id} est annulé")
    elif mandat.state is M.SENT:
        what = f"le comptable n'a rien dit de notre mandat {mandat.id}"
        yield _gap("CHORUS-PAYEE-SEULE", Severity.WARNING, pair, what)


def _behind(invoice: Invoice, mandat: Mandat, today: date, *, payments_untold: bool) -> Iterator[Finding]:
    """Chorus Pro is not as far as the mandat."""
    shown = stage(invoice.remote_status)
    if shown in NOT_MANDATED and mandat.state not in HERE | {M.CANCELLED}:
        yield _known(invoice, f"son mandat {mandat.id} est parti sans que Chorus Pro le sache, il ne se dit plus après")
    elif shown is not Stage.MANDATED or invoice.remote_status == PAID:
        return
    elif mandat.state is M.CANCELLED:
        yield _known(invoice, f"son mandat {mandat.id} est annulé, et un statut ne se retire pas")
    elif mandat.state is M.PAID and not payments_untold and _long_ago(mandat.paid_on, today):
        yield _known(invoice, f"elle est payée depuis le {mandat.paid_on:%d/%m/%Y}, Hélios ne l'y a pas écrit")
    elif mandat.burnt and mandat.number and mandat.number not in mandat.burnt:
        former = mandat.burnt[0]
        yield _known(invoice, f"son mandat porte à présent le n° {mandat.number}, Chorus Pro garde le n° {former}")


def _long_ago(paid_on: date | None, today: date) -> bool:
    return paid_on is not None and today - paid_on > GRACE


def _gap(code: str, severity: Severity, pair: tuple[Invoice, Mandat], what: str) -> Finding:
    invoice, mandat = pair
    shown = f"Facture {invoice.id} : Chorus Pro la montre « {said(invoice.remote_status)} » alors que {what}"
    sentence = f"{shown}. Voyez d'abord avec le comptable."
    return Finding(code=code, severity=severity, sentence=sentence, about=mandat.id)


def _known(invoice: Invoice, why: str) -> Finding:
    sentence = f"Facture {invoice.id} : Chorus Pro la montre « {said(invoice.remote_status)} » ; {why}. Rien à faire."
    return Finding(code="CHORUS-ECART-CONNU", severity=Severity.INFO, sentence=sentence)


def of_all(held: Holdings, today: date) -> Iterator[Finding]:
    """Yield the differences of every invoice to pay."""
    mandats: dict[str, list[Mandat]] = {}
    for mandat in held.mandats:
        for key in mandat.invoice_ids:
            mandats.setdefault(key, []).append(mandat)
    silent = {rules.id for rules in held.structures if rules.payments_untold}
    again = issued_again(held.mandats, held.bordereaux)
    for invoice in held.invoices:
        made, untold = mandats.get(invoice.id, ()), invoice.siret in silent
        yield from gaps(invoice, made, today, payments_untold=untold, reissued=again)
