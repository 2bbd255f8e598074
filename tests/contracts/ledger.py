"""What every ledger must do, the fake as well as the real ones."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

import examples
from dematfin.domain.event import Event, Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.tiers import Tiers
from dematfin.errors import ComeBackLater, UnknownRecord
from dematfin.ports.ledger import Between, Ending, Holding, Ledger


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

    def test_saving_again_replaces(self, ledger: Ledger) -> None:
        invoice = examples.invoice()
        with ledger.transaction() as books:
            books.save(invoice)
            books.save(invoice.moved(InvoiceState.IN_VISA))
        with ledger.reading() as books:
            assert [found.state for found in books.find(Invoice)] == [InvoiceState.IN_VISA]

    def test_find_takes_one_value_or_several_and_orders_by_id(self, ledger: Ledger) -> None:
        made = [examples.invoice(f"N{n}", key=f"F2026-{n:06d}") for n in range(1, 1201)]
        with ledger.transaction() as books:
            books.save(*reversed(made))
            books.save(made[1].moved(InvoiceState.IN_VISA))
        with ledger.reading() as books:
            assert [found.id for found in books.find(Invoice, state=InvoiceState.IN_VISA)] == [made[1].id]
            wanted = {one.id for one in made}
            assert [found.id for found in books.find(Invoice, id=wanted)] == sorted(wanted)
            both = books.find(Invoice, state=(InvoiceState.RECEIVED, InvoiceState.IN_VISA), number=("N1", "N2"))
            assert [found.number for found in both] == ["N1", "N2"]
            assert books.find(Invoice, id=()) == ()

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

    def test_events_come_back_in_order_and_by_subject(self, ledger: Ledger) -> None:
        with ledger.transaction() as books:
            for motif in ("un", "deux"):
                books.record(event(motif=motif))
            books.record(replace(event("M1"), subject=Subject.MANDAT))
        assert [written.event for written in ledger.history(Subject.INVOICE)] == [
            event(motif="un"),
            event(motif="deux"),
        ]
        assert [written.event.subject_id for written in ledger.history(keys=["M1"])] == ["M1"]
        assert [written.sequence for written in ledger.history()] == [1, 2, 3]

    def test_the_journal_verifies(self, ledger: Ledger) -> None:
        assert ledger.verify_journal().events == 0
        with ledger.transaction() as books:
            books.record(event())
        report = ledger.verify_journal()
        assert (report.events, report.broken_at) == (1, 0)
        assert report.head == ledger.history()[-1].hash

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

    def test_records_are_found_by_more_than_equality(self, ledger: Ledger) -> None:
        with ledger.transaction() as books:
            for order, number in enumerate(["A100%", "A1000", "B_2"], start=1):
                books.save(replace(examples.invoice(key=f"F2026-00000{order}"), number=number, remote_id=str(order)))
            found = {
                "holding": books.find(Invoice, number=Holding("00%")),
                "underscore": books.find(Invoice, number=Holding("_")),
                "ending": books.find(Invoice, number=Ending("000")),
                "between": books.find(Invoice, id=Between(low="F2026-000002", high="F2026-000003")),
                "open": books.find(Invoice, id=Between(low="F2026-000003")),
                "both": books.find(Invoice, number=Holding("1"), id=Between(high="F2026-000001")),
            }
        assert {name: [one.id[-1] for one in some] for name, some in found.items()} == {
            "holding": ["1"],
            "underscore": ["3"],
            "ending": ["2"],
            "between": ["2", "3"],
            "open": ["3"],
            "both": ["1"],
        }
