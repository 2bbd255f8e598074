"""What becomes of a mandat that is given up, said to whoever gave it up."""

from dematfin.cli.output import say
from dematfin.domain.mandat.mandat import Mandat


def say_given_up(gone: Mandat, word: str) -> None:
    """Say that a mandat is `word`, what becomes of its number and of its invoices."""
    say(f"Mandat {gone.id} {word}. {_number(gone)}")
    if gone.invoice_ids:
        say(
            f"{', '.join(gone.invoice_ids)} : de nouveau au service fait. La prochaine préparation la mandatera de "
            "nouveau ; si elle n'est pas due, renvoyez-la ou écartez-la avant (facture recycler, rejeter ou ecarter). "
            "Si Chorus Pro la montre déjà mandatée, elle reste « mandat annulé » et n'est pas mandatée de nouveau."
        )


def _number(gone: Mandat) -> str:
    if not gone.number:
        return "Il n'avait pas de numéro."
    if gone.number in gone.burnt:
        return f"Son numéro {gone.number} ne resservira pas, le comptable l'a vu."
    return f"Son numéro {gone.number} ira à un autre mandat."
