"""What a flow asks to be matched."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dematfin.domain.editor.claim import Claim
from dematfin.domain.editor.reading import claims_of
from dematfin.domain.mandat.aller import ReadBordereau, ReadDelay, ReadFlow, ReadLine, ReadMandat, ReadTiers
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.errors import InvalidPes
from dematfin.pes.aller import read_aller
from official import OFFICIAL, needs_official

FIRM = ReadTiers(
    identifier="73282932000074",
    kind="01",
    reference="F12",
    category=("50", "03"),
    name="PAPETERIE DU LAC",
    address=(),
    account="FR7630001007941234567890185",
    bic="",
    holder="",
)
OTHER = replace(FIRM, identifier="44306184100047", name="GARAGE DU PORT", reference="F13")
LINE = ReadLine(
    number=1,
    imputation=("60632", "", "", ""),
    invoice="",
    labels=("FOURNITURES",),
    mode="03",
    ht=Decimal("10.00"),
    vat=Decimal("2.00"),
    marche="",
    earlier=(),
    tiers=FIRM,
    references=(),
)
MANDAT = ReadMandat(
    number=1187,
    kind=("01", "01"),
    label="ECOLE",
    service="",
    pay_on=None,
    delay=ReadDelay(followed=True, starts_on=date(2026, 5, 12), ends_on=None, days=30),
    amount=Decimal("12.00"),
    creditor="73282932000074",
    iban="",
    invoices=(),
    references=(),
    lines=(LINE,),
)


def line(invoice: str = "", tiers: ReadTiers | None = FIRM, **changes: Any) -> ReadLine:
    return replace(LINE, invoice=invoice, tiers=tiers, **changes)


def flow(*mandats: ReadMandat, kind: str = "01") -> ReadFlow:
    sheet = ReadBordereau(
        element_id="B42",
        exercice=2026,
        number=42,
        kind=kind,
        emitted_on=None,
        announced_pieces=1,
        announced=Decimal(0),
        announced_vat=Decimal(0),
        cumul=None,
        signed=False,
        mandats=mandats,
    )
    texts = dict.fromkeys(["nomfic", "kind", "sender", "post", "siret", "cod_col", "cod_bud", "budget", "shape"], "")
    return ReadFlow(
        **texts,
        written_on=None,
        dematerialised=False,
        bordereaux=(sheet,),
        documents=(),
        others=(),
        signatures=0,
        signed_whole=False,
    )


def claims(*lines: ReadLine, **changes: Any) -> tuple[Claim, ...]:
    return claims_of(flow(replace(MANDAT, lines=lines, **changes)))


def told(*lines: ReadLine, **changes: Any) -> list[tuple[int, str, str, Decimal]]:
    return [(one.rank, one.siren, one.number, one.amount) for one in claims(*lines, **changes)]


def test_one_mandat_of_one_invoice_is_one_claim() -> None:
    (one,) = claims(
        line(" F-412 ", marche="2026-3"), line("f-412", labels=("STYLOS",), imputation=("6064", "", "", ""))
    )
    assert (one.key, one.number, one.amount) == ("01-42-1187-1", "F-412", Decimal("24.00"))
    assert (one.creditor, one.identifier, one.siren) == ("PAPETERIE DU LAC", "73282932000074", "732829320")
    assert (one.words, one.accounts) == (("ECOLE", "FOURNITURES", "STYLOS"), ("60632", "6064"))
    assert (one.iban, one.marche, one.starts_on) == (FIRM.account, "2026-3", date(2026, 5, 12))


def test_every_account_that_its_lines_pay_is_kept() -> None:
    other = replace(FIRM, account="FR6719999000420123456789A79")
    (one,) = claims(line("F1"), line("F1", replace(FIRM, account="")), line("F1", other), line("F1", other))
    assert (one.iban, one.others) == (FIRM.account, (other.account,))


def test_each_invoice_and_each_creditor_is_a_claim_in_the_order_of_the_lines() -> None:
    lines = [line("F-412"), line("F-413"), line("F-412"), line("F-412", OTHER)]
    assert told(*lines) == [
        (1, "732829320", "F-412", Decimal("24.00")),
        (2, "732829320", "F-413", Decimal("12.00")),
        (3, "443061841", "F-412", Decimal("12.00")),
    ]


def test_a_line_without_facture_joins_the_only_invoice_of_its_creditor() -> None:
    assert told(line(), line("F-412"), line(tiers=None)) == [(1, "732829320", "F-412", Decimal("36.00"))]
    several = told(line("F-412"), line("F-413"), line())
    assert [(number, amount) for _, _, number, amount in several][-1] == ("", Decimal("12.00"))
    assert [number for _, _, number, _ in told(line("F-412"), line("", OTHER))] == ["F-412", ""]
    nobody = told(line("A"), line("B", OTHER), line(tiers=None))
    assert [siren for _, siren, _, _ in nobody] == ["732829320", "443061841", ""]


@pytest.mark.parametrize(
    ("kind", "account", "second"),
    [
        (("01", "11"), "60632", OTHER),
        (("01", "01"), "64111", OTHER),
        (("08", "01"), "6513", replace(FIRM, identifier="")),
    ],
)
def test_a_payroll_of_many_people_is_one_claim(kind: tuple[str, str], account: str, second: ReadTiers) -> None:
    first = FIRM if second is OTHER else replace(FIRM, identifier="", reference="A1")
    imputation = (account, "", "", "")
    (one,) = claims(line("", first, imputation=imputation), line("", second, imputation=imputation), kind=kind)
    assert (one.creditor, one.siren, one.iban, one.amount) == ("2 créanciers", "", "", Decimal("24.00"))


def test_many_firms_without_facture_are_a_claim_each() -> None:
    assert [siren for _, siren, _, _ in told(line(), line("", OTHER))] == ["732829320", "443061841"]


@pytest.mark.parametrize(
    ("kind", "identifier", "siren"),
    [
        ("01", "73282932000074", "732829320"),
        ("", "73282932000074", "732829320"),
        ("02", "732829320", "732829320"),
        ("05", "FR44732829320", "732829320"),
        ("05", "ATU12345678", "ATU12345678"),
        ("08", "732829320", "RIDET:732829320"),
        ("04", "190017500000123", ""),
        ("09", "ENCOURS", ""),
        ("06", "USACME", ""),
        ("01", "", ""),
    ],
)
def test_the_firm_is_known_by_whatever_identifier(kind: str, identifier: str, siren: str) -> None:
    (one,) = claims(line("F", replace(FIRM, kind=kind, identifier=identifier)))
    assert (one.siren, one.identifier) == (siren, identifier)


def test_reductions_and_payment_orders_are_claims_too() -> None:
    kinds = [claims_of(flow(MANDAT, kind=kind))[0].kind for kind in ("02", "03")]
    assert kinds == [BordereauKind.REDUCTION, BordereauKind.PAYMENT_ORDERS]


@pytest.mark.parametrize(("kind", "said"), [("04", "le type « 04 »"), ("", "aucun type")])
def test_a_bordereau_of_no_kind_of_helios_is_refused_by_name(kind: str, said: str) -> None:
    with pytest.raises(InvalidPes, match="Le bordereau 42 de 2026") as refused:
        claims_of(flow(MANDAT, kind=kind))
    assert said in str(refused.value)


def test_what_is_written_twice_or_says_nothing_has_a_key_of_its_own() -> None:
    found = claims_of(flow(MANDAT, MANDAT, replace(MANDAT, number=2, lines=())))
    assert [one.key for one in found] == ["01-42-1187-1", "01-42-1187-2", "01-42-2-1"]
    assert found[-1].amount == 0


@needs_official
def test_every_flow_of_the_samples_is_claims() -> None:
    found = {}
    for path in sorted((OFFICIAL / "samples" / "pes").glob("*.xml")):
        if b"PES_Aller" in path.read_bytes()[:2_000]:
            read = read_aller(Path(path))
            found[path.name] = claims_of(read)
            paid = sum((one.amount for one in found[path.name]), Decimal(0))
            assert paid == sum((sheet.total for sheet in read.bordereaux), Decimal(0))
            assert len({one.key for one in found[path.name]}) == len(found[path.name])
    assert len(found) == 9
    assert [one.number for one in found["minimal_own.xml"]] == ["F2026-0117", "AV-55012"]
