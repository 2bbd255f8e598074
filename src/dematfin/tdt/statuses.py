"""What each status of S²LOW means for us, and what to say of it."""

from typing import Final

from dematfin.domain.mandat.deposit import Phase

CANCELLED, TO_SIGN, TO_RELEASE, PURGED, NO_ACQUIT = 0, 13, 14, 22, 24
REFUSED: Final = -1

PHASES: Final[dict[int, Phase]] = {
    REFUSED: Phase.REFUSED,
    CANCELLED: Phase.LOST,
    1: Phase.WAITING,  # posté
    2: Phase.WAITING,  # en attente de transmission
    3: Phase.WAITING,  # transmis
    4: Phase.ANSWERED,  # acquittement reçu
    6: Phase.ANSWERED,  # refusé par Hélios
    7: Phase.WAITING,  # en traitement
    8: Phase.ANSWERED,  # information disponible: success or failure, only the file tells
    9: Phase.ANSWERED,  # from here to 20, archiving: the acquit came before
    10: Phase.ANSWERED,
    11: Phase.ANSWERED,
    TO_SIGN: Phase.HELD,
    TO_RELEASE: Phase.HELD,
    19: Phase.ANSWERED,
    20: Phase.ANSWERED,
    PURGED: Phase.LOST,
    NO_ACQUIT: Phase.LOST,
}

IN_FLIGHT: Final = (TO_SIGN, TO_RELEASE, 1, 2, 3, 4, 6, 8, REFUSED)
"""Where a lost deposit may be, in the order in which a flow goes through them: it cannot slip past the search."""

EVERYWHERE: Final = (TO_SIGN, TO_RELEASE, 1, 2, 3, 7, 4, 6, 8, 19, 9, 10, 11, 20, PURGED, NO_ACQUIT, REFUSED, CANCELLED)
"""All that a deposit may have become, in that order too."""

WORDS: Final[dict[int, str]] = {
    CANCELLED: "S²LOW l'a annulé : aucun acquit ne viendra.",
    TO_SIGN: (
        "Il attend une signature sur S²LOW, où rien n'est à signer : demandez à l'administrateur de S²LOW de le "
        "laisser partir tel quel."
    ),
    TO_RELEASE: (
        "Il attend sur S²LOW qu'une personne habilitée le télétransmette : faites-le télétransmettre là-bas, et "
        "demandez pour notre compte le droit de télétransmettre (TT)."
    ),
    PURGED: "S²LOW l'a détruit : demandez l'acquit au comptable.",
    NO_ACQUIT: "S²LOW l'a transmis sans attendre d'acquit : voyez avec le comptable ce qu'il en a reçu.",
}


def phase(status: int) -> Phase:
    """Return the phase of a status; one that we do not know is no reason to stop asking."""
    return PHASES.get(status, Phase.UNKNOWN)


def words(status: int, message: str) -> str:
    """Return what to tell an agent."""
    if phase(status) is Phase.UNKNOWN:
        return f"S²LOW lui donne un état inconnu ({status} : {message or 'sans message'})."
    return WORDS.get(status, message)
