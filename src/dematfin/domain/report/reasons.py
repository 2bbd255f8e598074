"""Why things came back, in words by which they can be counted: the family of a control, the number of an anomaly."""

import re
from typing import Final

from dematfin.domain.labels import MOTIVE
from dematfin.domain.mandat.anomalies import ACK, NUMBERED
from dematfin.domain.report.grouping import Labels
from dematfin.domain.tally.happening import Happening

FAMILIES: Final = {
    "ROUTE": "adressage : SIRET, service, engagement ou marché",
    "SUM": "montants ou TVA faux",
    "MENTION": "mentions qui manquent",
    "DATE": "dates qui ne vont pas ensemble",
    "TIERS": "fournisseur inconnu du registre",
    "FRAME": "cadre de facturation : qui paie, qui encaisse",
    "BANK": "compte bancaire",
    "PAY": "moyen de paiement",
    "STATUS": "déjà mandatée",
    "CREDIT": "crédits insuffisants",
    "AVOIR": "avoir",
    "PAPER": "papier, alors que Chorus Pro est dû",
    "DUP": "doublon",
}
"""What begins the code of a control."""
SAID_BY: Final = re.compile(r"\s*\([^()]*\)\s*$")
"""The journal ends the words of a person with a name: a report names nobody."""
NUMBER: Final = re.compile(r"(?<![\w-])(\d{3,5}) - ([^»\n]+)")
"""What Hélios begins the text of an anomaly with, most of them having one and the same code."""
WITH_ANOTHER: Final = "revenu avec un autre mandat de son bordereau"
BY_THE_TDT: Final = "refusé par le TdT"
TDT: Final = "TDT"


def of_an_invoice(one: Happening) -> Labels:
    """Return why an invoice was turned away: the motive of a visa, the family of a control, else what was written.

    >>> from datetime import datetime
    >>> from dematfin.domain.tally.happening import What
    >>> of_an_invoice(Happening(id="1", at=datetime.min, what=What.REFUSED, about="F1", code="SUM-LINES"))
    ('montants ou TVA faux',)
    """
    visa = next((words for motive, words in MOTIVE.items() if motive == one.code), "")
    return (visa or FAMILIES.get(one.code.partition("-")[0], "") or SAID_BY.sub("", one.motif),)


def anomaly_key(one: Happening) -> Labels:
    """Return what an anomaly is counted by: its number, else its code."""
    found = NUMBER.search(one.motif) if one.code else None
    return (found[1] if found and one.code not in ACK else one.code,)


def anomaly(one: Happening) -> Labels:
    """Return the code of an anomaly and what it means: as the table of anomalies says it, else as it was told."""
    (code,) = anomaly_key(one)
    if not code or code == TDT:
        return code, BY_THE_TDT if code else WITH_ANOTHER
    known = NUMBERED.get(code) or ACK.get(code)
    found = NUMBER.search(one.motif)
    return code, known.why if known else found[2].strip() if found else one.motif
