"""CPPFacturePivot: the XML in which Chorus Pro hands invoices over, with their files inside (V1_20 to V2_02)."""

import base64
import binascii
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Final

from dematfin.domain import money
from dematfin.domain.invoice.invoice import Amounts, Content, InvoiceKind, Supplier, VatLine
from dematfin.errors import BadAnswer, InvalidInvoice, NotAPdf
from dematfin.ports.invoice_source import File, Reading
from dematfin.support.files import PDF_MAGIC, ZIP_MAGIC, unzip_only_member
from dematfin.support.xml import Element, local_name, parse_bytes

CREDIT_NOTE: Final = "381"
MAIN: Final = "01"
PDF_HEADER: Final = 1024
"""A PDF may begin after some other bytes, within the first kilobyte (ISO 32000, annex H)."""


def read_one(data: bytes, remote_id: str) -> Reading:
    """Return the invoice that was asked for, among those of a file.

    Raises:
        UnreadableXml, TooLarge, InvalidInvoice, NotAPdf, UnsafeArchive: naming the invoice and what is wrong.
    """
    units = list(_units(data, remote_id))
    named = [unit for unit in units if _text(unit, "DonneesFacture/IdCPRO") == remote_id]
    if not named and len(units) != 1:
        message = (
            f"Facture Chorus Pro n° {remote_id} : le fichier reçu en contient {len(units)}, aucune n'est celle-là."
        )
        raise InvalidInvoice(message)
    return _reading((named or units)[0])


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
    return Reading(content=content, files=tuple(_files(unit, content.number)))


def _content(unit: Element) -> Content:
    number = _required(unit, "DonneesFacture/Id", "?")
    delivered = _text(unit, "DonneesFacture/DateLivraison")
    return Content(
        number=number,
        kind=InvoiceKind.CREDIT_NOTE if _text(unit, "DonneesFacture/Type") == CREDIT_NOTE else InvoiceKind.INVOICE,
        frame=_text(unit, "DonneesFacture/Cadre"),
        supplier=_supplier(unit, number),
        siret=_required(unit, "Debiteur/Identifiant", number),
        service_code=_text(unit, "Debiteur/CodeService"),
        engagement=_text(unit, "DonneesFacture/Engagement/NumeroEngagement"),
        marche=_text(unit, "DonneesFacture/Engagement/NumeroMarche"),
        issued_on=_day(unit, "DonneesFacture/DateEmissionFacture", number),
        delivered_on=_day(unit, "DonneesFacture/DateLivraison", number) if delivered else None,
        received_on=_day(unit, "DonneesFacture/DateReception", number),
        currency=_text(unit, "DonneesFacture/Devise"),
        amounts=_amounts(unit, number),
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


def _amounts(unit: Element, number: str) -> Amounts:
    """Read the totals; the sign of a credit note is not fixed by the format, so only its size is kept."""
    ttc = abs(_amount(unit, "DonneesFacture/Montants/MontantTTC", number))
    payable = _text(unit, "DonneesFacture/Montants/MontantNetAPayer")
    return Amounts(
        ht=abs(_amount(unit, "DonneesFacture/Montants/MontantHT", number)),
        ttc=ttc,
        payable=abs(_amount(unit, "DonneesFacture/Montants/MontantNetAPayer", number)) if payable else ttc,
        vat=tuple(
            VatLine(
                rate=_amount(line, "Taux", number),
                base=abs(_amount(line, "BaseHt", number)),
                amount=abs(_amount(line, "MontantTVA", number)),
            )
            for line in unit.iterfind("DonneesFacture/TVAs/TVA")
        ),
    )


def _files(unit: Element, number: str) -> Iterator[File]:
    """Return the files of an invoice, unpacked; two files of one name are numbered."""
    seen: dict[str, int] = {}
    for order, piece in enumerate(unit.iterfind("PJ"), start=1):
        name = _clean_name(_text(piece, "NomPJ")) or f"piece-{order}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            path = PurePosixPath(name)
            name = f"{path.stem}-{seen[name]}{path.suffix}"
        data = _unpacked(piece, f"Facture {number}, pièce « {name} »")
        media_type = _text(piece, "MimeTypePJ") or "application/octet-stream"
        _check_pdf(name, media_type, data, number)
        yield File(name=name, media_type=media_type, main=_text(piece, "TypePJ") == MAIN, data=data)


def _unpacked(piece: Element, what: str) -> bytes:
    """Return the bytes of a file: base64 of a zip that holds just it, whatever its announced type."""
    try:
        data = base64.b64decode("".join((piece.findtext("Contenu") or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        message = f"{what} : son contenu est abîmé (base64 illisible)."
        raise InvalidInvoice(message) from error
    if not data:
        message = f"{what} : elle est vide."
        raise InvalidInvoice(message)
    return unzip_only_member(data, what) if data.startswith(ZIP_MAGIC) else data


def _check_pdf(name: str, media_type: str, data: bytes, number: str) -> None:
    announced = name.lower().endswith(".pdf") or media_type == "application/pdf"
    if announced and PDF_MAGIC not in data[:PDF_HEADER]:
        message = (
            f"Facture {number} : la pièce « {name} » porte le nom d'un PDF mais n'en est pas un. Demandez au "
            "fournisseur de la déposer de nouveau."
        )
        raise NotAPdf(message)


def _clean_name(name: str) -> str:
    """Keep what may be shown: a name is data, never a path."""
    return "".join(sign for sign in name if sign.isprintable() and sign not in "/\\").strip(". ")


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
