"""Registers that come again: what our mandats took is kept, and a changed account waits for two people."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dematfin.acts import bank, registers
from dematfin.domain.event import Event, Subject
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.parties.tiers import BankAccount, Tiers
from dematfin.domain.registers import Credit, Engagement
from dematfin.errors import DocumentError, Forbidden
from dematfin.ports.app import App
from examples import AGENT, COMMUNE, IBAN, MAIRE, VISEUR, engagement, tiers
from fakes.finance import FakeFinance
from fakes.hall import Hall

OTHER = "FR7619999000170098765432764"
THIRD = "FR7619999000170009987654351"
FILE = Path("export.csv")
NEWCOMER = "90112233300015"
ACTS = (registers.import_engagements, registers.import_tiers, registers.import_credits)


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


@pytest.fixture
def software(hall: Hall) -> FakeFinance:
    assert isinstance(hall.app.finance, FakeFinance)
    return hall.app.finance


def firm(reference: str, iban: str, identifier: str = NEWCOMER) -> Tiers:
    account = BankAccount(iban=iban, holder="IMPRIMERIE")
    return tiers(id=reference, name="IMPRIMERIE", identifier=identifier, siren=identifier[:9], account=account)


def credit(available: str = "500.00", **changes: Any) -> Credit:
    usual = Credit(
        id=f"{COMMUNE}:2026:F:011",
        siret=COMMUNE,
        exercice=2026,
        chapter="011",
        investment=False,
        available=Decimal(available),
    )
    return replace(usual, **changes)


def bring(hall: Hall, software: FakeFinance, *rows: Tiers, rehearse: bool = False) -> registers.Import:
    software.laid_tiers[FILE.name] = rows
    return registers.import_tiers(hall.app, AGENT, FILE, rehearse=rehearse)


def cleared(hall: Hall) -> dict[str, bool]:
    return {account.iban: account.cleared for account in hall.all(KnownAccount)}


def last_events(hall: Hall, number: int) -> list[Event]:
    return [written.event for written in hall.ledger.events[-number:]]


def test_the_accounts_of_a_first_import_are_where_we_start_from(hall: Hall, software: FakeFinance) -> None:
    told = len(hall.ledger.events)
    done = bring(hall, software, firm("F1", IBAN), firm("F2", OTHER))
    assert (done.new, done.notices, len(hall.ledger.events) - told) == (2, (), 1)
    assert {(one.iban, one.trusted, one.seen_in) for one in hall.all(KnownAccount)} == {
        (IBAN, True, "registre des tiers"),
        (OTHER, True, "registre des tiers"),
    }


def test_an_account_changed_by_the_finance_software_waits_for_two_people(hall: Hall, software: FakeFinance) -> None:
    bring(hall, software, firm("F1", IBAN))
    done = bring(hall, software, firm("F1", OTHER))
    (notice,) = done.notices
    assert "IMPRIMERIE (FR76…2764) : à valider par deux personnes" in notice
    assert "dematfin tiers iban valider" in notice
    assert OTHER not in notice
    assert cleared(hall) == {IBAN: True, OTHER: False}
    bank.confirm(hall.app, AGENT, OTHER, "M. Imbert, 02 33 00 00 00, contrat")
    bank.confirm(hall.app, MAIRE, OTHER, "M. Imbert, 02 33 00 00 00, annuaire")
    assert cleared(hall) == {IBAN: True, OTHER: True}


def test_what_people_said_of_an_account_survives_an_import(hall: Hall, software: FakeFinance) -> None:
    bring(hall, software, firm("F1", IBAN))
    bring(hall, software, firm("F1", OTHER))
    bank.confirm(hall.app, AGENT, OTHER, "M. Imbert, 02 33 00 00 00, contrat")
    done = bring(hall, software, firm("F1", OTHER))
    (waiting,) = (one for one in hall.all(KnownAccount) if one.iban == OTHER)
    assert (done.unchanged, done.notices, len(waiting.calls)) == (1, (), 1)


def test_an_account_of_two_creditors_of_one_firm_is_told_once(hall: Hall, software: FakeFinance) -> None:
    bring(hall, software, firm("F1", IBAN))
    done = bring(hall, software, firm("F1", OTHER), firm("F2", OTHER), firm("F3", THIRD))
    assert len(done.notices) == 2
    assert cleared(hall) == {IBAN: True, OTHER: False, THIRD: False}


def test_the_account_of_one_firm_is_not_trusted_for_another(hall: Hall, software: FakeFinance) -> None:
    bring(hall, software, firm("F1", IBAN), firm("F2", OTHER, "90223344400014"))
    done = bring(hall, software, firm("F1", OTHER))
    assert len(done.notices) == 1
    assert {(one.siren, one.iban): one.cleared for one in hall.all(KnownAccount)} == {
        ("901122333", IBAN): True,
        ("902233444", OTHER): True,
        ("901122333", OTHER): False,
    }


def test_an_import_and_each_changed_account_are_events(hall: Hall, software: FakeFinance) -> None:
    bring(hall, software, firm("F1", IBAN))
    software.problems[FILE.name] = ("export.csv, ligne 4 : fausse",)
    bring(hall, software, firm("F1", OTHER), firm("F2", IBAN))
    brought, changed = last_events(hall, 2)
    assert (brought.subject, brought.subject_id, brought.after, brought.by) == (
        Subject.REGISTER,
        "tiers",
        "importé",
        AGENT.id,
    )
    assert brought.motif == "nouveaux : 1, modifiés : 1, sans changement : 0, refusés : 1"
    assert (changed.subject, changed.subject_id, changed.by) == (Subject.TIERS, "901122333", AGENT.id)
    assert "FR76…2764" in changed.motif
    assert OTHER not in str(hall.ledger.events)


def test_creditors_and_their_accounts_are_written_together_or_not_at_all(
    hall: Hall, software: FakeFinance, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(hall, software, firm("F1", IBAN))
    before = dict(hall.ledger.records)
    record = App.event

    def fails(app: App, subject: Subject, *words: str, **data: str) -> Event:
        if subject is Subject.TIERS:
            raise KeyboardInterrupt
        return record(app, subject, *words, **data)

    monkeypatch.setattr(App, "event", fails)
    with pytest.raises(KeyboardInterrupt):
        bring(hall, software, firm("F1", OTHER))
    assert hall.ledger.records == before


def test_a_rehearsal_tells_what_would_change_and_writes_nothing(hall: Hall, software: FakeFinance) -> None:
    bring(hall, software, firm("F1", IBAN), firm("F2", IBAN))
    before = (dict(hall.ledger.records), len(hall.ledger.events))
    software.problems[FILE.name] = ("export.csv, ligne 5 : fausse",)
    rows = (firm("F1", OTHER), firm("F2", IBAN), firm("F3", IBAN))
    done = bring(hall, software, *rows, rehearse=True)
    assert (done.taken, done.new, done.changed, done.unchanged) == (3, 1, 1, 1)
    assert (len(done.notices), done.problems) == (1, ("export.csv, ligne 5 : fausse",))
    assert (hall.ledger.records, len(hall.ledger.events)) == before
    assert bring(hall, software, *rows) == done


@pytest.mark.parametrize(("counted_there", "mandated"), [(False, "70.00"), (True, "0.00")])
def test_what_our_mandats_took_is_kept_unless_the_export_counts_it(
    hall: Hall, software: FakeFinance, mandated: str, *, counted_there: bool
) -> None:
    app = replace(hall.app, policy=replace(hall.app.policy, finance_knows_our_mandats=counted_there))
    taken = Decimal("70.00")
    with hall.ledger.transaction() as books:
        books.save(credit("100.00", mandated=taken), engagement(mandated=taken))
    software.laid_credits[FILE.name] = (credit("500.00"),)
    software.laid_engagements[FILE.name] = (engagement(left=Decimal("90.00")),)
    assert registers.import_credits(app, AGENT, FILE).changed == 1
    assert registers.import_engagements(app, AGENT, FILE).changed == 1
    assert [(one.available, one.mandated) for one in hall.all(Credit)] == [(Decimal("500.00"), Decimal(mandated))]
    assert [(one.left, one.mandated) for one in hall.all(Engagement)] == [(Decimal("90.00"), Decimal(mandated))]


def test_the_same_register_again_changes_nothing_even_after_mandats(hall: Hall, software: FakeFinance) -> None:
    with hall.ledger.transaction() as books:
        books.save(engagement(mandated=Decimal("70.00")))
    software.laid_engagements[FILE.name] = (engagement(),)
    done = registers.import_engagements(hall.app, AGENT, FILE, rehearse=True)
    assert (done.new, done.changed, done.unchanged) == (0, 0, 1)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_only_those_who_may_bring_registers_in(hall: Hall, act: Callable[..., registers.Import]) -> None:
    for rehearse in (True, False):
        with pytest.raises(Forbidden):
            act(hall.app, VISEUR, FILE, rehearse=rehearse)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_a_file_that_cannot_be_read_leaves_no_trace(hall: Hall, act: Callable[..., registers.Import]) -> None:
    before = (dict(hall.ledger.records), len(hall.ledger.events))
    with pytest.raises(DocumentError):
        act(hall.app, AGENT, FILE)
    assert (hall.ledger.records, len(hall.ledger.events)) == before
