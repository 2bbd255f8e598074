"""Writing a PES_Retour: what the comptable says of each mandat, by bordereau."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from lxml import etree

from dematfin.sandbox.helios.acquit import add
from dematfin.sandbox.world import Rejection

RETOUR: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour"
PARIS: Final = ZoneInfo("Europe/Paris")
HELD, TAKEN, PART, REST = "instance", "prise_en_charge", "acompte", "reste"
SETTLED, SETTLED_OTHERWISE = "solde", "solde_autrement"
REJECTED, REJECTED_LATE = "rejet", "rejet_apres_prise_en_charge"
STATES: Final = {
    HELD: ("01", "16"),
    TAKEN: ("02", "01"),
    PART: ("02", "01"),
    REST: ("05", "01"),
    SETTLED: ("05", "01"),
    SETTLED_OTHERWISE: ("05", "01"),
    REJECTED: ("04", "09"),
    REJECTED_LATE: ("04", "09"),
}
"""EtatPce and EtatLigPce."""
REFUSALS: Final = frozenset({REJECTED, REJECTED_LATE})
DAILY: Final = REFUSALS | {HELD}
PAYS: Final = frozenset({PART, REST, SETTLED, SETTLED_OTHERWISE})
REDUCTIONS: Final = "02"
MONEY, TO_AN_OPPONENT, AGAINST_A_MANDAT = "01", "04", "08"
"""OrgEma."""
CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What is said of a mandat today: a row of the registry, and the step of its course."""

    row: dict[str, Any]
    step: str
    today: str
    rejection: Rejection

    @property
    def kind(self) -> str:
        """`R` when it is told in the daily retour of rejections and holds, `P` in the periodic one."""
        return "R" if self.step in DAILY else "P"

    @property
    def taken_on(self) -> str:
        """Day of the prise en charge; a mandat that is rejected at the visa, or held, has none."""
        told = str(self.row["pec"])
        return told if self.step in DAILY else told or self.today

    @property
    def held_on(self) -> str:
        """Day since which it is, or was, on hold."""
        return str(self.row["instance"]) or (self.today if self.step == HELD else "")


def write_retour(kind: str, words: Sequence[Word], now: datetime) -> tuple[str, bytes]:
    """Return the name and the bytes of one retour; an `R` before its kind is that of a re-emission."""
    first = words[0].row
    at = now.astimezone(PARIS)
    name = f"PES2R_DEP_{kind}_{first['codcol']}_{first['codbud']}_{first['poste']}_{at:%Y%m%d_%Y%m%d_%Y%m%d%H%M%S}.xml"
    root = etree.Element(f"{{{RETOUR}}}PES_Retour", nsmap={"n": RETOUR})
    _head(root, name, first, at.date().isoformat())
    expense = etree.SubElement(root, "PES_DepenseRetour")
    restored = "01" if kind.endswith("R") else "02"
    add(etree.SubElement(expense, "EnTeteDepense"), TypRestit=restored, IdVer="2", NatInf="2")
    for (exercice, sort, number), group in groupby(words, key=_bordereau):
        sheet = etree.SubElement(expense, "Bordereau")
        add(etree.SubElement(sheet, "BlocBordereau"), Exer=exercice, IdBord=number, TypBord=sort)
        for word in group:
            _piece(etree.SubElement(sheet, "Piece"), word)
    return name, etree.tostring(root, encoding="ISO-8859-1", xml_declaration=True)


def _bordereau(word: Word) -> tuple[str, str, str]:
    return word.row["exercice"], word.row["type"], word.row["bordereau"]


def _head(root: Any, name: str, row: dict[str, Any], today: str) -> None:
    envelope = etree.SubElement(root, "Enveloppe")
    add(etree.SubElement(envelope, "Parametres"), Version="1", TypFic="PES2R_DEP", NomFic=name)
    add(etree.SubElement(envelope, "Emetteur"), Sigle="HELIOS", Adresse="HELIOS")
    add(
        etree.SubElement(root, "EnTetePES"),
        DteStr=today,
        IdPost=row["poste"],
        IdColl=row["siret"],
        CodColl=row["codcol"],
        CodBud=row["codbud"],
    )


def _piece(piece: Any, word: Word) -> None:
    row, why = word.row, word.rejection
    stopped = word.step in DAILY
    add(
        etree.SubElement(piece, "InfoPiece"),
        IdPce=row["numero"],
        TypPce=row["typpce"],
        NatPce=row["nature"],
        DtePcePec=word.taken_on,
        EtatPce=STATES[word.step][0],
        ObsEtat="-".join(why.motifs) if stopped else "",
        Commentaire=why.commentaire if stopped else "",
        DtePceRej=word.today if word.step in REFUSALS else "",
        DtePceInst=word.held_on,
    )
    for number, ht, tva in json.loads(row["lignes"]):
        _line(etree.SubElement(piece, "LigneDePiece"), word, number, (Decimal(ht), Decimal(tva)))


def _line(line: Any, word: Word, number: str, amount: tuple[Decimal, Decimal]) -> None:
    """Write one line; only one that is paid has a payment, and no money goes out for a réduction."""
    ht, tva = amount
    block = etree.SubElement(line, "BlocLignePiece")
    amounts = {"MtHT": f"{ht:.2f}", "MtTVA": f"{tva:.2f}" if tva else ""}
    add(etree.SubElement(block, "InfoLignePiece"), IdLigne=number, EtatLigPce=STATES[word.step][1], **amounts)
    if word.step in PAYS:
        paid = f"{_share(word.step, ht + tva):.2f}"
        add(etree.SubElement(block, "InfoPaiement"), NbrPay="1", MtPayTot=paid)
        add(etree.SubElement(line, "PaiementEmargement"), OrgEma=_origin(word), DtePay=word.today, MtPay=paid)


def _share(step: str, amount: Decimal) -> Decimal:
    half = (amount / 2).quantize(CENT)
    return {PART: half, REST: amount - half}.get(step, amount)


def _origin(word: Word) -> str:
    if word.row["type"] == REDUCTIONS:
        return AGAINST_A_MANDAT
    return TO_AN_OPPONENT if word.step == SETTLED_OTHERWISE else MONEY
