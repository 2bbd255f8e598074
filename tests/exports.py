"""What a finance software exports: a PES_Aller of its own, not signed, without any document."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from examples import COMMUNE, IBAN, SUPPLIER

SHEET: Final = """    <Bordereau Id="B{number}">
      <BlocBordereau>
        <Exer V="2026"/>
        <IdBord V="{number}"/>
        <DteBordEm V="2026-03-02"/>
        <TypBord V="{kind}"/>
        <NbrPce V="{count}"/>
{cumul}        <MtBordHT V="{total}"/>
      </BlocBordereau>
{mandats}    </Bordereau>
"""
MANDAT: Final = """      <Piece>
        <BlocPiece>
          <InfoPce>
            <IdPce V="{number}"/>
            <TypPce V="01"/>
            <NatPce V="01"/>
            <Obj V="{words}"/>
          </InfoPce>
          <DGP>
            <Dgp V="0"/>
            <DteDebDgp V="2026-02-22"/>
            <DteFinDgp V="2026-03-24"/>
            <DureeDgp V="30"/>
          </DGP>
        </BlocPiece>
        <LigneDePiece>
          <BlocLignePiece>
            <InfoLignePce>
              <IdLigne V="1"/>
              <Nature V="60632"/>
              <Fonction V="211"/>
              <Facture V="{invoice}"/>
              <LibVir1 V="{invoice}"/>
              <ModRegl V="03"/>
              <TVAIntraCom V="0"/>
              <MtHT V="{amount}"/>
{reference}            </InfoLignePce>
          </BlocLignePiece>
          <Tiers>
            <InfoTiers>
              <IdTiers V="{siret}"/>
              <NatIdTiers V="01"/>
              <RefTiers V="F00231"/>
              <CatTiers V="50"/>
              <NatJur V="03"/>
              <Nom V="{creditor}"/>
            </InfoTiers>
            <Adresse>
              <TypAdr V="1"/>
              <Adr2 V="12 avenue du Test"/>
              <CP V="99000"/>
              <Ville V="ESSAIVILLE"/>
              <CodRes V="0"/>
            </Adresse>
            <CpteBancaire>
              <BIC V="TESTFRPP"/>
              <IBAN V="{iban}"/>
              <TitCpte V="{creditor}"/>
            </CpteBancaire>
          </Tiers>
        </LigneDePiece>
      </Piece>
"""
FLOW: Final = """<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller" Id="PES1">
  <Enveloppe>
    <Parametres>
      <Version V="2"/>
      <TypFic V="PESALR1"/>
      <NomFic V="{nomfic}"/>
    </Parametres>
    <Emetteur>
      <Sigle V="EDITEUR"/>
      <Adresse V="Compta 12"/>
    </Emetteur>
    <Recepteur>
      <Sigle V="HELIOS"/>
    </Recepteur>
  </Enveloppe>
  <EnTetePES>
    <DteStr V="2026-03-02"/>
    <IdPost V="{post}"/>
    <IdColl V="{siret}"/>
    <CodCol V="{cod_col}"/>
    <CodBud V="00"/>
    <LibelleColBud V="COMMUNE DE VALBRUME"/>
  </EnTetePES>
  <PES_DepenseAller>
    <EnTeteDepense>
      <IdVer V="2"/>
      <InfoDematerialisee V="{announced}"/>
    </EnTeteDepense>
{sheets}  </PES_DepenseAller>
</n:PES_Aller>
"""
REFERENCE: Final = '              <PJRef><Support V="01"/><IdUnique V="{key}"/><NomPJ V="FACTURE.pdf"/></PJRef>\n'


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """One mandat of an export."""

    number: int = 501
    invoice: str = "F-101"
    amount: str = "120.00"
    siret: str = SUPPLIER
    creditor: str = "PAPETERIE DU LAC"
    iban: str = IBAN
    words: str = "Fournitures"
    reference: str = ""

    def written(self) -> str:
        reference = REFERENCE.format(key=self.reference) if self.reference else ""
        return MANDAT.format(**vars(self) | {"reference": reference})


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One bordereau of an export; an empty `cumul` is not written."""

    mandats: Sequence[Ordered] = (Ordered(),)
    number: int = 12
    kind: str = "01"
    cumul: str = "48250.37"

    def written(self) -> str:
        return SHEET.format(
            number=self.number,
            kind=self.kind,
            count=len(self.mandats),
            total=sum(Decimal(one.amount) for one in self.mandats),
            cumul=f'        <MtCumulAnnuel V="{self.cumul}"/>\n' if self.cumul else "",
            mandats="".join(one.written() for one in self.mandats),
        )


def exported(*sheets: Listed, nomfic: str = "EDITEUR_000012", announced: str = "0", **header: str) -> bytes:
    """Return the bytes of an export."""
    usual = {"post": "099042", "siret": COMMUNE, "cod_col": "142"}
    written = "".join(one.written() for one in sheets or (Listed(),))
    text = FLOW.format(nomfic=nomfic, announced=announced, sheets=written, **usual | header)
    return text.encode("iso-8859-1")


def on_disk(folder: Path, content: bytes, name: str = "mandats.xml") -> Path:
    """Write an export where a person would find it."""
    path = folder / name
    path.write_bytes(content)
    return path
