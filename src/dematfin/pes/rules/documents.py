"""What the documents hold: each is read to its end, block by block."""

from collections.abc import Iterator
from typing import Any, Final

from dematfin.domain.finding import Finding
from dematfin.errors import DocumentError, TooLarge
from dematfin.pes.contents import seen
from dematfin.pes.light import FILLING
from dematfin.pes.place import problem, warning
from dematfin.pes.rules.case import Case
from dematfin.support.splice import Span

MOST_INFLATED: Final = 2 * 1024 * 1024 * 1024
"""For a whole flow: one of 200 MB may announce two hundred times that."""


def rules(case: Case) -> Iterator[Finding]:
    """Judge each document."""
    total = 0
    for tag, span in case.light.contents():
        document = tag.getparent().getparent()
        if document is None or document.tag != "PJ":
            continue
        size, found = _judged(case, tag, span) if _is_one_text(tag, span) else (0, [_cut(tag)])
        yield from found
        total += size
        if total > MOST_INFLATED:
            sentence = "les pièces jointes du flux, décompressées, dépassent 2 Go : les suivantes n'ont pas été lues"
            yield problem(case.root, "PES-PJ-TROP-GRANDE", sentence, "Répartissez-les en plusieurs flux.")
            return


def _is_one_text(tag: Any, span: Span) -> bool:
    return not len(tag) and (tag.text or "") == (FILLING.decode("ascii") if span.end > span.start else "")


def _cut(tag: Any) -> Finding:
    sentence = "un commentaire, une instruction ou du CDATA la coupe : ce qui en serait lu dépend du lecteur"
    return problem(tag, "PES-PJ-ABIMEE", sentence, "Reprenez le document d'origine.")


def _judged(case: Case, tag: Any, span: Span) -> tuple[int, list[Finding]]:
    media_type = tag.get("MIMEType").strip().lower()
    try:
        content = seen(case.flow, span, "son contenu")
    except TooLarge:
        sentence = "une fois décompressée, elle dépasse 200 Mo"
        return 0, [problem(tag, "PES-PJ-TROP-GRANDE", sentence, "Réduisez la pièce : numérisez-la plus léger.")]
    except DocumentError as error:
        return 0, [problem(tag, "PES-PJ-ABIMEE", str(error), "Reprenez le document d'origine.")]
    if not content.size:
        return 0, [problem(tag, "PES-PJ-VIDE", "elle est vide, Hélios la rejetterait", "Joignez le document.")]
    if not content.is_like(media_type):
        sentence = f"elle est annoncée comme « {media_type} » et n'en est pas un"
        return content.size, [
            case.custom(tag, "PES-PJ-TYPE", sentence, "Joignez le bon fichier, ou corrigez MIMEType.")
        ]
    if not content.is_whole(media_type):
        sentence = "le PDF est tronqué : il n'a pas de fin"
        return content.size, [warning(tag, "PES-PJ-TRONQUEE", sentence, "Ouvrez-la, et reprenez l'original.")]
    return content.size, []
