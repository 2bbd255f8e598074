"""What the invoice calls itself: invoice or credit note, and its number."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from dematfin.domain.paper import dates
from dematfin.domain.paper.layout import labelled
from dematfin.domain.paper.trust import Opinion, Trust

INVOICE, CREDIT_NOTE = "FACTURE", "AVOIR"
SIGN: Final = r"(?:n(?:umero|um\.?|[°o*'\"’.]{1,2}|0(?= ))|ref(?:erence|\.)?)"
"""« n° » and what recognition makes of it."""
LABEL: Final = re.compile(
    r"\b(?=[a-z])(?:"
    rf"(?P<credit>(?:facture d'avoir|avoir|note de credit)(?: ?{SIGN})|{SIGN} ?(?:d'|de l')?avoir\b)"
    rf"|(?P<other>(?:commande|engagement|client|devis|marche|contrat|bon|bl|bc|dossier|page|tel|chantier"
    rf"|compte|intervention|facture (?:du|pro ?forma|d'origine)|sur (?:la )?facture)\b(?: ?{SIGN})?"
    rf"|{SIGN} ?(?:de |du )?(?:commande|engagement|client|devis|marche|contrat|bon|compte|tva)\b)"
    rf"|(?P<invoice>facture(?: ?{SIGN})|{SIGN} ?(?:de |de la )?(?:facture|piece)\b)"
    r"|(?P<heading>(?:date|echeance|reference|quantite|montant)\b))",
    re.IGNORECASE,
)
NUMBER: Final = (
    r"(?<![0-9A-Za-z/._-])(?:(?!(?:du|de|le|la|et|au|en|ref|no|page) )[A-Z]{1,4} (?=[0-9]))?"
    r"(?=[A-Z/_-]{0,12}[0-9])[0-9A-Z][0-9A-Z/_-]{0,28}(?:\.[0-9A-Z]{1,10}){0,3}(?![0-9A-Za-z/_%]|[.,][0-9])"
)
VALUE: Final = re.compile(rf"{dates.VALUE.pattern}|{NUMBER}", re.IGNORECASE)
WITHOUT_SIGN: Final = re.compile(rf"\b(facture|avoir) ?:? ?({NUMBER})", re.IGNORECASE)
TITLE: Final = re.compile(r"^\W{0,3}(?:facture d')?(avoir|note de credit|facture)\b(?! (?:recu|deduit))", re.IGNORECASE)
NUMBERED: Final = re.compile(rf"\b(avoir|facture) ?{SIGN}|\b{SIGN} ?(?:d'|de )?(avoir|facture)\b", re.IGNORECASE)
CAPITALS: Final = re.compile(r"\b(AVOIR|FACTURE|NOTE DE CREDIT)\b")
ORIGIN: Final = re.compile(
    rf"\b(?:sur|annule|de|concerne|rectifie) (?:la |votre |notre )?facture(?: ?{SIGN})?|\bfacture d'origine",
    re.IGNORECASE,
)
CREDIT_WORDS: Final = frozenset({"avoir", "note de credit"})


def kind(lines: Sequence[str]) -> Opinion | None:
    """Return FACTURE or AVOIR by the title; a credit note also names the invoice that it corrects."""
    said = [word.lower() in CREDIT_WORDS for line in lines for word in _titles(line)]
    if not said:
        return None
    value = CREDIT_NOTE if said[0] else INVOICE
    if len(set(said)) == 1:
        return Opinion(value=value, trust=Trust.LIKELY, why="d'après son titre")
    return Opinion(value=value, trust=Trust.DOUBTFUL, why="« facture » et « avoir » y servent tous deux de titre")


def number(lines: Sequence[str], kind_read: str) -> Opinion | None:
    """Return the number that stands beside « facture n° », or « avoir n° » on a credit note."""
    wanted = "credit" if kind_read == CREDIT_NOTE else "invoice"
    read = [one for one in labelled(lines, LABEL, VALUE) if not dates.VALUE.fullmatch(one.text)]
    numbers = list(dict.fromkeys(one.text for one in read if one.label == wanted and not one.below))
    if numbers:
        return _judged(numbers, Counter(one.text for one in read))
    for line in lines:
        if bare := WITHOUT_SIGN.search(line):
            return Opinion(value=bare[2], trust=Trust.DOUBTFUL, why=f"suit le mot « {bare[1].lower()} », sans « n° »")
    return None


def _titles(line: str) -> Iterator[str]:
    """Yield the words of a line that say what the document is."""
    if title := TITLE.match(line):
        yield title[1]
        return
    own = ORIGIN.sub("", line)
    yield from (found[1] or found[2] for found in NUMBERED.finditer(own))
    yield from (found[1] for found in CAPITALS.finditer(own))


def _judged(numbers: list[str], seen: Counter[str]) -> Opinion:
    best = numbers[0]
    if len(numbers) > 1:
        return Opinion(value=best, trust=Trust.DOUBTFUL, why=f"plusieurs numéros lus, aussi {numbers[1][:30]}")
    if seen[best] > 1:
        return Opinion(value=best, trust=Trust.SURE, why="libellé et lu deux fois")
    return Opinion(value=best, trust=Trust.LIKELY, why="libellé n° de facture ou d'avoir")
