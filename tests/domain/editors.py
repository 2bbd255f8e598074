"""Mandats as finance software writes them, of invoices that dematfin has or has not: what matching is judged on.

A year of a town: 200 suppliers, one in four on a subscription (one amount, month after month), each with its own way of
numbering, some over twenty signs. Its flow names them with the noise of clerks and programs, in Facture unless said:

    as it is 42 %           separators lost 8 %, or changed 6 %     a word before it (FACT, FAC N°…) 14 %
    letters lost 4 %        zeros lost 6 %                          lower case 4 %            O for 0 1 %
    last 4 to 8 signs 4 %   a typing mistake 1.5 %                  a month in its place 1 %
    only in the words 6 %   nowhere 2 %                             last month's number, copied with its mandat 0.3 %

then all is cut at twenty signs; a firm in fifty has numbers of more, on paper (Chorus Pro takes twenty). The delay
starts on the day of notification (72 %), of a later service fait that dematfin knows (6 %), of the invoice (4 %), some
days later (6 %), is absent (10 %) or absurd (2 %). One IBAN in ten differs. The words name the invoice (25 %), an
engagement (20 %), our identifier or that of Chorus Pro, which the rows of the hand-over bear (3 %: most softwares keep
such a reference to themselves).

Nobody has published such figures: these are guesses, on the hard side. Traps, likewise: two invoices of one amount on
one day (3 %); mandated already, or not mandated yet (2 % each); invoices on paper that dematfin has not (3 %), half of
them beside one that it has, of the same amount and numbered alike, of another series, month or year; one entered twice
(0.4 %); mandated twice in the flow (0.3 %); over two mandats (0.5 %); less a credit note (0.5 %) or a retenue (0.6 %);
paid to a factor (0.4 %); the engagement of another invoice in the words (0.5 %); a réduction, its credit note (1 %).
One mandat in twenty pays several invoices, and its words name them all.

A quarter of the mandats pay none: payroll, contributions, loans, régies, order entries, subsidies, élus, taxes; one in
eight to a firm that also sends invoices, one in ten with something in Facture.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dematfin.domain.editor.candidate import Candidate
from domain.editor_fates import FATES, Case, Firm, money, plain, siren, unheld
from domain.editor_noise import without_invoice

TRADES = [
    "MAINTENANCE",
    "FOURNITURES",
    "TRAVAUX ECOLE",
    "LOCATION COPIEUR",
    "ELECTRICITE",
    "REPAS CANTINE",
    "ENTRETIEN",
]
FIRST = date(2026, 1, 5)
STYLES: dict[str, tuple[int, Callable[[random.Random, int, date], str]]] = {
    "FA2026-00412": (20, lambda _, n, day: f"FA{day.year}-{n:05}"),
    "F2026/412": (10, lambda _, n, day: f"F{day.year}/{n}"),
    "412": (10, lambda _, n, _day: str(n)),
    "2026-05-012": (8, lambda _, n, day: f"{day.year}-{day.month:02}-{n % 90 + 1:03}"),
    "2026-5-12": (3, lambda _, n, day: f"{day.year}-{day.month}-{n % 90 + 1}"),
    "2026.0412": (8, lambda _, n, day: f"{day.year}.{n:04}"),
    "10123456789": (12, lambda rng, n, _: f"10{n * 7919 % 10_000:04}{rng.randrange(100_000):05}"),
    "VE0012345": (8, lambda _, n, _day: f"VE{n + 11_000:07}"),
    "A-412": (4, lambda _, n, _day: f"A-{n:05}"),
    "over twenty signs": (2, lambda _, n, day: f"FACT-{day.year}-AGENCE042-{n:06}"),
    "INV-12345": (5, lambda _, n, _day: f"INV-{n + 20_000}"),
    "412/2026": (5, lambda _, n, day: f"{n}/{day.year}"),
}


@dataclass(frozen=True, kw_only=True)
class Town:
    """Claims with their truths, and what dematfin has."""

    cases: tuple[Case, ...]
    candidates: tuple[Candidate, ...]


def town(seed: int, *, mandats: int = 2_000, invoices: int = 1_500, traps: int = 1) -> Town:
    """Return a town of about so many mandats and invoices, its traps so many times as frequent."""
    rng = random.Random(seed)
    firms = [_firm(rng, number) for number in range(max(3, invoices * 200 // 1_500))]
    sent = _sent(rng, firms, invoices)
    for firm, invoice in sent:
        firm.numbers.add(invoice.number)
    held: list[Candidate] = []
    cases: list[Case] = []
    for firm, invoice in sent:
        cases += _fate(rng, firm, invoice, held, traps)
    cases += [_without(rng, firms) for _ in range(max(0, mandats - len(cases)))]
    rng.shuffle(held)
    return Town(cases=tuple(_numbered(rng, cases)), candidates=tuple(held))


def _firm(rng: random.Random, number: int) -> Firm:
    styles = list(STYLES.values())
    (_, style), *_ = rng.choices(styles, weights=[weight for weight, _ in styles])
    return Firm(
        siren=siren(rng),
        name=f"FOURNISSEUR {number}",
        style=style,
        iban=f"FR76{rng.randrange(10**20):020}",
        trade=rng.choice(TRADES),
        counter=rng.choice([1, 40, 380, 2_100]),
        amount=money(rng) if rng.random() < 0.25 else None,
    )


def _sent(rng: random.Random, firms: list[Firm], count: int) -> list[tuple[Firm, Candidate]]:
    """Return what firms sent in a year, the first firms much more than the last."""
    weights = [1 / (rank + 3) for rank in range(len(firms))]
    orders = {id(firm): [f"EJ{rng.randrange(10**6):06}" for _ in range(3)] for firm in firms}
    months: Counter[int] = Counter()
    found: list[tuple[Firm, Candidate]] = []
    for number in range(count):
        firm = rng.choices(firms, weights)[0]
        months[id(firm)] += 1
        day = FIRST + timedelta(rng.randrange(300))
        if firm.amount is not None:
            day = FIRST + timedelta(months[id(firm)] * 30 % 330 + rng.randrange(3))
        firm.counter += rng.choice([1, 1, 2, 5])
        one = Candidate(
            invoice_id=f"F2026-{number:06}",
            remote_id=f"{30_000_000 + number * 7}",
            siret=f"{firm.siren}00011",
            siren=firm.siren,
            supplier=firm.name,
            number=firm.style(rng, firm.counter, day),
            amount=firm.amount or money(rng),
            engagement=rng.choice(["", *orders[id(firm)]]),
            iban=firm.iban,
            issued_on=day,
            notified_on=day + timedelta(rng.choice([0, 1, 1, 2, 3, 6])),
        )
        if rng.random() < 0.08:
            one = replace(one, delay_starts_on=one.notified_on + timedelta(rng.randrange(1, 10)))
        found.append((firm, one))
        if rng.random() < 0.03:
            firm.counter += 1
            number_of_twin = firm.style(rng, firm.counter, day)
            id_, remote_id = f"F2026-5{number:05}", f"5{one.remote_id}"
            twin = replace(one, invoice_id=id_, remote_id=remote_id, number=number_of_twin)
            found.append((firm, twin))
    return found


def _fate(rng: random.Random, firm: Firm, one: Candidate, held: list[Candidate], traps: int) -> list[Case]:
    """Return the claims that pay an invoice, and put it among those that dematfin has, or not."""
    shares = [share * traps for share, _ in FATES]
    drawn = rng.choices([*(fate for _, fate in FATES), plain], [*shares, 1 - sum(shares)])[0]
    if drawn is not unheld:
        held.append(one)
    return drawn(rng, firm, one, held)


def _without(rng: random.Random, firms: list[Firm]) -> Case:
    """One time in eight, its creditor sends invoices too."""
    firm = rng.choice(firms).siren if rng.random() < 0.125 else siren(rng)
    return Case(claim=without_invoice(rng, firm, money(rng)), pays=False)


def _numbered(rng: random.Random, cases: list[Case]) -> Iterator[Case]:
    """Number the mandats; one in twenty pays the next invoice of its firm too, and its words name both."""
    number, before = 0, cases[0]
    for case in sorted(cases, key=lambda one: one.claim.siren):
        claim, last = case.claim, before.claim
        joins = case.pays and claim.siren == last.siren and claim.kind == last.kind and rng.random() < 0.05
        number += not joins
        rank, words = (last.rank + 1, (*last.words, *claim.words)) if joins else (1, claim.words)
        before = replace(case, claim=replace(claim, mandat=number, rank=rank, words=words))
        yield before
