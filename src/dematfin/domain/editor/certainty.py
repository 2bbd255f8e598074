"""Certainty: what a claim says of an invoice that it could not say of another, held or not.

The firm and the amount to the cent, always; and besides, the least of:

- the whole number, long and as it stands on the invoice, or the identifier that our side gave the invoice;
- that number without its prefix, or told in the words, when the days are close, or the very same if it may be cut;
- its last digits, or a short number, be it in the words, when the delay starts on the very day of the invoice and no
  other of this amount arrived on close days;
- without any day, a long number written in whole, of a firm of one series, when no other invoice is of this amount.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from dematfin.domain.editor.asked import Asked, Item
from dematfin.domain.editor.numbers import Fit, fit, is_whole
from dematfin.domain.editor.shelf import Shelf

CLOSE: Final = timedelta(days=10)
"""Between the notification of an invoice and the start of its delay, less than between two bills of a subscription."""
MONTH: Final = timedelta(days=25)
"""Less than between two bills of a subscription, even late."""
LATEST: Final = timedelta(days=60)
"""A delay that starts later than this after the notification is that of another invoice, or a mistake."""
EVER: Final = timedelta(days=10_000)
WHOLE: Final = frozenset({Fit.SAME, Fit.OURS})
WITH_CLOSE_DAYS: Final = frozenset({Fit.ALMOST, Fit.TOLD})
GOOD: Final = WITH_CLOSE_DAYS | WHOLE
PART: Final = 3
"""Digits, those of a year left out, from which the end of a number is not that of the next one."""


@dataclass
class Around:
    """The invoices of a flow, and how many of its claims may pay each; `pressing`: for a good reason."""

    shelf: Shelf
    demands: Counter[str]
    pressing: Counter[str]
    _unclaimed: dict[tuple[str, Decimal], list[date]] = field(default_factory=dict)

    def unclaimed(self, item: Item) -> list[date]:
        """Return the days of those of the firm and amount of an invoice that nothing pays."""
        key = (item.firm, item.candidate.amount)
        if key not in self._unclaimed:
            others = [one for one in self.shelf.equal(*key) if one.candidate.free and not self.demands[one.id]]
            self._unclaimed[key] = sorted(one.candidate.notified_on for one in others)
        return self._unclaimed[key]


def is_certain(asked: Asked, item: Item, around: Around) -> bool:
    """Say whether a claim, which may pay this invoice alone, pays it."""
    agree = asked.amount == item.candidate.amount and _is_only_one(asked, item, around)
    return agree and _is_sure(asked, item, around.shelf) and not _is_contradicted(asked, item, around)


def is_pressing(asked: Asked, item: Item) -> bool:
    """Say whether the claim of an invoice that it may pay is to be reckoned with, however well another fits."""
    return asked.fit(item) in GOOD or is_on_its_day(asked, item)


def _is_only_one(asked: Asked, item: Item, around: Around) -> bool:
    """Part of a number, on another day, does not stand against the whole number on the very day."""
    if asked.fit(item) in WHOLE and is_on_its_day(asked, item):
        return around.pressing[item.id] == 1
    return around.demands[item.id] == 1


def shared_out(wanted: Iterable[tuple[Asked, Mapping[str, Item]]], around: Around) -> set[str]:
    """Return the invoices that several claims pay together, to the cent, each bearing the whole number."""
    parts: defaultdict[str, list[tuple[Asked, Mapping[str, Item]]]] = defaultdict(list)
    for asked, items in wanted:
        for key in items:
            if around.demands[key] > 1:
                parts[key].append((asked, items))
    return {key for key, some in parts.items() if _is_shared_out(some, some[0][1][key], around)}


def _is_shared_out(parts: list[tuple[Asked, Mapping[str, Item]]], item: Item, around: Around) -> bool:
    total = item.candidate.amount
    sums = sum(asked.amount for asked, _ in parts) == total and all(0 < asked.amount < total for asked, _ in parts)
    return sums and all(
        len(items) == 1
        and asked.written(item) is Fit.SAME
        and _is_sure(asked, item, around.shelf)
        and not _is_contradicted(asked, item, around)
        for asked, items in parts
    )


def is_on_its_day(asked: Asked, item: Item) -> bool:
    """Say whether the delay of a claim starts when that of an invoice does, by law or by its arrival.

    Without that day, the one of the invoice, as the words say it, is as good.
    """
    one, starts = item.candidate, asked.claim.starts_on
    return one.issued_on in asked.days if starts is None else starts in {one.notified_on, one.delay_starts_on}


def _is_sure(asked: Asked, item: Item, shelf: Shelf) -> bool:
    """Say whether what a claim says of an invoice of its firm, the amount left out, is enough by itself."""
    one, starts = item.candidate, asked.claim.starts_on
    if not (one.free and asked.firm and asked.firm == item.firm):
        return False
    if starts is None:
        found = asked.fit(item)
        told = found in WITH_CLOSE_DAYS and is_on_its_day(asked, item)
        return told or found in WHOLE or _is_sure_by_day(asked, item, shelf) or _is_sure_without_day(asked, item, shelf)
    if not one.issued_on <= starts <= one.notified_on + LATEST:
        return False
    found = asked.fit(item)
    whole = found is Fit.TOLD or is_whole(asked.number, item.number)
    close = is_on_its_day(asked, item) or (whole and abs(starts - one.notified_on) <= CLOSE)
    return found in WHOLE or (found in WITH_CLOSE_DAYS and close) or _is_sure_by_day(asked, item, shelf)


def _is_sure_by_day(asked: Asked, item: Item, shelf: Shelf) -> bool:
    if not (is_on_its_day(asked, item) and shelf.is_alone(item, CLOSE)):
        return False
    match asked.fit(item):
        case Fit.TAIL:
            # A réduction names the invoice that it reduces as often as its credit note, which may end alike.
            return asked.number.counted >= PART and shelf.is_usual(item) and not asked.is_reduction
        case Fit.READ:
            return asked.written(item) is Fit.NONE and item.number.digits > 1 and asked.tells(item)
        case Fit.SHORT:
            return True
        case _:
            return False


def _is_sure_without_day(asked: Asked, item: Item, shelf: Shelf) -> bool:
    """A long number alone: 412 was perhaps that of another year too."""
    if not (item.number.is_long and shelf.is_usual(item) and shelf.is_alone(item, EVER)):
        return False
    found = asked.fit(item)
    return found is Fit.TOLD or (found is Fit.ALMOST and is_whole(asked.number, item.number))


def _is_contradicted(asked: Asked, item: Item, around: Around) -> bool:
    """Say whether something speaks for another invoice: one that looks the same, a nearer day, another engagement."""
    if any(fit(item.number, one.number) in GOOD for one in around.shelf.alike(item)):
        return True
    said = around.shelf.orders(asked) - set(item.number.keys)
    return _is_nearer_to_another(asked, item, around.unclaimed(item)) or (bool(said) and item.order not in said)


def _is_nearer_to_another(asked: Asked, item: Item, days: list[date]) -> bool:
    """Of a subscription, the number alone may be that of the month before, left in a copied mandat: the day decides.

    `days` are those of the same amount that nothing pays.
    """
    starts, one = asked.claim.starts_on, item.candidate
    if starts is None or not days:
        return bool(days)
    if starts == one.issued_on or is_on_its_day(asked, item):
        return False
    place = bisect_left(days, starts)
    nearest = min(abs(starts - day) for day in days[max(0, place - 1) : place + 1])
    apart = abs(starts - one.notified_on)
    return not nearest or (CLOSE < apart > nearest)
