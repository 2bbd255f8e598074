"""What an ended folder gives back: our annexes first, then what people added, the slip last."""

from typing import Final

from dematfin.errors import BadAnswer
from dematfin.parapheur.client import LASTING
from dematfin.parapheur.soap import Answer
from dematfin.ports.parapheur import Paper, Returned

MOST: Final = 200
"""Documents of one folder."""
LONGEST: Final = 2000


def returned(key: str, answer: Answer, sent: int) -> Returned:
    """Return a folder without the `sent` annexes that it came with.

    Raises:
        BadAnswer: it is another folder, it has no slip, or it has lost some of our annexes.
    """
    if answer.text("DossierID") != key:
        raise _wrong(key, f"il rend le dossier « {answer.text('DossierID')[:100] or 'sans nom'} »")
    annexes = answer.each("DocumentsAnnexes", "DocAnnexe")
    if not annexes:
        raise _wrong(key, "il n'en rend pas le bordereau de visa")
    if len(annexes) > MOST:
        raise _wrong(key, f"il en rend {len(annexes)} documents")
    *others, slip = annexes
    if others and len(others) < sent:
        raise _wrong(key, f"il n'en rend que {len(others)} de nos {sent} annexes")
    return Returned(slip=_paper(slip), added=tuple(_paper(one) for one in others[sent:]), metadata=_metadata(answer))


def _paper(annex: Answer) -> Paper:
    """Return a document; some servers wrap its name in quotes."""
    return Paper(
        name=annex.text("nom").strip('" ') or "document",
        media_type=annex.text("mimetype"),
        data=annex.data("fichier"),
    )


def _metadata(answer: Answer) -> dict[str, str]:
    found = answer.each("MetaDonnees", "MetaDonnee")
    return {one.text("nom"): one.text("valeur")[:LONGEST] for one in found}


def _wrong(key: str, what: str) -> BadAnswer:
    return BadAnswer(f"i-Parapheur : à la demande du dossier {key}, {what}. Rien n'est décidé ici. {LASTING}")
