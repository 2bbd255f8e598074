"""A firm without SIRET, from its row in the register to its mandat."""

from pathlib import Path

from dematfin.domain.invoice.content import Supplier
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.parties.tiers import Address, BankAccount
from examples import content, engagement, tiers
from fakes.hall import Hall

GERMAN = "DE89370400440532013000"


def test_a_foreign_firm_is_paid_by_its_vat_number(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    abroad = tiers(
        id="F00900",
        identifier="ATU12345678",
        identifier_kind="05",
        siren="ATU12345678",
        address=Address(line2="Musterstraße 1", postcode="99999", town="10115 BERLIN", country="109"),
        account=BankAccount(iban=GERMAN, bic="TESTDEFFXXX", holder="MUSTERMANN GMBH"),
    )
    with hall.ledger.transaction() as books:
        books.save(abroad, engagement("BC26-00090", tiers="F00900"))
    seller = Supplier(identifier_kind="2", identifier="ATU 12345678", name="MUSTERMANN", country="DE", iban=GERMAN)
    hall.chorus.deposit("9100001", content("M-1", supplier=seller, engagement="BC26-00090"))
    hall.day()
    hall.certify()
    hall.day()
    (mandat,) = hall.all(Mandat)
    assert (mandat.tiers.id, mandat.tiers.address.country, mandat.tiers.account.bic) == ("F00900", "109", "TESTDEFFXXX")
