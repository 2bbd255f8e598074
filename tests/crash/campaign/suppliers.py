"""What Chorus Pro was told: of each mandat once, under its number, before its flow left."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from crash.campaign.records import Ours, Theirs, at, nomfic
from crash.campaign.verdict import BROKEN, DOUBLED, LOST, Fault
from dematfin.domain.invoice.invoice import Origin

ORDER: Final = ("SERVICE_FAIT", "MANDATEE", "MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE", "MISE_EN_PAIEMENT")


def _once(ours: Ours, theirs: Theirs) -> Iterator[Fault]:
    """A status is set once, and not asked for again once it is there."""
    told = [line for line in theirs.told if line["what"] == "statut"]
    for (key, status), count in Counter((line["idFacture"], line["statut"]) for line in told).items():
        if count > 1:
            yield Fault(DOUBLED, f"facture Chorus {key} mise {count} fois à {status}")
    for line in theirs.told:
        if line["what"] == "statut_refuse" and _rank(line["depuis"]) >= _rank(line["statut"]) > 0:
            yield Fault(DOUBLED, f"facture Chorus {line['idFacture']} : {line['statut']} redemandé, elle y était déjà")
    numbers = {one.remote_id: one.id for one in ours.invoices}
    for line in told:
        if line["statut"] == "MANDATEE" and line["mandat"] not in _mandats(ours, numbers[str(line["idFacture"])]):
            yield Fault(BROKEN, f"facture Chorus {line['idFacture']} : mandat n° {line['mandat']} annoncé, inconnu ici")


def _rank(status: str) -> int:
    return ORDER.index(status) if status in ORDER else -1


def _mandats(ours: Ours, invoice: str) -> set[str]:
    found = (one for one in ours.mandats if invoice in one.invoice_ids)
    return {str(number) for one in found for number in (one.number, *one.burnt)}


def _before(ours: Ours, theirs: Theirs) -> Iterator[Fault]:
    """The mandat was told before its flow left, or somebody knows that it was not."""
    left = {nomfic(line["nom"]): at(line["at"]) for line in theirs.noted("depot")}
    told = (line for line in theirs.told if line["what"] == "statut" and line["statut"] == "MANDATEE")
    mandated = {str(line["idFacture"]): at(line["at"]) for line in told}
    numbers = {one.id: one.remote_id for one in ours.invoices if one.origin is Origin.CHORUS}
    for sheet in ours.bordereaux:
        sent = [left[flux] for flux in (*sheet.sent_before, sheet.flux) if flux in left]
        for mandat in (one for one in ours.mandats if sent and one.id in sheet.mandats):
            for key in mandat.invoice_ids:
                when = mandated.get(numbers.get(key, ""))
                if (
                    key in numbers
                    and (when is None or when > min(sent))
                    and not ours.alerted(key)
                    and mandat.bordereau == sheet.id
                ):
                    yield Fault(LOST, f"facture {key} : Chorus Pro n'a pas appris son mandat avant l'envoi")


RULES: Final[tuple[Callable[[Ours, Theirs], Iterator[Fault]], ...]] = (_once, _before)
