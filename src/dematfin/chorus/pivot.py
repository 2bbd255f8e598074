"""CPPFacturePivot: the XML in which Chorus Pro hands invoices over, with their files inside (V1_20 to V2_02)."""

import base64
import binascii
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from dematfin.chorus.pieces import files
from dematfin.domain import money
from dematfin.domain.invoice.content import Amounts, Content, InvoiceKind, Supplier, VatLine
from dematfin.errors import BadAnswer, InvalidInvoice
from dematfin.ports.invoice_source import Reading
from dematfin.support.xml import Element, local_name, parse_bytes

KINDS: Final = {"380": InvoiceKind.INVOICE, "381": InvoiceKind.CREDIT_NOTE}


def read_one(data: bytes, remote_id: str) -> Reading:
    """Return the invoice that was asked for, among those of a file.

    Raises:
        UnreadableXml, TooLarge, InvalidInvoice, NotAPdf, UnsafeArchive: naming the invoice and what is wrong.
    """
    units = list(_units(data, remote_id))
    named = [unit for unit in units if _text(unit, "DonneesFacture/IdCPRO").lstrip("0") == remote_id]
    anonymous = [unit for unit in units if not _text(unit, "DonneesFacture/IdCPRO")]  # before V2 there was no id
    if len(named) == 1:
        return _reading(named[0])
    if len(units) == len(anonymous) == 1:
        return _reading(anonymous[0])
    message = f"Facture Chorus Pro n° {remote_id} : on ne la trouve pas dans le fichier reçu ({len(units)} factures)."
    raise InvalidInvoice(message)


def read_all(data: bytes) -> tuple[Reading, ...]:
    """Return every invoice of a file; same errors as `read_one`."""
    return tuple(_reading(unit) for unit in _units(data, "reçue"))


def _units(data: bytes, remote_id: str) -> Iterator[Element]:
    root = parse_bytes(data, f"Facture Chorus Pro n° {remote_id}")
    if local_name(root) != "CPPFacturePivot":
        message = f"Facture Chorus Pro n° {remote_id} : ce fichier n'est pas un pivot Chorus Pro ({local_name(root)})."
        raise InvalidInvoice(message)
    yield from root.iterfind("CPPFactures/CPPFacturePivotUnitaire")


def _reading(unit: Element) -> Reading:
    content = _content(unit)
    return Reading(content=content, files=tuple(files(unit, content.number)))


def _content(unit: Element) -> Content:
    number = _required(unit, "DonneesFacture/Id", "?")
    kind = _kind(unit, number)
    delivered = _text(unit, "DonneesFacture/DateLivraison")
    return Content(
        number=number,
        kind=kind,
        frame=_required(unit, "DonneesFacture/Cadre", number),
        supplier=_supplier(unit, number),
        siret=_required(unit, "Debiteur/Identifiant", number),
        service_code=_text(unit, "Debiteur/CodeService"),
        engagement=_text(unit, "DonneesFacture/Engagement/NumeroEngagement"),
        marche=_text(unit, "DonneesFacture/Engagement/NumeroMarche"),
        issued_on=_day(unit, "DonneesFacture/DateEmissionFacture", number),
        delivered_on=_day(unit, "DonneesFacture/DateLivraison", number) if delivered else None,
        received_on=_day(unit, "DonneesFacture/DateReception", number),
        currency=_required(unit, "DonneesFacture/Devise", number),
        amounts=_amounts(unit, number, kind),
        origin_number=_text(unit, "DonneesFacture/IdFactureOrigine"),
        attachments=(),
    )


def _supplier(unit: Element, number: str) -> Supplier:
    return Supplier(
        identifier_kind=_text(unit, "Fournisseur/TypeIdentifiant"),
        identifier=_required(unit, "Fournisseur/Identifiant", number),
        name=_required(unit, "Fournisseur/RaisonSociale", number),
        country=_text(unit, "Fournisseur/CodePays") or "FR",
        iban=_iban(unit),
        factor=_text(unit, "Fournisseur/ReferenceBancaire/RaisonSocialeEncaisseur"),
    )


def _iban(unit: Element) -> str:
    """Return the account when it is an IBAN; an old RIB is no use to a mandat."""
    reference = unit.find("Fournisseur/ReferenceBancaire")
    if reference is None or reference.get("Type", "IBAN") != "IBAN":
        return ""
    return "".join(_text(reference, "Compte").split()).upper()


def _kind(unit: Element, number: str) -> InvoiceKind:
    """Invoice or credit note: paying one for the other would be a wrong payment, so nothing is guessed."""
    code = _required(unit, "DonneesFacture/Type", number)
    if code not in KINDS:
        message = f"Facture {number} : son type « {code} » n'est ni une facture (380) ni un avoir (381)."
        raise InvalidInvoice(message)
    return KINDS[code]


def _amounts(unit: Element, number: str, kind: InvoiceKind) -> Amounts:
    """Read the totals; a credit note may be written with either sign, its amounts are kept positive."""
    ttc = _amount(unit, "DonneesFacture/Montants/MontantTTC", number)
    if ttc < 0 and kind is InvoiceKind.INVOICE:
        message = (
            f"Facture {number} : son total est négatif ({ttc}) alors qu'elle se dit facture et non avoir. Rejetez-la "
            "dans Chorus Pro : le fournisseur doit déposer un avoir (type 381)."
        )
        raise InvalidInvoice(message)
    sign = -1 if ttc < 0 else 1
    payable = _text(unit, "DonneesFacture/Montants/MontantNetAPayer")
    return Amounts(
        ht=sign * _amount(unit, "DonneesFacture/Montants/MontantHT", number),
        ttc=sign * ttc,
        payable=sign * _amount(unit, "DonneesFacture/Montants/MontantNetAPayer", number) if payable else sign * ttc,
        vat=tuple(_vat(line, number, sign) for line in unit.iterfind("DonneesFacture/TVAs/TVA")),
    )


def _vat(line: Element, number: str, sign: int) -> VatLine:
    return VatLine(
        rate=_amount(line, "Taux", number),
        base=sign * _amount(line, "BaseHt", number),
        amount=sign * _amount(line, "MontantTVA", number),
    )


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _required(unit: Element, path: str, number: str) -> str:
    value = _text(unit, path)
    if not value:
        message = f"Facture {number} : l'information « {path} » manque dans le fichier de Chorus Pro."
        raise InvalidInvoice(message)
    return value


def _amount(element: Element, path: str, number: str) -> Decimal:
    try:
        return money.parse(_required(element, path, number))
    except ValueError as error:
        message = f"Facture {number} : {path} : {error}."
        raise InvalidInvoice(message) from error


def _day(unit: Element, path: str, number: str) -> date:
    try:
        return date.fromisoformat(_required(unit, path, number)[:10])
    except ValueError as error:
        message = f"Facture {number} : la date « {path} » est illisible."
        raise InvalidInvoice(message) from error


def decoded(fichier_resultat: object) -> bytes:
    """Return the file of a download, base64 in a field that must be there whatever `codeRetour` says."""
    try:
        data = base64.b64decode(str(fichier_resultat or ""), validate=True)
    except (binascii.Error, ValueError) as error:
        message = "Chorus Pro : le fichier téléchargé est abîmé (base64 illisible)."
        raise BadAnswer(message) from error
    if not data:
        message = "Chorus Pro a répondu sans le fichier demandé."
        raise BadAnswer(message)
    return data
