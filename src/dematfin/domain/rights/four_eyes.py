"""What takes two persons: each rule, what it rests on, and whether a small commune may waive it."""

from dataclasses import dataclass
from typing import Final

OURS: Final = "règle interne de dematfin"
GBCP: Final = "décret n° 2012-1246 (GBCP), art. 20 : certification du service fait ; règle interne pour les personnes"
FOVI: Final = "consignes de la DGFiP contre les faux ordres de virement (contre-appel)"


@dataclass(frozen=True, slots=True, kw_only=True)
class FourEyes:
    """One rule, in the words of a guide.

    Attributes:
        first, second: what the same person does not do both of.
        source: what it rests on.
        waivable: `petite_commune` lets one person do both; it is then an exception, in the journal and in the report.
    """

    key: str
    first: str
    second: str
    source: str
    waivable: bool


FOUR_EYES: Final = (
    FourEyes(key="saisie-visa", first="saisir une facture papier", second="la viser", source=OURS, waivable=True),
    FourEyes(
        key="controle-visa",
        first="forcer un contrôle, ou déclarer distincte une facture qui ressemble à une autre",
        second="viser cette facture",
        source=OURS,
        waivable=True,
    ),
    FourEyes(key="visa-mandat", first="viser une facture", second="en préparer le mandat", source=GBCP, waivable=True),
    FourEyes(
        key="visa-signature", first="viser une facture", second="signer son bordereau", source=GBCP, waivable=True
    ),
    FourEyes(
        key="preparation-signature",
        first="préparer, importer, corriger ou reprendre un bordereau ou l'un de ses mandats",
        second="signer ce bordereau",
        source=OURS,
        waivable=True,
    ),
    FourEyes(
        key="perte-signature",
        first="certifier un flux perdu, ou constater que Hélios n'en a rien",
        second="signer le bordereau qui repart",
        source=OURS,
        waivable=True,
    ),
    FourEyes(
        key="droits",
        first="gérer les personnes",
        second="se donner à soi-même un rôle ou un bureau de plus",
        source=OURS,
        waivable=True,
    ),
    FourEyes(
        key="restauration",
        first="après une restauration, répondre à la place d'un voisin, ou certifier un envoi sans suite",
        second="rouvrir les envois",
        source=OURS,
        waivable=True,
    ),
    FourEyes(
        key="elimination",
        first="préparer la liste d'une élimination",
        second="exécuter cette élimination",
        source=OURS,
        waivable=False,
    ),
    FourEyes(
        key="compte",
        first="confirmer un compte bancaire par un contre-appel",
        second="le confirmer une seconde fois",
        source=FOVI,
        waivable=False,
    ),
    FourEyes(
        key="cession",
        first="enregistrer une cession de créance avec un contre-appel",
        second="la confirmer",
        source=FOVI,
        waivable=False,
    ),
    FourEyes(
        key="absence",
        first="être absent",
        second="se remplacer soi-même, directement ou par une chaîne de remplaçants",
        source=OURS,
        waivable=False,
    ),
)
"""A person is known by its id, and by its account of the system, which is that of one person only. Rights given
meanwhile change nothing; whoever replaces somebody acts in its own name."""
