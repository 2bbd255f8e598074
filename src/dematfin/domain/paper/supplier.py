"""Who sends the invoice: its SIRET, and its account, against what the collectivité knows of its suppliers."""

from collections.abc import Mapping, Sequence, Set
from typing import Final

from dematfin.domain.paper.identifiers import Printed, ibans, sirets, vat_sirens
from dematfin.domain.paper.trust import Opinion, Trust
from dematfin.domain.parties.siret import siren

ALMOST: Final = 2
"""Digits that recognition may have misread in our own SIRET, with a key that is right all the same."""


def supplier(lines: Sequence[str], ours: Set[str], tiers: Mapping[str, str]) -> Opinion | None:
    """Return the SIRET that most signs point to, never one of ours; a SIREN when only that was read."""
    vat = vat_sirens(lines) - {siren(own) for own in ours}
    printed = [one for one in sirets(lines) if not is_ours(one.siret, ours)]
    if not printed:
        return _by_vat_number(vat, tiers)
    ranked = sorted(printed, key=lambda one: _signs(one, vat, tiers), reverse=True)
    return _judged(ranked[0], ranked[1:], vat, tiers)


def account(lines: Sequence[str], siren_read: str, holders: Mapping[str, str]) -> Opinion | None:
    """Return the account to pay: known for this supplier when one of those read is; `holders`: SIREN by IBAN."""
    read = ibans(lines)
    if not read:
        return None
    best = max(read, key=lambda one: (one in holders, holders.get(one) == siren_read))
    trust, why = judged_account(best, read, siren_read, holders)
    return Opinion(value=best, trust=trust, why=why)


def is_ours(number: str, ours: Set[str]) -> bool:
    """Say whether a SIRET is one of our establishments, or ours misread."""
    return any(siren(own) == siren(number) or _differences(own, number) <= ALMOST for own in ours)


def judged_account(best: str, read: Sequence[str], firm: str, holders: Mapping[str, str]) -> tuple[Trust, str]:
    """Say how far the account `best`, among those read, may be believed to be this supplier's, and why."""
    holder = holders.get(best)
    if holder and firm and holder != firm:
        return Trust.DOUBTFUL, f"compte connu d'un autre fournisseur (SIREN {holder})"
    if holder:
        return Trust.SURE, "clé juste, compte connu de ce fournisseur" if firm else "clé juste, compte connu"
    if firm in holders.values():
        return Trust.DOUBTFUL, "clé juste, mais ce n'est pas un compte connu de ce fournisseur : vérifiez auprès de lui"
    if len(read) > 1:
        return Trust.DOUBTFUL, f"clé juste, mais {len(read)} comptes sont imprimés"
    return Trust.LIKELY, "clé juste, compte inconnu"


def _differences(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))


def _signs(one: Printed, vat: Set[str], tiers: Mapping[str, str]) -> tuple[int, bool]:
    firm = siren(one.siret)
    return (firm in vat) + (firm in tiers), one.labelled


def _judged(best: Printed, others: Sequence[Printed], vat: Set[str], tiers: Mapping[str, str]) -> Opinion:
    firm = siren(best.siret)
    rivals = [one for one in others if siren(one.siret) != firm and _signs(one, vat, tiers) >= _signs(best, vat, tiers)]
    signs = [
        sign
        for sign, agrees in (
            ("clé juste", True),
            ("libellé SIRET", best.labelled),
            ("n° de TVA du même SIREN", firm in vat),
            ("fournisseur connu", firm in tiers),
        )
        if agrees
    ]
    against = _against(firm, others, rivals, vat)
    if against:
        return Opinion(value=best.siret, trust=Trust.DOUBTFUL, why=f"{', '.join(signs)}, mais {against}")
    proved = firm in vat or firm in tiers
    trust = Trust.SURE if proved else Trust.LIKELY if best.labelled else Trust.DOUBTFUL
    return Opinion(value=best.siret, trust=trust, why=", ".join(signs))


def _against(firm: str, others: Sequence[Printed], rivals: Sequence[Printed], vat: Set[str]) -> str:
    """Say what contradicts a SIRET; empty when nothing does."""
    if vat and firm not in vat:
        return f"le n° de TVA désigne le SIREN {min(vat)}"
    if rivals:
        return f"un autre SIRET est aussi vraisemblable ({rivals[0].siret})"
    same = [one.siret for one in others if siren(one.siret) == firm]
    if same:
        return f"un autre établissement de la même entreprise est imprimé ({same[0]})"
    return ""


def _by_vat_number(vat: Set[str], tiers: Mapping[str, str]) -> Opinion | None:
    if not vat:
        return None
    best = min(vat, key=lambda firm: (firm not in tiers, firm))
    if len(vat) > 1:
        return Opinion(value=best, trust=Trust.DOUBTFUL, why="SIREN seul, plusieurs n° de TVA lus")
    known = ", fournisseur connu" if best in tiers else ""
    return Opinion(value=best, trust=Trust.LIKELY, why=f"SIREN seul, tiré du n° de TVA{known}")
