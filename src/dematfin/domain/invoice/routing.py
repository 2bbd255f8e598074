"""Routing: is this invoice for us, for which service, against which engagement?

Chorus Pro checks the presence of the codes at the deposit, never their meaning; a service may have been closed
since, and a collectivité's engagements are unknown to it.
"""

from collections.abc import Iterator
from typing import Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.invoice import Content
from dematfin.domain.registers import Engagement, StructureRules

PUBLIC_INVOICES: Final = "FACTURES_PUBLIQUES"
"""Service that Chorus Pro itself creates for invoices between public bodies, which carry no engagement."""


def check_service(content: Content, rules: StructureRules) -> Iterator[Finding]:
    """Say what is wrong with the service code."""
    code = content.service_code
    if not code:
        if rules.service_required or (rules.either_required and not content.engagement):
            yield _blocking(
                "ROUTE-SERVICE-MISSING",
                f"Le code service est obligatoire pour {rules.name} et la facture n'en porte pas. "
                "Renvoyez-la au fournisseur dans Chorus Pro (statut « À recycler ») avec le code à utiliser.",
            )
    elif code != PUBLIC_INVOICES and code not in rules.services:
        yield _blocking(
            "ROUTE-SERVICE-UNKNOWN",
            f"Le service « {code} » n'existe pas chez {rules.name}. Renvoyez la facture au fournisseur "
            "(statut « À recycler ») avec le bon code service.",
        )
    elif code in rules.services and not rules.services[code].active:
        yield _blocking(
            "ROUTE-SERVICE-CLOSED",
            f"Le service « {code} » est fermé. Renvoyez la facture au fournisseur (statut « À recycler ») "
            "avec le service qui le remplace.",
        )


def check_engagement(content: Content, rules: StructureRules, engagement: Engagement | None) -> Iterator[Finding]:
    """Say what is wrong with the engagement number."""
    if not content.engagement:
        yield from _missing_engagement(content, rules)
    elif engagement is None:
        yield _blocking(
            "ROUTE-ENG-UNKNOWN",
            f"L'engagement « {content.engagement} » est inconnu. S'il est bon, mettez à jour les engagements "
            "(dematfin engagement importer) puis relancez la journée ; sinon renvoyez la facture au fournisseur "
            "(statut « À recycler »).",
        )
    elif not engagement.open:
        yield _blocking(
            "ROUTE-ENG-CLOSED",
            f"L'engagement « {content.engagement} » est soldé. Rouvrez-le dans le logiciel financier et importez-le "
            "de nouveau, ou demandez au fournisseur un autre numéro.",
        )


def _missing_engagement(content: Content, rules: StructureRules) -> Iterator[Finding]:
    if content.service_code == PUBLIC_INVOICES:
        return
    service = rules.services.get(content.service_code)
    required = rules.engagement_required or bool(service and service.engagement_required)
    required = required or (rules.either_required and not content.service_code)
    yield Finding(
        code="ROUTE-ENG-MISSING",
        severity=Severity.BLOCKING if required else Severity.WARNING,
        sentence="La facture ne porte pas de numéro d'engagement : elle ne pourra pas être mandatée. Renvoyez-la au "
        "fournisseur (statut « À recycler ») avec le numéro du bon de commande.",
    )


def not_ours(siret: str) -> Finding:
    """Return the finding for an invoice addressed to an establishment that is not configured."""
    return _blocking(
        "ROUTE-SIRET-UNKNOWN",
        f"La facture est adressée au SIRET {siret}, qui n'est pas un budget de la collectivité. Renvoyez-la au "
        "fournisseur (statut « À recycler »), ou ajoutez ce budget à la configuration s'il est à vous.",
    )


def _blocking(code: str, sentence: str) -> Finding:
    return Finding(code=code, severity=Severity.BLOCKING, sentence=sentence)
