"""A small town with its certificates, and flows for its mayor to sign."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from dematfin.ports.signature import SignatureReport
from dematfin.sandbox import pki
from dematfin.signature.authorities import Authorities
from dematfin.signature.settings import SignatureSettings
from dematfin.signature.verify import Verifier
from dematfin.signature.xades import XadesSigner
from dematfin.support.clock import SystemClock

PASSWORD: Final = "mot de passe de test"
CLOCK: Final = SystemClock("Europe/Paris").now
DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
XAD: Final = "{http://uri.etsi.org/01903/v1.2.2#}"
SIGNATURE: Final = re.compile(rb"<ds:Signature .*?</ds:Signature>", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Who may sign here, and who says so."""

    folder: Path
    root: pki.Identity
    ac: pki.Identity
    mayor: pki.Identity

    @property
    def now(self) -> datetime:
        """A day after the mayor's certificate began."""
        return self.mayor.certificate.not_valid_before_utc + timedelta(days=1)

    def settings(self, who: pki.Identity | None = None, **changes: Any) -> SignatureSettings:
        """Return a configuration in which `who` (the mayor by default) signs."""
        key = self.folder / f"{(who or self.mayor).certificate.serial_number}.p12"
        if not key.exists():
            pki.private(key, (who or self.mayor).p12(PASSWORD))
        usual = {
            "pkcs12": key,
            "autorites": (self.folder / "racine.pem", self.folder / "ac.pem"),
            "listes_de_revocation": (self.folder / "ac.crl.pem",),
            "ville": "Valbrume-lès-Prés",
            "code_postal": "21999",
            "qualite": "Maire & présidente",
        }
        return SignatureSettings.model_validate(usual | changes)

    def sign(self, flow: Path, who: pki.Identity | None = None, at: datetime | None = None, **changes: Any) -> Path:
        """Sign a flow beside itself."""
        settings = self.settings(who, **changes)
        target = flow.with_suffix(".signed.xml")
        XadesSigner(settings, Authorities(settings, lambda: at or self.now), lambda: PASSWORD).sign(
            flow, target, at or self.now
        )
        return target

    def report(self, signed: Path, unsigned: Path, now: datetime | None = None, **changes: Any) -> SignatureReport:
        """Judge a signed flow."""
        return self.verifier(now, **changes).report(signed, unsigned)

    def examine(self, flow: Path, now: datetime | None = None, **changes: Any) -> SignatureReport:
        """Judge anybody's flow; that documents are not covered goes without saying here."""
        report = self.verifier(now, **changes).examine(flow)
        return replace(report, findings=tuple(one for one in report.findings if one.code != "SIG-PJ"))

    def verifier(self, now: datetime | None = None, **changes: Any) -> Verifier:
        """Return what judges here."""
        settings = self.settings(**changes)
        return Verifier(settings, Authorities(settings, lambda: now or self.now), lambda: now or self.now)


def found_town(folder: Path, starts: timedelta = pki.MAYOR.starts) -> Town:
    """Make the certificates of a town, and the files that its configuration names."""
    root = pki.make(replace(pki.ROOT, starts=starts))
    ac = pki.make(replace(pki.AC, starts=starts), root)
    (folder / "racine.pem").write_bytes(root.pem)
    (folder / "ac.pem").write_bytes(ac.pem)
    (folder / "ac.crl.pem").write_bytes(pki.revocation_list(ac))
    return Town(folder=folder, root=root, ac=ac, mayor=pki.make(replace(pki.MAYOR, starts=starts), ac))


def codes(report: SignatureReport) -> set[str]:
    """Return the codes of the findings of a report."""
    return {finding.code for finding in report.findings}


def flow(*, depense: int = 2, recette: int = 0, documents: int = 2, subject: str = "Fournitures école") -> bytes:
    """Return a flow of an invented town, in ISO-8859-1, indented as no program of ours would."""
    text = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller" Id="FLUX1">
  <Enveloppe><Parametres><NomFic V="PESALR1_TEST_001"/></Parametres></Enveloppe>
{_domain("Depense", depense, subject)}{_domain("Recette", recette, subject)}  <PES_PJ>
{"".join(_document(number) for number in range(documents))}  </PES_PJ>
</n:PES_Aller>
"""
    return text.encode("iso-8859-1", "xmlcharrefreplace")


def _domain(name: str, count: int, subject: str) -> str:
    if not count:
        return ""
    sheets = "".join(
        f"""    <Bordereau Id="{name[0]}{number}">
      <BlocBordereau><IdBord V="{number}"/><MtBordHT V="{1200 + number}.50"/></BlocBordereau>
      <Piece><BlocPiece><Obj V="{subject}"/>
        <PJRef><IdUnique V="PJ{number}"/></PJRef></BlocPiece><Tiers><IBAN V="FR76TEST{number}"/></Tiers></Piece>
    </Bordereau>
"""
        for number in range(1, count + 1)
    )
    header = f'<EnTete{name}><IdVer V="2"/><InfoDematerialisee V="1"/></EnTete{name}>'
    return f"  <PES_{name}Aller>{header}\n{sheets}  </PES_{name}Aller>\n"


def _document(number: int) -> str:
    return (
        f'    <PJ><Contenu><Fichier MIMEType="application/pdf">QUJD{number:04d}</Fichier></Contenu>'
        f'<IdUnique V="PJ{number}"/></PJ>\n'
    )
