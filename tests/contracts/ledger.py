"""What every ledger must do, the fake as well as the real ones."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

import examples
from dematfin.domain.event import Event, Subject
from dematfin.domain.head import parse_head
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.parties.tiers import Tiers
from dematfin.errors import ComeBackLater, UnknownRecord
from dematfin.ports.ledger import All, Between, Ending, Holding, Ledger

SHEET = Bordereau(
    id="", siret=examples.COMMUNE, exercice=2026, number=0, emitted_on=date(2026, 3, 2), mandats=(), total=Decimal(1),
    cumul=Decimal(1), prepared_by="service",
)  # fmt: skip


def event(key: str = "F2026-000001", motif: str = "") -> Event:
    return Event(
        subject=Subject.INVOICE,
        subject_id=key,
        before="",
        after="RECEIVED",
        at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        by="service",
        motif=motif,
        data={"remote_id": "9100001"},
    )


class LedgerContract:
    """Inherit and give a `ledger` fixture."""

    def test_a_record_comes_back_as_it_was_saved(self, ledger: Ledger) -> None:
        invoice = examples.invoice()
        with ledger.transaction() as books:
            books.save(invoice, examples.tiers())
        with ledger.reading() as books:
            assert books.get(Invoice, invoice.id) == invoice
            assert books.get(Tiers, "F00231") == examples.tiers()

    def test_a_total_is_the_sum_of_what_is_found(self, ledger: Ledger) -> None:
        priced = [replace(examples.invoice(f"N{n}", key=f"F2026-{n:06d}"), ttc=Decimal(f"{n}.10")) for n in range(4)]
        with ledger.transaction() as books:
            books.save(*priced)
        with ledger.reading() as books:
            assert books.total(Invoice, "ttc") == Decimal("6.40")
            assert books.total(Invoice, "ttc", number=("N2", "N3"), state=InvoiceState.RECEIVED) == Decimal("5.20")
            assert books.total(Invoice, "ttc", state=InvoiceState.IN_VISA) == 0
            assert books.total(Invoice, "ttc", id=()) == 0

    def test_an_event_is_given_as_it_is_sealed(self, ledger: Ledger) -> None:
        with ledger.transaction() as books:
            books.record(*(event(motif=f"n° {number}, « été »") for number in range(4)))
        first, third = ledger.sealed([3, 1, 99])
        written = ledger.history()
        assert [(one.sequence, one.hash) for one in (first, third)] == [(1, written[0].hash), (3, written[2].hash)]
        assert third.previous == written[1].hash
        for one in (first, third):
            assert one.hash == hashlib.sha256(f"{one.previous}{one.content}".encode()).hexdigest()
        assert (json.loads(third.content)["motif"], ledger.sealed([])) == ("n° 2, « été »", ())

    def test_what_was_sought_is_sought_again_once_something_was_saved(self, ledger: Ledger) -> None:
        invoice, other = examples.invoice(), examples.invoice("N2", key="F2026-000002")
        with ledger.transaction() as books:
            assert books.find(Invoice, id=invoice.id) == books.find(Invoice, state=InvoiceState.RECEIVED) == ()
            books.save(invoice, examples.tiers())
            assert books.find(Invoice, id=invoice.id) == (invoice,)
            assert books.find(Invoice, state=InvoiceState.RECEIVED) == (invoice,)
            books.save(invoice.moved(InvoiceState.IN_VISA), other)
            assert books.find(Invoice, state=InvoiceState.RECEIVED) == (other,)
            assert books.get(Invoice, invoice.id).state is InvoiceState.IN_VISA

    def test_saving_again_replaces(self, ledger: Ledger) -> None:
        invoice = examples.invoice()
        with ledger.transaction() as books:
            books.save(invoice)
            books.save(invoice.moved(InvoiceState.IN_VISA))
        with ledger.reading() as books:
            assert [found.state for found in books.find(Invoice)] == [InvoiceState.IN_VISA]

    def test_what_was_read_and_saved_may_be_put_back_as_it_was(self, ledger: Ledger) -> None:
        invoice = examples.invoice()
        with ledger.transaction() as books:
            books.save(invoice)
        with ledger.transaction() as books:
            read = books.get(Invoice, invoice.id)
            books.save(replace(read, ttc=Decimal("9.00"), number="X"), replace(read, number="Y"))
            books.save(read)
            books.save(replace(read, letter=None, remote_status="SUSPENDUE"))
        with ledger.reading() as books:
            assert books.get(Invoice, invoice.id) == replace(invoice, remote_status="SUSPENDUE")

    def test_find_takes_one_value_or_several_and_orders_by_id(self, ledger: Ledger) -> None:
        made = [examples.invoice(f"N{n}", key=f"F2026-{n:06d}") for n in range(1, 1201)]
        with ledger.transaction() as books:
            books.save(*reversed(made))
            books.save(made[1].moved(InvoiceState.IN_VISA))
        with ledger.reading() as books:
            assert [found.id for found in books.find(Invoice, state=InvoiceState.IN_VISA)] == [made[1].id]
            wanted = {one.id for one in made}
            assert [found.id for found in books.find(Invoice, id=wanted)] == sorted(wanted)
            assert [found.id for found in books.find(Invoice, id=[*wanted, *wanted])] == sorted(wanted)
            both = books.find(Invoice, state=(InvoiceState.RECEIVED, InvoiceState.IN_VISA), number=("N1", "N2"))
            assert [found.number for found in both] == ["N1", "N2"]
            assert books.find(Invoice, id=()) == ()
            assert len(books.find(Invoice, letter=None, id=wanted)) == len(made)

    def test_count_tells_how_many_have_each_value(self, ledger: Ledger) -> None:
        made = [examples.invoice(f"N{n}", key=f"F2026-{n:06d}") for n in range(1, 1203)]
        with ledger.transaction() as books:
            books.save(*made, examples.tiers())
            books.save(made[1].moved(InvoiceState.IN_VISA))
        with ledger.reading() as books:
            received = InvoiceState.RECEIVED
            assert books.count(Invoice, "state") == {received: 1201, InvoiceState.IN_VISA: 1}
            assert all(isinstance(one, InvoiceState) for one in books.count(Invoice, "state"))
            assert books.count(Invoice, "state", number=("N1", "N2", "N9999")) == {received: 1, InvoiceState.IN_VISA: 1}
            assert books.count(Invoice, "state", id=[one.id for one in made[2:]]) == {received: 1200}
            assert books.count(Invoice, "letter") == {None: 1202}
            assert books.count(Invoice, "issued_on", issued_on=Between(high=date(1999, 1, 1))) == {}
            assert books.count(Bordereau, "kind") == {}

    @pytest.mark.parametrize(
        ("low", "high", "found"),
        [
            (date(2026, 2, 2), None, ["N2", "N3"]),
            (None, date(2026, 2, 2), ["N1", "N2"]),
            (date(2026, 2, 2), date(2026, 2, 2), ["N2"]),
            (date(2026, 2, 4), date(2026, 2, 1), []),
            (None, None, ["N1", "N2", "N3"]),
        ],
    )
    def test_find_takes_bounds_both_included(
        self, ledger: Ledger, low: date | None, high: date | None, found: list[str]
    ) -> None:
        with ledger.transaction() as books:
            for day in (1, 2, 3):
                books.save(
                    examples.invoice(f"N{day}", f"{day}.50", key=f"F2026-{day:06d}", issued_on=date(2026, 2, day))
                )
        with ledger.reading() as books:
            assert [one.number for one in books.find(Invoice, issued_on=Between(low=low, high=high))] == found
            cents = Between(low=Decimal("1.51"), high=Decimal("2.50"))
            assert [one.number for one in books.find(Invoice, ttc=cents)] == ["N2"]
            assert books.find(Invoice, interrupted_on=Between(low=date.min)) == ()  # what is empty is between nothing

    @pytest.mark.parametrize(
        ("wish", "found"),
        [
            (Holding("A%"), ["A%B_C"]),
            (Holding("%"), ["A%B_C", "100%"]),
            (Holding("_"), ["A%B_C"]),
            (Holding("A_B"), []),
            (Holding("/"), ["A/B"]),
            (Holding("\\"), ["\\"]),
            (Holding("'"), ["L'A"]),
            (Holding(""), ["A%B_C", "100%", "A/B", "\\", "L'A", "AXB"]),
            (Ending("%"), ["100%"]),
            (Ending("_C"), ["A%B_C"]),
            (Ending("B"), ["A/B", "AXB"]),
            (Ending("'; DROP TABLE invoice; --"), []),
            (All((Holding("A"), Ending("B"))), ["A/B", "AXB"]),
            (All((Holding("A"), Holding("/"), Ending("B"))), ["A/B"]),
            (All(()), ["A%B_C", "100%", "A/B", "\\", "L'A", "AXB"]),
        ],
    )
    def test_find_takes_a_part_of_a_text_sign_for_sign(self, ledger: Ledger, wish: object, found: list[str]) -> None:
        names = ["A%B_C", "100%", "A/B", "\\", "L'A", "AXB"]
        with ledger.transaction() as books:
            for order, name in enumerate(names, start=1):
                books.save(replace(examples.invoice(key=f"F2026-{order:06d}"), supplier_key=name))
        with ledger.reading() as books:
            assert [one.supplier_key for one in books.find(Invoice, supplier_key=wish)] == found
            both = books.find(Invoice, supplier_key=wish, id=("F2026-000003", "F2026-999999"))
            assert [one.supplier_key for one in both] == [name for name in found if name == "A/B"]

    def test_last_returns_the_greatest_first_and_no_more_than_asked(self, ledger: Ledger) -> None:
        with ledger.transaction() as books:
            for order, day in enumerate((2, 3, 1, 3), start=1):
                books.save(examples.invoice(f"N{order}", key=f"F2026-{order:06d}", issued_on=date(2026, 2, day)))
            books.save(examples.invoice("M5", key="F2026-000005", issued_on=date(2026, 2, 9)))
        with ledger.reading() as books:
            wish = Holding("N")
            assert [one.number for one in books.last(Invoice, 3, "issued_on", number_key=wish)] == ["N4", "N2", "N1"]
            assert len(books.last(Invoice, 9, "issued_on", number_key=wish)) == 4
            assert books.last(Invoice, 9, "issued_on", id=()) == ()

    def test_a_list_of_ids_holds_whole_ids(self, ledger: Ledger) -> None:
        with ledger.transaction() as books:
            for number, mandats in enumerate((("M2026-000001",), ("M2026-0000012", "M2026-00_2")), start=1):
                books.save(replace(SHEET, id=f"COMMUNE-2026-{number}", number=number, mandats=mandats))
        with ledger.reading() as books:
            for key, found in (("M2026-000001", [1]), ("M2026-00_2", [2]), ("M2026-0000", []), ("M2026-0002", [])):
                assert [one.number for one in books.find(Bordereau, siret=SHEET.siret, mandats=Holding(key))] == found

    def test_an_unknown_record_is_told_by_its_name(self, ledger: Ledger) -> None:
        with ledger.reading() as books, pytest.raises(UnknownRecord, match="F2026-999999"):
            books.get(Invoice, "F2026-999999")

    def test_a_transaction_that_fails_leaves_nothing(self, ledger: Ledger) -> None:
        with pytest.raises(RuntimeError), ledger.transaction() as books:
            books.save(examples.invoice())
            books.record(event())
            books.next_number("facture")
            raise RuntimeError
        with ledger.transaction() as books:
            assert books.find(Invoice) == ()
            assert books.next_number("facture") == 1
        assert ledger.history() == ()

    def test_numbers_follow_each_other_from_where_they_start(self, ledger: Ledger) -> None:
        with ledger.transaction() as books:
            assert [books.next_number("mandat", 1200) for _ in range(3)] == [1201, 1202, 1203]
            assert books.next_number("bordereau", 40) == 41
        with ledger.transaction() as books:
            assert books.next_number("mandat", 1200) == 1204

    def test_numbers_that_are_passed_are_never_given(self, ledger: Ledger) -> None:
        with ledger.transaction() as books:
            books.pass_number("mandat", 1210)
            assert books.next_number("mandat", 1200) == 1211
            books.pass_number("mandat", 5)
            books.pass_number("bordereau", 7)
        with ledger.transaction() as books:
            assert books.next_number("mandat", 1200) == 1212
            assert books.next_number("bordereau") == 8

    def test_the_end_is_the_last_event_of_a_chain(self, ledger: Ledger) -> None:
        assert ledger.end().sequence == 0
        with ledger.transaction() as books:
            books.record(event(), event(motif="encore"))
        head = ledger.end()
        (last,) = ledger.following(head.sequence - 1, 1)
        assert (head.sequence, head.hash) == (2, last.hash)
        with ledger.transaction() as books:
            books.record(event())
        assert ledger.end().genesis == head.genesis

    def test_the_first_of_an_order_come_without_the_others(self, ledger: Ledger) -> None:
        made = [examples.invoice(f"N{n}", key=f"F2026-{n:06d}") for n in range(1, 9)]
        numbered = [replace(one, number_key=f"{n % 4}") for n, one in enumerate(made)]
        with ledger.transaction() as books:
            books.save(*numbered)
        with ledger.reading() as books:
            found = books.first(Invoice, 3, "number_key", state=InvoiceState.RECEIVED)
            assert [one.id for one in found] == [made[0].id, made[4].id, made[1].id]
            assert books.first(Invoice, 3, "number_key", state=InvoiceState.IN_VISA) == ()
            assert books.first(Invoice, 1, "number_key", id=[made[2].id, made[3].id]) == (numbered[2],)

    def test_events_come_back_in_order_and_by_subject(self, ledger: Ledger) -> None:
        with ledger.transaction() as books:
            for motif in ("un", "deux"):
                books.record(event(motif=motif))
            books.record(replace(event("M1"), subject=Subject.MANDAT), replace(event("M2"), subject=Subject.MANDAT))
            books.record()
        assert [written.event for written in ledger.history(Subject.INVOICE)] == [
            event(motif="un"),
            event(motif="deux"),
        ]
        assert [written.event.subject_id for written in ledger.history(keys=["M1"])] == ["M1"]
        assert [written.sequence for written in ledger.history()] == [1, 2, 3, 4]
        assert ledger.following(1, 2) == ledger.history()[1:3]
        assert ledger.following(4, 10) == ()
        assert (ledger.verify_journal().events, ledger.verify_journal().broken_at) == (4, 0)

    def test_the_journal_verifies(self, ledger: Ledger) -> None:
        assert ledger.verify_journal().events == 0
        with ledger.transaction() as books:
            books.record(event())
        report = ledger.verify_journal()
        assert (report.events, report.broken_at) == (1, 0)
        assert report.head == ledger.head()
        assert parse_head(str(report.head)).begins(report.head.hash)

    def test_a_step_is_held_by_one_at_a_time(self, ledger: Ledger) -> None:
        with (
            ledger.lease("import", "elsewhere:1"),
            pytest.raises(ComeBackLater, match="elsewhere:1"),
            ledger.lease("import", "elsewhere:2"),
        ):
            pass
        with ledger.lease("import", "elsewhere:2"), ledger.lease("visa", "elsewhere:1"):
            pass

    def test_a_lease_ends_with_its_step_even_when_it_fails(self, ledger: Ledger) -> None:
        with pytest.raises(RuntimeError), ledger.lease("import", "elsewhere:1"):
            raise RuntimeError
        with ledger.lease("import", "elsewhere:2"):
            pass

    def test_a_turn_that_has_lost_its_step_is_told(self, ledger: Ledger) -> None:
        with ledger.lease("import", "elsewhere:1") as first, ledger.transaction() as books:
            books.check_turn("import", first)
            with pytest.raises(ComeBackLater):
                books.check_turn("visa", first)
        with ledger.lease("import", "elsewhere:1") as second, ledger.transaction() as books:
            books.check_turn("import", second)
            with pytest.raises(ComeBackLater):
                books.check_turn("import", first)
