"""Matching 2,000 mandats of a finance software with 1,500 invoices, under the noise of clerks and programs.

    erreurs        = mandats that a rule alone matched with an invoice that is not the right one, or let through without
                     their invoice, over all the towns
    a_la_main      = share of the mandats that a person decides
    bonne_premiere = of those that pay an invoice of ours, the share whose first proposal is that one
    vitesse        = matching a town among 10,000 invoices / taking apart every number and every word once

What noise, and how much of it, stands at the head of tests/domain/editors.py; the same seeds give the same towns.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from dematfin.domain.editor.matching import Match, match
from dematfin.domain.editor.numbers import GROUPS, number_of, plain
from dematfin.domain.editor.pairing import PairingState
from dematfin.domain.editor.rules import EditorRules
from domain.editors import Town, town

ROUNDS = 5
ERRORS, BY_HAND, WITH_INVOICE, FIRST, ALL = "erreurs", "à la main", "avec facture", "bonne première", "mandats"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--villes", type=int, default=5)
    parser.add_argument("--mandats", type=int, default=2_000)
    parser.add_argument("--candidates", type=int, default=10_000, help="invoices among which speed is measured")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found: Counter[str] = Counter()
    for seed in range(options.villes):
        found += judged(town(seed, mandats=options.mandats))
    figures = [
        {"name": "erreurs", "value": found[ERRORS], "unit": "mandats"},
        {"name": "a_la_main", "value": round(found[BY_HAND] / found[ALL], 3), "unit": "share"},
        {"name": "bonne_premiere", "value": round(found[FIRST] / max(1, found[WITH_INVOICE]), 3), "unit": "share"},
        {"name": "vitesse", "ratio": round(speed(options.mandats, options.candidates), 2), "unit": "x floor"},
    ]
    if options.json:
        print(json.dumps({"figures": figures}))
        return
    for figure in figures:
        better = "haut" if figure["name"] == "bonne_premiere" else "bas"
        print(
            f"{figure['name']} : {figure.get('ratio', figure.get('value'))} {figure['unit']} (plus {better} est mieux)"
        )


def judged(one: Town) -> Counter[str]:
    """Match a town, and count what is right; the mandats that are matched with one invoice make its amount together."""
    found: Counter[str] = Counter({ALL: len(one.cases)})
    matches = matched(one)
    due = {each.invoice_id: abs(each.amount) for each in one.candidates}
    taken: defaultdict[str, Decimal] = defaultdict(Decimal)
    for case, each in zip(one.cases, matches, strict=True):
        taken[each.invoice_id] += case.claim.amount
    for case, each in zip(one.cases, matches, strict=True):
        if each.state is PairingState.CERTAIN:
            right = case.certain and each.invoice_id in case.right
            found[ERRORS] += not (right and taken[each.invoice_id] == due[each.invoice_id])
        elif each.state is PairingState.WITHOUT:
            found[ERRORS] += case.pays
        else:
            found[BY_HAND] += 1
            found[WITH_INVOICE] += bool(case.right)
            found[FIRST] += any(proposal.invoice_id in case.right for proposal in each.proposals[:1])
    return found


def matched(one: Town) -> tuple[Match, ...]:
    """Match a town by the default rules."""
    return match([case.claim for case in one.cases], one.candidates, EditorRules())


def speed(mandats: int, candidates: int) -> float:
    """Return how many times the least that it takes matching takes, among many invoices; the best of five."""
    of_claims = town(0, mandats=mandats)
    crowd = town(1, mandats=0, invoices=candidates)
    others = [replace(one, invoice_id=f"{one.invoice_id}-2") for one in crowd.candidates]
    crowded = Town(cases=of_claims.cases, candidates=(*of_claims.candidates, *others)[:candidates])
    matching = [seconds(lambda: matched(crowded)) for _ in range(ROUNDS)]
    least = [seconds(lambda: floor(crowded)) for _ in range(ROUNDS)]
    return min(matching) / min(least)


def floor(one: Town) -> int:
    """Read every number and every word once."""
    numbers = {number_of(each.number).keys for each in one.candidates}
    words = [GROUPS.findall(plain(word)) for case in one.cases for word in case.claim.words]
    return sum(number_of(case.claim.number).keys in numbers for case in one.cases) + len(words)


def seconds(act: Callable[[], object]) -> float:
    """Return the processor's time that an act takes: neither side waits for anything."""
    start = time.process_time()
    act()
    return time.process_time() - start


if __name__ == "__main__":
    main()
