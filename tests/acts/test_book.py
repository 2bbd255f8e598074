"""The mayor's book: what is unusual comes first, a page that cannot be drawn is said, what suppliers write is text."""

import base64
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from dematfin.acts import book as acts
from dematfin.acts import run
from dematfin.domain.event import Subject
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.invoice import Forced, Invoice
from dematfin.domain.mandat.book import Book, Entry, Unusual
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState, Share
from dematfin.domain.paper.reasons import Reason
from dematfin.domain.parties.bank import CallBack, KnownAccount
from dematfin.domain.parties.person import Person
from dematfin.domain.parties.waiver import Waiver
from dematfin.domain.visa.delegation import Delegation
from dematfin.domain.visa.folder import VisaFolder
from dematfin.errors import DocumentError, PaperRefused, UnknownRecord
from dematfin.reports.book import write
from dematfin.steps.prepare import prepare
from examples import AGENT, MAIRE, VISEUR
from fakes.hall import Hall

SHEET = "COMMUNE-2026-42"
EVIL = "</td><script>alert(1)</script>\"'&"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall with mandats 1187 (120.00) and 1188 (45.30) to sign."""
    built = Hall.build(tmp_path)
    built.certified("120.00", "45.30")
    run.run(built.app, AGENT, prepare)
    return built


def change(hall: Hall, of: type[Any], /, **changes: Any) -> None:
    """Change the first record of a kind."""
    with hall.ledger.transaction() as books:
        books.save(replace(books.find(of)[0], **changes))


def read(hall: Hall) -> Book:
    return acts.book(hall.app, MAIRE, SHEET)


def found(hall: Hall) -> list[tuple[Unusual, int]]:
    return [(remark.why, entry.mandat.number if entry else 0) for remark, entry in read(hall).unusual]


def page(hall: Hall, draw: Any = None) -> str:
    sink = BytesIO()
    write(read(hall), draw or (lambda entry: acts.first_page(hall.app, MAIRE, entry)), sink)
    return sink.getvalue().decode()


def test_of_an_ordinary_bordereau_there_is_nothing_to_say(hall: Hall) -> None:
    shown = read(hall)
    assert shown.unusual == ()
    assert "Rien à signaler" in page(hall)
    first = shown.entries[0]
    assert (first.mandat.number, first.engagement) == (1187, "BC26-00077 · Fournitures scolaires")
    assert [(one.who, one.desk, one.decree) for one in first.certified] == [("Paul Viseur", "SCOLAIRE", "")]
    assert [(one.chapter, one.investment, one.amount) for one in shown.chapters] == [("011", False, Decimal("165.30"))]
    assert (shown.prepared_by, shown.state) == ("Claire Agent", "construit, à signer")
    with pytest.raises(UnknownRecord):
        acts.book(hall.app, MAIRE, "COMMUNE-2026-99")


def test_an_account_that_was_called_back_is_shown_until_somebody_was_paid_on_it(hall: Hall) -> None:
    call = CallBack(by="agent", at=datetime(2026, 3, 1, tzinfo=UTC), trace="M. Lac, 01 02")
    change(hall, KnownAccount, trusted=False, calls=(call,))
    assert found(hall) == [(Unusual.BANK, 1187), (Unusual.BANK, 1188)]
    assert "Claire Agent le 01/03/2026 (M. Lac, 01 02)" in read(hall).unusual[0][0].sentence
    with hall.ledger.transaction() as books:
        books.save(replace(books.find(Mandat)[0], id="M2026-000900", state=MandatState.PAID, bordereau="", number=900))
    assert found(hall) == []


def test_the_most_serious_is_read_first(hall: Hall) -> None:
    forced = Forced(code="SUM-TTC", about="", by="Claire Agent", motif="vu au téléphone")
    finding = Finding(
        code="SUM-TTC", severity=Severity.WARNING, sentence="Le total est faux. Forcé par Claire Agent : vu"
    )
    change(hall, Invoice, forced=(forced,), findings=(finding,), admitted=Decimal("100.00"))
    first = hall.all(Mandat)[0]
    netted = (*first.shares, Share(invoice_id="F2026-000009", amount=Decimal("-5.00")))
    change(hall, Mandat, engagement="", pieces=(), shares=netted)
    with hall.ledger.transaction() as books:
        books.save(_waiver(Subject.BORDEREAU, SHEET), _waiver(Subject.INVOICE, first.invoice_ids[0]))
    assert found(hall) == [
        (Unusual.FORCED, 1187),
        (Unusual.WAIVER, 0),
        (Unusual.WAIVER, 1187),
        (Unusual.NO_ENGAGEMENT, 1187),
        (Unusual.NO_PIECE, 1187),
        (Unusual.IN_PART, 1187),
        (Unusual.NETTED, 1187),
    ]
    text = page(hall)
    assert text.index("Ce qui sort de l'ordinaire") < text.index("Le total est faux") < text.index("Les mandats")
    assert '<a href="#m1187">' in text
    assert 'id="m1187"' in text


def _waiver(subject: Subject, key: str) -> Waiver:
    what = "Jeanne Maire a préparé, et signé"
    return Waiver(
        id=f"{key}/x/maire", subject=subject, subject_id=key, person="maire", what=what, made_on=date(2026, 3, 2)
    )


@pytest.mark.parametrize(("left", "why"), [(-1, Unusual.LATE), (0, Unusual.SOON), (9, Unusual.SOON), (10, None)])
def test_a_legal_delay_is_told_from_the_ten_days_of_the_comptable_on(
    hall: Hall, left: int, why: Unusual | None
) -> None:
    first = hall.all(Mandat)[0]
    change(hall, Mandat, dgp=replace(first.dgp, deadline=hall.clock.today() + timedelta(days=left)))
    assert found(hall) == ([(why, 1187)] if why else [])


@pytest.mark.parametrize(
    ("kind", "why"), [(MandatKind.AFTER_PAYMENT, Unusual.PAID_BEFORE), (MandatKind.REDUCTION, Unusual.REDUCTION)]
)
def test_what_pays_nobody_now_is_told(hall: Hall, kind: MandatKind, why: Unusual) -> None:
    change(hall, Mandat, kind=kind)
    assert found(hall) == [(why, 1187)]


def test_a_substitute_is_named_with_the_absent_and_the_decree(hall: Hall) -> None:
    folder = hall.all(VisaFolder)[0]
    given = replace(folder.decisions[0], on_behalf_of="absent")
    change(hall, VisaFolder, steps=(replace(folder.steps[0], decisions=(given,)),))
    today = hall.clock.today()
    lent = Delegation(
        id="D1", absent="absent", substitute="viseur", starts_on=today, ends_on=today, decree="arrêté 2026-12",
        made_by="absent", made_at=hall.clock.now(),
    )  # fmt: skip
    with hall.ledger.transaction() as books:
        books.save(lent, Person(id="absent", name="Zoé Absente", roles=VISEUR.roles))
    (certified,) = read(hall).entries[0].certified
    assert (certified.who, certified.decree) == ("Paul Viseur, en l'absence de Zoé Absente", "arrêté 2026-12")
    assert "délégation : arrêté 2026-12" in page(hall)


def test_the_same_books_give_the_same_bytes_and_nothing_of_outside(hall: Hall) -> None:
    assert page(hall) == page(hall)
    images = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', page(hall))
    assert [base64.b64decode(one) for one in images] == [b"110 %PDF- 9100001 %%EOF", b"110 %PDF- 9100002 %%EOF"]
    assert not re.search(r"<script|https?://|<link|@import", page(hall))


def test_a_page_that_cannot_be_drawn_is_said_and_stops_nothing(hall: Hall) -> None:
    def draw(entry: Entry) -> bytes:
        if entry.mandat.number == 1187:
            raise PaperRefused(Reason.DAMAGED, "Le PDF est abîmé.")
        return b"image"

    sink = BytesIO()
    assert write(read(hall), draw, sink) == ("Mandat n° 1187 : Le PDF est abîmé.",)
    text = sink.getvalue().decode()
    assert text.count("ne peut pas être montrée ici") == 1
    assert base64.b64encode(b"image").decode() in text
    with pytest.raises(DocumentError):
        acts.first_page(hall.app, MAIRE, replace(read(hall).entries[0], first_page=None))


def test_a_heavy_page_is_drawn_again_less_sharply(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def drawn(pdf: Path, pages: tuple[int, ...], folder: Path, dpi: int) -> tuple[Path, ...]:
        asked.append(dpi)
        path = folder / "page.jpg"
        path.write_bytes(b"x" * (acts.HEAVIEST if dpi == 80 else acts.HEAVIEST + 1))
        return (path,)

    monkeypatch.setattr(hall.app.paper, "thumbnails", drawn)
    assert len(acts.first_page(hall.app, MAIRE, read(hall).entries[0])) == acts.HEAVIEST
    assert asked == [110, 80]


def test_what_a_supplier_writes_is_never_markup(hall: Hall) -> None:
    first = hall.all(Mandat)[0]
    change(hall, Mandat, label=EVIL, reference=EVIL, marche=EVIL, tiers=replace(first.tiers, name=EVIL))
    change(hall, Invoice, number=EVIL, admitted=Decimal(1))
    text = page(hall)
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 5


def test_pages_are_written_one_at_a_time(hall: Hall) -> None:
    """No image is asked for before the one before it has left."""
    written: list[int] = []
    seen: list[int] = []

    class Sink(BytesIO):
        def write(self, data: Any) -> int:
            written.append(len(data))
            return len(data)

    def draw(entry: Entry) -> bytes:
        seen.append(max(written, default=0))
        return b"x" * 90_000

    write(read(hall), draw, Sink())
    assert seen[0] < 90_000 < seen[1]
