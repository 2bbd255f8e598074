"""The cut: which pages separate, which pages make a document. Every page of the batch is somewhere, and only once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.paper.pages import Piece, Sight, Verdict
from dematfin.domain.paper.reasons import Reason
from dematfin.domain.paper.rules import Duplex, PaperRules
from dematfin.domain.paper.sheet import Mark, Sheet
from dematfin.errors import PaperRefused, RuleError

MOSTLY: Final = (4, 5)
"""Share of the pages after a sheet that must be blank, or a sheet, for both sides to have been scanned."""
IN_HAND: Final = (Verdict.CONTENT,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How a batch is taken apart.

    Attributes:
        verdicts: one for each page, in their order.
        duplex: both sides of each sheet were scanned.
        remarks: what a person should know; a blocking one holds the batch for a decision.
    """

    verdicts: tuple[Verdict, ...]
    pieces: tuple[Piece, ...]
    duplex: bool
    remarks: tuple[Finding, ...] = ()


def cut(sights: Sequence[Sight], rules: PaperRules, expected: int | None = None) -> Cut:
    """Cut a batch at its sheets; `expected` is the number of invoices that somebody announced."""
    duplex = _is_duplex(sights, rules.duplex)
    verdicts = tuple(_verdicts(sights, rules, duplex=duplex))
    pieces = tuple(_pieces(sights, verdicts))
    check_partition(verdicts, pieces)
    made = Cut(verdicts=verdicts, pieces=pieces, duplex=duplex)
    return replace(made, remarks=tuple(_remarks(sights, made, rules, expected)))


def cut_by_hand(sights: Sequence[Sight], rules: PaperRules, sheets: Iterable[int], starts: Iterable[int]) -> Cut:
    """Cut a batch at its sheets and where a person says: `sheets` are sheets nobody read, `starts` begin an invoice.

    Raises:
        RuleError: a page that the batch has not, or that is in no document.
    """
    named, first = frozenset(sheets), frozenset(starts)
    if outside := sorted((named | first) - {sight.page for sight in sights}):
        message = f"Le lot n'a pas de page {span(outside)} : il en a {len(sights)}."
        raise RuleError(message)
    told = [_told(sight, named) for sight in sights]
    made = cut(told, rules)
    if outside := sorted(first - {page for piece in made.pieces for page in piece.pages}):
        message = f"Page {span(outside)} : c'est une feuille ou son verso, aucune facture n'y commence."
        raise RuleError(message)
    pieces = tuple(part for piece in made.pieces for part in _parted(piece, first))
    check_partition(made.verdicts, pieces)
    return replace(made, pieces=pieces, remarks=())


def one_piece(sights: Sequence[Sight]) -> Cut:
    """Return the whole file as one document: it holds one invoice already."""
    pages = tuple(sight.page for sight in sights)
    return Cut(verdicts=(Verdict.CONTENT,) * len(pages), pieces=(Piece(pages=pages),), duplex=False)


def check_partition(verdicts: Sequence[Verdict], pieces: Sequence[Piece]) -> None:
    """Make sure that each page of content is in one document, and no other page is in any; or raise PaperRefused."""
    content = Counter(number for number, verdict in enumerate(verdicts, start=1) if verdict in IN_HAND)
    held = Counter(page for piece in pieces for page in piece.pages)
    if content != held or any(not piece.pages for piece in pieces):
        message = "Le découpage ne retrouve pas chaque page une fois et une seule : rien n'en est publié."
        raise PaperRefused(Reason.INVARIANT, message)


def _is_duplex(sights: Sequence[Sight], declared: Duplex) -> bool:
    """Say whether both sides were scanned: as declared, or as sheets at even places with blank backs show."""
    if declared is not Duplex.AUTO:
        return declared is Duplex.ON
    fronts = [place for place, sight in enumerate(sights) if sight.sheet and not _is_back(sights, place)]
    if not fronts or len(sights) % 2 or any(place % 2 for place in fronts):
        return False
    backs = [sights[place + 1] for place in fronts]
    bare = sum(1 for back in backs if back.blank or back.sheet or back.ghost)
    return bare * MOSTLY[1] >= len(backs) * MOSTLY[0]


def _is_back(sights: Sequence[Sight], place: int) -> bool:
    """Say whether a page is the back of the sheet before it: the same sheet, printed there or showing through."""
    if not place or sights[place - 1].sheet is None:
        return False
    before, sight = sights[place - 1], sights[place]
    if sight.sheet is not None:
        return sight.sheet == before.sheet or (sight.ghost and not before.ghost)
    return sight.ghost


def _verdicts(sights: Sequence[Sight], rules: PaperRules, *, duplex: bool) -> Iterator[Verdict]:
    for place, sight in enumerate(sights):
        if _is_back(sights, place) and not (place > 1 and _is_back(sights, place - 1)):
            yield Verdict.BACK
        elif sight.sheet is not None:
            yield Verdict.SEPARATOR
        elif duplex and place % 2 and sights[place - 1].sheet is not None and sight.blank:
            yield Verdict.BACK
        elif duplex and place % 2 and sight.blank and rules.drop_blank_backs and not sight.suspicion:
            yield Verdict.BLANK_BACK
        else:
            yield Verdict.CONTENT


def _pieces(sights: Sequence[Sight], verdicts: Sequence[Verdict]) -> Iterator[Piece]:
    """Yield the documents; an annex stays with the invoice before it, a zero-page one is not made."""
    pages: list[int] = []
    sheet: Sheet | None = None
    turn = 0
    for sight, verdict in zip(sights, verdicts, strict=True):
        if verdict in IN_HAND:
            pages.append(sight.page)
        elif verdict is Verdict.SEPARATOR and sight.sheet and sight.sheet.mark is not Mark.ANNEX:
            if pages:
                yield Piece(pages=tuple(pages), sheet=sheet, turn=turn)
            ends = sight.sheet.mark is Mark.END
            pages, sheet, turn = [], None if ends else sight.sheet, 0 if ends else sight.turn
    if pages:
        yield Piece(pages=tuple(pages), sheet=sheet, turn=turn)


def _told(sight: Sight, named: frozenset[int]) -> Sight:
    if sight.page not in named or sight.sheet is not None:
        return replace(sight, suspicion="")
    return replace(sight, sheet=Sheet(), rung="agent", suspicion="")


def _parted(piece: Piece, starts: frozenset[int]) -> Iterator[Piece]:
    """Cut a document before each page that begins another invoice; the parts keep its sheet."""
    places = [place for place, page in enumerate(piece.pages) if page in starts and place]
    for start, end in pairwise([0, *places, len(piece.pages)]):
        yield replace(piece, pages=piece.pages[start:end])


def _remarks(sights: Sequence[Sight], made: Cut, rules: PaperRules, expected: int | None) -> Iterator[Finding]:
    for sight in sights:
        if sight.suspicion:
            yield _holds("SCAN-SHEET", f"La page {sight.page} a {sight.suspicion}, et rien ne s'y lit.", sight.page)
    if not any(sight.sheet for sight in sights):
        yield _holds("SCAN-NONE", "Aucune feuille de séparation : tout le fichier serait une seule facture.")
    yield from _counts(sights, made, expected)
    for piece in made.pieces:
        if len(piece.pages) > rules.longest:
            size = f"Le document des pages {span(piece.pages)} en a {len(piece.pages)}"
            yield _holds("SCAN-LONG", f"{size} : deux factures y sont peut-être collées.", piece.pages[0])
    yield from _warnings(sights, made)


def _counts(sights: Sequence[Sight], made: Cut, expected: int | None) -> Iterator[Finding]:
    """Compare with what was announced: by the folder, by each sheet that ends a batch."""
    invoices = [piece.pages[0] for piece in made.pieces]
    if expected is not None and expected != len(invoices):
        yield _holds("SCAN-COUNT", f"{expected} factures étaient annoncées, {len(invoices)} sont trouvées.")
    last = 0
    for sight, verdict in zip(sights, made.verdicts, strict=True):
        if verdict is Verdict.SEPARATOR and sight.sheet and sight.sheet.mark is Mark.END:
            found = sum(1 for first in invoices if last < first < sight.page)
            if sight.sheet.count is not None and sight.sheet.count != found:
                told = f"La feuille de fin (page {sight.page}) annonce {sight.sheet.count} factures"
                yield _holds("SCAN-COUNT", f"{told}, {found} sont trouvées.", sight.page)
            last = sight.page


def _warnings(sights: Sequence[Sight], made: Cut) -> Iterator[Finding]:
    yield from _empty(sights, made)
    for before, sight in pairwise(sights):
        used = made.duplex and before.page % 2 and before.sheet is not None
        if used and made.verdicts[sight.page - 1] is Verdict.CONTENT:
            told = f"Le verso de la feuille de la page {before.page} est écrit : il reste dans le document suivant."
            yield _warns("SCAN-USED", told, sight.page)
    if any(sight.sheet for sight in sights):
        for piece in made.pieces:
            if piece.sheet is None:
                told = f"Les pages {span(piece.pages)} ne suivent aucune feuille : elles font un document à confirmer."
                yield _warns("SCAN-ORPHAN", told, piece.pages[0])


def _empty(sights: Sequence[Sight], made: Cut) -> Iterator[Finding]:
    """Tell the sheets that nothing follows."""
    for first, second in pairwise(_fronts(sights, made.verdicts)):
        ends = first.sheet and first.sheet.mark is Mark.END
        if not ends and Verdict.CONTENT not in made.verdicts[first.page : second.page - 1]:
            told = f"Rien entre les feuilles des pages {first.page} et {second.page}."
            yield _warns("SCAN-EMPTY", told, first.page)


def _fronts(sights: Sequence[Sight], verdicts: Sequence[Verdict]) -> list[Sight]:
    return [sight for sight, verdict in zip(sights, verdicts, strict=True) if verdict is Verdict.SEPARATOR]


def _holds(code: str, sentence: str, page: int = 0) -> Finding:
    return Finding(code=code, severity=Severity.BLOCKING, sentence=sentence, about=str(page) if page else "")


def _warns(code: str, sentence: str, page: int) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, sentence=sentence, about=str(page))


def span(pages: Sequence[int]) -> str:
    """Write page numbers as people do.

    >>> span((3, 4, 5, 8))
    '3 à 5, 8'
    """
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return ", ".join(f"{run[0]} à {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
