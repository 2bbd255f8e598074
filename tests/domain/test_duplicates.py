"""Duplicates: the same invoice twice is seen across sites, years and channels; a subscription is not one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.finding import Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.invoice.duplicates import ALIKE, Pair, nearly, pair_id
from dematfin.domain.invoice.invoice import Invoice, Origin, normalised
from dematfin.domain.invoice.lifecycle import InvoiceState
from domain.controlled import GOOD, codes, findings, supplier
from examples import attachment, invoice

BLOCKING, WARNING, INFO = Severity.BLOCKING, Severity.WARNING, Severity.INFO
EARLIER = invoice(key="F2026-000009")
DAY = EARLIER.issued_on
OTHER_FIRM = supplier(identifier="90112233300015", name="TRAVAUX DES COLLINES")


def against(earlier: Invoice, subject: Invoice, **known: Any) -> dict[str, Severity]:
    found = codes(subject, replace(GOOD, earlier=(earlier,), **known))
    return {code: severity for code, severity in found.items() if code.startswith("DUP-")}


def later(number: str, ttc: str = "120.00", *, days: int = 0, **changes: Any) -> Invoice:
    return invoice(number, ttc, issued_on=DAY + timedelta(days=days), **changes)


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (lambda: later("F2026-0412"), {"DUP-D1": BLOCKING}),
        (lambda: later(" f 2026/412", days=400), {"DUP-D1": BLOCKING}),
        (lambda: later("F2026-0412", days=365 * 5), {"DUP-D1": BLOCKING}),
        (lambda: later("F2026-0412", supplier=supplier(identifier="91098765000025")), {"DUP-D1": BLOCKING}),
        (lambda: later("F2026-0412", "240.00"), {"DUP-D2": BLOCKING}),
        (lambda: later("F2026-0412", "120.01"), {"DUP-D2": BLOCKING}),
        (lambda: later("AUTRE"), {"DUP-D3": WARNING}),
        (lambda: later("AUTRE", "120.01"), {}),
        (lambda: later("AUTRE", days=45), {"DUP-D4": INFO}),
        (lambda: later("AUTRE", days=46), {}),
        (lambda: later("AUTRE", days=30, engagement="BC26-00078"), {}),
        (lambda: later("AUTRE", days=30, engagement=""), {}),
        (lambda: later("AUTRE", "99.00", attachments=(attachment("F2026-0412.pdf"),)), {"DUP-D5": BLOCKING}),
        (lambda: later("AUTRE", attachments=()), {"DUP-D3": WARNING}),
        (lambda: later("F2026-0421", days=200), {"DUP-D7": WARNING}),  # two digits swapped
        (lambda: later("F2O26-0412", days=200), {"DUP-D7": WARNING}),  # the letter O
        (lambda: later("F2026-0413"), {"DUP-D7": WARNING}),  # one digit misread, same day
        (lambda: later("F2026-0413", days=30), {"DUP-D4": INFO}),  # the next bill of a subscription
        (lambda: later("F2027-0412", days=365), {}),
        (lambda: later("F2026-0421", days=200, ttc="99.00"), {}),
        (lambda: later("F2026-0421", days=3 * 366 + 1), {}),
        (lambda: later("F2026-0412", kind=InvoiceKind.CREDIT_NOTE), {}),
        (lambda: later("F2026-0412", supplier=OTHER_FIRM, attachments=()), {}),
        (lambda: EARLIER, {}),
    ],
)
def test_a_second_deposit_is_seen(write: Callable[[], Invoice], expected: dict[str, Severity]) -> None:
    assert against(EARLIER, write()) == expected


@pytest.mark.parametrize("ttc", ["120.00", "99.00"])
def test_paper_of_what_chorus_pro_brought_is_a_duplicate(ttc: str) -> None:
    scanned = replace(later("F2026-0412", ttc, attachments=()), origin=Origin.SCAN)
    assert against(EARLIER, scanned) == {"DUP-D6": BLOCKING}
    assert against(scanned, replace(EARLIER, id="F2026-000002")) == {"DUP-D6": BLOCKING}


def test_a_digit_misread_on_paper_is_seen_whatever_its_date() -> None:
    scanned = replace(later("F2026-0413", days=3, attachments=()), origin=Origin.SCAN)
    assert against(EARLIER, scanned) == {"DUP-D7": WARNING}


def test_credit_notes_are_compared_with_each_other() -> None:
    note = {"kind": InvoiceKind.CREDIT_NOTE, "origin_number": "F-1"}
    assert against(invoice("AV-1", key="F2026-000009", **note), invoice("AV-1", **note)) == {"DUP-D1": BLOCKING}


@pytest.mark.parametrize("over", [InvoiceState.REFUSED, InvoiceState.CANCELLED])
def test_a_refused_invoice_does_not_hold_up_the_one_that_replaces_it(over: InvoiceState) -> None:
    known = replace(GOOD, earlier=(replace(EARLIER, state=over),))
    found = findings(invoice(), known)["DUP-D1"]
    assert (found.severity, found.proposal, found.about) == (INFO, None, EARLIER.id)
    assert against(replace(EARLIER, state=over), invoice(ttc="99.00")) == {"DUP-D2": INFO}


@pytest.mark.parametrize("state", sorted(set(InvoiceState) - {InvoiceState.REFUSED, InvoiceState.CANCELLED}))
def test_any_other_one_holds_it_up(state: InvoiceState) -> None:
    assert against(replace(EARLIER, state=state), invoice()) == {"DUP-D1": BLOCKING}


def test_a_duplicate_is_seen_even_when_it_is_addressed_to_somebody_else() -> None:
    known = replace(GOOD, ours=False, earlier=(EARLIER,))
    assert set(codes(invoice(), known)) == {"ROUTE-SIRET-UNKNOWN", "DUP-D1"}


def decision(*, distinct: bool) -> dict[str, Pair]:
    key = pair_id(invoice().id, EARLIER.id)
    pair = Pair(id=key, first=key[:12], second=key[-12:], distinct=distinct, by="Claire", motif="loyers de deux mois")
    return {key: pair}


def test_two_distinct_invoices_go_on_with_the_name_and_motif_of_who_said_so() -> None:
    found = findings(invoice(), replace(GOOD, earlier=(EARLIER,), decided=decision(distinct=True)))["DUP-D1"]
    assert (found.severity, found.proposal) == (INFO, None)
    assert "Claire : loyers de deux mois" in found.sentence


def test_one_decided_to_be_the_same_stays_held() -> None:
    assert against(EARLIER, invoice(), decided=decision(distinct=False)) == {"DUP-D1": BLOCKING}


def test_a_decision_is_about_two_invoices_and_no_third() -> None:
    third = invoice(key="F2026-000008")
    assert against(third, invoice(), decided=decision(distinct=True)) == {"DUP-D1": BLOCKING}
    assert pair_id("F2026-000009", "F2026-000001") == pair_id("F2026-000001", "F2026-000009")


def test_the_supplier_is_told_of_its_own_invoice_without_our_number() -> None:
    found = findings(invoice(), replace(GOOD, earlier=(EARLIER,)))["DUP-D1"]
    assert found.proposal is SupplierStatus.REFUSED
    assert found.motif == "Doublon de votre facture F2026-0412 du 20/02/2026, déjà reçue."


def test_nobody_is_told_of_somebody_else_s_invoice() -> None:
    same_file = later("AUTRE", "99.00", supplier=OTHER_FIRM, attachments=(attachment("F2026-0412.pdf"),))
    found = findings(same_file, replace(GOOD, earlier=(EARLIER,)))["DUP-D5"]
    assert "d'un autre fournisseur" in found.sentence
    for secret in (EARLIER.number, EARLIER.id, "20/02/2026", "PAPETERIE"):
        assert secret not in found.motif


def test_the_agent_is_told_where_the_other_one_stands() -> None:
    known = replace(GOOD, earlier=(EARLIER,), standings={EARLIER.id: "payée, mandat n° 1187"})
    assert f"{EARLIER.id} du même fournisseur (payée, mandat n° 1187)" in findings(invoice(), known)["DUP-D1"].sentence


NUMBERS = st.sampled_from(["F2026-0412", "F2026-0413", "F2026-0421", "F20260412", "12"])
AMOUNTS = st.sampled_from(["120.00", "240.00"])
FIRMS = st.sampled_from([supplier(), OTHER_FIRM])
FILES = st.sampled_from(["one.pdf", "two.pdf"])
DAYS = st.integers(0, 60).map(lambda days: date(2026, 1, 1) + timedelta(days=days))


@st.composite
def deposits(draw: st.DrawFn, key: str) -> Invoice:
    changes = {"supplier": draw(FIRMS), "attachments": (attachment(draw(FILES)),), "issued_on": draw(DAYS)}
    return invoice(draw(NUMBERS), draw(AMOUNTS), key=key, **changes)


@given(one=deposits("F2026-000001"), other=deposits("F2026-000002"))
def test_two_firms_share_nothing_but_a_file(one: Invoice, other: Invoice) -> None:
    found = against(other, one)
    if one.supplier_siren != other.supplier_siren:
        assert set(found) == ({"DUP-D5"} if one.main_file == other.main_file else set())
    elif one.number_key == other.number_key:
        assert set(found) == {"DUP-D1" if one.ttc == other.ttc else "DUP-D2"}


@given(one=deposits("F2026-000001"), other=deposits("F2026-000002"))
def test_what_two_invoices_have_in_common_has_no_direction(one: Invoice, other: Invoice) -> None:
    assert against(other, one) == against(one, other)


def distance(one: str, other: str) -> int:
    """Edits between two words, two swapped neighbours being one (optimal string alignment), by the textbook."""
    rows = [[max(i, j) if not i or not j else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i, a in enumerate(one, start=1):
        for j, b in enumerate(other, start=1):
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


WORDS = st.text("AB12O0", max_size=7)


@given(one=WORDS, other=WORDS)
def test_nearly_is_one_typing_mistake_either_way(one: str, other: str) -> None:
    misread = one.translate(ALIKE) == other.translate(ALIKE)
    assert nearly(one, other) == nearly(other, one) == (misread or distance(one, other) <= 1)


@given(word=st.text("AB12O0", min_size=2, max_size=7), data=st.data())
def test_every_single_mistake_is_seen(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 2))
    sign = data.draw(st.sampled_from("X9"))
    for typed in (
        word[:place] + word[place + 1 :],
        word[:place] + sign + word[place:],
        word[:place] + sign + word[place + 1 :],
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
    ):
        assert nearly(word, typed)


@pytest.mark.parametrize(("one", "other"), list(permutations(["F2026-0412", "F2026-0821", "F2026-0555"], 2)))
def test_two_mistakes_are_two_numbers(one: str, other: str) -> None:
    assert not nearly(normalised(one), normalised(other))
