"""What a flow asks to be matched: its claims, in its order."""

from collections.abc import Iterator

from dematfin.domain.editor.claim import Claim
from dematfin.domain.mandat.aller import ReadBordereau, ReadFlow, ReadMandat
from dematfin.domain.mandat.kind import BordereauKind


def claims_of(flow: ReadFlow) -> tuple[Claim, ...]:
    """Return the claims of a flow."""
    return tuple(claim for sheet in flow.bordereaux for mandat in sheet.mandats for claim in _claims(sheet, mandat))


def _claims(sheet: ReadBordereau, mandat: ReadMandat) -> Iterator[Claim]:
    first = mandat.lines[0] if mandat.lines else None
    yield Claim(
        kind=BordereauKind(sheet.kind),
        exercice=sheet.exercice,
        bordereau=sheet.number,
        mandat=mandat.number,
        type=mandat.kind[0],
        nature=mandat.kind[1],
        creditor=first.tiers.name if first and first.tiers else "",
        identifier=mandat.creditor,
        siren=mandat.creditor[:9],
        number=mandat.invoices[0] if mandat.invoices else "",
        words=(mandat.label, *(first.labels if first else ())),
        amount=mandat.amount,
        accounts=tuple(line.imputation[0] for line in mandat.lines),
        iban=mandat.iban,
        marche=first.marche if first else "",
        starts_on=mandat.delay.starts_on if mandat.delay else None,
    )
