"""Proposals: what a document seems to say, whatever its layout, and never more certain than its signs."""

from dataclasses import replace

import pytest

from dematfin.domain.paper.proposals import Familiar, Field, Proposal, Source, Trust, confront, propose
from domain.layouts import CREDIT_NOTE, ENERGY, KNOWN, LAYOUTS, PAPER_SHOP, PLUMBER, TELEPHONE, Layout

SURE, LIKELY, DOUBTFUL = Trust.SURE, Trust.LIKELY, Trust.DOUBTFUL


def read(text: str, known: Familiar = KNOWN) -> dict[Field, Proposal]:
    found = propose([text], Source.OCR, known)
    assert len({one.field for one in found}) == len(found)
    return {one.field: one for one in found}


def trusts(text: str, known: Familiar = KNOWN) -> dict[Field, Trust]:
    return {name: one.trust for name, one in read(text, known).items()}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_each_layout_says_what_a_person_reads(layout: Layout) -> None:
    assert {name: one.value for name, one in read(layout.text).items()} == layout.says


def test_two_signs_make_sure() -> None:
    found = trusts(PAPER_SHOP.text)
    assert found == dict.fromkeys(PAPER_SHOP.says, SURE) | dict.fromkeys(
        (Field.KIND, Field.NUMBER, Field.ISSUED_ON), LIKELY
    )


def test_a_stranger_is_never_sure_by_its_checksum_alone() -> None:
    found = read(ENERGY.text, Familiar(today=KNOWN.today))
    assert (found[Field.SIRET].trust, found[Field.IBAN].trust) == (LIKELY, LIKELY)
    assert Field.SUPPLIER not in found
    assert found[Field.ENGAGEMENT].trust is DOUBTFUL


def test_a_vat_number_confirms_a_stranger() -> None:
    assert trusts(PAPER_SHOP.text, Familiar())[Field.SIRET] is SURE


def test_a_number_read_twice_is_sure() -> None:
    assert trusts(TELEPHONE.text)[Field.NUMBER] is SURE


def test_a_title_without_its_sign_is_to_be_checked() -> None:
    assert trusts(PLUMBER.text)[Field.NUMBER] is DOUBTFUL


def test_a_siren_from_a_vat_number_is_only_likely() -> None:
    assert read(CREDIT_NOTE.text)[Field.SIRET].trust is LIKELY


def test_pages_are_read_together_and_the_source_is_told() -> None:
    first, last = PAPER_SHOP.text.split("Désignation")
    found = propose([first, last], Source.TEXT, KNOWN)
    assert {one.field: one.value for one in found} == PAPER_SHOP.says
    assert {one.source for one in found} == {Source.TEXT}


@pytest.mark.parametrize("text", ["", " \n\n ", "Bonjour,\nveuillez avoir l'obligeance de rappeler."])
def test_what_is_no_invoice_says_nothing(text: str) -> None:
    assert propose([text], Source.OCR, KNOWN) == ()


@pytest.mark.parametrize(
    ("text", "value", "trust"),
    [
        ("SIRET 910 987 650 00017", "91098765000017", SURE),  # known
        ("Siret: 9O1 122 333 OOO15", "90112233300015", LIKELY),  # letters that the key proves to be digits
        ("SIRET 9 0 1 1 2 2 3 3 3 0 0 0 1 5", "90112233300015", LIKELY),
        ("N° 90112233300015", "90112233300015", DOUBTFUL),  # nothing says that it is a SIRET
        ("SIRET 356 000 000 49837", "35600000049837", LIKELY),  # a site of La Poste
        ("SIRET 90112233300016", None, None),
        ("SIRET 901122333000150", None, None),
        ("SIRET 219 900 420 00015", None, None),  # ours
        ("SIRET 219 900 420 00023", None, None),  # another of our establishments
        ("SIRET 219 900 020 00013", None, None),  # ours, two digits misread
        ("SIRET 90112233300015\nTVA FR87910987650", "90112233300015", DOUBTFUL),
        ("SIRET 90112233300015\nSIRET 90556677400014", "90112233300015", DOUBTFUL),
        ("SIRET 90112233300015\nSIRET 90112233300023", "90112233300015", DOUBTFUL),  # two establishments
        ("SIRET 90112233300015\nSIRET 91098765000017", "91098765000017", SURE),  # the known one
        ("TVA FR87 910 987 65O", "910987650", LIKELY),
        ("TVA FR88 910 987 650", None, None),  # wrong key
        ("TVA FR87910987650 et FR00901122333", "910987650", DOUBTFUL),
    ],
)
def test_supplier(text: str, value: str | None, trust: Trust | None) -> None:
    found = read(text).get(Field.SIRET)
    assert (found and found.value, found and found.trust) == (value, trust)


def test_a_contradiction_is_told() -> None:
    found = read("SIRET 90112233300015\nTVA FR87910987650")[Field.SIRET]
    assert "mais le n° de TVA désigne le SIREN 910987650" in found.why


@pytest.mark.parametrize(
    ("text", "value", "trust"),
    [
        ("IBAN FR76 1999 9000 1700 0987 6543 276", "FR7619999000170009876543276", SURE),
        ("FR76 1999 9OOO I7OO O987 6543 276 BIC ABCDFRPP", "FR7619999000170009876543276", SURE),
        ("IBAN FR76 1999 9000 1700 0998 7654 351", "FR7619999000170009987654351", LIKELY),
        ("IBAN FR76 1999 9000 1700 0998 7654 352", None, None),
        ("IBAN BE68 5390 0754 7034", "BE68" + "539007547034", LIKELY),
        ("IBAN FR7619999000170009987654351 ou FR7619999000170010432098748", "FR7619999000170009987654351", DOUBTFUL),
        ("IBAN FR7619999000170009987654351 ou FR7619999000170009876543276", "FR7619999000170009876543276", SURE),
        ("SIRET 90223344400014 FR7619999000170009876543276", "FR7619999000170009876543276", DOUBTFUL),  # another's
        ("SIRET 91098765000017 FR7619999000170009987654351", "FR7619999000170009987654351", DOUBTFUL),  # not its own
    ],
)
def test_account(text: str, value: str | None, trust: Trust | None) -> None:
    found = read(text).get(Field.IBAN)
    assert (found and found.value, found and found.trust) == (value, trust)


def test_the_holder_of_a_known_account_is_named_when_no_number_is() -> None:
    found = read("Virement : FR7619999000170009876543276")[Field.SUPPLIER]
    assert (found.value, found.trust) == ("PAPETERIE DU LAC", LIKELY)


@pytest.mark.parametrize(
    ("text", "value", "trust"),
    [
        ("Engagement n° BC26-00077", "BC26-00077", SURE),
        ("Votre commande : bc 26.00077", "BC26-00077", SURE),
        ("BC26-OOO77 / mairie", "BC26-00077", LIKELY),
        ("BC26-000775", None, None),
        ("20261234", "20261234", LIKELY),
        ("Commande 4500012", "4500012", DOUBTFUL),
        ("Commande du 12/11/2026", None, None),
        ("BC26-00077 puis SOC26-0003", "BC26-00077", DOUBTFUL),
    ],
)
def test_engagement(text: str, value: str | None, trust: Trust | None) -> None:
    found = read(text).get(Field.ENGAGEMENT)
    assert (found and found.value, found and found.trust) == (value, trust)


def test_a_short_number_is_not_found_in_an_address() -> None:
    known = replace(KNOWN, engagements=frozenset({"74000", "12"}))
    assert Field.ENGAGEMENT not in read("12 rue du Lac 74000 Annecy", known)
    assert read("Engagement 74000", known)[Field.ENGAGEMENT].value == "74000"


def structured(**values: str) -> tuple[Proposal, ...]:
    return tuple(
        Proposal(field=Field[name.upper()], value=value, trust=SURE, source=Source.FACTURX, why="cohérent")
        for name, value in values.items()
    )


@pytest.mark.parametrize(
    ("siret", "iban", "doubtful"),
    [
        ("91098765000017", "FR7619999000170009876543276", set()),  # its own account
        ("90556677400014", "FR7619999000170009987654351", set()),  # both are new
        ("91098765000017", "FR7619999000170009987654351", {Field.IBAN}),  # a known supplier, another account
        ("90556677400014", "FR7619999000170009876543276", {Field.IBAN}),  # another supplier's
        ("21990042000015", "FR7619999000170009987654351", {Field.SIRET}),  # ours
    ],
)
def test_structured_data_are_confronted_with_what_is_known(siret: str, iban: str, doubtful: set[Field]) -> None:
    found = confront(structured(siret=siret, iban=iban, number="F1"), KNOWN)
    assert {one.field for one in found if one.trust is DOUBTFUL} == doubtful
    assert [one.value for one in found] == [siret, iban, "F1"]
