"""How an invoice is to be paid, if it is: already paid, drawn on our account, to somebody else."""

from collections.abc import Iterator
from typing import Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.chorus import Stage, said, stage
from dematfin.domain.invoice.content import Content
from dematfin.domain.invoice.invoice import Invoice

ALREADY_PAID: Final = "A2"
SUBCONTRACTOR: Final = "A9"
PAID_DIRECTLY: Final = {SUBCONTRACTOR: "sous-traitant", "A12": "cotraitant"}
PAYABLE_FRAMES: Final = frozenset({"A1", *PAID_DIRECTLY})
DIRECT_DEBIT: Final = frozenset({"49", "59"})
CARD: Final = frozenset({"48", "54", "55"})
"""Codes of UNCL 4461."""
PAID_BY_ITSELF: Final = frozenset({"FRAME-ALREADY-PAID", "PAY-WITHOUT-ORDER"})
"""Findings that are answered once an agent has said when the money left, and how."""


def leaves_by_itself(content: Content) -> bool:
    """Say whether the money leaves, or has left, without any order of ours."""
    return content.frame == ALREADY_PAID or content.payment_mode in DIRECT_DEBIT | CARD


def check_frame(content: Content) -> Iterator[Finding]:
    """Say which cadre de facturation keeps an invoice from being paid here."""
    if content.frame == ALREADY_PAID:
        yield Finding(
            code="FRAME-ALREADY-PAID",
            severity=Severity.BLOCKING,
            sentence="Facture déjà payée (cadre A2, carte d'achat par exemple) : elle ne doit pas être payée une "
            "seconde fois. Dites quand l'argent est parti (dematfin mandat apres-paiement) : son mandat ne fera que "
            "régulariser. Si elle est suivie dans le logiciel financier, écartez-la (dematfin facture ecarter).",
        )
    elif content.frame not in PAYABLE_FRAMES:
        yield Finding(
            code="FRAME-WORKS",
            severity=Severity.BLOCKING,
            sentence=f"Cadre de facturation {content.frame} (travaux ou cas particulier) : à traiter à la main, dans "
            "le circuit des marchés de travaux, puis à écarter (dematfin facture ecarter).",
            about=content.frame,
        )


def check_direct_payment(content: Content) -> Iterator[Finding]:
    """A subcontractor or a co-contractor paid directly: within what the contract grants, and agreed by its holder."""
    if content.frame not in PAID_DIRECTLY:
        return
    yield Finding(
        code="FRAME-DIRECT",
        severity=Severity.WARNING,
        sentence=f"Paiement direct d'un {PAID_DIRECTLY[content.frame]} (cadre {content.frame}) : vérifiez avant de "
        "viser que le marché le prévoit (acte spécial DC4 ou acte d'engagement), que le titulaire l'a accepté et que "
        "son plafond n'est pas dépassé.",
        article="CCP, art. L. 2193-10 à L. 2193-14" if content.frame == SUBCONTRACTOR else "",
        about=content.frame,
    )


def check_mode(content: Content) -> Iterator[Finding]:
    """A direct debit or a card has paid, or will pay, without any order of ours: its mandat comes after."""
    if content.payment_mode not in DIRECT_DEBIT | CARD or content.frame == ALREADY_PAID:
        return
    how = "prélevée sur notre compte" if content.payment_mode in DIRECT_DEBIT else "payée par carte"
    yield Finding(
        code="PAY-WITHOUT-ORDER",
        severity=Severity.BLOCKING,
        sentence=f"La facture est {how} : un virement la paierait une seconde fois. Son mandat se fait après le "
        "paiement, en régularisation : dites quand l'argent est parti (dematfin mandat apres-paiement). Si elle est "
        "suivie dans le logiciel financier, écartez-la (dematfin facture ecarter).",
        about=content.payment_mode,
    )


def check_elsewhere(invoice: Invoice) -> Iterator[Finding]:
    """Chorus Pro shows that somebody has ordered its payment: a second order would pay it twice."""
    if stage(invoice.remote_status) is not Stage.MANDATED:
        return
    yield Finding(
        code="STATUS-MANDATED",
        severity=Severity.BLOCKING,
        sentence=f"Chorus Pro la montre « {said(invoice.remote_status)} » : elle a été mandatée ailleurs. Elle ne "
        "sera pas mandatée ici tant que ce mandat n'est pas annulé et son statut remis dans Chorus Pro. Sinon, "
        "écartez-la (dematfin facture ecarter).",
        about=invoice.remote_status,
    )
