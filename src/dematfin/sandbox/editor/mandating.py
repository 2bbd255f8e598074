"""From what is to be paid to a piece: an invoice handed over, payroll, an annuity, a subsidy, a réduction."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from dematfin.errors import RuleError
from dematfin.sandbox.editor.inbox import Handed
from dematfin.sandbox.editor.numbers import typed
from dematfin.sandbox.editor.pieces import DRAWN, NOTICE, REDUCTIONS, Line, Origin, Piece
from dematfin.sandbox.editor.setup import Habit, Setup
from dematfin.sandbox.faults import Faults

TOO_MUCH: Final = Decimal(10)
INVESTMENT: Final = "2"
MANDAT, ORDER_OF_PAYMENT = "01", "03"
"""NatPceOrig."""


def of_invoice(setup: Setup, faults: Faults, number: int, one: Handed) -> Piece:
    """Mandate an invoice, with the account and the bank account of the software's own file."""
    if one.creditor not in setup.tiers:
        message = f"Logiciel financier : le tiers {one.creditor} est inconnu. Créez-le, puis mandatez {one.number}."
        raise RuleError(message)
    known = setup.tiers[one.creditor]
    habit = setup.habitudes[number % len(setup.habitudes)]
    written, subject, label = typed(one.number, habit), one.subject, f"Facture {one.number}"
    if faults.take("number_forgotten"):
        written, label = "", "Votre facture"
    elif habit is Habit.LABEL:
        subject = f"{one.engagement} FACT {one.number}".strip()
    line = Line(
        creditor=one.creditor,
        compte=known.compte,
        fonction=known.fonction,
        montant=one.amount + (TOO_MUCH if faults.take("wrong_amount") else 0),
        iban=_of_another(setup, one.creditor) if faults.take("wrong_iban") else known.iban,
        facture=written,
        libelles=(label,),
        marche=one.marche,
    )
    return Piece(
        numero=number,
        type="09" if one.marche else "01",
        nature="02" if known.compte.startswith(INVESTMENT) else "01",
        objet=subject,
        lignes=(line,),
        arrivee=one.arrived_on,
        document=one.pdf.name,
    )


def of_payroll(number: int, subject: str, shares: Mapping[tuple[str, str], Decimal]) -> Piece:
    """Mandate a month of payroll: a line for each creditor and account, told by notice (ModRegl 09)."""
    lines = tuple(
        Line(creditor=creditor, compte=account, montant=amount, mode=NOTICE, libelles=(subject,))
        for (creditor, account), amount in shares.items()
    )
    return Piece(numero=number, nature="11", objet=subject, lignes=lines)


def of_annuity(setup: Setup, number: int, creditor: str, loan: str, capital: Decimal, interest: Decimal) -> Piece:
    """Mandate what a bank has already drawn: capital and interest, after payment."""
    drawn = Origin(nature=ORDER_OF_PAYMENT, exercice=setup.exercice, piece=number + 90_000)
    lines = tuple(
        Line(
            creditor=creditor,
            compte=account,
            montant=amount,
            mode=DRAWN,
            libelles=(f"Echeance pret {loan}",),
            emprunt=loan,
            origine=drawn,
        )
        for account, amount in (("1641", capital), ("66111", interest))
    )
    return Piece(numero=number, type="05", nature="04", objet=f"ANNUITE EMPRUNT {loan}", lignes=lines)


def of_subsidy(setup: Setup, number: int, creditor: str, amount: Decimal, subject: str) -> Piece:
    """Mandate a subsidy to an association."""
    known = setup.tiers[creditor]
    line = Line(creditor=creditor, compte=known.compte, montant=amount, iban=known.iban, libelles=(subject,))
    return Piece(numero=number, objet=subject, lignes=(line,))


def reduction(setup: Setup, number: int, mandat: Piece, amount: Decimal) -> Piece:
    """Take back a part of the first line of a mandat of this year."""
    first = mandat.lignes[0]
    origin = Origin(nature=MANDAT, exercice=setup.exercice, piece=mandat.numero, ligne=1)
    line = first.model_copy(update={"montant": amount, "origine": origin})
    subject = f"REDUCTION MANDAT {mandat.numero}"
    return Piece(sort=REDUCTIONS, numero=number, type="02", nature="06", objet=subject, lignes=(line,))


def _of_another(setup: Setup, creditor: str) -> str:
    """Return the account of somebody else."""
    return next(one.iban for siret, one in setup.tiers.items() if one.iban and siret != creditor)
