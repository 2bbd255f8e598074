"""What an invoice has to say (CCP, art. D. 2192-2), and its dates."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.content import Content, InvoiceKind
from dematfin.domain.parties.siret import is_valid

MENTIONS: Final = "CCP, art. D. 2192-2"
PRESCRIPTION: Final = "loi n° 68-1250 du 31 décembre 1968, art. 1"
YEARS: Final = 4
SIRET_KIND: Final = "1"
READABLE: Final = frozenset({"application/pdf", "image/jpeg", "image/png", "image/tiff"})


def check_mentions(content: Content, *, check_siret: bool) -> Iterator[Finding]:
    """Say which mandatory mention is absent from the data; the image of the invoice may still bear it."""
    if content.delivered_on is None:
        yield Finding(
            code="MENTION-DELIVERY",
            severity=Severity.INFO,
            sentence="La date de livraison ou d'exécution n'est pas dans les données : le viseur la donnera.",
            article=MENTIONS,
        )
    supplier = content.supplier
    if check_siret and supplier.identifier_kind == SIRET_KIND and not is_valid(supplier.identifier):
        yield Finding(
            code="MENTION-SIRET",
            severity=Severity.WARNING,
            sentence=f"Le SIRET du fournisseur ({supplier.identifier}) n'a pas une clé correcte. Vérifiez qui facture.",
            article=MENTIONS,
            about=supplier.identifier,
        )
    if not any(_readable(item.name, item.media_type) for item in content.attachments):
        yield Finding(
            code="MENTION-READABLE",
            severity=Severity.WARNING,
            sentence="Aucune pièce n'est un document lisible (PDF ou image) : le comptable demandera la facture "
            "elle-même. Demandez-la au fournisseur (statut « Suspendue »).",
            proposal=SupplierStatus.SUSPENDED,
            motif="Joignez la facture dans un document lisible (PDF).",
        )


def check_dates(content: Content, today: date) -> Iterator[Finding]:
    """Say which date cannot be: in the future, prescribed, or a service later than its invoice.

    A credit note is no debt of ours: it is never prescribed.
    """
    if content.issued_on > today:
        what = f"La facture est datée du {content.issued_on:%d/%m/%Y}, dans le futur"
        yield _rejected("DATE-FUTURE", f"{what}. Rejetez-la et demandez-en une nouvelle.", f"{what}.", MENTIONS)
    done = content.delivered_on or content.issued_on
    if today.year > done.year + YEARS and content.kind is InvoiceKind.INVOICE:
        what = f"La créance ({done:%d/%m/%Y}) est prescrite depuis le 1er janvier {done.year + YEARS + 1}"
        sentence = f"{what}, sauf cause interruptive. Voyez avec le comptable avant de rejeter ou de forcer."
        yield _rejected("DATE-PRESCRIBED", sentence, f"{what}.", PRESCRIPTION)
    if content.delivered_on and content.delivered_on > content.issued_on:
        yield Finding(
            code="DATE-BEFORE-SERVICE",
            severity=Severity.WARNING,
            sentence=f"Le service ({content.delivered_on:%d/%m/%Y}) est postérieur à la facture "
            f"({content.issued_on:%d/%m/%Y}) : un service ne se paie qu'une fois fait, sauf abonnement ou avance.",
            article="décret n° 2012-1246 du 7 novembre 2012, art. 33",
            about=str(content.delivered_on),
        )


def _readable(name: str, media_type: str) -> bool:
    return media_type.lower() in READABLE or name.lower().endswith((".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff"))


def _rejected(code: str, sentence: str, motif: str, article: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.BLOCKING,
        sentence=sentence,
        article=article,
        proposal=SupplierStatus.REFUSED,
        motif=motif,
    )
