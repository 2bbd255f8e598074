"""Records of an invented commune, for tests to start from."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from dematfin.domain.delay.dgp import delay
from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.content import Amounts, Attachment, Content, InvoiceKind, Supplier, VatLine
from dematfin.domain.invoice.invoice import Arrival, Invoice, Origin, received
from dematfin.domain.mandat.budget import Budget, BudgetYear, budget_year_id
from dematfin.domain.mandat.mandat import Line, Mandat, Share
from dematfin.domain.parties.bank import CallBack, KnownAccount, account_id
from dematfin.domain.parties.payee import Assignment, Subcontract
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.parties.tiers import Address, BankAccount, Tiers
from dematfin.domain.policy import Policy
from dematfin.domain.registers import Engagement, Imputation, ServiceRule, StructureRules, engagement_id

COMMUNE: Final = "21990042000015"
CCAS: Final = "26990042000010"
SUPPLIER: Final = "91098765000017"
IBAN: Final = "FR7619999000170009876543276"

BUDGETS: Final = (
    Budget(siret=COMMUNE, code="COMMUNE", label="COMMUNE DE VALBRUME", post="099042", cod_col="142", cod_bud="00"),
    Budget(siret=CCAS, code="CCAS", label="CCAS DE VALBRUME", post="099042", cod_col="143", cod_bud="00"),
)
POLICY: Final = Policy(collectivite=COMMUNE, name="Commune de Valbrume", budgets=BUDGETS)

AGENT: Final = Person(id="agent", name="Claire Agent", roles=frozenset({Role.AGENT}))
VISEUR: Final = Person(
    id="viseur", name="Paul Viseur", roles=frozenset({Role.VISEUR}), desks=frozenset({"SCOLAIRE", "VOIRIE"})
)
MAIRE: Final = Person(id="maire", name="Jeanne Maire", roles=frozenset({Role.ORDONNATEUR}))
ADMIN: Final = Person(id="admin", name="Luc Admin", roles=frozenset({Role.ADMINISTRATEUR}))

RULES: Final = StructureRules(
    id=COMMUNE,
    name="COMMUNE DE VALBRUME",
    service_required=True,
    services={"SCOLAIRE": ServiceRule(name="Affaires scolaires"), "FERME": ServiceRule(name="Fermé", active=False)},
)


def tiers(**changes: Any) -> Tiers:
    """Return the stationer's record."""
    usual = Tiers(
        id="F00231",
        name="PAPETERIE DU LAC",
        identifier=SUPPLIER,
        siren=SUPPLIER[:9],
        address=Address(line2="12 avenue du Test", postcode="99000", town="ESSAIVILLE"),
        account=BankAccount(iban=IBAN, bic="TESTFRPP", holder="PAPETERIE DU LAC"),
    )
    return replace(usual, **changes)


def mandat(**changes: Any) -> Mandat:
    """Return the mandat that pays the stationer's invoice, n° 1187 in bordereau 42."""
    usual = Mandat(
        id="M2026-000001",
        siret=COMMUNE,
        exercice=2026,
        number=1187,
        bordereau="COMMUNE-2026-42",
        tiers=tiers(),
        label="Facture F2026-0412",
        reference="F2026-0412",
        dgp=delay(date(2026, 2, 22), None),
        lines=(Line(number=1, imputation=Imputation(nature="60632"), amount=Decimal("120.00")),),
        shares=(Share(invoice_id="F2026-000001", amount=Decimal("120.00")),),
        pieces=(),
        amount=Decimal("120.00"),
    )
    return replace(usual, **changes)


def engagement(number: str = "BC26-00077", **changes: Any) -> Engagement:
    """Return an order given to the stationer."""
    usual = Engagement(
        id=engagement_id(COMMUNE, number),
        siret=COMMUNE,
        number=number,
        label="Fournitures scolaires",
        tiers="F00231",
        amount=Decimal("90000.00"),
        imputation=Imputation(nature="60632", fonction="211"),
    )
    return replace(usual, **changes)


def budget_year(**changes: Any) -> BudgetYear:
    """Return the year of the commune, opened after mandat 1186 of bordereau 41."""
    year = BudgetYear(
        id=budget_year_id(COMMUNE, 2026),
        siret=COMMUNE,
        exercice=2026,
        last_mandat=1186,
        last_bordereau=41,
        cumul=Decimal("1000.00"),
    )
    return replace(year, **changes)


def content(number: str = "F2026-0412", ttc: str = "120.00", **changes: Any) -> Content:
    """Return a plain invoice of the stationer, VAT at 20 %."""
    total = Decimal(ttc)
    ht = (total / Decimal("1.2")).quantize(Decimal("0.01"))
    usual = Content(
        number=number,
        kind=InvoiceKind.INVOICE,
        frame="A1",
        supplier=Supplier(identifier_kind="1", identifier=SUPPLIER, name="PAPETERIE DU LAC", iban=IBAN),
        siret=COMMUNE,
        service_code="SCOLAIRE",
        engagement="BC26-00077",
        marche="",
        issued_on=date(2026, 2, 20),
        delivered_on=date(2026, 2, 19),
        received_on=date(2026, 2, 21),
        currency="EUR",
        amounts=Amounts(ht=ht, ttc=total, payable=total, vat=(VatLine(rate=Decimal(20), base=ht, amount=total - ht),)),
        attachments=(attachment(f"{number}.pdf"),),
    )
    return replace(usual, **changes)


def attachment(name: str, *, main: bool = True) -> Attachment:
    """Return a file that nobody will open; each name has its own bytes."""
    fingerprint = f"{abs(hash(name)):064x}"[-64:]
    return Attachment(
        name=name, media_type="application/pdf", main=main, document=DocumentRef(sha256=fingerprint, size=1000)
    )


def invoice(number: str = "F2026-0412", ttc: str = "120.00", *, key: str = "F2026-000001", **changes: Any) -> Invoice:
    """Return an invoice that has just come in; `changes` are of its content."""
    written = content(number, ttc, **changes)
    arrival = Arrival(
        origin=Origin.CHORUS,
        remote_id=f"91{key[-6:]}",
        remote_status="MISE_A_DISPOSITION",
        siret=written.siret,
        notified_on=date(2026, 2, 22),
    )
    return received(key, written, arrival)


def account(iban: str = IBAN, **changes: Any) -> KnownAccount:
    """Return the stationer's account, known since its first invoice."""
    usual = KnownAccount(
        id=account_id(SUPPLIER[:9], iban),
        siren=SUPPLIER[:9],
        iban=iban,
        name="PAPETERIE DU LAC",
        seen_in="registre des tiers",
        seen_on=date(2026, 1, 5),
        trusted=True,
    )
    return replace(usual, **changes)


def subcontract(**changes: Any) -> Subcontract:
    """Return the acte spécial of the stationer, accepted on a marché of somebody else."""
    usual = Subcontract(
        id="202517:F00231",
        marche="2025-17",
        key="202517",
        holder="F00100",
        tiers="F00231",
        firm=SUPPLIER[:9],
        name="PAPETERIE DU LAC",
        ceiling=Decimal("1000.00"),
    )
    return replace(usual, **changes)


def assignment(**changes: Any) -> Assignment:
    """Return what the stationer handed over to a factor, confirmed by two people."""
    at = datetime(2026, 1, 6, 9, tzinfo=UTC)
    usual = Assignment(
        id="C2026-0001",
        firm=SUPPLIER[:9],
        supplier="PAPETERIE DU LAC",
        factor="F00700",
        payee="FACTOFRANCE",
        notified_on=date(2026, 1, 5),
        calls=tuple(CallBack(by=by, at=at, trace="M. Lac, 04 00 00 00 00, contrat") for by in ("agent", "maire")),
    )
    return replace(usual, **changes)
