"""A line of a mandat: how it is paid, to which account, what earlier piece it goes back to."""

from collections.abc import Iterator
from typing import Any, Final

from dematfin.domain.finding import Finding
from dematfin.domain.parties import iban
from dematfin.pes.expected import Triplet
from dematfin.pes.place import number, problem, value, warning
from dematfin.pes.rules.case import Case

NEEDS_ACCOUNT: Final = frozenset({"03", "05"})
NO_ACCOUNT: Final = frozenset({"01", "02", "04", "07", "08", "09", "11"})
INFO: Final = "BlocLignePiece/InfoLignePce"
EARLIER: Final = "BlocLignePiece/RattachPiece"
REDUCTION: Final = ("02", "02", "06")
REVERSAL: Final = ("01", "02", "09")
GOES_BACK: Final = frozenset({REDUCTION, REVERSAL, ("01", "13", "01"), ("02", "02", "10")})
"""Kinds that must name the earlier mandat, its year and its line."""
AFTER_PAYMENT: Final = "05"
LINKS: Final = {"03": "IdActif", "04": "IdEmpruntOrdo", "05": "IdRegie"}
"""By NatPce; Hélios misses them without rejecting."""


def rules(case: Case) -> Iterator[Finding]:
    """Judge each line."""
    for sheet in case.bordereaux():
        of_sheet, exercice = value(sheet, "BlocBordereau/TypBord"), value(sheet, "BlocBordereau/Exer")  # lxml looks on
        for piece in sheet.iterfind("Piece"):
            info = piece.find("BlocPiece/InfoPce")
            kind = (of_sheet, value(info, "TypPce"), value(info, "NatPce"))
            for line in piece.iterfind("LigneDePiece"):
                yield from _account(line)
                yield from _earlier(line, kind, exercice)
                yield from _links(line, kind)


def _account(line: Any) -> Iterator[Finding]:
    mode = value(line, f"{INFO}/ModRegl")
    account = line.find("Tiers/CpteBancaire")
    if account is None:
        if mode in NEEDS_ACCOUNT:
            sentence = "un virement a besoin du compte bancaire du créancier"
            yield problem(line, "PES-COMPTE", sentence, "Ajoutez l'IBAN du tiers, ou changez le mode de règlement.")
        return
    if mode in NO_ACCOUNT:
        sentence = f"le mode de règlement {mode} interdit un compte bancaire"
        yield problem(account, "PES-COMPTE", sentence, "Retirez le compte, ou choisissez le virement (03).")
    if (account.find("IdPayInt") is None) != (account.find("IdBancInt") is None):
        sentence = "IdPayInt et IdBancInt vont ensemble"
        yield problem(account, "PES-COMPTE-INT", sentence, "Donnez les deux, ou aucun ; mieux, donnez l'IBAN.")
    yield from _iban(account)


def _iban(account: Any) -> Iterator[Finding]:
    written = value(account, "IBAN")
    if not written:
        return
    if written != written.upper():
        sentence = f"l'IBAN {iban.mask(written)} a des lettres minuscules : le flux serait rejeté"
        yield problem(account.find("IBAN"), "PES-IBAN", sentence, "Écrivez-le en majuscules.")
    elif not _good(written):
        sentence = f"l'IBAN {iban.mask(written)} est faux (clé ou longueur)"
        yield problem(account.find("IBAN"), "PES-IBAN", sentence, "Redemandez son RIB au fournisseur.")
    if not written.upper().startswith("FR") and not value(account, "BIC"):
        sentence = "un compte à l'étranger a besoin du BIC"
        yield problem(account, "PES-BIC", sentence, "Ajoutez le BIC, qui figure sur le RIB.")


def _good(text: str) -> bool:
    try:
        return iban.parse(text) == text
    except iban.InvalidIban:
        return False


def _earlier(line: Any, kind: Triplet, exercice: str) -> Iterator[Finding]:
    earlier = line.find(EARLIER)
    if earlier is None:
        if kind in GOES_BACK:
            sentence = "elle doit désigner le mandat d'origine (RattachPiece)"
            yield _wrong(line, sentence, "Donnez le numéro, l'exercice et la ligne du mandat d'origine.")
        return
    allowed, with_line = _asked(kind)
    origin = value(earlier, "NatPceOrig")
    if allowed and origin not in allowed:
        sentence = f"la pièce d'origine est de nature {origin}, il faut {' ou '.join(sorted(allowed))}"
        yield _wrong(earlier, sentence, "Corrigez NatPceOrig.")
    if with_line is not None and bool(number(earlier, "IdLigneOrig")) != with_line:
        sentence = f"la ligne d'origine est {'obligatoire' if with_line else 'interdite'} pour ce mandat"
        yield _wrong(earlier, sentence, "Ajoutez IdLigneOrig." if with_line else "Retirez IdLigneOrig.")
    year = value(earlier, "ExerRat")[:4]
    if (kind == REDUCTION and year != exercice[:4]) or (kind == REVERSAL and year >= exercice[:4]):
        when = "du même exercice" if kind == REDUCTION else "d'un exercice antérieur"
        yield _wrong(earlier, f"le mandat d'origine doit être {when}, il est de {year}", "Corrigez ExerRat ou le type.")


def _asked(kind: Triplet) -> tuple[frozenset[str], bool | None]:
    """Return the natures that an earlier piece may have, and whether its line is named; None: either way."""
    if kind in GOES_BACK:
        return frozenset({"01", "02"}), True
    if kind[1] == AFTER_PAYMENT:
        return frozenset({"03"}), False
    if kind == ("01", "07", "01"):
        return frozenset({"04"}), False
    if kind in {("01", "01", "01"), ("01", "09", "01")}:
        return frozenset({"05"}), True
    return frozenset(), None


def _wrong(element: Any, sentence: str, remedy: str) -> Finding:
    return problem(element, "PES-RATTACHEMENT", sentence, remedy)


def _links(line: Any, kind: Triplet) -> Iterator[Finding]:
    links = "BlocLignePiece/LiensIdent"
    if kind == ("01", "06", "01") and not value(line, f"{links}/IdConv"):
        yield problem(line, "PES-LIEN", "un mandat global désigne sa convention", "Ajoutez LiensIdent/IdConv.")
    expected = "IdMarche" if kind[1] == "09" else LINKS.get(kind[2], "")
    if expected and not value(line, f"{links}/{expected}"):
        sentence = f"Hélios attend {expected} pour ce type de mandat"
        yield warning(line, "PES-LIEN-ABSENT", sentence, f"Ajoutez LiensIdent/{expected} si vous le connaissez.")
