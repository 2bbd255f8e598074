"""Numbers of invoices in the twenty characters of `Facture`; whole, they are in LibVir1 and in their document."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from dematfin.domain.invoice.long_number import LENGTH, LongNumbers, cut, marked
from dematfin.domain.mandat.mandat import Mandat
from dematfin.pes.text import fit
from dematfin.pes.wording import Wording

WHOLE: Final = 100


Key = tuple[str, str]
"""Creditor and number, as the mandat says them."""


def short_numbers(mandats: Iterable[Mandat], kept: LongNumbers) -> tuple[Mapping[Key, str], tuple[str, ...]]:
    """Return the `Facture` of each invoice, and a remark for each that had to be told from another.

    Two invoices of a creditor never get the same one: numbers that fit come first, then the others in their order; the
    second of two that would be alike is given another end.
    """
    taken: dict[Key, str] = {}
    short: dict[Key, str] = {}
    remarks = []
    found = {key_of(one): one for one in mandats}
    for key in sorted(found, key=lambda one: (len(one[1]) > LENGTH, one)):
        mandat = found[key]
        whole = Wording(mandat).exact("le numéro de sa facture", mandat.reference, WHOLE)
        chosen = next(one for one in _forms(whole, kept) if taken.get((key[0], one), whole) == whole)
        taken[key[0], chosen] = whole
        short[key] = chosen
        if chosen != _cut(whole, kept):
            remarks.append(
                f"Mandat {mandat.id} : le numéro de facture « {whole} » est trop long pour Hélios. Raccourci, il "
                f"serait celui d'une autre facture de {mandat.tiers.name} : il y figure comme « {chosen} »."
            )
    return short, tuple(remarks)


def key_of(mandat: Mandat) -> Key:
    """Name the invoice of a mandat."""
    return mandat.tiers.id, mandat.reference


def _forms(whole: str, kept: LongNumbers) -> Iterator[str]:
    short = _cut(whole, kept)
    yield short
    yield from (marked(short, turn) for turn in range(2, 1_000_000))


def _cut(whole: str, kept: LongNumbers) -> str:
    return whole if len(whole) <= LENGTH else fit(cut(whole, kept), LENGTH)
