"""What an editor's flow orders, as the rest of the house knows it: its numbers and its sums, never ours."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.delay.dgp import Dgp
from dematfin.domain.editor.nomfic import why_renewed
from dematfin.domain.editor.pairing import Pairing, PairingState
from dematfin.domain.editor.reading import claims_of
from dematfin.domain.editor.rules import EditorRules
from dematfin.domain.editor.taken_up import (
    again_as,
    bordereau_of,
    by_mandat,
    key_of,
    mandat_of,
    origin_of,
    shares_of,
    taking_back,
)
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.mandat.aller import ReadBordereau, ReadDelay, ReadFlow, ReadLine, ReadMandat, ReadTiers
from dematfin.domain.mandat.kind import BordereauKind, MandatKind, PaymentMode
from dematfin.domain.mandat.mandat import Mandat, MandatState, Origin
from dematfin.errors import IllegalTransition
from dematfin.pes.aller import read_aller
from examples import BUDGETS, invoice, mandat
from official import OFFICIAL, needs_official

LAC = ReadTiers(
    identifier="91098765000017",
    kind="01",
    reference="F00231",
    category=("50", "03"),
    name="PAPETERIE DU LAC",
    address=("Bâtiment A", "12 avenue du Test", "99000 ESSAIVILLE"),
    account="FR7619999000170009876543276",
    bic="TESTFRPP",
    holder="PAPETERIE DU LAC",
)
DAYS = ReadDelay(followed=True, starts_on=date(2026, 3, 2), ends_on=date(2026, 4, 1), days=30)


def line(amount: str = "120.00", **changes: Any) -> ReadLine:
    usual = ReadLine(
        number=1,
        imputation=("60632", "211", "", ""),
        invoice="F2026-0412",
        labels=(),
        mode="03",
        ht=Decimal(amount),
        vat=Decimal("0.00"),
        marche="",
        earlier=(),
        tiers=LAC,
        references=(),
    )
    return replace(usual, **changes)


def read(*lines: ReadLine, **changes: Any) -> ReadMandat:
    listed = lines or (line(),)
    usual = ReadMandat(
        number=1187,
        kind=("01", "01"),
        label="Fournitures",
        service="",
        pay_on=None,
        delay=DAYS,
        amount=sum((one.amount for one in listed), Decimal("0.00")),
        creditor="91098765000017",
        iban="",
        invoices=tuple(one.invoice for one in listed if one.invoice),
        references=(),
        lines=listed,
    )
    return replace(usual, **changes)


def sheet(*mandats: ReadMandat, **changes: Any) -> ReadBordereau:
    usual = ReadBordereau(
        element_id="B1",
        exercice=2026,
        number=42,
        kind="01",
        emitted_on=date(2026, 3, 2),
        announced_pieces=len(mandats),
        announced=sum((one.amount for one in mandats), Decimal("0.00")),
        announced_vat=Decimal("0.00"),
        cumul=Decimal("9000.00"),
        signed=False,
        mandats=mandats or (read(),),
    )
    return replace(usual, **changes)


def taken(one: ReadMandat, **changes: Any) -> Mandat:
    return mandat_of(sheet(one, **changes), one, BUDGETS[0], (), ())


def flow(*sheets: ReadBordereau) -> ReadFlow:
    return ReadFlow(
        nomfic="N",
        kind="PESALR2",
        sender="",
        written_on=None,
        post="",
        siret="",
        cod_col="",
        cod_bud="",
        budget="",
        dematerialised=False,
        bordereaux=sheets,
        documents=(),
        others=(),
        signatures=0,
        signed_whole=False,
        shape="",
    )


def pairings(whole: ReadFlow, *invoices: str) -> tuple[Pairing, ...]:
    claims = claims_of(whole)
    return tuple(
        Pairing(id=str(place), editor_flow="E", claim=claim, state=PairingState.CHOSEN, invoice_id=key)
        for place, (claim, key) in enumerate(zip(claims, invoices, strict=True))
    )


def test_all_is_as_it_is_written() -> None:
    made = taken(read())
    assert (made.number, made.amount, made.bordereau) == (1187, Decimal("120.00"), "COMMUNE-2026-42")
    assert (made.codes, made.editor, made.state) == (("01", "01"), True, MandatState.IN_BORDEREAU)
    assert (made.tiers.siren, made.tiers.id, made.tiers.address.line2) == (
        "910987650",
        "F00231",
        "Bâtiment A, 12 avenue du Test",
    )
    assert (made.tiers.address.postcode, made.tiers.address.town) == ("99000", "ESSAIVILLE")
    assert made.dgp == Dgp(start=date(2026, 3, 2), days=30, deadline=date(2026, 4, 1))
    assert (made.mode, made.reference, made.label) == (PaymentMode.TRANSFER, "F2026-0412", "Fournitures")


@pytest.mark.parametrize(
    ("kind", "codes", "expected"),
    [
        ("01", ("01", "01"), MandatKind.ORDINARY),
        ("01", ("09", "02"), MandatKind.MARCHE),
        ("01", ("05", "01"), MandatKind.AFTER_PAYMENT),
        ("01", ("08", "03"), MandatKind.OTHER),
        ("01", ("02", "06"), MandatKind.OTHER),
        ("02", ("02", "06"), MandatKind.REDUCTION),
        ("02", ("01", "01"), MandatKind.REDUCTION),
        ("03", ("06", "09"), MandatKind.PAYMENT_ORDER),
    ],
)
def test_its_kind_is_told_by_its_bordereau_then_by_its_type(
    kind: str, codes: tuple[str, str], expected: MandatKind
) -> None:
    made = taken(read(kind=codes), kind=kind)
    assert (made.kind, made.codes) == (expected, codes)
    assert made.kind.bordereau == BordereauKind(kind)


@pytest.mark.parametrize(("account", "nature", "investment"), [("2183", "01", True), ("1641", "01", True)])
def test_fixed_assets_and_loans_are_investment(account: str, nature: str, investment: bool) -> None:  # noqa: FBT001
    assert taken(read(line(imputation=(account, "", "", "")), kind=("01", nature))).investment is investment
    assert taken(read(kind=("01", "02"))).investment
    assert not taken(read()).investment


def test_tva_told_apart_stays_apart() -> None:
    made = taken(read(line("100.00", vat=Decimal("20.00"))))
    assert (made.lines[0].amount, made.lines[0].tva, made.amount) == (
        Decimal("100.00"),
        Decimal("20.00"),
        Decimal("120.00"),
    )
    assert taken(read()).lines[0].tva is None


def test_many_creditors_are_counted() -> None:
    others = [line(tiers=replace(LAC, name=name)) for name in ("B", "B", "C")]
    assert taken(read(line(), *others)).tiers.name == "PAPETERIE DU LAC et 2 autres"
    assert taken(read(line(), others[0])).tiers.name == "PAPETERIE DU LAC et 1 autre"
    assert taken(read(line(tiers=None))).tiers.name == "sans créancier nommé"
    assert taken(read(line(tiers=replace(LAC, identifier="")))).tiers.siren == "TIERS:F00231"


def test_what_is_odd_is_tolerated() -> None:
    made = taken(read(line(mode="77", tiers=replace(LAC, address=())), delay=None))
    assert (made.mode, made.dgp, made.tiers.address.town) == (PaymentMode.TRANSFER, None, "")
    assert taken(read(delay=replace(DAYS, followed=False))).dgp is None
    assert taken(read(delay=replace(DAYS, ends_on=None))).dgp is None


def test_a_reduction_names_what_it_takes_back() -> None:
    back = read(line(earlier=("01", "2026", "1100", "2")), kind=("02", "06"))
    assert origin_of(back) == (2026, 1100)
    made = taken(back, kind="02")
    assert made.lines[0].origin_line == 2
    known = taking_back(made, mandat(number=1100, reference="F-1"))
    assert (known.origin, known.reference) == (Origin(mandat="M2026-000001", exercice=2026, number=1100), "F-1")
    assert taking_back(made, None).origin is None
    assert origin_of(read(line(earlier=("01", "", "", "")))) is None
    assert origin_of(read()) is None


def test_each_invoice_has_its_share_and_a_credit_note_counts_against_it() -> None:
    one = read()
    whole = flow(sheet(one, replace(one, number=1188)))
    known = pairings(whole, "F2026-000001", "F2026-000002")
    note = invoice("AV-1", "20.00", key="F2026-000002", kind=InvoiceKind.CREDIT_NOTE)
    assert [one.claim.mandat for one in by_mandat(known)[BordereauKind.ORDINARY, 2026, 42, 1188]] == [1188]
    shares = shares_of(BordereauKind.ORDINARY, known, [invoice(), note])
    assert [(one.invoice_id, one.amount) for one in shares] == [
        ("F2026-000001", Decimal("120.00")),
        ("F2026-000002", Decimal("-120.00")),
    ]
    (back,) = shares_of(BordereauKind.REDUCTION, known, [invoice()])
    assert back.amount == Decimal("-120.00")


def test_its_reference_is_the_whole_number_of_our_invoice() -> None:
    made = mandat_of(sheet(), read(line(invoice="0412")), BUDGETS[0], (), [invoice(engagement="BC26-00077")])
    assert (made.reference, made.engagement) == ("F2026-0412", "21990042000015:BC2600077")


@pytest.mark.parametrize("state", list(MandatState))
def test_one_that_came_back_keeps_its_record_and_no_reason(state: MandatState) -> None:
    former = mandat(state=state, reason="refusé", burnt=(7,), editor=True, doubt="?", cases=("X",))
    now = taken(read(line("99.00")))
    if state not in {MandatState.PREPARED, MandatState.REFUSED_AT_GATE, MandatState.REJECTED}:
        with pytest.raises(IllegalTransition):
            again_as(former, now)
        return
    again = again_as(former, now)
    assert (again.id, again.state, again.reason) == (former.id, MandatState.IN_BORDEREAU, "")
    assert (again.amount, again.burnt, again.cases) == (Decimal("99.00"), (7,), ("X",))


def test_a_bordereau_orders_the_sum_of_its_mandats() -> None:
    made = taken(read())
    told = sheet(announced=Decimal("999.00"), announced_vat=Decimal("3.00"))
    one = bordereau_of(told, [made], date(2026, 1, 1), "agent")
    assert (one.id, one.total, one.tva, one.cumul) == (
        "COMMUNE-2026-42",
        Decimal("120.00"),
        Decimal("3.00"),
        Decimal("9000.00"),
    )
    assert (one.prepared_by, one.editor, one.emitted_on) == ("agent", True, date(2026, 3, 2))
    bare = bordereau_of(replace(told, cumul=None, emitted_on=None), [made], date(2026, 1, 1), "agent")
    assert (bare.cumul, bare.emitted_on) == (Decimal("120.00"), date(2026, 1, 1))


CENTS = st.integers(-(10**9), 10**9).map(lambda cents: Decimal(cents) / 100)


@given(st.lists(st.tuples(CENTS, CENTS), min_size=1, max_size=20))
def test_no_cent_is_ever_changed(amounts: list[tuple[Decimal, Decimal]]) -> None:
    lines = [line(number=place, ht=ht, vat=vat) for place, (ht, vat) in enumerate(amounts)]
    made = taken(read(*lines))
    assert made.amount == sum(ht + vat for ht, vat in amounts) == sum(one.total for one in made.lines)


@needs_official
def test_every_sample_is_taken_up_with_its_numbers_and_its_sums() -> None:
    seen = 0
    for path in sorted((OFFICIAL / "samples" / "pes").glob("*.xml")):
        if b":PES_Aller" not in path.read_bytes():
            continue
        for one in read_aller(path).bordereaux:
            made = [mandat_of(one, each, BUDGETS[0], (), ()) for each in one.mandats]
            told = bordereau_of(one, made, date(2026, 1, 1), "agent")
            assert [mandat.number for mandat in made] == [key_of(one, each)[3] for each in one.mandats]
            assert told.total == one.total
            assert all(mandat.kind.bordereau.value == one.kind for mandat in made)
            seen += len(made)
    assert seen > 5


@pytest.mark.parametrize(
    ("name", "used", "why"),
    [
        ("", False, "il n'a pas de nom"),
        ("flux 1", False, "ne peut pas être"),
        ("fl/../x", False, "ne peut pas être"),
        ("éàü", False, "ne peut pas être"),
        ("..", False, "ne peut pas être"),
        ("a" * 101, False, "ne peut pas être"),
        ("a" * 100, False, ""),
        ("PESALR2_1.xml", False, ""),
        ("PESALR2_1.xml", True, "existe déjà ici"),
    ],
)
def test_a_name_is_kept_whenever_it_may_be(name: str, used: bool, why: str) -> None:  # noqa: FBT001
    told = why_renewed(name, EditorRules(), used=used)
    assert why in told
    assert bool(told) is bool(why)
    assert "configuration" in why_renewed(name, EditorRules(keeps_nomfic=False), used=used)


@given(st.text(max_size=120))
def test_a_name_that_is_kept_is_one_of_a_file(name: str) -> None:
    if not why_renewed(name, EditorRules(), used=False):
        assert name.isascii()
        assert name.isprintable()
        assert 0 < len(name) <= 100
        assert not {*" /\\"} & {*name}
