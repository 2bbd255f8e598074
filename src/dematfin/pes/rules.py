"""What Hélios checks beyond its schemas, checked here first: a refusal there comes back hours later.

Each rule is an annotation of the schemas or a rule of the entry gate; its code begins with `PES-`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.money import ZERO, french
from dematfin.domain.parties import iban, siret
from dematfin.errors import DocumentError
from dematfin.pes.pieces_jointes import decoded
from dematfin.pes.validate import Schemas, schema_findings
from dematfin.support.xml import parse_file

SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}Signature"
PROLOG_LENGTH: Final = 50
TRIPLETS: Final = frozenset(
    {("01", "01", "01"), ("01", "01", "02"), ("01", "09", "01"), ("01", "09", "02"), ("02", "02", "06")}
)
"""The (TypBord, TypPce, NatPce) that we write; any that Hélios does not list rejects the bordereau."""
NEEDS_ACCOUNT: Final = frozenset({"03", "05"})
NO_ACCOUNT: Final = frozenset({"01", "02", "04", "07", "08", "09", "11"})
PERSON: Final = "01"
TRUE: Final = frozenset({"1", "true"})


def judge(flow: Path, schemas: Schemas) -> tuple[Finding, ...]:
    """Return everything that would have a flow refused; the rules are asked only of a flow that the schemas accept."""
    prolog = tuple(_prolog(flow))
    try:
        tree = parse_file(flow, f"Flux {flow.name}")
    except DocumentError as error:
        return (*prolog, _blocking("PES-XML", str(error)))
    refusals = schemas.refusals("aller", tree)
    if refusals:
        return (*prolog, *schema_findings(refusals))
    root = tree.getroot()
    return (*prolog, *(finding for rule in RULES for finding in rule(root)))


def _prolog(flow: Path) -> Iterator[Finding]:
    with flow.open("rb") as source:
        first = source.read(PROLOG_LENGTH)
    if not first.startswith(b"<?xml") or b"ISO-8859-1" not in first.upper():
        yield _blocking("PES-PROLOGUE", "Le flux doit commencer par une déclaration XML en ISO-8859-1.")


def _header(root: Any) -> Iterator[Finding]:
    nomfic = _v(root, "Enveloppe/Parametres/NomFic")
    if not nomfic.isascii():
        yield _blocking("PES-NOMFIC", f"Le nom logique « {nomfic} » contient des accents : le TdT le refuserait.")
    if not siret.is_valid(_v(root, "EnTetePES/IdColl")):
        yield _blocking("PES-IDCOLL", "IdColl n'est pas un SIRET correct : le flux serait rejeté.")


def _signatures(root: Any) -> Iterator[Finding]:
    """InfoDematerialisee = 1 without any signature, or 0 with one, rejects the flow; here before the signature."""
    expense = root.find("PES_DepenseAller")
    if expense is None:
        return
    dematerialised = _v(expense, "EnTeteDepense/InfoDematerialisee") in TRUE
    sheets = expense.findall("Bordereau")
    signed = [sheet for sheet in sheets if sheet.find(SIGNATURE) is not None]
    if signed and not dematerialised:
        yield _blocking("PES-DEMAT", "Le flux porte une signature mais InfoDematerialisee n'est pas à 1.")
    if signed and len(signed) != len(sheets):
        yield _blocking("PES-SIGNATURES", "Certains bordereaux sont signés et d'autres non.")
    if dematerialised and any(not sheet.get("Id") for sheet in sheets):
        yield _blocking("PES-ID", "Un bordereau n'a pas d'attribut Id : il ne peut pas être signé.")


def _bordereaux(root: Any) -> Iterator[Finding]:
    dematerialised = _v(root, "PES_DepenseAller/EnTeteDepense/InfoDematerialisee") in TRUE
    for sheet in root.iterfind("PES_DepenseAller/Bordereau"):
        name = f"Bordereau n° {_v(sheet, 'BlocBordereau/IdBord')}"
        pieces = sheet.findall("Piece")
        if int(_decimal(sheet, "BlocBordereau/NbrPce")) != len(pieces):
            yield _blocking("PES-NBRPCE", f"{name} : le nombre de mandats annoncé n'est pas le bon.")
        if dematerialised and not _v(sheet, "BlocBordereau/MtCumulAnnuel"):
            yield _blocking("PES-CUMUL", f"{name} : le cumul annuel est obligatoire sur un bordereau dématérialisé.")
        yield from _totals(sheet, name)
        numbers = [_v(piece, "BlocPiece/InfoPce/IdPce") for piece in pieces]
        for number in _repeated(numbers):
            yield _blocking("PES-DOUBLON-PIECE", f"{name} : le mandat n° {number} y figure deux fois.")
        for piece in pieces:
            yield from _piece(piece, _v(sheet, "BlocBordereau/TypBord"))


def _totals(sheet: Any, name: str) -> Iterator[Finding]:
    for announced, line in (("MtBordHT", "MtHT"), ("MtBordTVA", "MtTVA")):
        said = _decimal(sheet, f"BlocBordereau/{announced}")
        found = sum((Decimal(one.get("V")) for one in sheet.iter(line)), ZERO)
        if said != found:
            yield _blocking(
                "PES-TOTAL", f"{name} : {announced} annonce {french(said)}, les lignes font {french(found)}."
            )


def _piece(piece: Any, bordereau_kind: str) -> Iterator[Finding]:
    info = piece.find("BlocPiece/InfoPce")
    name = f"Mandat n° {_v(info, 'IdPce')}"
    if (bordereau_kind, _v(info, "TypPce"), _v(info, "NatPce")) not in TRIPLETS:
        yield _blocking("PES-TRIPLET", f"{name} : ce type et cette nature de pièce ne vont pas ensemble.")
    if piece.find(".//PJRef") is None:
        yield _blocking("PES-SANS-PJ", f"{name} : aucune pièce justificative n'y est attachée.")
    lines = piece.findall("LigneDePiece")
    for number in _repeated(_v(line, "BlocLignePiece/InfoLignePce/IdLigne") for line in lines):
        yield _blocking("PES-DOUBLON-LIGNE", f"{name} : la ligne {number} y figure deux fois.")
    for line in lines:
        yield from _creditor(line, name)


def _creditor(line: Any, name: str) -> Iterator[Finding]:
    mode = _v(line, "BlocLignePiece/InfoLignePce/ModRegl")
    account = line.find("Tiers/CpteBancaire")
    if mode in NEEDS_ACCOUNT and account is None:
        yield _blocking("PES-COMPTE", f"{name} : un virement a besoin du compte bancaire du créancier.")
    if mode in NO_ACCOUNT and account is not None:
        yield _blocking("PES-COMPTE", f"{name} : ce mode de règlement interdit un compte bancaire.")
    written = _v(line, "Tiers/CpteBancaire/IBAN")
    if written and not _good_iban(written):
        yield _blocking("PES-IBAN", f"{name} : l'IBAN {iban.mask(written)} est faux.")
    identifier, kind = _v(line, "Tiers/InfoTiers/IdTiers"), _v(line, "Tiers/InfoTiers/NatIdTiers")
    if kind == PERSON and identifier and not siret.is_valid(identifier):
        yield _blocking("PES-SIRET", f"{name} : le SIRET {identifier} du créancier est faux.")
    postcode = _v(line, "Tiers/Adresse/CP")
    if postcode and len(postcode) != 5:  # noqa: PLR2004 - a French postcode
        yield _blocking("PES-CP", f"{name} : le code postal doit avoir cinq chiffres.")
    yield from _civil_state(line, name)


def _civil_state(line: Any, name: str) -> Iterator[Finding]:
    """Civilite and Prenom are required for a person (CatTiers 01) and forbidden for anybody else."""
    who = line.find("Tiers/InfoTiers")
    if who is None:
        return
    told = {tag for tag in ("Civilite", "Prenom") if _v(who, tag)}
    if told != ({"Civilite", "Prenom"} if _v(who, "CatTiers") == PERSON else set()):
        yield _blocking("PES-CIVILITE", f"{name} : civilité et prénom vont avec une personne physique, et elle seule.")


def _documents(root: Any) -> Iterator[Finding]:
    carried = [_v(document, "IdUnique") for document in root.iterfind("PES_PJ/PJ")]
    for identifier in _repeated(carried):
        yield _blocking("PES-DOUBLON-PJ", f"La pièce {identifier} est portée deux fois.")
    referred = {_v(reference, "IdUnique") for reference in root.iter("PJRef")}
    for identifier in sorted(set(carried) - referred):
        document = root.find(f"PES_PJ/PJ/IdUnique[@V='{identifier}']/..")
        if document.find("RefCompta") is None:
            yield _blocking("PES-PJ-ORPHELINE", f"La pièce {identifier} n'est rattachée à aucun mandat.")
    for document in root.iterfind("PES_PJ/PJ"):
        yield from _content(document)


def _content(document: Any) -> Iterator[Finding]:
    what = f"Pièce « {_v(document, 'NomPJ')} »"
    text = document.findtext("Contenu/Fichier") or ""
    try:
        if not decoded(text, what):
            yield _blocking("PES-PJ-VIDE", f"{what} : elle est vide.")
    except DocumentError as error:
        yield _blocking("PES-PJ-ABIMEE", str(error))


Rule = Callable[[Any], Iterator[Finding]]
RULES: Final[tuple[Rule, ...]] = (_header, _signatures, _bordereaux, _documents)


def _v(element: Any, path: str) -> str:
    found = element.find(path)
    return "" if found is None else found.get("V", "")


def _decimal(element: Any, path: str) -> Decimal:
    try:
        return Decimal(_v(element, path) or "0")
    except InvalidOperation:
        return ZERO


def _good_iban(text: str) -> bool:
    try:
        return iban.parse(text) == text
    except iban.InvalidIban:
        return False


def _repeated(values: Iterable[str]) -> list[str]:
    return sorted(value for value, count in Counter(values).items() if count > 1)


def _blocking(code: str, sentence: str) -> Finding:
    return Finding(code=code, severity=Severity.BLOCKING, sentence=sentence)
