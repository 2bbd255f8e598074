"""Letters about paper invoices, as PDF: a reminder of Chorus Pro, an invoice sent back, one refused."""

from typing import Final

from reportlab.platypus import Flowable, ListFlowable

from dematfin.domain.money import french
from dematfin.domain.paper.notice import Notice, NoticeKind
from dematfin.reports.layout import RIGHT, STRONG, day, head, letter, text

SUBJECTS: Final = {
    NoticeKind.REMINDER: "dépôt de vos factures dans Chorus Pro (votre facture {number})",
    NoticeKind.RETURN: "retour de votre facture {number}",
    NoticeKind.REFUSAL: "rejet de votre facture {number}",
}
OPENINGS: Final = {
    NoticeKind.REMINDER: "Nous avons reçu sur papier {invoice}. Elle suit son cours.",
    NoticeKind.RETURN: "Nous vous retournons {invoice} : elle ne peut pas être traitée telle qu'elle est adressée.",
    NoticeKind.REFUSAL: "Nous rejetons {invoice} : elle ne peut pas être payée.",
}
DUTY: Final = (
    "Les titulaires de contrats de la commande publique et leurs sous-traitants admis au paiement direct transmettent "
    "leurs factures sous forme électronique, par le portail public de facturation Chorus Pro, à l'exclusion de tout "
    "autre mode de transmission (code de la commande publique, articles L. 2192-1 et R. 2192-3). Cette obligation vaut "
    "pour toutes les entreprises depuis le 1er janvier 2020."
)
HOW: Final = (
    "Créez gratuitement votre compte sur portail.chorus-pro.gouv.fr, avec votre SIRET ;",
    "déposez-y votre facture en PDF, saisissez-la à l'écran, ou raccordez votre logiciel ;",
    "suivez-y son traitement jusqu'au paiement.",
)


def notice_pdf(words: Notice) -> bytes:
    """Return a letter; the same words give the same bytes."""
    title = SUBJECTS[words.kind].format(number=words.number)
    return letter(_story(words, title), title[0].upper() + title[1:], words.sender)


def _story(words: Notice, title: str) -> list[Flowable]:
    invoice = (
        f"votre facture n° {words.number} du {day(words.issued_on)}, d'un montant de {french(words.ttc)} TTC, arrivée "
        f"le {day(words.received_on)}"
    )
    return [
        *head(words, title),
        text("Madame, Monsieur,"),
        text(OPENINGS[words.kind].format(invoice=invoice)),
        *([text(words.motif, STRONG)] if words.motif else []),
        text(DUTY),
        text("Pour la prochaine :" if words.kind is NoticeKind.REMINDER else "Pour la nouvelle facture :"),
        ListFlowable([text(line) for line in HOW], bulletType="bullet", start="–"),
        text(_references(words)),
        text("Nous vous prions d'agréer, Madame, Monsieur, nos salutations distinguées."),
        text(f"Pour {words.sender}, l'ordonnateur", RIGHT),
    ]


def _references(words: Notice) -> str:
    service = f", le code service « {words.service} »" if words.service else ""
    if words.kind is NoticeKind.REMINDER or not words.engagement:
        engagement = " et le numéro d'engagement de votre commande"
    else:
        engagement = f" et le numéro d'engagement de votre commande (vous avez écrit « {words.engagement} »)"
    return f"Elle doit porter le SIRET du destinataire ({words.siret}){service}{engagement}."
