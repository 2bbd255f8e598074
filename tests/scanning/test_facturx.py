"""Factur-X: each profile says what it holds, what contradicts itself is to be checked, what is hostile is refused."""

import pytest

from dematfin.domain.paper.proposals import Field, Source, Trust
from dematfin.errors import InvalidInvoice, TooLarge, UnreadableXml
from dematfin.scanning import facturx
from scanning.structured import IBAN, cii, zugferd_1

MINIMUM = {
    Field.KIND: "FACTURE",
    Field.SIRET: "91098765000017",
    Field.SUPPLIER: "PAPETERIE DU LAC",
    Field.NUMBER: "F2026-0412",
    Field.ISSUED_ON: "2026-11-12",
    Field.HT: "1000.00",
    Field.TVA: "200.00",
    Field.TTC: "1200.00",
    Field.ENGAGEMENT: "BC26-00077",
    Field.SERVICE: "SCOLAIRE",
}
WHOLE = MINIMUM | {Field.IBAN: IBAN}


def values(data: bytes) -> dict[Field, str]:
    return {one.field: one.value for one in facturx.read(data)}


def trusts(data: bytes) -> set[Trust]:
    return {one.trust for one in facturx.read(data)}


def reasons(data: bytes) -> str:
    (why,) = {one.why for one in facturx.read(data)}
    return why


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("urn:factur-x.eu:1p0:minimum", MINIMUM),
        ("urn:factur-x.eu:1p0:basicwl", WHOLE),
        ("urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic", WHOLE),
        ("urn:cen.eu:en16931:2017", WHOLE),
        ("urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended", WHOLE),
    ],
)
def test_each_profile_says_what_it_holds(profile: str, expected: dict[Field, str]) -> None:
    found = facturx.read(cii(profile=profile))
    assert {one.field: one.value for one in found} == expected
    assert {(one.trust, one.source) for one in found} == {(Trust.SURE, Source.FACTURX)}


def test_the_first_zugferd_is_read_by_its_own_names() -> None:
    assert values(zugferd_1()) == WHOLE


@pytest.mark.parametrize(
    ("code", "expected"),
    [("380", "FACTURE"), ("384", "FACTURE"), ("386", "FACTURE"), ("381", "AVOIR"), ("261", "AVOIR")],
)
def test_the_kind_follows_the_code(code: str, expected: str) -> None:
    assert values(cii(kind=code))[Field.KIND] == expected


def test_a_kind_that_is_no_invoice_is_not_guessed() -> None:
    assert Field.KIND not in values(cii(kind="220"))


def test_a_credit_note_has_positive_amounts_whatever_its_sign() -> None:
    negative = cii(kind="381", ht="-1000.00", tva="-200.00", ttc="-1200.00")
    assert values(negative)[Field.TTC] == "1200.00"
    assert trusts(negative) == {Trust.SURE}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"ttc": "1200.01"}, "HT + TVA"),
        ({"tva": ""}, "HT + TVA"),
        ({"ht": "mille"}, "HT + TVA"),
        ({"organization": "91098765000018"}, "SIRET"),
        ({"organization": ""}, "SIRET"),
        ({"iban": "FR7619999000170009876543277"}, "IBAN"),
        ({"second_iban": "FR7619999000170009987654351"}, "2 comptes"),
        ({"currency": "CHF"}, "CHF"),
        ({"ht": "-1000.00", "tva": "-200.00", "ttc": "-1200.00"}, "négatifs"),
    ],
)
def test_what_contradicts_itself_is_to_be_checked(changes: dict[str, str], word: str) -> None:
    data = cii(**changes)
    assert trusts(data) == {Trust.DOUBTFUL}
    assert word in reasons(data)


def test_without_vat_both_totals_are_the_same() -> None:
    assert trusts(cii(tva="", ttc="1000.00")) == {Trust.SURE}


@pytest.mark.parametrize(
    ("organization", "scheme", "expected"),
    [
        ("910987650", "0002", "910987650"),
        ("910 987 650 00017", "0009", "91098765000017"),
        ("5790000436057", "0088", None),  # a GLN is no SIRET
        ("٩١٠٩٨٧٦٥٠", "0002", None),
    ],
)
def test_the_seller_is_named_by_its_official_number(organization: str, scheme: str, expected: str | None) -> None:
    assert values(cii(organization=organization, scheme=scheme)).get(Field.SIRET) == expected


def test_a_global_siret_is_better_than_a_siren() -> None:
    assert values(cii(organization="910987650", siret="91098765000017"))[Field.SIRET] == "91098765000017"


def test_vat_in_another_currency_is_left() -> None:
    assert values(cii(other_vat="1900.00"))[Field.TVA] == "200.00"


@pytest.mark.parametrize("day", ["20261332", "12112026", "2026-W01-1", "", "2026111"])
def test_a_day_that_does_not_exist_is_not_proposed(day: str) -> None:
    assert Field.ISSUED_ON not in values(cii(day=day))


def test_amounts_are_rounded_to_the_cent() -> None:
    assert values(cii(ht="1000.0000", tva="200.004", ttc="1200"))[Field.TVA] == "200.00"


BOMB = b"".join(b'<!ENTITY l%d "%s">' % (depth, b"&l%d;" % (depth - 1) * 10 if depth else b"ha") for depth in range(10))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", UnreadableXml),
        (b"%PDF-1.7", UnreadableXml),
        (cii().replace(b"<rsm:", b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><rsm:', 1), UnreadableXml),
        (b"<!DOCTYPE a [" + BOMB + b"]><a>&l9;</a>", UnreadableXml),
        (cii()[:-20], UnreadableXml),
        (b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>", InvalidInvoice),
        (b"<CrossIndustryInvoice/>", InvalidInvoice),
        (
            b"<c:CrossIndustryInvoice xmlns:c='urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100'/>",
            InvalidInvoice,
        ),
        (cii(supplement=" " * 10_000_000), TooLarge),
    ],
)
def test_what_is_hostile_or_no_invoice_is_refused(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error, match="joint"):
        facturx.read(data)
