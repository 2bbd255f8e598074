"""What an import writes, keeps, and leaves to two people."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import bank, registers
from dematfin.acts.registers import Import
from dematfin.domain.event import Subject
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.parties.tiers import BankAccount, Tiers
from dematfin.domain.registers import Credit, Engagement
from dematfin.errors import Forbidden
from dematfin.ports.app import App
from examples import ADMIN, AGENT, COMMUNE, IBAN, MAIRE, account, engagement, tiers
from fakes.finance import FakeFinance
from fakes.hall import Hall

FILE = Path("export.csv")
OTHER_IBAN = "FR1420041010050500013M02606"
NEWCOMER = "352383715"

Row = Tiers | Engagement | Credit


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


def bring(app: App, *rows: Row, rehearse: bool = False, problems: tuple[str, ...] = ()) -> Import:
    """Import rows of one kind, as if the finance software had exported them."""
    match rows[0]:
        case Tiers():
            finance = FakeFinance(creditors=tuple(one for one in rows if isinstance(one, Tiers)), problems=problems)
            return registers.import_tiers(replace(app, finance=finance), AGENT, FILE, rehearse=rehearse)
        case Engagement():
            finance = FakeFinance(orders=tuple(one for one in rows if isinstance(one, Engagement)), problems=problems)
            return registers.import_engagements(replace(app, finance=finance), AGENT, FILE, rehearse=rehearse)
        case Credit():
            finance = FakeFinance(chapters=tuple(one for one in rows if isinstance(one, Credit)), problems=problems)
            return registers.import_credits(replace(app, finance=finance), AGENT, FILE, rehearse=rehearse)


def credit(chapter: str = "011", available: str = "1000.00") -> Credit:
    return Credit(
        id=f"{COMMUNE}:2026:F:{chapter}",
        siret=COMMUNE,
        exercice=2026,
        chapter=chapter,
        investment=False,
        available=Decimal(available),
    )


def newcomer(reference: str = "F900", iban: str = OTHER_IBAN) -> Tiers:
    return tiers(
        id=reference, name="NOUVEAU", identifier=f"{NEWCOMER}00017", siren=NEWCOMER,
        account=BankAccount(iban=iban, holder="NOUVEAU"),
    )  # fmt: skip


def moved(iban: str = OTHER_IBAN) -> Tiers:
    """The stationer, with another account."""
    return tiers(account=BankAccount(iban=iban, holder="PAPETERIE DU LAC"))


def take(hall: Hall, *records: Engagement | Credit | KnownAccount) -> None:
    with hall.ledger.transaction() as books:
        books.save(*records)


def known(hall: Hall) -> dict[str, bool]:
    """Return whether each account is trusted."""
    return {one.iban: one.trusted for one in hall.all(KnownAccount)}


def test_new_changed_unchanged_and_refused_are_told_apart(hall: Hall) -> None:
    same, changed, new = engagement(), engagement("BC-2"), engagement("BC-3")
    take(hall, replace(changed, label="Avant"))
    result = bring(hall.app, same, changed, new, problems=("ligne 9 : non",))
    assert (result.taken, result.new, result.changed, result.unchanged) == (3, 1, 1, 1)
    assert result.problems == ("export.csv, ligne 9 : non",)
    assert {one.number: one.label for one in hall.all(Engagement)}["BC-2"] == changed.label
    event = hall.ledger.events[-1].event
    assert (event.subject, event.by, event.motif) == (Subject.REGISTER, "agent", "3 lignes importées, 1 écartées")


def test_what_our_mandats_took_stays_taken(hall: Hall) -> None:
    take(hall, engagement(mandated=Decimal(120)), replace(credit(), mandated=Decimal(120)))
    bring(hall.app, engagement(amount=Decimal(500)))
    bring(hall.app, credit(available="800.00"))
    (order,), (chapter,) = hall.all(Engagement), hall.all(Credit)
    assert (order.amount, order.remaining) == (Decimal(500), Decimal(380))
    assert (chapter.available, chapter.remaining) == (Decimal(800), Decimal(680))
    assert bring(hall.app, credit(available="800.00")).unchanged == 1


def test_an_export_that_counts_our_mandats_is_taken_at_its_word(hall: Hall) -> None:
    take(hall, engagement(mandated=Decimal(120)), replace(credit(), mandated=Decimal(120)))
    app = replace(hall.app, policy=replace(hall.app.policy, finance_knows_our_mandats=True))
    bring(app, engagement(left=Decimal(300)))
    bring(app, credit(available="800.00"))
    (order,), (chapter,) = hall.all(Engagement), hall.all(Credit)
    assert (order.remaining, chapter.remaining) == (Decimal(300), Decimal(800))


@pytest.mark.parametrize("rows", [(engagement("N"),), (credit(),), (newcomer(), moved())])
def test_a_rehearsal_says_the_same_and_writes_nothing(hall: Hall, rows: tuple[Row, ...]) -> None:
    before = (dict(hall.ledger.records), len(hall.ledger.events))
    said = bring(hall.app, *rows, rehearse=True, problems=("ligne 4 : non",))
    assert (hall.ledger.records, len(hall.ledger.events)) == before
    assert bring(hall.app, *rows, problems=("ligne 4 : non",)) == said
    assert hall.ledger.records != before[0]


def test_the_accounts_of_a_firm_that_we_meet_are_all_trusted(hall: Hall) -> None:
    result = bring(hall.app, newcomer(), newcomer("F901", IBAN))
    assert result.notices == ()
    firsts = [one for one in hall.all(KnownAccount) if one.siren == NEWCOMER]
    assert {(one.iban, one.cleared, one.seen_in) for one in firsts} == {
        (OTHER_IBAN, True, "registre des tiers"),
        (IBAN, True, "registre des tiers"),
    }
    assert {one.seen_on for one in firsts} == {hall.clock.today()}


def test_a_new_account_of_a_known_firm_waits_for_two_people(hall: Hall) -> None:
    take(hall, account())
    result = bring(hall.app, moved())
    assert known(hall) == {IBAN: True, OTHER_IBAN: False}
    (notice,) = result.notices
    for words in ("PAPETERIE DU LAC", "FR14…2606", "à valider par deux personnes", "dematfin tiers iban valider"):
        assert words in notice
    (told,) = hall.ledger.history(Subject.TIERS)
    assert (told.event.subject_id, told.event.by) == (account().siren, "agent")
    assert told.event.after == "à valider par deux personnes"
    assert OTHER_IBAN not in f"{notice}{hall.ledger.events}"


def test_a_firm_of_the_register_is_known_before_its_first_invoice(hall: Hall) -> None:
    assert hall.all(KnownAccount) == ()
    assert len(bring(hall.app, moved()).notices) == 1
    assert known(hall) == {IBAN: True, OTHER_IBAN: False}


def test_the_same_register_again_says_nothing_new(hall: Hall) -> None:
    bring(hall.app, moved(), newcomer())
    before = hall.all(KnownAccount)
    result = bring(hall.app, moved(), newcomer())
    assert (result.unchanged, result.notices) == (2, ())
    assert hall.all(KnownAccount) == before


def test_an_account_that_two_people_cleared_stays_so(hall: Hall) -> None:
    take(hall, account())
    bring(hall.app, moved())
    for who in (AGENT, MAIRE):
        bank.confirm(hall.app, who, OTHER_IBAN, "M. Lac, numéro du marché")
    bring(hall.app, moved(IBAN))
    bring(hall.app, moved())
    assert {one.iban: one.cleared for one in hall.all(KnownAccount)} == {IBAN: True, OTHER_IBAN: True}


def test_two_new_accounts_of_one_known_firm_are_two_notices(hall: Hall) -> None:
    take(hall, account())
    third = "DE89370400440532013000"
    rows = (moved(), replace(moved(third), id="F2"), replace(moved(third), id="F3"))
    assert len(bring(hall.app, *rows).notices) == 2
    assert known(hall) == {IBAN: True, OTHER_IBAN: False, third: False}


def test_a_rehearsal_too_is_for_those_who_may(hall: Hall) -> None:
    for act in (registers.import_credits, registers.import_engagements, registers.import_tiers):
        with pytest.raises(Forbidden):
            act(hall.app, ADMIN, FILE, rehearse=True)
