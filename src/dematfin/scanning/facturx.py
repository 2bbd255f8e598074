"""Factur-X and ZUGFeRD: the structured invoice (UN/CEFACT CII) that a PDF carries, turned into proposals.

All profiles are read, from MINIMUM to EXTENDED, and ZUGFeRD 1.0 whose elements have other names.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from dematfin.domain import money
from dematfin.domain.paper.proposals import Field, Proposal, Source, Trust
from dematfin.domain.parties import iban, siret
from dematfin.errors import InvalidInvoice
from dematfin.support.xml import MEBIBYTE, Element, local_name, parse_bytes

names: Final = frozenset({"factur-x.xml", "zugferd-invoice.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml"})
"""Attachments that carry it, as the standards name them."""
LARGEST: Final = 5 * MEBIBYTE
WHAT: Final = "Facture électronique jointe au PDF"
OFFICIAL: Final = frozenset(
    {
        "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
        "urn:ferd:CrossIndustryDocument:invoice:1p0",
    }
)
KINDS: Final = (
    dict.fromkeys(("380", "326", "384", "386", "389", "393", "751"), "FACTURE")
    | dict.fromkeys(("381", "261", "262", "396"), "AVOIR")
)  # fmt: skip
"""Document types (UNTDID 1001): final, partial, corrected, on account, self-billed, factored; their credit notes."""
SIREN_LENGTH: Final = 9
EUROS: Final = "EUR"
DAY_FORMAT: Final = "102"
DAY: Final = re.compile("[0-9]{8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sections:
    """The three parts of an invoice that say what an agent enters."""

    document: Element
    agreement: Element
    settlement: Element


def read(data: bytes) -> tuple[Proposal, ...]:
    """Return what the structured invoice says: sure when it agrees with itself, else to be checked with the reason.

    Raises:
        UnreadableXml, TooLarge: not an XML that we open.
        InvalidInvoice: it is no CII invoice, or says nothing of what is looked for.
    """
    sections = _sections(parse_bytes(data, WHAT, LARGEST))
    values = {name: value for name, value in _values(sections) if value}
    if not values:
        raise InvalidInvoice(_sentence("elle ne porte aucune information utile"))
    faults = tuple(_faults(values, sections.settlement))
    trust = Trust.DOUBTFUL if faults else Trust.SURE
    why = ", ".join(faults) or "données structurées cohérentes : HT + TVA = TTC, clés justes"
    return tuple(
        Proposal(field=name, value=value, trust=trust, source=Source.FACTURX, why=why) for name, value in values.items()
    )


def _sections(root: Element) -> _Sections:
    space = root.tag.removeprefix("{").split("}")[0]
    if space not in OFFICIAL:
        raise InvalidInvoice(_sentence(f"ce n'est pas une facture Factur-X ({local_name(root)[:40]})"))
    document = _child(root, "ExchangedDocument", "HeaderExchangedDocument")
    transaction = _child(root, "SupplyChainTradeTransaction", "SpecifiedSupplyChainTradeTransaction")
    agreement = _child(transaction, "ApplicableHeaderTradeAgreement", "ApplicableSupplyChainTradeAgreement")
    settlement = _child(transaction, "ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement")
    if any(part is None for part in (document, agreement, settlement)):
        raise InvalidInvoice(_sentence("il y manque l'en-tête, le vendeur ou le règlement"))
    return _Sections(document=document, agreement=agreement, settlement=settlement)


def _values(sections: _Sections) -> Iterator[tuple[Field, str]]:
    seller = _child(sections.agreement, "SellerTradeParty")
    kind = KINDS.get(_text(sections.document, "TypeCode"), "")
    yield Field.KIND, kind
    yield Field.SIRET, _identifier(seller)
    yield Field.SUPPLIER, _text(seller, "Name")
    yield Field.NUMBER, _text(sections.document, "ID")
    yield Field.ISSUED_ON, _day(sections.document)
    for name, amount in _amounts(sections.settlement).items():
        yield name, f"{abs(amount) if kind == 'AVOIR' else amount:.2f}"
    yield Field.IBAN, next(iter(_accounts(sections.settlement)), "")
    order = _child(sections.agreement, "BuyerOrderReferencedDocument")
    yield Field.ENGAGEMENT, _text(order, "IssuerAssignedID") or _text(order, "ID")
    yield Field.SERVICE, _text(sections.agreement, "BuyerReference")


def _faults(values: Mapping[Field, str], settlement: Element) -> Iterator[str]:
    """Yield what forbids to believe the invoice as it stands."""
    if not _adds_up(values):
        yield "HT + TVA ne font pas le TTC, ou l'un d'eux manque"
    if values.get(Field.TTC, "").startswith("-"):
        yield "montants négatifs sur une facture"
    currency = _text(settlement, "InvoiceCurrencyCode")
    if currency != EUROS:
        yield f"monnaie {currency[:10] or 'non précisée'}"
    number = values.get(Field.SIRET, "")
    if not (siret.is_valid(number) or len(number) == SIREN_LENGTH):
        yield "SIRET du vendeur absent ou de clé fausse"
    accounts = _accounts(settlement)
    if len(accounts) > 1:
        yield f"{len(accounts)} comptes à payer"
    if any(not _is_iban(account) for account in accounts):
        yield "clé de l'IBAN fausse"


def _adds_up(values: Mapping[Field, str]) -> bool:
    """Say whether HT + TVA = TTC; a profile without TVA must have both others equal."""
    if Field.HT not in values or Field.TTC not in values:
        return False
    return Decimal(values[Field.HT]) + Decimal(values.get(Field.TVA, "0")) == Decimal(values[Field.TTC])


def _identifier(seller: Element | None) -> str:
    """Return the SIRET of the seller, else its SIREN: its legal organisation (0002), or a global identifier (0009)."""
    organization = _child(seller, "SpecifiedLegalOrganization")
    printed = [*_children(organization, "ID"), *_children(seller, "GlobalID")]
    official = [one for one in printed if one.get("schemeID", "0002") in {"0002", "0009"}]
    numbers = sorted((siret.compact(one.text or "") for one in official), key=len, reverse=True)
    digits = (number for number in numbers if number.isascii() and number.isdigit())
    return next((number for number in digits if len(number) in {siret.LENGTH, SIREN_LENGTH}), "")


def _day(document: Element) -> str:
    written = _child(_child(document, "IssueDateTime"), "DateTimeString")
    digits = "" if written is None or written.get("format") != DAY_FORMAT else (written.text or "").strip()
    try:
        return date.fromisoformat(digits).isoformat() if DAY.fullmatch(digits) else ""
    except ValueError:
        return ""


def _amounts(settlement: Element) -> dict[Field, Decimal]:
    summation = _child(
        settlement, "SpecifiedTradeSettlementHeaderMonetarySummation", "SpecifiedTradeSettlementMonetarySummation"
    )
    currency = _text(settlement, "InvoiceCurrencyCode")
    found = {}
    for name, tag in (
        (Field.HT, "TaxBasisTotalAmount"),
        (Field.TVA, "TaxTotalAmount"),
        (Field.TTC, "GrandTotalAmount"),
    ):
        for element in _children(summation, tag):
            if element.get("currencyID", currency) == currency and (amount := _amount(element)) is not None:
                found[name] = amount
    return found


def _amount(element: Element) -> Decimal | None:
    try:
        return money.euros(money.parse(element.text or ""))
    except ValueError:
        return None


def _accounts(settlement: Element) -> tuple[str, ...]:
    """Return the accounts to pay, once each."""
    means = _children(settlement, "SpecifiedTradeSettlementPaymentMeans")
    paid = (_text(_child(one, "PayeePartyCreditorFinancialAccount"), "IBANID") for one in means)
    return tuple(dict.fromkeys(iban.compact(account) for account in paid if account))


def _is_iban(text: str) -> bool:
    try:
        iban.parse(text)
    except iban.InvalidIban:
        return False
    return True


def _children(parent: Element | None, *wanted: str) -> Iterator[Element]:
    """Yield the children of one of these names, whatever the release of the namespace."""
    if parent is not None:
        yield from (child for child in parent if local_name(child) in wanted)


def _child(parent: Element | None, *wanted: str) -> Element | None:
    return next(_children(parent, *wanted), None)


def _text(parent: Element | None, wanted: str) -> str:
    child = _child(parent, wanted)
    return "" if child is None else " ".join((child.text or "").split())[:100]


def _sentence(why: str) -> str:
    return f"{WHAT} : {why}."
