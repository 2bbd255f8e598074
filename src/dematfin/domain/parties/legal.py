"""What a creditor is in law: CatTiers, NatJur, and which pairs of them Hélios takes."""

from typing import Final

NATURAL_PERSON: Final = "01"
CATEGORIES: Final = {
    "01": "personne physique",
    "20": "État ou établissement public national",
    "21": "région",
    "22": "département",
    "23": "commune",
    "24": "groupement de collectivités",
    "25": "caisse des écoles",
    "26": "CCAS",
    "27": "établissement public de santé",
    "28": "école nationale de la santé publique",
    "29": "autre établissement public ou organisme international",
    "50": "personne morale de droit privé",
    "60": "sécurité sociale, régime général",
    "61": "sécurité sociale, régime agricole",
    "62": "sécurité sociale des travailleurs non salariés",
    "63": "autre régime obligatoire",
    "64": "mutuelle ou assurance",
    "65": "divers autres tiers payants",
    "70": "CNRACL",
    "71": "IRCANTEC",
    "72": "ASSEDIC",
    "73": "caisse mutualiste de retraite complémentaire",
    "74": "autre organisme social",
}
NATURES: Final = {
    "01": "particulier",
    "02": "artisan, commerçant, agriculteur",
    "03": "société",
    "04": "CAM ou assimilé",
    "05": "caisse complémentaire",
    "06": "association",
    "07": "État ou organisme d'État",
    "08": "établissement public national",
    "09": "collectivité territoriale, EPL, EPS",
    "10": "État étranger, ambassade",
    "11": "CAF",
}
_LIKELY: Final = {
    "01": ("01", "02"),
    "20": ("07", "08"),
    **dict.fromkeys(("21", "22", "23", "24", "25", "26", "27"), ("09",)),
    "28": ("08", "09"),
    "29": ("08", "09", "10"),
    "50": ("02", "03", "06"),
    "60": ("03", "04", "11"),
    **dict.fromkeys(("61", "62", "63", "64", "65"), ("03", "04", "05", "06")),
    **dict.fromkeys(("70", "71", "72"), ("05", "08")),
    **dict.fromkeys(("73", "74"), ("04", "05", "06")),
}
PAIRS: Final = tuple(f"{category}/{nature}" for category, natures in _LIKELY.items() for nature in natures)
"""Not verified: the DGFiP's annex 3 could not be read. 50/03, 22/09 and 01/01 were seen; the configuration corrects."""


def check_pair(category: str, nature: str, allowed: tuple[str, ...]) -> None:
    """Raise ValueError, in French, for a pair that Hélios does not know."""
    if category not in CATEGORIES or nature not in NATURES:
        what = f"categorie « {category} »" if category not in CATEGORIES else f"nature_juridique « {nature} »"
        message = f"{what} : ce code n'existe pas dans le PES"
        raise ValueError(message)
    if f"{category}/{nature}" not in allowed:
        message = (
            f"la catégorie {category} ({CATEGORIES[category]}) ne va pas avec la nature juridique {nature} "
            f"({NATURES[nature]}) ; si votre comptable l'admet, ajoutez « {category}/{nature} » à paires_tiers sous "
            "[logiciel_financier]"
        )
        raise ValueError(message)


def check_names(category: str, civility: str, first_name: str) -> None:
    """Raise ValueError, in French: a person has a civilité and a first name, and nobody else has."""
    if category == NATURAL_PERSON and not (civility and first_name):
        message = "une personne physique (catégorie 01) a une civilite et un prenom"
        raise ValueError(message)
    if category != NATURAL_PERSON and (civility or first_name):
        message = f"civilite et prenom sont réservés aux personnes physiques (catégorie 01, et non {category})"
        raise ValueError(message)
