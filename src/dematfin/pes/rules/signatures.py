"""Signature and InfoDematerialisee agree, before the signature and after it."""

from collections.abc import Iterator

from dematfin.domain.finding import Finding
from dematfin.pes.place import SIGNATURE, problem, warning
from dematfin.pes.rules.case import Case


def rules(case: Case) -> Iterator[Finding]:
    """Judge what is announced and what is signed; whether a signature is good is asked elsewhere."""
    expense = case.root.find("PES_DepenseAller")
    if expense is None:
        return
    sheets = list(case.bordereaux())
    signed = [sheet for sheet in sheets if sheet.find(SIGNATURE) is not None]
    whole = case.root.find(SIGNATURE) is not None
    if (signed or whole) and not case.dematerialised:
        yield problem(
            expense,
            "PES-DEMAT",
            "le flux porte une signature mais InfoDematerialisee n'est pas à 1 : il serait rejeté",
            "Mettez InfoDematerialisee à 1 et faites signer de nouveau.",
        )
    if signed and len(signed) != len(sheets):
        sentence = f"sur {len(sheets)} bordereaux, {len(sheets) - len(signed)} sans signature"
        yield problem(expense, "PES-SIGNATURES", sentence, "Faites signer les autres, ou reprenez le flux d'avant.")
    if not case.dematerialised:
        return
    for sheet in sheets:
        if not sheet.get("Id") and not case.to_sign and not (whole or (not case.ours and case.root.get("Id"))):
            sentence = "il n'a pas d'attribut Id et ne peut donc pas être signé"
            yield problem(sheet, "PES-ID", sentence, "Donnez un Id différent à chaque bordereau.")
    if not (signed or whole or case.ours or case.to_sign):
        yield warning(
            expense,
            "PES-NON-SIGNE",
            "InfoDematerialisee est à 1 et rien n'est signé : Hélios rejetterait le flux tel quel",
            "Faites-le signer avant de le transmettre.",
        )
