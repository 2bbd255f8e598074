"""What is unusual in a mandat: the remarks that the mayor reads before anything else."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.book import Remark, Unusual, days_left
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.money import french
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.parties.iban import mask
from dematfin.domain.parties.waiver import Waiver

COMPTABLE: Final = 10
"""Days of the legal delay that are the comptable's (CCP R. 2192-33)."""


def of_account(iban: str, account: KnownAccount | None, names: Mapping[str, str]) -> Iterator[Remark]:
    """Say that an account on which nobody was paid yet was not the creditor's: the commonest fraud."""
    if account is None:
        yield Remark(why=Unusual.BANK, sentence=f"Le compte {mask(iban)} n'est connu d'aucun registre.")
    elif not account.trusted:
        calls = " ; ".join(f"{names.get(one.by, one.by)} le {one.at:%d/%m/%Y} ({one.trace})" for one in account.calls)
        sentence = (
            f"Compte nouveau pour ce fournisseur ({mask(iban)}), premier paiement. Contre-appels : {calls or 'aucun'}."
        )
        yield Remark(why=Unusual.BANK, sentence=sentence)


def of_invoice(invoice: Invoice) -> Iterator[Remark]:
    """Say which controls were forced, and that the service admitted a part only."""
    sentences = {(finding.code, finding.about): finding.sentence for finding in invoice.findings}
    for one in invoice.forced:  # the finding tells by whom, unless the invoice has changed since
        told = sentences.get((one.code, one.about), f"Contrôle {one.code} forcé par {one.by} : {one.motif}")
        yield Remark(why=Unusual.FORCED, sentence=told)
    if invoice.admitted is not None:
        sentence = f"Le service admet {french(invoice.admitted)} sur {french(invoice.ttc)} ; le reste n'est pas payé."
        yield Remark(why=Unusual.IN_PART, sentence=sentence)


def of_mandat(mandat: Mandat, today: date, *, documented: bool = False) -> Iterator[Remark]:
    """Say what the mandat itself has of unusual.

    `documented`: its file refers to documents of its own. A finance software keeps its engagements to itself.
    """
    if not mandat.editor and not mandat.engagement and not any(line.engagement for line in mandat.lines):
        yield Remark(why=Unusual.NO_ENGAGEMENT, sentence="Aucun engagement ne le précède.")
    if not mandat.pieces and not documented:
        yield Remark(why=Unusual.NO_PIECE, sentence="Il part sans pièce justificative, le comptable le rejettera.")
    netted = [share for share in mandat.shares if share.amount < 0]
    for share in netted:
        yield Remark(why=Unusual.NETTED, sentence=f"L'avoir {share.invoice_id} en déduit {french(-share.amount)}.")
    if mandat.kind is MandatKind.AFTER_PAYMENT:
        when = f" le {mandat.paid_before:%d/%m/%Y}" if mandat.paid_before else ""
        yield Remark(why=Unusual.PAID_BEFORE, sentence=f"La somme est déjà sortie{when} : il régularise.")
    elif mandat.kind is MandatKind.REDUCTION:
        which = f" n° {mandat.origin.number} de {mandat.origin.exercice}" if mandat.origin else ""
        yield Remark(why=Unusual.REDUCTION, sentence=f"Il reprend sur le mandat{which}.")
    else:
        yield from _of_delay(mandat, today)


def of_waivers(waivers: Sequence[Waiver]) -> Iterator[Remark]:
    """Say where one person did what two should have."""
    for one in waivers:
        yield Remark(why=Unusual.WAIVER, sentence=f"Petite commune : {one.what}.")


def _of_delay(mandat: Mandat, today: date) -> Iterator[Remark]:
    if mandat.dgp is None:
        return
    left, deadline = days_left(mandat.dgp, today), f"{mandat.dgp.deadline:%d/%m/%Y}"
    if left < 0:
        sentence = f"À payer avant le {deadline}, dépassé de {-left} j : des intérêts moratoires courent."
        yield Remark(why=Unusual.LATE, sentence=sentence)
    elif left < COMPTABLE:
        when = "aujourd'hui" if not left else f"dans {left} j"
        sentence = f"À payer avant le {deadline}, {when} : le comptable a {COMPTABLE} jours pour le faire."
        yield Remark(why=Unusual.SOON, sentence=sentence)
