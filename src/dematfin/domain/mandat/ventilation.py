"""Ventilation: the lines of a mandat, from its orders at first, as an agent shares it out afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from dematfin.domain.mandat.mandat import Line, Mandat
from dematfin.domain.mandat.split import apportion
from dematfin.domain.money import ZERO, french
from dematfin.domain.registers import Imputation, engagement_id
from dematfin.errors import RuleError

WHOLE: Final = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line as an agent asks for it: by a percentage or by an amount (TTC); neither: what is left.

    Attributes:
        engagement: id of the engagement that it takes from.
    """

    imputation: Imputation
    engagement: str
    inventaire: str = ""
    percent: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One line as an agent writes it; what is not said (None) stays as on the first line of the mandat.

    Attributes:
        engagement: its number.
    """

    nature: str | None = None
    fonction: str | None = None
    operation: str | None = None
    investment: bool | None = None
    engagement: str | None = None
    marche: str = ""
    inventaire: str = ""
    percent: Decimal | None = None
    amount: Decimal | None = None

    def on(self, mandat: Mandat) -> Part:
        """Return the whole line, for a mandat."""
        first = mandat.lines[0]
        before = first.imputation
        nature = before.nature if self.nature is None else self.nature
        said = engagement_id(mandat.siret, self.engagement) if self.engagement else None
        return Part(
            imputation=Imputation(
                nature=nature,
                fonction=before.fonction if self.fonction is None else self.fonction,
                operation=before.operation if self.operation is None else self.operation,
                investment=before.investment if self.investment is None else self.investment,
                chapter=before.chapter if nature == before.nature else "",
            ),
            engagement=first.engagement if said is None else said,
            inventaire=self.inventaire,
            percent=self.percent,
            amount=self.amount,
        )


def ventilated(mandat: Mandat, parts: Sequence[Part]) -> tuple[Line, ...]:
    """Return the lines of a mandat shared out anew: HT, TVA and TTC stay what they are, to the cent.

    Raises:
        RuleError: the parts do not make the whole, one is nil, or they are on both sections.
    """
    totals = _totals(mandat, parts)
    _check(mandat, parts, totals)
    tva = _tva(mandat, totals)
    return tuple(
        Line(
            number=order,
            imputation=part.imputation,
            amount=totals[order - 1] - (tva[order - 1] or ZERO),
            tva=tva[order - 1],
            invoice_ht=mandat.lines[0].invoice_ht if len(parts) == 1 else None,
            engagement=part.engagement,
            inventaire=part.inventaire,
        )
        for order, part in enumerate(parts, start=1)
    )


def _totals(mandat: Mandat, parts: Sequence[Part]) -> tuple[Decimal, ...]:
    percents = [part.percent for part in parts if part.percent is not None]
    amounts = [part.amount for part in parts if part.amount is not None]
    rest = len(parts) - len(percents) - len(amounts)
    if (percents and amounts) or rest > 1:
        raise _wrong(mandat, "donnez à chaque ligne une part en %, ou un montant ; une seule peut prendre le reste")
    if percents:
        return apportion(mandat.amount, _filled(mandat, [part.percent for part in parts], WHOLE, "%"))
    return tuple(_filled(mandat, [part.amount for part in parts], mandat.amount, "€"))


def _filled(mandat: Mandat, values: Sequence[Decimal | None], whole: Decimal, unit: str) -> list[Decimal]:
    """Give what is left to the line that asked for nothing; the values must make the whole."""
    said = sum((value for value in values if value is not None), ZERO)
    filled = [whole - said if value is None else value for value in values]
    if sum(filled) != whole or any(value <= 0 for value in filled):
        expected = french(whole) if unit == "€" else "100 %"
        found = french(said) if unit == "€" else f"{said} %".replace(".", ",")
        raise _wrong(mandat, f"les lignes font {found}, il en faut exactement {expected}, chacune au-dessus de zéro")
    return filled


def _check(mandat: Mandat, parts: Sequence[Part], totals: Sequence[Decimal]) -> None:
    if any(total <= 0 for total in totals):
        raise _wrong(mandat, "une ligne n'aurait pas un centime, retirez-la")
    if len({part.imputation.investment for part in parts}) > 1:
        raise _wrong(
            mandat,
            "un mandat est de fonctionnement ou d'investissement, pas des deux : Hélios n'en connaît qu'une nature",
        )


def _tva(mandat: Mandat, totals: Sequence[Decimal]) -> tuple[Decimal | None, ...]:
    if all(line.tva is None for line in mandat.lines):
        return (None,) * len(totals)
    return apportion(sum((line.tva or ZERO for line in mandat.lines), ZERO), totals)


def one_account(mandat: Mandat, imputation: Imputation) -> tuple[Line, ...]:
    """Return the only line of a mandat on another account.

    Raises:
        RuleError: it has several lines: one account for all would undo what was shared out.
    """
    if len(mandat.lines) > 1:
        message = (
            f"Le mandat {mandat.id} a {len(mandat.lines)} lignes : redites-les toutes (dematfin mandat ventiler "
            f"{mandat.id} --ligne …)."
        )
        raise RuleError(message)
    return tuple(replace(line, imputation=imputation) for line in mandat.lines)


def _wrong(mandat: Mandat, why: str) -> RuleError:
    return RuleError(f"Mandat {mandat.id} de {french(mandat.amount)} : {why}. Rien n'est changé.")
