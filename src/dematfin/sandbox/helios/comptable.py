"""The comptable: some time after the acquit, each mandat is rejected or paid, and a PES_Retour says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Comptable:
    """Speaks when mandats are due."""

    world: Helios
    registry: Registry

    def retours(self) -> list[tuple[str, str, bytes]]:
        """Return what there is to say by now: (SIRET, file name, bytes) of each retour, said once."""
        said = []
        with self.registry.state.change():
            for _, group in groupby(self.registry.due(), key=lambda row: row["siret"]):
                rows = list(group)
                rejections = {row["id"]: one for row in rows if (one := self._rejection(row)) is not None}
                rejected = [row for row in rows if row["id"] in rejections]
                paid = [row for row in rows if row["id"] not in rejections]
                said += [_retour("R", rejected, rejections)] if rejected else []
                said += [_retour("P", paid, {})] if paid else []
                for row in rows:
                    self.registry.settle(row["id"], "REJETE" if row["id"] in rejections else "PAYE")
        return said

    def _rejection(self, row: Any) -> Rejection | None:
        for one in self.world.rejets:
            if one.facture == row["facture"] and self.registry.reject_once(one.facture):
                return one
        return None


def _retour(kind: str, rows: Sequence[Any], rejections: dict[int, Rejection]) -> tuple[str, str, bytes]:
    """Write one retour; `R` is the daily one of rejections, `P` the periodic one."""
    now = datetime.now(PARIS)
    first = rows[0]
    name = f"PES2R_DEP_{kind}_{first['codcol']}_{first['codbud']}_{first['poste']}_{now:%Y%m%d}_{now:%Y%m%d}"
    name += f"_{now:%Y%m%d%H%M%S}{first['id']:03d}.xml"
    root = etree.Element(f"{{{RETOUR}}}PES_Retour", nsmap={"n": RETOUR})
    envelope = etree.SubElement(root, "Enveloppe")
    add(etree.SubElement(envelope, "Parametres"), Version="1", TypFic="PES2R_DEP", NomFic=name)
    add(etree.SubElement(envelope, "Emetteur"), Sigle="HELIOS")
    add(
        etree.SubElement(root, "EnTetePES"),
        DteStr=now.date().isoformat(),
        IdPost=first["poste"],
        IdColl=first["siret"],
        CodColl=first["codcol"],
        CodBud=first["codbud"],
    )
    expense = etree.SubElement(root, "PES_DepenseRetour")
    add(etree.SubElement(expense, "EnTeteDepense"), TypRestit="01" if kind == "R" else "02", IdVer="2", NatInf="2")
    for (exercice, number), group in groupby(rows, key=lambda row: (row["exercice"], row["bordereau"])):
        sheet = etree.SubElement(expense, "Bordereau")
        add(etree.SubElement(sheet, "BlocBordereau"), Exer=exercice, IdBord=number, TypBord="01")
        for row in group:
            _piece(etree.SubElement(sheet, "Piece"), row, rejections.get(row["id"]), now.date().isoformat())
    return first["siret"], name, etree.tostring(root, encoding="ISO-8859-1", xml_declaration=True)


def _piece(piece: Any, row: Any, rejection: Rejection | None, today: str) -> None:
    info = etree.SubElement(piece, "InfoPiece")
    add(info, IdPce=row["numero"], TypPce="01", NatPce=row["nature"])
    if rejection is None:
        add(info, DtePcePec=today, EtatPce=SETTLED)
    else:
        reasons = "-".join(rejection.motifs)
        add(info, EtatPce=REJECTED, ObsEtat=reasons, Commentaire=rejection.commentaire, DtePceRej=today)
    line = etree.SubElement(piece, "LigneDePiece")
    block = etree.SubElement(line, "BlocLignePiece")
    state = "09" if rejection else "01"
    add(etree.SubElement(block, "InfoLignePiece"), IdLigne="1", EtatLigPce=state, MtHT=row["montant"])
    if rejection is None:
        add(etree.SubElement(block, "InfoPaiement"), NbrPay="1", MtPayTot=row["montant"])
        add(etree.SubElement(line, "PaiementEmargement"), OrgEma="01", DtePay=today, MtPay=row["montant"])
