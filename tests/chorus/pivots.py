"""Pivots of an invented supplier, to be bent by tests."""

import base64
import io
import zipfile
from xml.sax.saxutils import escape

PDF = b"%PDF-1.4\n% une facture\n%%EOF\n"


def wrapped(data: bytes, name: str = "facture.pdf") -> str:
    """Wrap a file as Chorus Pro does: base64 of a zip that holds it alone."""
    return encoded(archive({name: data}))


def archive(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(zipfile.ZipInfo(name, (2026, 3, 2, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def piece(content: str, name: str = "facture.pdf", kind: str = "01", mime: str = "application/pdf") -> str:
    named = f"<NomPJ>{escape(name)}</NomPJ>"
    kinds = f"<TypePJ>{kind}</TypePJ><MimeTypePJ>{mime}</MimeTypePJ>"
    return f"<PJ NumOrdre='1'><Contenu>{content}</Contenu>{named}{kinds}</PJ>"


def unit(*pieces: str, key: str = "<IdCPRO>9100123</IdCPRO>") -> str:
    """Write one invoice of 120.00 TTC; `pieces` are its files."""
    return f"""<CPPFacturePivotUnitaire NumOrdre="1">
    <Fournisseur><TypeIdentifiant>1</TypeIdentifiant><Identifiant>91098765000017</Identifiant>
      <RaisonSociale>PAPETERIE DU LAC</RaisonSociale><CodePays>FR</CodePays>
      <ReferenceBancaire Type="IBAN"><Compte>FR76 1999 9000 1700 0987 6543 276</Compte></ReferenceBancaire>
      <ModeEmission>PDF</ModeEmission></Fournisseur>
    <Debiteur><TypeIdentifiant>1</TypeIdentifiant><Identifiant>21990042000015</Identifiant>
      <CodeService>SCOLAIRE</CodeService></Debiteur>
    <DonneesFacture><Id>F2026-0412</Id>{key}<Type>380</Type><Cadre>A1</Cadre>
      <DateEmissionFacture>2026-03-10</DateEmissionFacture><DateLivraison>2026-03-09</DateLivraison>
      <ModePaiement><Code>31</Code></ModePaiement><DateReception>2026-03-11</DateReception><Devise>EUR</Devise>
      <Montants><MontantHT>100.00</MontantHT><MontantTTC>120.00</MontantTTC>
        <MontantNetAPayer>120.00</MontantNetAPayer></Montants>
      <TVAs><TVA><Taux>20</Taux><BaseHt>100.00</BaseHt><MontantTVA>20.00</MontantTVA></TVA></TVAs>
      <Engagement><NumeroEngagement>BC26-00077</NumeroEngagement></Engagement></DonneesFacture>
    {"".join(pieces) or piece(wrapped(PDF))}
  </CPPFacturePivotUnitaire>"""


ENVELOPE = """<Enveloppe><EnveloppeUnitaire NumOrdre="1"><Parametres>
    <ParametreIndiv NumOrdre="0001"><Code>DtPrd</Code><Valeurparametre>2026-03-12</Valeurparametre></ParametreIndiv>
    <ParametreIndiv NumOrdre="0002"><Code>IdFlx</Code><Valeurparametre>1000000001</Valeurparametre></ParametreIndiv>
  </Parametres><Partenaires><Recepteur><Id>XXX001</Id></Recepteur><Emetteur><Id>CPP001</Id></Emetteur></Partenaires>
  </EnveloppeUnitaire></Enveloppe>"""


def pivot(*units: str) -> bytes:
    invoices = "".join(units or (unit(),))
    body = f"<CPPFactures Compteur='1'>{invoices}</CPPFactures>"
    return f"<CPPFacturePivot>{ENVELOPE}{body}</CPPFacturePivot>".encode()
