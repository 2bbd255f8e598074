"""Routing: is this invoice for us, for which service, against which engagement and which marché?

Chorus Pro checks the presence of the codes at the deposit, never their meaning; a service may have been closed
since, and a collectivité's engagements are unknown to it. What is wrong here is the addressee, so the supplier is asked
to recycle (AIFE).
"""

from collections.abc import Iterator
from typing import Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.invoice import Invoice, normalised
from dematfin.domain.registers import Engagement, StructureRules

PUBLIC_INVOICES: Final = "FACTURES_PUBLIQUES"
"""Service that Chorus Pro itself creates for invoices between public bodies, which carry no engagement."""
MENTIONS: Final = "CCP, art. D. 2192-2"


def not_ours(siret: str) -> Finding:
    """Return the finding for an invoice addressed to an establishment that is not configured."""
    return _wrong(
        "ROUTE-SIRET-UNKNOWN",
        f"La facture est adressée au SIRET {siret}, qui n'est pas un budget de la collectivité. Renvoyez-la au "
        "fournisseur (statut « À recycler »), ou ajoutez ce budget à la configuration s'il est à vous.",
        f"Le SIRET destinataire {siret} n'est pas le bon. Vérifiez le destinataire et redéposez la facture.",
    )


def check_service(invoice: Invoice, rules: StructureRules) -> Iterator[Finding]:
    """Say what is wrong with the service code."""
    code = invoice.service
    if not code:
        if rules.service_required or (rules.either_required and not invoice.engagement):
            yield _wrong(
                "ROUTE-SERVICE-MISSING",
                f"Le code service est obligatoire pour {rules.name} ({_source(local=rules.local)}) et la facture n'en "
                "porte pas. Renvoyez-la au fournisseur (statut « À recycler »), ou indiquez le service vous-même "
                "(dematfin facture reprendre --service).",
                f"Code service absent : il est obligatoire pour {rules.name}.",
            )
    elif code != PUBLIC_INVOICES and code not in rules.services:
        yield _wrong(
            "ROUTE-SERVICE-UNKNOWN",
            f"Le service « {code} » n'existe pas chez {rules.name}. Renvoyez la facture au fournisseur "
            "(statut « À recycler ») avec le bon code service.",
            f"Le code service « {code} » n'existe pas. Vérifiez-le dans l'annuaire de Chorus Pro.",
            about=code,
        )
    elif code in rules.services and not rules.services[code].active:
        yield _wrong(
            "ROUTE-SERVICE-CLOSED",
            f"Le service « {code} » est fermé. Renvoyez la facture au fournisseur (statut « À recycler ») "
            "avec le service qui le remplace.",
            f"Le service « {code} » est fermé. Vérifiez le code dans l'annuaire de Chorus Pro.",
            about=code,
        )


def check_engagement(invoice: Invoice, rules: StructureRules, engagement: Engagement | None) -> Iterator[Finding]:
    """Say what is wrong with the engagement number."""
    number = invoice.engagement
    if not number:
        yield from _missing_engagement(invoice, rules)
    elif engagement is None:
        yield _wrong(
            "ROUTE-ENG-UNKNOWN",
            f"L'engagement « {number} » est inconnu. S'il est bon, mettez à jour les engagements "
            "(dematfin engagement importer) puis relancez la journée ; sinon renvoyez la facture au fournisseur "
            "(statut « À recycler »).",
            f"Le numéro d'engagement « {number} » est inconnu de nos services. Indiquez celui du bon de commande.",
            about=number,
        )
    elif not engagement.open:
        yield _wrong(
            "ROUTE-ENG-CLOSED",
            f"L'engagement « {number} » est soldé. Rouvrez-le dans le logiciel financier et importez-le "
            "de nouveau, ou demandez au fournisseur un autre numéro.",
            f"L'engagement « {number} » est soldé. Indiquez le numéro du bon de commande en cours.",
            about=number,
        )
    else:
        yield from _check_marche(invoice, engagement)


def _missing_engagement(invoice: Invoice, rules: StructureRules) -> Iterator[Finding]:
    if invoice.service == PUBLIC_INVOICES:
        return
    service = rules.services.get(invoice.service)
    if service and service.local:
        required, local = service.engagement_required, True
    else:
        required = rules.engagement_required or bool(service and service.engagement_required)
        required, local = required or (rules.either_required and not invoice.service), rules.local
    why = f" Il est obligatoire ({_source(local=local)})." if required else ""
    yield Finding(
        code="ROUTE-ENG-MISSING",
        severity=Severity.BLOCKING if required else Severity.WARNING,
        sentence=f"La facture ne porte pas de numéro d'engagement : elle ne pourra pas être mandatée.{why} Renvoyez-la "
        "au fournisseur (statut « À recycler »), ou indiquez l'engagement vous-même (dematfin facture reprendre "
        "--engagement).",
        article=MENTIONS,
        proposal=SupplierStatus.RECYCLED if required else None,
        motif="Numéro d'engagement absent : indiquez celui du bon de commande." if required else "",
    )


def _check_marche(invoice: Invoice, engagement: Engagement) -> Iterator[Finding]:
    cited, ours = normalised(invoice.marche), normalised(engagement.marche)
    if not cited or not ours or cited in ours or ours in cited:  # "marché 2025-17, lot 2" is ours
        return
    yield _wrong(
        "ROUTE-MARCHE",
        f"La facture cite le marché « {invoice.marche} », l'engagement {engagement.number} est passé sur le marché "
        f"« {engagement.marche} ». Vérifiez lequel est le bon ; renvoyez la facture au fournisseur ou forcez.",
        f"Le numéro de marché « {invoice.marche} » n'est pas celui du bon de commande {engagement.number}.",
        about=invoice.marche,
    )


def _source(*, local: bool) -> str:
    return "règle de la configuration" if local else "règle de Chorus Pro"


def _wrong(code: str, sentence: str, motif: str, about: str = "") -> Finding:
    return Finding(
        code=code,
        severity=Severity.BLOCKING,
        sentence=sentence,
        about=about,
        proposal=SupplierStatus.RECYCLED,
        motif=motif,
    )
