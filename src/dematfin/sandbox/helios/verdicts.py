"""The refusals that a test may ask of the gate, of a flow with which nothing is wrong."""

from collections.abc import Iterator
from typing import Final

from dematfin.sandbox.faults import Faults
from dematfin.sandbox.helios.acquit import Error, Verdict
from dematfin.sandbox.helios.flow import Sheet

TECHNICAL, EXPENSE, PARAMETERS = 0, 5, 99
OF_THE_FLOW: Final[dict[str, Verdict]] = {
    "technical_ko": Verdict(domain=TECHNICAL, errors=(Error("ERREUR_SCHEMA_INCOMPLET", "Balise inattendue"),)),
    "timeout_ko": Verdict(domain=TECHNICAL, errors=(Error("ERREUR_TIMEOUT", "Délai de traitement dépassé"),)),
    "signature_ko_1": Verdict(domain=1, errors=(Error("ERREUR_SIGNATURE_INVALIDE", "Signature technique invalide"),)),
    "signature_ko_2": Verdict(domain=2, errors=(Error("ERREUR_CERTIFICAT", "Certificat du signataire révoqué"),)),
    "signature_ko_3": Verdict(domain=3, errors=(Error("ERREUR_SIGNATURE_BORDEREAU_INVALIDE", "Signature invalide"),)),
    "parameters_ko": Verdict(domain=PARAMETERS, errors=(Error("ERREUR_PES_PARAM", "Échange non paramétré"),)),
    "unknown_code": Verdict(domain=42, errors=(Error("ERREUR_DE_DEMAIN", "Anomalie que personne ne connaît"),)),
}
NO_CREDIT: Final = "3012 - Crédits insuffisants au chapitre"
NO_SERVICE: Final = "2559 - Le code service de la structure publique destinataire est inconnu ou inactif"
AT_FAULT: Final = "1971 - Compte fonction présent à tort"


def of_the_flow(faults: Faults) -> Verdict | None:
    """Return what is said of the flow as a whole, or None."""
    return next((verdict for name, verdict in OF_THE_FLOW.items() if faults.take(name)), None)


def of_a_sheet(faults: Faults, sheet: Sheet) -> Iterator[Error]:
    """Yield what is said of a bordereau, at the level that was asked for."""
    first = sheet.mandats[0]
    if faults.take("bordereau_ko"):
        yield Error("ERREUR_AUTRE", NO_CREDIT)
    if faults.take("piece_ko"):
        yield Error("ERREUR_AUTRE", NO_SERVICE, piece=first.number)
    if faults.take("line_ko"):
        yield Error("ERREUR_AUTRE", AT_FAULT, piece=first.number, line=first.lines[0].number)


def split(faults: Faults, verdict: Verdict, sheet: Sheet) -> list[Verdict]:
    """Return the verdict of a bordereau; when asked, as Hélios may: an element for each refused mandat."""
    if verdict.errors or not faults.take("split_ko"):
        return [verdict]
    return [
        Verdict(
            domain=EXPENSE, bordereau=verdict.bordereau, errors=(Error("ERREUR_AUTRE", NO_SERVICE, piece=one.number),)
        )
        for one in sheet.mandats
    ]
