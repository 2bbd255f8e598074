"""What is counted beside lives: doubles, accounts, missing documents, paper; each told once, from what was written."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import answers, bank, doubles, paper, run
from dematfin.domain.event import Event, Subject
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.justify import PieceRules
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import MandatState
from dematfin.domain.mandat.reason import Reason, Speaker
from dematfin.domain.paper.rules import PaperRules, Route
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.tally.happening import Happening, What
from dematfin.domain.tally.happenings import Told, happenings
from dematfin.domain.tally.stage import Stage
from dematfin.domain.tally.words import why
from dematfin.steps.capture import capture
from dematfin.steps.prepare import prepare
from dematfin.steps.tally import tally
from examples import AGENT, COMMUNE, content, engagement, invoice, mandat
from fakes.clock import FakeClock
from fakes.hall import Hall
from steps.counted import facts, recounted, stages, told

DIRECTOR = Person(id="directeur", name="Dominique Dupré", roles=frozenset({Role.DIRECTEUR}))
NEW = "FR7630001007941234567890185"
FIRST, SECOND = "F2026-000001", "F2026-000002"
AMOUNT = Decimal("120.00")


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


def test_a_double_is_stopped_then_confirmed_and_ends(hall: Hall) -> None:
    hall.chorus.deposit("1", content("F-1", "120.00"))
    hall.chorus.deposit("2", content("f 1", "120.00"))
    hall.day()
    hall.day()
    (stopped,) = told(hall, What.DUPLICATE)
    assert (stopped.about, stopped.code, stopped.amount) == (SECOND, "DUP-D1", AMOUNT)
    doubles.decide(hall.app, AGENT, SECOND, FIRST, "Même livraison", distinct=False)
    tally(hall.app)
    (confirmed,) = told(hall, What.DUPLICATE_CONFIRMED)
    assert (confirmed.about, confirmed.amount, confirmed.person) == (SECOND, AMOUNT, "agent")
    assert stages(hall, SECOND) == [Stage.RECEIVED, Stage.TO_CORRECT, Stage.REFUSED]
    assert told(hall, What.ACCOUNT_REFUSED) == []
    assert [one.code for one in told(hall, What.REFUSED)] == ["DUP-D1"]


def test_an_invoice_refused_for_its_account_is_told_so(hall: Hall) -> None:
    hall.chorus.deposit("9100001", content("F-1", supplier=replace(content().supplier, iban=NEW)))
    hall.day()
    answers.reject(hall.app, AGENT, FIRST, "Ce compte n'est pas le vôtre.")
    tally(hall.app)
    assert [one.about for one in told(hall, What.ACCOUNT_REFUSED)] == [FIRST]


def test_two_that_are_distinct_are_no_double(hall: Hall) -> None:
    hall.chorus.deposit("1", content("F-1", "120.00"))
    hall.chorus.deposit("2", content("f 1", "120.00"))
    hall.day()
    doubles.decide(hall.app, AGENT, SECOND, FIRST, "Deux livraisons", distinct=True)
    hall.day()
    assert [len(told(hall, what)) for what in (What.DUPLICATE, What.DUPLICATE_CONFIRMED)] == [1, 0]


def test_a_new_account_is_one_alert_until_two_people_have_called(hall: Hall) -> None:
    supplier = replace(content().supplier, iban=NEW)
    hall.chorus.deposit("9100001", content("F-1", supplier=supplier))
    hall.chorus.deposit("9100002", content("F-2", "45.00", supplier=supplier))
    hall.day()
    (alert,) = told(hall, What.ACCOUNT_ALERT)
    assert (alert.about, alert.count) == (FIRST, 1)
    bank.confirm(hall.app, AGENT, NEW, "Rappel au numéro du marché")
    tally(hall.app)
    assert told(hall, What.ACCOUNT_CLEARED) == []
    bank.confirm(hall.app, DIRECTOR, NEW, "Second rappel")
    hall.day()
    (cleared,) = told(hall, What.ACCOUNT_CLEARED)
    assert cleared.person == "directeur"


def test_a_mandat_that_lacks_documents_is_told_once(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path, pieces=PieceRules())
    with hall.ledger.transaction() as books:
        books.save(engagement("M-17", marche="2025-17"))
    hall.chorus.deposit("9100001", content("F-1", engagement="M-17"))
    hall.day()
    hall.certify()
    prepare(hall.app)
    prepare(hall.app)
    hall.day()
    assert [one.code for one in told(hall, What.PIECE_MISSING)] == ["PJ-CONTRAT-412"]  # the other one is a remark
    whole = facts(hall)[2]
    assert recounted(hall, 1)[2] == whole


def test_paper_is_counted_by_pages_and_sheets_that_readers_missed(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path, paper=PaperRules(routes=(Route(key="ECOLE", siret=COMMUNE, service="SCOLAIRE"),)))
    pages = ("F:ECOLE:1", "facture un", "illisible", "facture deux")
    (hall.folders.root / "scan.pdf").write_text("\n".join(pages), encoding="utf-8")
    run.run(hall.app, AGENT, capture)
    tally(hall.app)
    assert [(one.about, one.count) for one in told(hall, What.BATCH_HELD)] == [("L2026-000001", 4)]
    paper.cut_again(hall.app, AGENT, "L2026-000001", {3}, ())
    tally(hall.app)
    assert [one.count for one in told(hall, What.BATCH_CUT)] == [4]
    assert [one.count for one in told(hall, What.SHEET_MISSED)] == [1]


def event(subject: Subject, key: str, before: str, after: str, **data: str) -> Event:
    motif = data.pop("motif", "parce que")
    return Event(
        subject=subject,
        subject_id=key,
        before=before,
        after=after,
        at=FakeClock().now(),
        by="x",
        motif=motif,
        data=data,
    )


def of_mandat(before: str, after: str, **data: str) -> list[Happening]:
    return of(mandat(), before, after, **data)


def of(one: object, before: str, after: str, **data: str) -> list[Happening]:
    known = Told(mandats={"M2026-000001": one}, invoices={FIRST: invoice()})  # type: ignore[dict-item]
    return list(happenings(7, event(Subject.MANDAT, "M2026-000001", before, after, **data), known, renumbered=True))


def test_each_thing_that_a_mandat_goes_through_is_told_with_its_code() -> None:
    (sent,) = of_mandat(MandatState.IN_BORDEREAU, MandatState.SENT)
    (refused,) = of_mandat(MandatState.SENT, MandatState.REFUSED_AT_GATE, code="4001", cause="Le tiers est inconnu.")
    (held,) = of_mandat(MandatState.TAKEN_IN_CHARGE, MandatState.ON_HOLD)
    (given_up,) = of_mandat("écarté", MandatState.CANCELLED)
    (taken_back,) = of_mandat(MandatState.TAKEN_IN_CHARGE, MandatState.CANCELLED)
    assert (sent.what, sent.motif, sent.id) == (What.MANDAT_SENT, "", "000000000007-0000")
    assert (refused.what, refused.code, refused.motif) == (What.MANDAT_REFUSED, "4001", "Le tiers est inconnu.")
    assert (held.what, held.motif) == (What.MANDAT_HELD, "parce que")
    assert (given_up.code, taken_back.code) == ("ABANDON", "REDUCTION")
    assert of_mandat(MandatState.SENT, MandatState.SENT) == []
    assert of_mandat(MandatState.IN_BORDEREAU, "écarté") == []


def test_a_payment_that_the_comptable_denies_is_told_beside_its_settlement() -> None:
    told_now = of_mandat(MandatState.PAID, MandatState.REJECTED)
    assert [one.what for one in told_now] == [What.MANDAT_REJECTED, What.PAYMENT_DENIED]


def test_a_reduction_and_a_mandat_without_invoice_are_told_apart() -> None:
    reduces = mandat(kind=MandatKind.REDUCTION)
    (one,) = of(reduces, MandatState.PREPARED, MandatState.IN_BORDEREAU)
    assert (one.what, one.amount, one.count) == (What.MANDAT_REDUCED, AMOUNT, 1)
    (alone,) = of(mandat(shares=(), engagement="21:BC1"), MandatState.PREPARED, MandatState.IN_BORDEREAU)
    assert (alone.what, alone.invoice_id, alone.supplier) == (What.MANDATED, "", "PAPETERIE DU LAC")


def test_each_line_of_a_mandat_adds_up_and_the_mandat_counts_once() -> None:
    (line,) = mandat().lines
    two = mandat(lines=(line, replace(line, number=2)), engagement="21:BC1")
    made = of(two, MandatState.PREPARED, MandatState.IN_BORDEREAU)
    assert [one.count for one in made] == [1, 0]
    assert len({one.id for one in made}) == 2
    assert sum(one.amount for one in made) == 240


def test_a_reason_of_another_mandat_is_nobody_s_code() -> None:
    gate = Reason(speaker=Speaker.GATE, code="4001", text="tiers", domain=4, shared=True)
    own = Reason(speaker=Speaker.GATE, code="4002", text="imputation", domain=4)
    back = MandatState.REFUSED_AT_GATE
    assert why(mandat(state=back, reasons=(gate,))) == {}
    assert why(mandat(state=back, reasons=(gate, own)))["code"] == "4002"
    assert why(mandat(state=MandatState.SENT, reasons=(own,))) == {}


@pytest.mark.parametrize(
    ("after", "data", "what", "code"),
    [
        (FluxState.TRANSMITTED, {}, What.FLUX_SENT, ""),
        (FluxState.REFUSED_BY_TDT, {}, What.FLUX_REFUSED, "TDT"),
        (FluxState.ACKNOWLEDGED, {"acquit": "refusé", "code": "1002"}, What.FLUX_REFUSED, "1002"),
        (FluxState.ACKNOWLEDGED, {"acquit": "accepté en partie"}, What.FLUX_REFUSED, ""),
        (FluxState.ACKNOWLEDGED, {"motif": "acquit Hélios : refusé. Non."}, What.FLUX_REFUSED, ""),
        (FluxState.ACKNOWLEDGED, {"motif": "acquit Hélios : accepté"}, None, ""),
        (FluxState.ACKNOWLEDGED, {"acquit": "accepté"}, None, ""),
        (FluxState.SIGNED, {}, None, ""),
    ],
)
def test_a_flow_is_sent_or_refused(after: FluxState, data: dict[str, str], what: What | None, code: str) -> None:
    known = Told(fluxes={"PES1": COMMUNE})
    found = happenings(1, event(Subject.FLUX, "PES1", FluxState.SENDING, after, **data), known, renumbered=False)
    assert [(one.what, one.code, one.siret) for one in found] == ([(what, code, COMMUNE)] if what else [])
