"""What an agent says to have a mandat made that pays no invoice: a subsidy, a régie, a rent, an indemnity."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from dematfin.domain.mandat.kind import AFTER_PAYMENT, IMPREST, ORDINARY, TO_AN_ACCOUNT, MandatKind, PaymentMode
from dematfin.domain.mandat.mandat import Line, Mandat
from dematfin.domain.mandat.rubriques import Rubrique
from dematfin.domain.mandat.ventilation import Asked, ventilated
from dematfin.domain.money import euros, french
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Engagement, Imputation
from dematfin.errors import RuleError

LONGEST_LABEL: Final = 100
LONGEST_REGIE: Final = 10
"""Signs of Obj and of IdRegie."""
CENT: Final = Decimal("0.01")
LARGEST: Final = Decimal("999999999.99")
DRAFT: Final = "à saisir"
"""What a mandat is called before it is made: nothing is numbered for one that is refused."""


class Purpose(StrEnum):
    """Why money is due without an invoice."""

    SUBVENTION = "subvention"
    REGIE = "regie"
    AUTRE = "autre"


UNDER: Final = {
    Purpose.SUBVENTION: Rubrique.SUBSIDY,
    Purpose.REGIE: Rubrique.IMPREST,
    Purpose.AUTRE: Rubrique.OTHER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MandatEntry:
    """What is said of one mandat.

    Attributes:
        budget: its code.
        tiers: reference of the creditor in the register, or its SIREN or SIRET.
        label: what it is for (Obj), shown to the payee.
        base: its account; what is not said is that of its engagement. `lines`: how it is shared out; none: one line.
        engagement: its number, empty when there is none.
        exercice: None when this year's goes without saying.
        regie: the régie whose expenses it takes up.
        paid_on: day on which the money left already.
        mode: None: by transfer; in cash, by its régisseur, for a régie that has paid.
        confirmed: a person has looked at the other mandat that looks like it.
    """

    purpose: Purpose
    budget: str
    tiers: str
    amount: Decimal
    label: str
    base: Asked
    lines: tuple[Asked, ...] = ()
    engagement: str = ""
    exercice: int | None = None
    regie: str = ""
    paid_on: date | None = None
    mode: PaymentMode | None = None
    confirmed: bool = False

    @property
    def paid_by(self) -> PaymentMode:
        """How the comptable pays, or how the money has left."""
        usual = PaymentMode.CASH if self.paid_on and self.purpose is Purpose.REGIE else PaymentMode.TRANSFER
        return self.mode or usual


def check(entry: MandatEntry, today: date) -> MandatEntry:
    """Return an entry, its label on one line; raises RuleError, saying what is missing or wrong."""
    said = replace(entry, label=" ".join(entry.label.split()), regie=entry.regie.strip())
    for why in (_wrong_words(said), _wrong_regie(said), _wrong_payment(said, today)):
        if why:
            raise wrong(why)
    return said


def wrong(why: str) -> RuleError:
    """Return the error of a mandat that is not made, and why."""
    return RuleError(f"Mandat {DRAFT} : {why}. Rien n'est fait.")


def drafted(entry: MandatEntry, siret: str, tiers: Tiers, engagement: Engagement | None) -> Mandat:
    """Return the mandat that an entry asks for, without its name, its exercice and its documents.

    Raises:
        RuleError: it has no account, or its lines do not make its amount.
    """
    account = engagement.imputation if engagement else Imputation(nature="")
    whole = Mandat(
        id=DRAFT,
        siret=siret,
        exercice=entry.exercice or 0,
        tiers=tiers,
        label=entry.label,
        reference="",
        lines=(Line(number=1, imputation=account, amount=entry.amount),),
        shares=(),
        pieces=(),
        engagement=engagement.id if engagement else "",
        kind=MandatKind.AFTER_PAYMENT if entry.paid_on else MandatKind.ORDINARY,
        mode=entry.paid_by,
        paid_before=entry.paid_on,
        rubrique=UNDER[entry.purpose],
        amount=entry.amount,
        codes=_codes(entry),
        regie=entry.regie,
    )
    based = replace(whole, lines=ventilated(whole, [entry.base.on(whole)]))
    mandat = replace(based, lines=ventilated(based, [one.on(based) for one in entry.lines])) if entry.lines else based
    if not all(line.imputation.nature for line in mandat.lines):
        why = "donnez son compte (--nature), ou l'engagement qui le dit (--engagement)"
        raise wrong(why)
    return mandat


def _codes(entry: MandatEntry) -> tuple[str, ...]:
    """TypPce and NatPce of a régie, whatever its section; others are told from their kind."""
    if entry.purpose is not Purpose.REGIE:
        return ()
    return (AFTER_PAYMENT if entry.paid_on else ORDINARY, IMPREST)


def _wrong_words(entry: MandatEntry) -> str:
    if not any(map(str.isalnum, entry.label)):
        return "dites son objet (--objet), le bénéficiaire et le comptable le liront"
    if len(entry.label) > LONGEST_LABEL:
        return f"son objet fait {len(entry.label)} caractères, {LONGEST_LABEL} au plus. Raccourcissez-le"
    if not CENT <= entry.amount <= LARGEST or entry.amount != euros(entry.amount):
        return f"son montant ({french(entry.amount)}) doit être entre {french(CENT)} et {french(LARGEST)}, au centime"
    if any(one.marche for one in (entry.base, *entry.lines)):
        return "un mandat sans facture ne paie pas un marché : retirez marche"
    return ""


def _wrong_regie(entry: MandatEntry) -> str:
    if entry.purpose is Purpose.REGIE and not entry.regie:
        return "dites quelle régie (--regie), par son numéro chez le comptable"
    if entry.purpose is not Purpose.REGIE and entry.regie:
        return f"une régie ne va qu'avec --type {Purpose.REGIE}"
    if len(entry.regie) > LONGEST_REGIE:
        return f"le numéro de régie « {entry.regie[:40]} » dépasse {LONGEST_REGIE} caractères"
    return ""


def _wrong_payment(entry: MandatEntry, today: date) -> str:
    if entry.paid_on is None:
        return ""
    if entry.paid_on > today:
        return f"le {entry.paid_on:%d/%m/%Y} n'est pas encore passé : attendez que l'argent soit parti"
    if entry.paid_by in TO_AN_ACCOUNT:
        return "l'argent est déjà parti, un virement le paierait une seconde fois : dites comment il est parti (--mode)"
    return ""
