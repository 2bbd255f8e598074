"""CPPFacturePivot: the XML in which Chorus Pro hands invoices over, with their files inside (V1_20 to V2_02)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from dematfin.chorus.pieces import Pieces
from dematfin.domain import money
from dematfin.domain.invoice.content import Amounts, Content, InvoiceKind, InvoiceLine, Supplier, VatLine
from dematfin.errors import InvalidInvoice
from dematfin.ports.invoice_source import File, Reading
from dematfin.support.xml import Element, local_name, stream_file

KINDS: Final = {"380": InvoiceKind.INVOICE, "381": InvoiceKind.CREDIT_NOTE}
ROOT: Final = "CPPFacturePivot"
UNIT: Final = "CPPFacturePivotUnitaire"
PIECE: Final = "PJ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One invoice of a file; `remote_id` is empty before V2, when there was none."""

    remote_id: str
    reading: Reading


def read_one(path: Path, remote_id: str, folder: Path) -> Reading:
    """Return the invoice that was asked for, among those of a file; its attachments are written in `folder`.

    Raises:
        UnreadableXml, TooLarge, InvalidInvoice, NotAPdf, UnsafeArchive: naming the invoice and what is wrong.
    """
    units = list(_units(path, remote_id, folder))
    named = [unit for unit in units if unit.remote_id == remote_id]
    if len(named) == 1:
        return named[0].reading
    if len(units) == 1 and not units[0].remote_id:
        return units[0].reading
    message = f"Facture Chorus Pro n° {remote_id} : on ne la trouve pas dans le fichier reçu ({len(units)} factures)."
    raise InvalidInvoice(message)


def read_all(path: Path, folder: Path) -> tuple[Reading, ...]:
    """Return every invoice of a file; same errors as `read_one`."""
    return tuple(unit.reading for unit in _units(path, "reçue", folder))


def _units(path: Path, remote_id: str, folder: Path) -> Iterator[Unit]:
    """Read a file as a stream: each attachment is written and forgotten before the next one is read."""
    what = f"Facture Chorus Pro n° {remote_id}"
    pieces = Pieces(folder, path.name)
    files: list[File] = []
    for element in stream_file(path, what, (PIECE, UNIT)):
        root = local_name(element.getroottree().getroot())
        if root != ROOT:
            message = f"{what} : ce fichier n'est pas un pivot Chorus Pro ({root})."
            raise InvalidInvoice(message)
        if element.tag == PIECE:
            files.append(pieces.unpack(element, _text(element.getparent(), "DonneesFacture/Id") or remote_id))
            element.clear()
        elif element.tag == UNIT:
            reading = Reading(content=_content(element), files=tuple(files))
            yield Unit(remote_id=_text(element, "DonneesFacture/IdCPRO").lstrip("0"), reading=reading)
            files = []
            pieces.next_invoice()
            element.clear()


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
        payment_mode=_text(unit, "DonneesFacture/ModePaiement/Code"),
        lines=_lines(unit),
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


def _lines(unit: Element) -> tuple[InvoiceLine, ...]:
    """Read the lines; when one cannot be read, none is: their sum would be judged."""
    try:
        return tuple(_line(line, order) for order, line in enumerate(unit.iterfind("DonneesFacture/Lignes/Ligne"), 1))
    except ValueError:
        return ()


def _line(line: Element, order: int) -> InvoiceLine:
    rate = _text(line, "TauxTVA")
    return InvoiceLine(
        number=order,
        reference=_text(line, "ReferenceProduit"),
        quantity=money.parse(_text(line, "Quantite")),
        unit_price=money.parse(_text(line, "PrixUnitaire")),
        ht=money.parse(_text(line, "MontantHT")),
        vat_rate=money.parse(rate) if rate else None,
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
