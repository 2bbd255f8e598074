"""Documents and who names them: each PJ has a mandat, each reference a PJ."""

import re
from collections.abc import Iterator
from typing import Any, Final

from dematfin.domain.finding import Finding
from dematfin.pes.place import problem, value, warning
from dematfin.pes.rules.case import Case, repeated

ELECTRONIC: Final = "01"
EXPENSE: Final = "01"
OF_EXPENSES: Final = frozenset({"003", "004", "005", "006"})
BORDEREAUX: Final = frozenset({"01", "02", "03"})
LINE: Final = re.compile("0*[1-9][0-9]*", re.ASCII)


def rules(case: Case) -> Iterator[Finding]:
    """Judge who names what."""
    carried = {value(one, "IdUnique"): one for one in case.root.iterfind("PES_PJ/PJ")}
    for key in repeated(value(one, "IdUnique") for one in case.root.iterfind("PES_PJ/PJ")):
        sentence = f"l'identifiant {key} est porté deux fois"
        yield problem(carried[key], "PES-DOUBLON-PJ", sentence, "Un identifiant ne désigne qu'une pièce, une fois.")
    referred = set()
    for reference in case.root.iterfind("PES_DepenseAller//PJRef"):
        referred.add(value(reference, "IdUnique"))
        yield from _reference(case, reference, carried.get(value(reference, "IdUnique")))
    for key, document in carried.items():
        yield from _rattached(case, document, referred=key in referred)


def _reference(case: Case, reference: Any, document: Any) -> Iterator[Finding]:
    key, electronic = value(reference, "IdUnique"), value(reference, "Support") == ELECTRONIC
    if document is None:
        if electronic and case.known is not None and key not in case.known:
            sentence = f"il renvoie à la pièce {key}, qui n'est ni dans le flux ni connue comme déjà acceptée"
            yield case.custom(reference, "PES-PJ-INCONNUE", sentence, "Joignez la pièce, ou retirez la référence.")
        return
    if not electronic:
        sentence = f"la pièce {key} est dite sur papier ou sur disque, et pourtant dans le flux"
        yield problem(reference, "PES-PJ-SUPPORT", sentence, "Mettez Support à 01, ou retirez la pièce.")
    kinds = {value(reference, "TypePJ"), value(document, "TypePJ")} - {""}
    if len(kinds) > 1:
        sentence = f"la pièce {key} a deux types, {' et '.join(sorted(kinds))}"
        yield warning(reference, "PES-TYPEPJ", sentence, "Donnez le même type aux deux endroits.")


def _rattached(case: Case, document: Any, *, referred: bool) -> Iterator[Finding]:
    entries = document.findall("RefCompta")
    if not referred and not entries and case.root.find("PES_Marche") is None:
        sentence = "elle n'est rattachée à aucun mandat"
        yield problem(document, "PES-PJ-ORPHELINE", sentence, "Citez-la dans un mandat, ou ajoutez RefCompta.")
    if referred and entries:
        sentence = "elle est citée par un mandat et porte aussi RefCompta, qui sert aux envois séparés"
        yield warning(document, "PES-REFCOMPTA-DE-TROP", sentence, "Retirez RefCompta.")
    for entry in entries:
        yield from _entry(entry, value(document, "TypePJ"))


def _entry(entry: Any, kind: str) -> Iterator[Finding]:
    if value(entry, "Domaine") != EXPENSE:
        return
    if kind and kind not in OF_EXPENSES:
        sentence = f"son type {kind} ne va pas avec le domaine des dépenses"
        yield _wrong(entry, sentence, "Mettez TypePJ à 003.")
    if value(entry, "TypeObjet") not in BORDEREAUX:
        sentence = f"TypeObjet {value(entry, 'TypeObjet')} n'est pas un type de bordereau de dépense"
        yield _wrong(entry, sentence, "Écrivez 01 (ordinaire), 02 (annulation) ou 03 (ordre de paiement).")
    if not value(entry, "Identifiant"):
        yield _wrong(
            entry, "RefCompta ne dit pas le numéro du mandat : la pièce serait rejetée", "Ajoutez Identifiant."
        )
    line = value(entry, "ComplementIdentifiant")
    if line and not LINE.fullmatch(line):
        yield _wrong(entry, f"« {line} » n'est pas un numéro de ligne", "Donnez la ligne, ou rien pour toutes.")
    if value(entry, "IdTiers"):
        sentence = "IdTiers de RefCompta ne sert qu'aux marchés"
        yield warning(entry, "PES-REFCOMPTA-TIERS", sentence, "Retirez-le.")


def _wrong(element: Any, sentence: str, remedy: str) -> Finding:
    return problem(element, "PES-REFCOMPTA", sentence, remedy)
