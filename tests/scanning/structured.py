"""Structured invoices written by hand from the public standard, profile by profile."""

from typing import Final

IBAN: Final = "FR7619999000170009876543276"
MINIMUM: Final = "urn:factur-x.eu:1p0:minimum"
SPACES: Final = (
    'xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" '
    'xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100" '
    'xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"'
)
LINE: Final = """<ram:IncludedSupplyChainTradeLineItem>
<ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID></ram:AssociatedDocumentLineDocument>
<ram:SpecifiedLineTradeAgreement><ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>AUTRE-1</ram:IssuerAssignedID>
</ram:BuyerOrderReferencedDocument></ram:SpecifiedLineTradeAgreement>
<ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation>
<ram:GrandTotalAmount>12.00</ram:GrandTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>
</ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>"""


def cii(  # noqa: PLR0913 - one argument for each thing that a test changes
    *,
    profile: str = "urn:cen.eu:en16931:2017",
    kind: str = "380",
    day: str = "20261112",
    organization: str = "91098765000017",
    scheme: str = "0002",
    siret: str = "",
    ht: str = "1000.00",
    tva: str = "200.00",
    ttc: str = "1200.00",
    iban: str = IBAN,
    second_iban: str = "",
    currency: str = "EUR",
    other_vat: str = "",
    supplement: str = "",
) -> bytes:
    """Return an invoice of Factur-X; the MINIMUM profile has no account, and the two smallest have no lines."""
    lines = "" if profile.endswith(("minimum", "basicwl")) else LINE
    accounts = () if profile == MINIMUM else (iban, second_iban)
    means = "".join(
        "<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>30</ram:TypeCode><ram:PayeePartyCreditorFinancialAccount>"
        f"<ram:IBANID>{one}</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>"
        "</ram:SpecifiedTradeSettlementPaymentMeans>"
        for one in accounts
        if one
    )
    legal = f'<ram:ID schemeID="{scheme}">{organization}</ram:ID>' if organization else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice {SPACES}>
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>{profile}</ram:ID>
</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>F2026-0412</ram:ID><ram:TypeCode>{kind}</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">{day}</udt:DateTimeString></ram:IssueDateTime>
</rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction>{lines}
<ram:ApplicableHeaderTradeAgreement><ram:BuyerReference>SCOLAIRE</ram:BuyerReference>
<ram:SellerTradeParty>{f'<ram:GlobalID schemeID="0009">{siret}</ram:GlobalID>' if siret else ""}
<ram:Name>PAPETERIE DU LAC</ram:Name><ram:SpecifiedLegalOrganization>{legal}</ram:SpecifiedLegalOrganization>
<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">FR87910987650</ram:ID></ram:SpecifiedTaxRegistration>
</ram:SellerTradeParty><ram:BuyerTradeParty><ram:Name>COMMUNE DE VALBRUME</ram:Name><ram:SpecifiedLegalOrganization>
<ram:ID schemeID="0002">21990042000015</ram:ID></ram:SpecifiedLegalOrganization></ram:BuyerTradeParty>
<ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>BC26-00077</ram:IssuerAssignedID>
</ram:BuyerOrderReferencedDocument></ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeDelivery/>{supplement}
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>{currency}</ram:InvoiceCurrencyCode>{means}
<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:TaxBasisTotalAmount>{ht}</ram:TaxBasisTotalAmount>
{f'<ram:TaxTotalAmount currencyID="{currency}">{tva}</ram:TaxTotalAmount>' if tva else ""}
{f'<ram:TaxTotalAmount currencyID="DKK">{other_vat}</ram:TaxTotalAmount>' if other_vat else ""}
<ram:GrandTotalAmount>{ttc}</ram:GrandTotalAmount><ram:DuePayableAmount>{ttc}</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement>
</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>""".encode()


def zugferd_1() -> bytes:
    """Return the same invoice as the first release of ZUGFeRD wrote it."""
    text = cii().decode()
    for new, old in (
        ("urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100", "urn:ferd:CrossIndustryDocument:invoice:1p0"),
        ("CrossIndustryInvoice", "CrossIndustryDocument"),
        ("rsm:ExchangedDocument>", "rsm:HeaderExchangedDocument>"),
        ("rsm:SupplyChainTradeTransaction", "rsm:SpecifiedSupplyChainTradeTransaction"),
        ("SpecifiedLineTradeAgreement", "SpecifiedSupplyChainTradeAgreement"),
        ("ApplicableHeaderTrade", "ApplicableSupplyChainTrade"),
        ("SettlementHeaderMonetary", "SettlementMonetary"),
        ("ram:IssuerAssignedID", "ram:ID"),
    ):
        text = text.replace(new, old)
    return text.encode()
