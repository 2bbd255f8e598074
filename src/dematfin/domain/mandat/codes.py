"""The codes of a PES_Aller in words, as a person says them."""

from collections.abc import Sequence
from typing import Final

BORDEREAU: Final = {
    "01": "bordereau ordinaire",
    "02": "bordereau d'annulation ou de réduction",
    "03": "bordereau d'ordres de paiement",
    "04": "bordereau de régularisation",
}
"""TypBord."""

PIECE: Final = {
    "01": "mandat ordinaire",
    "02": "mandat correctif",
    "03": "mandat d'ordre budgétaire",
    "04": "mandat d'ordre mixte",
    "05": "mandat émis après paiement",
    "06": "mandat global",
    "07": "mandat d'admission en non-valeur",
    "08": "mandat collectif",
    "09": "mandat sur marché",
    "10": "mandat de rattachement",
    "11": "ordre de paiement",
    "12": "demande d'émission de mandat",
    "13": "mandat de charges constatées d'avance",
}
"""TypPce."""

NATURE: Final = {
    "01": "fonctionnement",
    "02": "investissement",
    "03": "inventaire",
    "04": "emprunt",
    "05": "régie",
    "06": "annulation ou réduction",
    "07": "complémentaire",
    "08": "réémis",
    "09": "annulant un titre",
    "10": "annulation du mandat de rattachement",
    "11": "paie",
    "12": "retenue de garantie",
    "13": "dernier acompte sur marché",
    "14": "avance forfaitaire",
    "18": "opération d'ordre liée aux cessions",
}
"""NatPce."""

MODE: Final = {
    "01": "numéraire",
    "02": "chèque",
    "03": "virement",
    "04": "virement par application externe",
    "05": "virement de gros montant",
    "06": "virement à l'étranger",
    "07": "opération de budget rattaché",
    "08": "opération d'ordre",
    "09": "avis de règlement",
    "10": "prélèvement",
    "11": "virement interne",
}
"""ModRegl."""

ORIGIN: Final = {
    "01": "mandat",
    "02": "titre",
    "03": "paiement",
    "04": "liste de non-valeurs",
    "05": "ordre de paiement",
}
"""NatPceOrig."""

IDENTIFIER: Final = {
    "01": "SIRET",
    "02": "SIREN",
    "03": "FINESS",
    "04": "NIR",
    "05": "TVA intracommunautaire",
    "06": "hors Union européenne",
    "07": "TAHITI",
    "08": "RIDET",
    "09": "en cours d'immatriculation",
    "10": "FRWF",
    "11": "IREP",
    "12": "NFP",
}
"""NatIdTiers."""

DOCUMENT: Final = {
    "001": "document budgétaire",
    "002": "recette",
    "003": "dépense",
    "004": "état de paye",
    "005": "état d'aide sociale",
    "006": "PES facture",
    "009": "pièce contractuelle de marché",
}
"""TypePJ."""


PLAIN: Final = frozenset({"mandat ordinaire", "fonctionnement", "investissement"})
"""What most mandats are."""


def said(codes: Sequence[str]) -> str:
    """Say what TypPce and NatPce make of a mandat, where it is not the usual one.

    >>> said(("01", "11")), said(("03", "02")), said(("01", "01")), said(())
    ('paie', "mandat d'ordre budgétaire", '', '')
    """
    told = [words(labels, code) for labels, code in zip((PIECE, NATURE), codes, strict=False)]
    return ", ".join(one for one in told if one and one not in PLAIN)


def words(labels: dict[str, str], code: str) -> str:
    """Return a code in words; an unknown one is shown as it is.

    >>> words(MODE, "03"), words(MODE, "99"), words(MODE, "")
    ('virement', 'code 99', '')
    """
    return labels.get(code, f"code {code}" if code else "")
