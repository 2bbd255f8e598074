"""Late interest, one line for each request: due on what was paid late, to provide for on what still waits."""

from decimal import Decimal
from typing import Final

from dematfin.domain.money import ZERO
from dematfin.domain.report.columns import count, day, euros, text
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.owed import Claim, Claims, due, known, owed_on, warnings
from dematfin.domain.report.paid import payments
from dematfin.domain.report.table import Cell, Column, Table
from dematfin.domain.report.waiting import waiting

DEFINITION: Final = (
    "Dus de plein droit, sans demande, du lendemain de l'échéance jusqu'au paiement compris (CCP L. 2192-13) : base × "
    "taux × jours ÷ 365, au centime, plus 40 € par demande (D. 2192-35), une seule fois si plusieurs mandats la "
    "paient. Taux : celui de la BCE au premier jour du semestre où les intérêts commencent à courir, plus 8 points, le "
    "même jusqu'au bout (R. 2192-31)."
)


def interests(facts: Facts) -> Table:
    """Say what is due on the mandats that were paid late."""
    claims = due(payments(facts).counted, facts)
    return Table(
        key="interets",
        title="Intérêts moratoires dus",
        definition=f"{DEFINITION} Base : TTC moins retenue de garantie. À mandater sous 30 jours (R. 2192-36).",
        population=(
            "Mandats payés après leur échéance, dont le paiement a été connu pendant la période, sans les avoirs, les "
            "mandats annulés ou démentis par le comptable, ni ce qui avait été payé d'avance."
        ),
        columns=_columns("Mandat", "Payé le"),
        rows=tuple(_line(one, one.about.id) for one in claims),
        total=_total(claims),
        warnings=warnings(claims),
    )


def provisions(facts: Facts) -> Table:
    """Say what would be due on what is late, were it paid on the day of the cut-off."""
    claims = owed_on(waiting(facts), facts.today, facts)
    return Table(
        key="interets-provision",
        title="Intérêts moratoires à provisionner",
        definition=(
            f"{DEFINITION} Comptés comme si tout était payé au jour de l'arrêt des chiffres. Base : ce qui reste à "
            "payer."
        ),
        population=(
            "Factures en attente dont l'échéance est passée à l'arrêt des chiffres et dont le délai court, sans les "
            "avoirs ni ce qui a été payé d'avance (prélèvement, carte, régie)."
        ),
        columns=_columns("Facture", "Jusqu'au"),
        rows=tuple(_line(one, one.about.invoice_id) for one in claims),
        total=_total(claims),
        warnings=warnings(claims),
    )


def _columns(title: str, until: str) -> tuple[Column, ...]:
    return (
        text("id", title),
        text("numero", "N° de facture"),
        text("fournisseur", "Fournisseur"),
        text("service", "Service"),
        day("echeance", "Échéance"),
        day("jusqu_au", until),
        euros("base", "Base"),
        count("jours", "Jours de retard"),
        text("taux", "Taux annuel"),
        euros("interets", "Intérêts"),
        euros("indemnite", "Indemnité"),
        euros("total", "Total"),
    )


def _line(claim: Claim, named: str) -> tuple[Cell, ...]:
    about, owed = claim.about, claim.owed
    found = (_exact(owed.rate), owed.interest, owed.flat, owed.total) if owed else (None, None, None, None)
    return (
        named,
        about.number,
        about.supplier,
        about.service,
        about.deadline,
        claim.until,
        claim.base,
        (claim.until - about.deadline).days,
        *found,
    )


def _exact(rate: Decimal) -> str:
    """Write a rate with all its decimals: a supplier checks what it is paid with them."""
    return f"{rate} %".replace(".", ",")


def _total(claims: Claims) -> tuple[Cell, ...]:
    found = list(known(claims))
    interest, flat = sum((one.interest for one in found), ZERO), sum((one.flat for one in found), ZERO)
    name = "Total" if len(found) == len(claims) else f"Total connu ({len(found)} sur {len(claims)})"
    base = sum((one.base for one in claims if one.owed is not None), ZERO)
    return (name, "", "", "", None, None, base, None, None, interest, flat, interest + flat)
