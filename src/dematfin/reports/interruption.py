"""The letter that interrupts the legal delay of a payment."""

from reportlab.platypus import Flowable, ListFlowable

from dematfin.domain.interruption import NEW_DELAY, Interruption
from dematfin.domain.money import french
from dematfin.reports.layout import RIGHT, STRONG, day, head, letter, text


def interruption_pdf(words: Interruption) -> bytes:
    """Return the letter; the same words give the same bytes."""
    title = f"Interruption du délai de paiement de la facture {words.number}"
    return letter(_story(words, title), title, words.sender)


def _story(words: Interruption, title: str) -> list[Flowable]:
    return [
        *head(words, title),
        text("Madame, Monsieur,"),
        text(_invoice(words)),
        text("Elle ne peut pas être payée en l'état, pour le motif suivant :"),
        text(words.motif, STRONG),
        *_pieces(words.pieces),
        text(_law()),
        text(_answer(words)),
        text("Nous vous prions d'agréer, Madame, Monsieur, nos salutations distinguées."),
        text(f"Pour {words.sender}, l'ordonnateur", RIGHT),
    ]


def _invoice(words: Interruption) -> str:
    number = f" (Chorus Pro n° {words.remote_id})" if words.remote_id else ""
    came = "mise à notre disposition" if words.remote_id else "reçue"
    return (
        f"Votre facture n° {words.number} du {day(words.issued_on)}, d'un montant de {french(words.ttc)} TTC{number}, "
        f"a été {came} le {day(words.notified_on)}."
    )


def _pieces(pieces: tuple[str, ...]) -> list[Flowable]:
    if not pieces:
        return [text("Les pièces ou mentions à fournir sont celles que ce motif désigne.")]
    listed = [text(piece) for piece in pieces]
    return [text("Pièces ou mentions à fournir :"), ListFlowable(listed, bulletType="bullet", start="–")]


def _law() -> str:
    return (
        "En application des articles R. 2192-27 et R. 2192-28 du code de la commande publique, cette notification "
        "interrompt le délai de paiement. À réception de la totalité des éléments demandés, un nouveau délai de "
        f"{NEW_DELAY} jours sera ouvert, ou le solde du délai restant à la date de réception de cette notification "
        f"s'il est supérieur à {NEW_DELAY} jours (article R. 2192-29)."
    )


def _answer(words: Interruption) -> str:
    if words.remote_id:
        return "Répondez dans Chorus Pro, sur cette même facture (action « Compléter »), sans en déposer une nouvelle."
    return "Adressez-nous ces éléments en rappelant le numéro de cette facture, sans en refaire une nouvelle."
