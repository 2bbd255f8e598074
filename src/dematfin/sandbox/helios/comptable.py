"""The comptable: some time after the acquit, each mandat is rejected or paid, and a PES_Retour says so."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from lxml import etree

from dematfin.sandbox.helios.acquit import add
from dematfin.sandbox.helios.registry import Registry
from dematfin.sandbox.world import Helios, Rejection

RETOUR: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour"
PARIS: Final = ZoneInfo("Europe/Paris")
REJECTED, SETTLED = "04", "05"
REDUCTIONS: Final = "02"
MONEY, AGAINST_A_MANDAT = "01", "08"
"""OrgEma."""
Deliver = Callable[[str, str, bytes], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comptable:
    """Speaks when mandats are due."""

    world: Helios
    registry: Registry

    def retours(self, deliver: Deliver) -> None:
        """Deliver (SIRET, file name, bytes) what there is to say by now.

        It is written down as said once delivered: a comptable who dies in between says it again, as Hélios may.
        """
        with self.registry.state.change():
            for _, group in groupby(self.registry.due(), key=lambda row: (row["siret"], row["codcol"], row["codbud"])):
                rows = list(group)
                rejections = {row["id"]: one for row in rows if (one := self._rejection(row)) is not None}
                rejected = [row for row in rows if row["id"] in rejections]
                paid = [row for row in rows if row["id"] not in rejections]
                if rejected:
                    deliver(*_retour("R", rejected, rejections))
                if paid:
                    deliver(*_retour("P", paid, {}))
                for row in rows:
                    self.registry.settle(row["id"], "REJETE" if row["id"] in rejections else "PAYE")

    def _rejection(self, row: Any) -> Rejection | None:
        for one in self.world.rejets:
            if one.facture == row["facture"] and self.registry.reject_once(one.facture):
                return one
        return None


def _retour(kind: str, rows: Sequence[Any], rejections: dict[int, Rejection]) -> tuple[str, str, bytes]:
    """Write one retour; `R` is the daily one of rejections, `P` the periodic one."""
    now = datetime.now(PARIS)
    first = rows[0]
    name = f"PES2R_DEP_{kind}_{first['codcol']}_{first['codbud']}_{first['poste']}_{now:%Y%m%d_%Y%m%d_%Y%m%d%H%M%S}.xml"
    root = etree.Element(f"{{{RETOUR}}}PES_Retour", nsmap={"n": RETOUR})
    _head(root, name, first, now.date().isoformat())
    expense = etree.SubElement(root, "PES_DepenseRetour")
    add(etree.SubElement(expense, "EnTeteDepense"), TypRestit="01" if kind == "R" else "02", IdVer="2", NatInf="2")
    for (exercice, sort, number), group in groupby(
        rows, key=lambda one: (one["exercice"], one["type"], one["bordereau"])
    ):
        sheet = etree.SubElement(expense, "Bordereau")
        add(etree.SubElement(sheet, "BlocBordereau"), Exer=exercice, IdBord=number, TypBord=sort)
        for row in group:
            _piece(etree.SubElement(sheet, "Piece"), row, rejections.get(row["id"]), now.date().isoformat())
    return first["siret"], name, etree.tostring(root, encoding="ISO-8859-1", xml_declaration=True)


def _head(root: Any, name: str, row: Any, today: str) -> None:
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


def _piece(piece: Any, row: Any, rejection: Rejection | None, today: str) -> None:
    info = etree.SubElement(piece, "InfoPiece")
    add(info, IdPce=row["numero"], TypPce=row["typpce"], NatPce=row["nature"])
    if rejection is None:
        add(info, DtePcePec=today, EtatPce=SETTLED)
    else:
        reasons = "-".join(rejection.motifs)
        add(info, EtatPce=REJECTED, ObsEtat=reasons, Commentaire=rejection.commentaire, DtePceRej=today)
    for number, ht, tva in json.loads(row["lignes"]):
        line = etree.SubElement(piece, "LigneDePiece")
        origin = AGAINST_A_MANDAT if row["type"] == REDUCTIONS else MONEY
        _line(line, number, (Decimal(ht), Decimal(tva)), "" if rejection else today, origin)


def _line(line: Any, number: str, amount: tuple[Decimal, Decimal], paid_on: str, origin: str) -> None:
    """Write one line; a rejected one has no payment, and no money goes out for a réduction."""
    ht, tva = amount
    block = etree.SubElement(line, "BlocLignePiece")
    amounts = {"MtHT": f"{ht:.2f}", "MtTVA": f"{tva:.2f}" if tva else ""}
    add(etree.SubElement(block, "InfoLignePiece"), IdLigne=number, EtatLigPce="01" if paid_on else "09", **amounts)
    if paid_on:
        paid = f"{ht + tva:.2f}"
        add(etree.SubElement(block, "InfoPaiement"), NbrPay="1", MtPayTot=paid)
        add(etree.SubElement(line, "PaiementEmargement"), OrgEma=origin, DtePay=paid_on, MtPay=paid)
